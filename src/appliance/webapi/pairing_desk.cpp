// The secret is read, handed on and forgotten; no answer and no log repeats it.
#include "appliance/webapi/pairing_desk.hpp"

#include "appliance/webapi/answer.hpp"

namespace vistter::appliance {
namespace {

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object report_json(const PairingReport& report) {
    json::array steps;
    for (const PairingStep& step : report.steps) {
        steps.push_back(json::object{{"name", step.name},
                                     {"state", step.state},
                                     {"ms", step.ms},
                                     {"cause", text_or_null(step.cause)},
                                     {"next", text_or_null(step.next)}});
    }
    return {{"at", format_rfc3339(report.at)},
            {"studio_url", text_or_null(report.studio_url)},
            {"form", report.form},
            {"ok", report.good()},
            {"steps", std::move(steps)}};
}

}  // namespace

void PairingDesk::get(Call& call) {
    const LinkStatus link = services_.link();
    const auto last = services_.pairing.last();
    call.responder->respond(
        json_answer(200, {{"serial", services_.pairing.serial()},
                          {"paired", !link.device_id.empty()},
                          {"state", link.state},
                          {"device_id", text_or_null(link.device_id)},
                          {"tenant", text_or_null(link.tenant)},
                          {"studio_url", text_or_null(link.studio_url)},
                          {"last_attempt", last ? json::value(report_json(*last)) : nullptr}}));
}

void PairingDesk::post(Call& call) {
    const auto body = read_body(call.request);
    if (!body) return refuse(call, body.error());
    const auto token = text_member(*body, "token");
    if (!token) return refuse(call, token.error());
    const auto studio_url = text_member(*body, "studio_url");
    if (!studio_url) return refuse(call, studio_url.error());
    auto waiting = std::make_shared<LateAnswer>(call);  // shared: by whoever answers first
    services_.pairing.pair(
        *token, *studio_url,
        [this, waiting, studio_url = *studio_url](const Result<PairedAs>& paired) {
            waiting->guarded([&] {
                audit_local(services_.reports, waiting->session.role, "pair", studio_url,
                            paired ? "done" : std::string(to_string(paired.error().code)));
                if (!paired) return waiting->refuse(paired.error());
                waiting->responder->respond(json_answer(201, {{"device_id", paired->device_id},
                                                              {"tenant", paired->tenant},
                                                              {"name", paired->name}}));
            });
        });
}

void PairingDesk::remove(Call& call) {
    const bool stop_air = call.request.query_value("on_air").value_or("") == "stop";
    const std::string studio_url = services_.link().studio_url;
    const Status gone = services_.pairing.unpair(stop_air);
    audit_local(services_.reports, call.session.role, "unpair", studio_url,
                gone ? "done" : std::string(to_string(gone.error().code)));
    if (!gone) return refuse(call, gone.error());
    call.responder->respond(empty_answer(204));
}

void PairingDesk::diagnose(Call& call) {
    auto waiting = std::make_shared<LateAnswer>(call);  // shared: by whoever answers first
    services_.pairing.diagnose(
        call.request.query_value("studio_url").value_or(""),
        [waiting](const Result<PairingReport>& report) {
            if (!report) return waiting->refuse(report.error());
            waiting->responder->respond(json_answer(200, report_json(*report)));
        });
}

}  // namespace vistter::appliance
