// Which request goes where, and what each needs before it is looked at.
#include "appliance/webapi/local_api.hpp"

#include <charconv>
#include <map>

#include "appliance/webapi/account_desk.hpp"
#include "appliance/webapi/answer.hpp"
#include "appliance/webapi/diagnostics.hpp"
#include "appliance/webapi/live_feeds.hpp"
#include "appliance/webapi/metrics_answer.hpp"
#include "appliance/webapi/page_files.hpp"
#include "appliance/webapi/pairing_desk.hpp"
#include "appliance/webapi/status_json.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"

namespace vistter::appliance {

// contract/openapi/appliance.yaml, carried inside the program.
std::vector<std::pair<std::string_view, std::string_view>> embedded_local_openapi();

namespace {

constexpr std::size_t most_events = 200;

net::Response list_answer(json::array items) {
    return json_answer(200, {{"items", std::move(items)}, {"next", nullptr}});
}

class Api final : public LocalApi {
  public:
    explicit Api(LocalServices services)
        : services_(std::move(services)),
          gate_(services_.accounts, services_.clock, services_.random),
          accounts_(services_, gate_),
          pairing_(services_),
          feeds_(services_),
          page_(services_.web) {
        add_routes();
    }

    net::Handler handler() override {
        return [this](const net::Request& request, std::unique_ptr<net::Responder> responder) {
            Call call{request, correlation_of(request), std::move(responder)};
            try {
                dispatch(call);
            } catch (const std::exception& failure) {
                log::error("{} {}: {}", request.method, request.path, failure.what());
                if (call.responder)
                    call.responder->respond(
                        problem_answer(fail(ErrorCode::SYS_STORAGE,
                                            "The appliance's storage failed; see its log."),
                                       call.correlation_id));
            }
        };
    }

  private:
    enum class Needs { nothing, sign_in, admin };
    struct Route {
        Needs needs = Needs::sign_in;
        std::function<void(Call&)> serve;
    };

    std::string correlation_of(const net::Request& request) {
        const std::string given = request.header("x-request-id");
        return is_uuid(given) ? given : make_uuid7(services_.clock, services_.random);
    }

    void add(const std::string& method, const std::string& path, Needs needs,
             std::function<void(Call&)> serve) {
        routes_[path][method] = {needs, std::move(serve)};
    }
    void add_list(const std::string& path, json::array (*items)(Appliance&)) {
        add("GET", path, Needs::sign_in, [this, items](Call& call) {
            call.responder->respond(list_answer(items(services_.appliance)));
        });
    }

    void add_routes() {
        const std::string root = "/local/v1";
        add("GET", "/healthz", Needs::nothing, [](Call& call) {
            call.responder->respond(json_answer(200, {{"ok", true}}));
        });
        add("GET", "/readyz", Needs::nothing, [this](Call& call) { ready(call); });
        add("GET", root + "/openapi.yaml", Needs::nothing, [](Call& call) {
            net::Response response;
            response.headers = {{"Content-Type", "application/yaml"}};
            for (const auto& [name, text] : embedded_local_openapi()) response.body = text;
            call.responder->respond(std::move(response));
        });
        add("GET", root + "/setup", Needs::nothing,
            [this](Call& call) { accounts_.get_setup(call); });
        add("POST", root + "/setup", Needs::nothing,
            [this](Call& call) { accounts_.post_setup(call); });
        add("POST", root + "/session", Needs::nothing,
            [this](Call& call) { accounts_.post_session(call); });
        add("DELETE", root + "/session", Needs::sign_in,
            [this](Call& call) { accounts_.delete_session(call); });
        add("GET", root + "/me", Needs::sign_in, [this](Call& call) { accounts_.get_me(call); });
        add("POST", root + "/password", Needs::sign_in,
            [this](Call& call) { accounts_.post_password(call); });
        add("PUT", root + "/operator", Needs::admin,
            [this](Call& call) { accounts_.put_operator(call); });
        add("DELETE", root + "/operator", Needs::admin,
            [this](Call& call) { accounts_.delete_operator(call); });
        add("GET", root + "/pairing", Needs::sign_in, [this](Call& call) { pairing_.get(call); });
        add("POST", root + "/pairing", Needs::admin, [this](Call& call) { pairing_.post(call); });
        add("DELETE", root + "/pairing", Needs::admin,
            [this](Call& call) { pairing_.remove(call); });
        add("GET", root + "/link/diagnose", Needs::sign_in,
            [this](Call& call) { pairing_.diagnose(call); });
        add("GET", root + "/link", Needs::sign_in, [this](Call& call) {
            call.responder->respond(json_answer(200, link_json(services_.link())));
        });
        add("GET", root + "/status", Needs::sign_in, [this](Call& call) {
            call.responder->respond(
                json_answer(200, status_json(services_.appliance, services_.link())));
        });
        add_list(root + "/cameras", cameras_json);
        add_list(root + "/streams", streams_json);
        add_list(root + "/timelines", timelines_json);
        add_list(root + "/runs", runs_json);
        add("GET", root + "/events", Needs::sign_in, [this](Call& call) { events(call); });
        add("GET", root + "/metrics/history", Needs::sign_in,
            [this](Call& call) { call.responder->respond(metrics_answer(services_, call)); });
        add("POST", root + "/diagnostics", Needs::admin,
            [this](Call& call) { call.responder->respond(diagnostics_answer(services_, call)); });
        add("GET", root + "/events:stream", Needs::sign_in,
            [this](Call& call) { feeds_.follow_status(std::move(call.responder)); });
        add("GET", root + "/preview/program.mjpeg", Needs::sign_in,
            [this](Call& call) { feeds_.follow_picture(std::move(call.responder)); });
        add("GET", root + "/preview/snapshot", Needs::sign_in, [this](Call& call) {
            feeds_.snapshot(std::move(call.responder), call.correlation_id);
        });
    }

    void dispatch(Call& call) {
        const net::Request& request = call.request;
        if (const Status host = Gate::check_host(request); !host) return refuse(call, host.error());
        const auto path = routes_.find(request.path);
        if (path == routes_.end()) {
            const bool api = request.path.starts_with("/local/");
            if (!api && (request.method == "GET" || request.method == "HEAD"))
                return call.responder->respond(page_.answer(request));
            return refuse(call, fail(ErrorCode::API_NOT_FOUND,
                                     "There is no such path; see /local/v1/openapi.yaml."));
        }
        const auto route = path->second.find(request.method == "HEAD" ? "GET" : request.method);
        if (route == path->second.end()) {
            net::Response response = problem_answer(
                fail(ErrorCode::API_NOT_FOUND, "This path does not take " + request.method + "."),
                call.correlation_id);
            response.status = 405;
            return call.responder->respond(std::move(response));
        }
        if (route->second.needs != Needs::nothing) {
            const auto session = gate_.check(request);
            if (!session) return refuse(call, session.error());
            call.session = *session;
            if (route->second.needs == Needs::admin && call.session.role != local_admin)
                return refuse(call, fail(ErrorCode::API_FORBIDDEN,
                                         "Only the appliance's administrator may do this."));
        }
        route->second.serve(call);
    }

    void ready(Call& call) {
        const bool good = services_.preview == nullptr || services_.appliance.picture_ready();
        call.responder->respond(
            json_answer(good ? 200 : 503, {{"ready", good}, {"link", services_.link().state}}));
    }

    void events(Call& call) {
        std::size_t limit = 50;
        const std::string given = call.request.query_value("limit").value_or("50");
        const auto [end, failed] =
            std::from_chars(given.data(), given.data() + given.size(), limit);
        if (failed != std::errc{} || end != given.data() + given.size() || limit < 1 ||
            limit > most_events)
            return refuse(call, fail_at(ErrorCode::VAL_RANGE, "/limit", "limit is 1 to 200."));
        call.responder->respond(list_answer(events_json(services_.reports, limit)));
    }

    LocalServices services_;
    Gate gate_;
    AccountDesk accounts_;
    PairingDesk pairing_;
    LiveFeeds feeds_;
    PageFiles page_;
    std::map<std::string, std::map<std::string, Route>> routes_;  // path -> method
};

}  // namespace

std::unique_ptr<LocalApi> make_local_api(LocalServices services) {
    return std::make_unique<Api>(std::move(services));
}

}  // namespace vistter::appliance
