// One route of the API: what it matches, who may call it, what answers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"
#include "net/router.hpp"
#include "studio/webapi/services.hpp"

namespace vistter::studio {

// A request on its way through one handler. Lives until the handler returns.
struct Call {
    const net::Request& request;
    const net::PathParams& parameters;  // of the pattern's {names}
    std::string correlation_id;
    std::optional<SignIn> who = std::nullopt;  // set where the route asks for a sign-in
    const std::string& parameter(std::string_view name) const {
        return parameters.find(name)->second;
    }
};

enum class Access {
    open,  // anybody; the handler itself knows what to ask for
    signed_in,
    commander,  // any role but viewer; the handler asks whether it may order the very command
    producer,   // producer or admin
    admin,
    person,        // signed in as oneself, not by an API key
    people_admin,  // an admin, in person: people and keys are no tool's business
    home_admin     // admin of the organisation that runs this Studio, in person
};
// Whether a person may use a route of that access.
bool is_admitted(Access access, const SignIn& who);

// `act` of a POST that changes nothing.
inline constexpr std::string_view no_act = "-";

// Answers at once, or later through the responder. Exactly one of the two is set.
using AnswerNow = Result<net::Response> (*)(Services&, const Call&);
using AnswerLater = void (*)(Services&, const Call&, std::unique_ptr<net::Responder>);

struct Route {
    std::string_view method;
    std::string_view pattern;  // "/v1/timelines/{timeline_id}:publish"
    Access access = Access::open;
    // What the route does, in the audit trail's words; every write by somebody signed in has one.
    std::string_view act = {};
    AnswerNow now = nullptr;
    AnswerLater later = nullptr;
};

// One list a concern; together they are the API.
std::vector<Route> sign_in_routes();
std::vector<Route> member_routes();
std::vector<Route> api_key_routes();
std::vector<Route> audit_routes();
std::vector<Route> pairing_routes();
std::vector<Route> credential_routes();
std::vector<Route> appliance_routes();
std::vector<Route> command_routes();
std::vector<Route> config_routes();
std::vector<Route> asset_routes();
std::vector<Route> timeline_routes();
std::vector<Route> compile_routes();
std::vector<Route> service_routes();

// Everything the web listener answers, and what the channel listener answers.
std::vector<Route> web_routes();
std::vector<Route> channel_routes();

}  // namespace vistter::studio
