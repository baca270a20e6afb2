// Dispatching requests.
#include "studio/webapi/dispatcher.hpp"

#include <fmt/format.h>
#include <utility>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "studio/webapi/audit.hpp"
#include "studio/webapi/gate.hpp"
#include "studio/webapi/ownership.hpp"
#include "studio/webapi/problem.hpp"

namespace vistter::studio {
namespace {

// Adds to whatever answer comes the headers every API answer has; a refusal of an act that somebody
// asked for is noted first.
class ApiResponder final : public net::Responder {
  public:
    using Refused = std::function<void(const net::Response&)>;
    ApiResponder(std::unique_ptr<net::Responder> inner, std::string correlation_id)
        : inner_(std::move(inner)), correlation_id_(std::move(correlation_id)) {}

    void on_refusal(Refused refused) { refused_ = std::move(refused); }
    void respond(net::Response response) override {
        if (refused_ && response.status >= 400) refused_(response);
        inner_->respond(dress(std::move(response)));
    }
    // Shared as in net::Responder: peer and producer both end a stream.
    std::shared_ptr<net::Stream> stream(net::Response head) override {
        return inner_->stream(dress(std::move(head)));
    }

  private:
    net::Response dress(net::Response response) const {
        bool has_cache_rule = false;
        for (const auto& [name, value] : response.headers)
            has_cache_rule |= name == "Cache-Control";
        if (!has_cache_rule) response.headers.emplace_back("Cache-Control", "no-store");
        response.headers.emplace_back("X-Request-Id", correlation_id_);
        response.headers.emplace_back("X-Content-Type-Options", "nosniff");
        response.headers.emplace_back("Content-Security-Policy",
                                      "default-src 'none'; frame-ancestors 'none'");
        response.headers.emplace_back("Referrer-Policy", "no-referrer");
        return response;
    }

    std::unique_ptr<net::Responder> inner_;
    std::string correlation_id_;
    Refused refused_;
};

class Dispatcher {
  public:
    Dispatcher(Services& services, const std::vector<Route>& routes, net::Handler pages)
        : services_(services),
          pages_(std::move(pages)),
          router_([this](const auto& request, const auto& why, auto responder) {
              miss(request, why, std::move(responder));
          }) {
        for (const Route& route : routes) {
            router_.add(route.method, route.pattern,
                        [this, route](const auto& request, const auto& parameters, auto responder) {
                            run(route, request, parameters, std::move(responder));
                        });
        }
    }

    void handle(const net::Request& request, std::unique_ptr<net::Responder> responder) const {
        router_.handle(request, std::move(responder));
    }

  private:
    void miss(const net::Request& request, const net::RouteMiss& why,
              std::unique_ptr<net::Responder> responder) const {
        if (pages_ && why.status == 404 && !request.path.starts_with("/v1/")) {
            return pages_(request, std::move(responder));
        }
        const std::string correlation_id = make_uuid7(services_.clock, services_.random);
        ApiResponder dressed(std::move(responder), correlation_id);
        if (why.status == 404) {
            const Error nothing =
                fail(ErrorCode::API_NOT_FOUND,
                     "there is nothing at this path; /v1/openapi.yaml lists what there is");
            return dressed.respond(problem(nothing, correlation_id));
        }
        const Error wrong_method =
            fail(ErrorCode::API_NOT_FOUND,
                 fmt::format("{} is not allowed here; use {}", request.method, why.allow));
        net::Response response = problem(wrong_method, correlation_id, why.status);
        response.headers.emplace_back("Allow", why.allow);
        dressed.respond(std::move(response));
    }

    // The boundary: storage failures and bugs end here, the service goes on.
    void run(const Route& route, const net::Request& request, const net::PathParams& parameters,
             std::unique_ptr<net::Responder> plain) const {
        Call call{request, parameters, correlation_of(request), std::nullopt};
        auto responder = std::make_unique<ApiResponder>(std::move(plain), call.correlation_id);
        try {
            const Status allowed = admit(route, call);
            watch(route, call, *responder);
            if (!allowed) {
                responder->respond(problem(allowed.error(), call.correlation_id));
            } else if (route.later) {
                route.later(services_, call, std::move(responder));
            } else {
                auto answer = route.now(services_, call);
                responder->respond(answer ? std::move(*answer)
                                          : problem(answer.error(), call.correlation_id));
            }
        } catch (const std::exception& failure) {
            respond_failure(call, failure, responder.get());
        }
    }

    // A caller's own id goes along with whatever the request causes; else it gets one.
    std::string correlation_of(const net::Request& request) const {
        const std::string given = request.header("x-request-id");
        return is_uuid(given) ? given : make_uuid7(services_.clock, services_.random);
    }

    Status admit(const Route& route, Call& call) const {
        if (route.access == Access::open) return ok();
        auto sign_in = check_sign_in(services_, call.request);
        if (!sign_in) return sign_in.error();
        call.who = std::move(*sign_in);
        if (!is_admitted(route.access, *call.who)) return refuse(route.access, *call.who);
        return check_ownership(services_, *call.who, call.parameters);
    }

    static Error refuse(Access access, const SignIn& who) {
        SignIn in_person = who;
        in_person.by_key = false;
        if (is_admitted(access, in_person))
            return fail(ErrorCode::API_FORBIDDEN, "this is for people, not for API keys");
        return fail(ErrorCode::API_FORBIDDEN,
                    fmt::format("the role {} may not do this", who.user.role));
    }

    // From here on a refusal of this act is somebody's.
    void watch(const Route& route, const Call& call, ApiResponder& responder) const {
        if (!call.who || route.act.empty() || route.act == no_act) return;
        responder.on_refusal([this, author = author_of(call), act = route.act,
                              path = call.request.path](const net::Response& answer) {
            note_refusal(services_, author, act, path, answer);
        });
    }

    void respond_failure(const Call& call, const std::exception& failure,
                         ApiResponder* responder) const {
        log::error("{} {} failed ({}): {}", call.request.method, call.request.path,
                   call.correlation_id, failure.what());
        // A handler that answers later may have taken the responder along; dropped unused it
        // answers 500 by itself.
        if (responder) responder->respond(problem(services_.failure(failure), call.correlation_id));
    }

    Services& services_;
    net::Handler pages_;
    net::Router router_;
};

}  // namespace

net::Handler make_handler(Services& services, const std::vector<Route>& routes,
                          net::Handler pages) {
    // Shared because std::function copies its target.
    auto dispatcher = std::make_shared<Dispatcher>(services, routes, std::move(pages));
    return [dispatcher](const net::Request& request, std::unique_ptr<net::Responder> responder) {
        dispatcher->handle(request, std::move(responder));
    };
}

}  // namespace vistter::studio
