// Which handler a method and path belong to: "/v1/timelines/{t}:publish" style patterns over plain
// handlers.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"

namespace vistter::net {

// What the {names} of a pattern stood for, percent-decoded, never empty, without '/'.
using PathParams = std::map<std::string, std::string, std::less<>>;
using RouteHandler =
    std::function<void(const Request&, const PathParams&, std::unique_ptr<Responder>)>;

// Why nothing was called: 404, or 405 with the methods that the path has.
struct RouteMiss {
    int status = 404;
    std::string allow;  // "GET, POST": the value of the Allow header; empty for 404
};
using MissHandler =
    std::function<void(const Request&, const RouteMiss&, std::unique_ptr<Responder>)>;

// Not thread-safe; fill it first, then use it.
class Router {
  public:
    // Without a miss handler a plain problem document answers.
    explicit Router(MissHandler missed = nullptr) : missed_(std::move(missed)) {}

    // A segment is a literal ("events:stream"), a name ("{id}"), or a name with a literal end
    // ("{id}:publish"). Where several patterns fit, literals win over ends and ends over names,
    // from left to right. Throws std::invalid_argument for a malformed pattern or the same method
    // and pattern twice.
    Router& add(std::string_view method, std::string_view pattern, RouteHandler handler);

    // Calls the handler of the request. HEAD goes to GET's.
    void handle(const Request& request, std::unique_ptr<Responder> responder) const;
    // As a server's handler; the router must outlive the server.
    Handler handler() const {
        return [this](const Request& request, std::unique_ptr<Responder> responder) {
            handle(request, std::move(responder));
        };
    }
    // "METHOD /pattern" of every route, in the order added: what an API document is compared with.
    std::vector<std::string> routes() const;

  private:
    struct Segment {
        std::string name;     // empty: a literal
        std::string literal;  // the literal, or what follows the name
    };
    struct Route {
        std::string pattern;
        std::vector<Segment> segments;
        std::vector<std::pair<std::string, RouteHandler>> methods;
    };

    static std::vector<Segment> read_pattern(std::string_view pattern);
    static bool match(const Route& route, const std::vector<std::string_view>& path,
                      PathParams& params);
    static bool more_specific(const Route& a, const Route& b);
    void miss(const Request& request, const RouteMiss& why,
              std::unique_ptr<Responder> responder) const;

    MissHandler missed_;
    std::vector<Route> routes_;
    std::vector<std::string> added_;
};

}  // namespace vistter::net
