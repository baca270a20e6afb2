// Views to JSON; what is not known is null.
#include "appliance/webapi/status_json.hpp"

namespace vistter::appliance {
namespace {

namespace json = boost::json;

json::value time_json(const std::optional<WallTime>& time) {
    if (!time || time->ms == 0) return nullptr;
    return json::string(format_rfc3339(*time));
}

json::value text_or_null(const std::string& text) {
    if (text.empty()) return nullptr;
    return json::string(text);
}

// The last time without a session; null before there was one.
json::value gap_json(const LinkStatus& link) {
    if (!link.gap_start) return nullptr;
    return json::object{{"start", time_json(link.gap_start)},
                        {"end", time_json(link.gap_end)},
                        {"cause", text_or_null(link.gap_cause)}};
}

json::object run_json(const RunView& run) {
    return {{"run_id", run.run_id},
            {"timeline_id", run.timeline_id},
            {"name", run.name},
            {"revision", run.revision},
            {"state", run.state},
            {"cue_id", text_or_null(run.cue_id)},
            {"start_frame", run.start_frame},
            {"planned_start", time_json(run.planned_start)},
            {"run_frame", run.run_frame},
            {"position_ms", run.position_ms},
            {"length_ms", run.length_ms ? json::value(*run.length_ms) : nullptr}};
}

json::object output_json(const OutputReport& output) {
    json::object out{{"destination_id", output.destination_id},
                     {"state", output.state},
                     {"attempt", output.attempt},
                     {"reconnects", output.reconnects},
                     {"bytes", output.bytes},
                     {"frames", output.frames},
                     {"frames_dropped", output.frames_dropped},
                     {"first_frame", output.first_frame < 0 ? json::value(nullptr)
                                                            : json::value(output.first_frame)},
                     {"uptime_s", output.uptime_ms / 1000}};
    if (!output.error_code.empty()) out["error"] = output.error_code + ": " + output.error_message;
    return out;
}

json::object program_json(Appliance& appliance) {
    const auto tick = appliance.tick();
    const PictureReport& picture = appliance.picture();
    const auto run = appliance.on_air();
    bool on_air = false;
    for (const auto& stream : appliance.streams())
        on_air = on_air || stream.state == StreamState::live;
    return {{"state", appliance.picture_ready() ? "running" : "away"},
            {"frame", tick ? tick->frame : 0},
            {"rate", tick ? json::value(std::to_string(tick->rate.num) + "/" +
                                        std::to_string(tick->rate.den))
                          : nullptr},
            {"fps", picture.fps},
            {"missed_frames", picture.missed_frames},
            {"late_ticks", picture.late_ticks},
            {"encoded_frames", picture.encoded_frames},
            {"tick_ms_p95", picture.tick_ms_p95},
            {"encode_ms_p95", picture.encode_ms_p95},
            {"cpu_ms_per_frame", picture.cpu_ms_per_frame},
            {"layers", picture.layers},
            {"on_air", on_air},
            {"run", run ? json::value(run_json(*run)) : nullptr}};
}

}  // namespace

json::object link_json(const LinkStatus& link) {
    return {{"state", link.state},
            {"since", time_json(link.since)},
            {"last_error", link.last_error},
            {"next_retry_at", time_json(link.next_retry_at)},
            {"session_id", text_or_null(link.session_id)},
            {"transport", text_or_null(link.transport)},
            {"channel_url", text_or_null(link.channel_url)},
            {"blocked", text_or_null(link.blocked)},
            {"reconnects", link.reconnects},
            {"gap", gap_json(link)},
            {"verdict", text_or_null(link.verdict)},
            {"heard_at", time_json(link.heard_at)},
            {"token_expires_at", time_json(link.token_expires_at)},
            {"rtt_ms", link.rtt_ms ? json::value(*link.rtt_ms) : nullptr},
            {"outbox", link.outbox},
            {"journal", link.journal},
            {"dup_dropped", link.dup_dropped},
            {"device_id", link.device_id},
            {"tenant", link.tenant},
            {"studio_url", link.studio_url},
            {"certificate_expires_at", time_json(link.certificate_expires_at)}};
}

json::array cameras_json(Appliance& appliance) {
    json::array out;
    for (const CameraView& view : appliance.cameras()) {
        const auto& spec = view.camera.spec;
        json::object row{{"camera_id", view.camera.camera_id},
                         {"name", spec.name},
                         {"state", view.state},
                         {"fps", view.fps},
                         {"last_frame_age_ms", view.last_frame_age_ms < 0 ? json::value(nullptr)
                                                                          : view.last_frame_age_ms},
                         {"host", spec.host},
                         {"port", spec.port}};
        if (!view.error.empty()) row["error"] = view.error;
        out.push_back(std::move(row));
    }
    return out;
}

json::array streams_json(Appliance& appliance) {
    json::array out;
    for (const StreamView& view : appliance.streams()) {
        json::array destinations;
        for (const OutputReport& output : view.outputs) destinations.push_back(output_json(output));
        out.push_back(json::object{{"stream_id", view.stream.stream_id},
                                   {"profile_id", view.stream.profile_id},
                                   {"state", to_string(view.state)},
                                   {"wanted", view.stream.wanted},
                                   {"destinations", std::move(destinations)}});
    }
    return out;
}

json::array timelines_json(Appliance& appliance) {
    json::array out;
    for (const TimelineView& view : appliance.timelines())
        out.push_back(json::object{{"timeline_id", view.timeline_id},
                                   {"name", view.name},
                                   {"revision", view.revision},
                                   {"state", view.state},
                                   {"doc_sha256", view.doc_sha256},
                                   {"percent", view.percent}});
    return out;
}

json::array runs_json(Appliance& appliance) {
    json::array out;
    for (const RunView& run : appliance.runs(50)) out.push_back(run_json(run));
    return out;
}

json::array overlays_json(Appliance& appliance) {
    json::array out;
    for (const OverlayView& view : appliance.overlays())
        out.push_back(json::object{{"overlay_id", view.overlay_id},
                                   {"revision", view.revision},
                                   {"sha256", view.sha256},
                                   {"state", view.state},
                                   {"slot", view.slot},
                                   {"scene_id", text_or_null(view.scene_id)},
                                   {"run_id", text_or_null(view.run_id)}});
    return out;
}

json::array events_json(const Reports& reports, std::size_t limit) {
    json::array out;
    for (const RecentEvent& event : reports.recent()) {
        if (out.size() >= limit) break;
        out.push_back(
            json::object{{"occurred_at", format_rfc3339(event.at)},
                         {"event_type", event.type},
                         {"context", json::parse(event.context.empty() ? "{}" : event.context)}});
    }
    return out;
}

json::object status_json(Appliance& appliance, const LinkStatus& link) {
    const Config config = appliance.config();
    return {{"device_name", config.device_name},
            {"config_revision", config.revision},
            {"link", link_json(link)},
            {"program", program_json(appliance)},
            {"cameras", cameras_json(appliance)},
            {"streams", streams_json(appliance)},
            {"timelines", timelines_json(appliance)},
            {"overlays", overlays_json(appliance)}};
}

}  // namespace vistter::appliance
