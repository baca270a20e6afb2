// Dispatching requests.
#include "studio/webapi/dispatcher.hpp"

#include <fmt/format.h>
#include <utility>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "studio/webapi/gate.hpp"
#include "studio/webapi/problem.hpp"

namespace vistter::studio {
namespace {

// Adds to whatever answer comes the headers every API answer has.
class ApiResponder final : public net::Responder {
  public:
    ApiResponder(std::unique_ptr<net::Responder> inner, std::string correlation_id)
        : inner_(std::move(inner)), correlation_id_(std::move(correlation_id)) {}

    void respond(net::Response response) override { inner_->respond(dress(std::move(response))); }
    // Shared as in net::Responder: peer and producer both end a stream.
    std::shared_ptr<net::Stream> stream(net::Response head) override { return inner_->stream(dress(std::move(head))); }

  private:
    net::Response dress(net::Response response) const {
        bool has_cache_rule = false;
        for (const auto& [name, value] : response.headers) has_cache_rule |= name == "Cache-Control";
        if (!has_cache_rule) response.headers.emplace_back("Cache-Control", "no-store");
        response.headers.emplace_back("X-Request-Id", correlation_id_);
        response.headers.emplace_back("X-Content-Type-Options", "nosniff");
        response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        response.headers.emplace_back("Referrer-Policy", "no-referrer");
        return response;
    }

    std::unique_ptr<net::Responder> inner_;
    std::string correlation_id_;
};

class Dispatcher {
  public:
    Dispatcher(Services& services, std::vector<Route> routes, net::Handler pages)
        : services_(services), routes_(std::move(routes)), pages_(std::move(pages)) {}

    void handle(const net::Request& request, std::unique_ptr<net::Responder> responder) {
        const bool is_api = request.path.starts_with("/v1/") || request.path == "/healthz" || request.path == "/readyz";
        if (!is_api && pages_) {
            pages_(request, std::move(responder));
            return;
        }
        Call call{request, {}, make_uuid7(services_.clock, services_.random), std::nullopt};
        auto dressed = std::make_unique<ApiResponder>(std::move(responder), call.correlation_id);
        const Route* route = find_route(call, *dressed);
        if (route) run(*route, call, std::move(dressed));
    }

  private:
    // Answers 404 or 405 itself when there is none.
    const Route* find_route(Call& call, ApiResponder& responder) const {
        std::string allowed;
        for (const Route& route : routes_) {
            if (!match_path(route.pattern, call.request.path, call.parameters)) continue;
            const bool as_head = call.request.method == "HEAD" && route.method == "GET" && route.now;
            if (route.method == call.request.method || as_head) return &route;
            allowed += allowed.empty() ? "" : ", ";
            allowed += route.method;
        }
        if (allowed.empty()) {
            responder.respond(problem(fail(ErrorCode::API_NOT_FOUND, "there is nothing at this path; /v1/openapi.yaml"
                                                                     " lists what there is"),
                                      call.correlation_id));
            return nullptr;
        }
        net::Response response = problem(
            fail(ErrorCode::API_NOT_FOUND, fmt::format("{} is not allowed here; use {}", call.request.method, allowed)),
            call.correlation_id, 405);
        response.headers.emplace_back("Allow", allowed);
        responder.respond(std::move(response));
        return nullptr;
    }

    // The boundary: storage failures and bugs end here, the service goes on.
    void run(const Route& route, Call& call, std::unique_ptr<ApiResponder> responder) {
        try {
            if (auto allowed = admit(route, call); !allowed) {
                responder->respond(problem(allowed.error(), call.correlation_id));
            } else if (route.later) {
                route.later(services_, call, std::move(responder));
            } else {
                auto answer = route.now(services_, call);
                responder->respond(answer ? std::move(*answer) : problem(answer.error(), call.correlation_id));
            }
        } catch (const std::exception& failure) {
            respond_failure(call, failure, responder.get());
        }
    }

    Status admit(const Route& route, Call& call) {
        if (route.access == Access::open) return ok();
        auto sign_in = check_sign_in(services_, call.request);
        if (!sign_in) return sign_in.error();
        const std::string& role = sign_in->user.role;
        if (route.access == Access::producer && role != "producer" && role != "admin") {
            return fail(ErrorCode::API_FORBIDDEN, "this needs the role producer or admin");
        }
        call.who = std::move(*sign_in);
        return ok();
    }

    void respond_failure(const Call& call, const std::exception& failure, ApiResponder* responder) const {
        log::error("{} {} failed ({}): {}", call.request.method, call.request.path, call.correlation_id,
                   failure.what());
        // A handler that answers later may have taken the responder along; dropped unused it answers 500 by itself.
        if (responder) responder->respond(problem(services_.failure(failure), call.correlation_id));
    }

    Services& services_;
    std::vector<Route> routes_;
    net::Handler pages_;
};

}  // namespace

net::Handler make_handler(Services& services, std::vector<Route> routes, net::Handler pages) {
    // Shared because std::function copies its target.
    auto dispatcher = std::make_shared<Dispatcher>(services, std::move(routes), std::move(pages));
    return [dispatcher](const net::Request& request, std::unique_ptr<net::Responder> responder) {
        dispatcher->handle(request, std::move(responder));
    };
}

}  // namespace vistter::studio
