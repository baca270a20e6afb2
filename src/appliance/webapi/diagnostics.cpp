// Gathers, redacts, names the file.
#include "appliance/webapi/diagnostics.hpp"

#include "appliance/webapi/answer.hpp"
#include "appliance/webapi/status_json.hpp"
#include "base/redact.hpp"

namespace vistter::appliance {
namespace {

constexpr std::size_t most_events = 200;
constexpr int most_samples = 400;
constexpr std::int64_t hour_ms = 3'600'000;

json::array last_hour(LocalServices& services) {
    json::array out;
    const WallTime now = services.clock.wall();
    for (const auto& sample :
         services.metrics.between(WallTime{now.ms - hour_ms}, WallTime{now.ms + 1}, most_samples))
        out.push_back({{"at", format_rfc3339(sample.at)}, {"metrics", json::parse(sample.body)}});
    return out;
}

json::object logs_json(LocalServices& services) {
    json::object out;
    for (const auto& [name, text] : services.logs()) out[name] = redact_urls(text);
    return out;
}

// "2026-11-22T08:01:00.123Z" as a part of a file's name.
std::string file_time(WallTime time) {
    std::string text = format_rfc3339(time).substr(0, 19);
    std::erase(text, ':');
    return text;
}

}  // namespace

net::Response diagnostics_answer(LocalServices& services, const Call& call) {
    const WallTime now = services.clock.wall();
    net::Response response =
        json_answer(200, {{"made_at", format_rfc3339(now)},
                          {"made_by", call.session.role},
                          {"status", status_json(services.appliance, services.link())},
                          {"runs", runs_json(services.appliance)},
                          {"events", events_json(services.reports, most_events)},
                          {"metrics", last_hour(services)},
                          {"logs", logs_json(services)}});
    response.headers.emplace_back(
        "Content-Disposition",
        "attachment; filename=\"vistter-diagnostics-" + file_time(now) + ".json\"");
    audit_local(services.reports, call.session.role, "export_diagnostics", "logs", "done");
    return response;
}

}  // namespace vistter::appliance
