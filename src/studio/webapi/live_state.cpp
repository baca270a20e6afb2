// Events applied to a state report.
#include "studio/webapi/live_state.hpp"

#include <array>

#include "contract/json.hpp"

namespace vistter::studio {
namespace {

constexpr int most_events = 1'000;

// The list's object whose member `key` is `id`; appended when there is none.
json::object& entry(json::object& state, std::string_view list, std::string_view key,
                    const std::string& id) {
    json::array& items = state[list].as_array();
    for (json::value& item : items) {
        if (item.is_object() && contract::json::text_at(item.as_object(), key) == id)
            return item.as_object();
    }
    items.emplace_back(json::object{{key, id}});
    return items.back().as_object();
}

void copy(const json::object& from, std::string_view name, json::object& to) {
    if (const json::value* value = from.if_contains(name)) to[name] = *value;
}

void apply(const EventRecord& event, json::object& state) {
    const json::value body = stored_json(event.body);
    if (!body.is_object()) return;
    const json::object& context = contract::json::object_at(body.as_object(), "context");
    const auto text = [&](std::string_view name) { return contract::json::text_at(context, name); };
    if (event.event_type == "stream.state" && !text("stream_id").empty()) {
        entry(state, "streams", "stream_id", text("stream_id"))["state"] = text("to");
    } else if (event.event_type == "timeline.state" && !text("run_id").empty()) {
        json::object& run = entry(state, "runs", "run_id", text("run_id"));
        run["state"] = text("to");
        run.emplace("position_ms", 0);
        copy(context, "timeline_id", run);
        copy(context, "position_ms", run);
    } else if (event.event_type == "timeline.state" && !text("timeline_id").empty()) {
        json::object& timeline = entry(state, "timelines", "timeline_id", text("timeline_id"));
        timeline["state"] = text("to");
        copy(context, "revision", timeline);
    } else if (event.event_type.starts_with("camera.") && !text("camera_id").empty()) {
        constexpr std::array known{"camera.online", "camera.offline", "camera.degraded"};
        for (const std::string_view type : known) {
            if (event.event_type == type) {
                entry(state, "cameras", "camera_id", text("camera_id"))["state"] =
                    type.substr(type.find('.') + 1);
            }
        }
    }
}

}  // namespace

json::object live_state(const Telemetry& telemetry, const std::string& device_id) {
    json::object state;
    std::int64_t last_event = 0;
    const auto snapshot = telemetry.state(device_id);
    if (snapshot) {
        const json::value body = stored_json(snapshot->body);
        if (body.is_object()) state = contract::json::object_at(body.as_object(), "state");
        if (body.is_object()) copy(body.as_object(), "reason", state);
        last_event = snapshot->last_event;
    }
    state["reported_at"] =
        snapshot ? json::value(format_rfc3339(snapshot->received_at)) : json::value(nullptr);
    for (const std::string_view list : {"timelines", "overlays", "streams", "runs", "cameras"}) {
        if (!state.contains(list) || !state[list].is_array()) state[list] = json::array{};
    }
    for (const EventRecord& event : telemetry.events_after(device_id, last_event, most_events))
        apply(event, state);
    return state;
}

}  // namespace vistter::studio
