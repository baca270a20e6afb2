// Matching paths against patterns, segment by segment.
#include "net/router.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "net/response_head.hpp"

namespace vistter::net {
namespace {

std::vector<std::string_view> split_path(std::string_view path) {
    std::vector<std::string_view> parts;
    if (path.starts_with('/')) path.remove_prefix(1);
    for (;;) {
        std::size_t slash = path.find('/');
        parts.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return parts;
        path.remove_prefix(slash + 1);
    }
}

}  // namespace

std::vector<Router::Segment> Router::read_pattern(std::string_view pattern) {
    if (!pattern.starts_with('/')) throw std::invalid_argument("a route pattern begins with '/'");
    std::vector<Segment> segments;
    for (std::string_view part : split_path(pattern)) {
        if (!part.starts_with('{')) {
            if (part.find_first_of("{}") != std::string_view::npos) {
                throw std::invalid_argument("a name in a route pattern begins its segment");
            }
            segments.push_back({.name = {}, .literal = std::string(part)});
            continue;
        }
        std::size_t end = part.find('}');
        if (end == std::string_view::npos || end < 2)
            throw std::invalid_argument("an unnamed segment in a route pattern");
        segments.push_back({.name = std::string(part.substr(1, end - 1)),
                            .literal = std::string(part.substr(end + 1))});
    }
    return segments;
}

bool Router::match(const Route& route, const std::vector<std::string_view>& path,
                   PathParams& params) {
    if (route.segments.size() != path.size()) return false;
    params.clear();
    for (std::size_t i = 0; i < path.size(); ++i) {
        const Segment& segment = route.segments[i];
        if (segment.name.empty()) {
            if (segment.literal != path[i]) return false;
            continue;
        }
        if (path[i].size() <= segment.literal.size() || !path[i].ends_with(segment.literal))
            return false;
        params[segment.name] =
            std::string(path[i].substr(0, path[i].size() - segment.literal.size()));
    }
    return true;
}

// Both fit the same path, so they have the same number of segments.
bool Router::more_specific(const Route& a, const Route& b) {
    auto rank = [](const Segment& segment) {
        return segment.name.empty() ? 2 : segment.literal.empty() ? 0 : 1;
    };
    for (std::size_t i = 0; i < a.segments.size(); ++i) {
        int difference = rank(a.segments[i]) - rank(b.segments[i]);
        if (difference != 0) return difference > 0;
        if (a.segments[i].literal.size() != b.segments[i].literal.size()) {
            return a.segments[i].literal.size() > b.segments[i].literal.size();
        }
    }
    return false;
}

Router& Router::add(std::string_view method, std::string_view pattern, RouteHandler handler) {
    auto route = std::ranges::find(routes_, pattern, &Route::pattern);
    if (route == routes_.end()) {
        routes_.push_back(
            {.pattern = std::string(pattern), .segments = read_pattern(pattern), .methods = {}});
        route = std::prev(routes_.end());
    }
    bool twice = std::ranges::any_of(route->methods,
                                     [&](const auto& entry) { return entry.first == method; });
    if (twice) throw std::invalid_argument(fmt::format("the route {} {} twice", method, pattern));
    route->methods.emplace_back(method, std::move(handler));
    added_.push_back(fmt::format("{} {}", method, pattern));
    return *this;
}

void Router::handle(const Request& request, std::unique_ptr<Responder> responder) const {
    std::vector<std::string_view> path = split_path(request.path);
    const Route* best = nullptr;
    PathParams params, tried;
    for (const Route& route : routes_) {
        if (!match(route, path, tried) || (best != nullptr && !more_specific(route, *best)))
            continue;
        best = &route;
        params = tried;
    }
    if (best == nullptr) return miss(request, {}, std::move(responder));
    std::string_view wanted = request.method == "HEAD" ? "GET" : std::string_view(request.method);
    RouteMiss wrong_method{.status = 405, .allow = {}};
    for (const auto& [method, handler] : best->methods) {
        if (method == wanted) return handler(request, params, std::move(responder));
        wrong_method.allow += (wrong_method.allow.empty() ? "" : ", ") + method;
    }
    miss(request, wrong_method, std::move(responder));
}

void Router::miss(const Request& request, const RouteMiss& why,
                  std::unique_ptr<Responder> responder) const {
    if (missed_) return missed_(request, why, std::move(responder));
    Response response =
        why.status == 404
            ? problem_response(404, "API_NOT_FOUND", "there is nothing at this path")
            : problem_response(405, "API_NOT_FOUND", "this path does not have that method");
    if (!why.allow.empty()) response.headers.emplace_back("Allow", why.allow);
    responder->respond(std::move(response));
}

std::vector<std::string> Router::routes() const {
    return added_;
}

}  // namespace vistter::net
