// Appliance's answers about itself: the digest Studio compares, STATE_REPORT and METRICS.
#include <algorithm>

#include "appliance/core/appliance.hpp"

namespace vistter::appliance {

contract::StateDigest Appliance::digest() {
    contract::StateDigest digest;
    digest.config_revision = shop_.config.load().revision;
    for (const auto& timeline : timelines_.view())
        digest.timelines.push_back(
            {timeline.timeline_id, timeline.revision, timeline.doc_sha256, timeline.state});
    for (const auto& overlay : shop_.overlays.all())
        digest.overlays.push_back({overlay.overlay_id, overlay.revision, overlay.sha256});
    for (const auto& stream : streams_.view())
        digest.streams.push_back({stream.stream.stream_id, std::string(to_string(stream.state))});
    return digest;
}

contract::StateReport Appliance::state_report() {
    contract::StateReport report;
    report.digest = digest();
    for (const StoredRun& run : shop_.runs.live()) {
        const auto views = runs_.view(50);
        const auto view = std::find_if(views.begin(), views.end(),
                                       [&](const auto& v) { return v.run_id == run.run_id; });
        const std::int64_t position = view == views.end() ? 0 : view->position_ms;
        report.runs.push_back({run.run_id, run.timeline_id, run.state, position});
    }
    for (const auto& view : cameras_.view())
        report.cameras.push_back({view.camera.camera_id, view.camera.spec.name, view.state});
    return report;
}

std::vector<contract::StreamMetrics> Appliance::stream_metrics(int window_s) {
    std::vector<contract::StreamMetrics> out;
    for (const auto& view : streams_.view()) {
        contract::StreamMetrics row;
        row.stream_id = view.stream.stream_id;
        row.state = to_string(view.state);
        const auto& programme = shop_.settings.programme;
        row.target_kbps = programme.video_bitrate_kbps + programme.audio_bitrate_kbps;
        row.fps_target = static_cast<double>(programme.rate_num) / programme.rate_den;
        std::int64_t bytes = 0;
        for (const auto& output : view.outputs) {
            bytes = std::max(bytes, output.bytes);
            row.frames_encoded = std::max(row.frames_encoded, output.frames);
            row.frames_dropped += output.frames_dropped;
            row.reconnects += output.reconnects;
            row.uptime_s = std::max(row.uptime_s, output.uptime_ms / 1000);
        }
        const std::int64_t before = std::exchange(bytes_before_[row.stream_id], bytes);
        row.actual_kbps = static_cast<int>(std::max<std::int64_t>(0, bytes - before) * 8 / 1000 /
                                           std::max(1, window_s));
        row.fps_actual = view.state == StreamState::live ? picture_.fps : 0;
        row.encode_ms_p95 = picture_.encode_ms_p95;
        out.push_back(std::move(row));
    }
    return out;
}

contract::Metrics Appliance::metrics(const SystemFigures& system, const LinkStatus& link,
                                     int window_s) {
    contract::Metrics out;
    out.window_s = window_s;
    out.cpu_percent = system.cpu_percent;
    out.load1 = system.load1;
    out.cores = system.cores;
    out.cpu_temp_c = system.temp_c;
    out.cpu_throttled = system.throttled.value_or(false);
    out.memory_used_mb = system.memory_used_mb;
    out.memory_total_mb = system.memory_total_mb;
    out.disk_used_bytes = system.disk_used_bytes;
    out.disk_total_bytes = system.disk_total_bytes;
    out.network_interface = system.network_interface;
    out.tx_kbps = system.tx_kbps;
    out.rx_kbps = system.rx_kbps;
    if (link.rtt_ms) out.rtt_ms = static_cast<double>(*link.rtt_ms);
    out.stream_bitrate = stream_metrics(window_s);
    for (const auto& view : cameras_.view())
        out.cameras.push_back({view.camera.camera_id, view.state, view.fps,
                               std::max<std::int64_t>(0, view.last_frame_age_ms)});
    out.render_fps = picture_.fps;
    out.frame_ms_p50 = picture_.tick_ms_p50;
    out.frame_ms_p95 = picture_.tick_ms_p95;
    out.frame_ms_p99 = picture_.tick_ms_p99;
    out.missed_frames = picture_.missed_frames;
    out.layers = static_cast<int>(picture_.layers);
    if (const auto run = runs_.on_air()) {
        out.run_id = run->run_id;
        out.position_ms = run->position_ms;
    }
    out.late_cues = runs_.late_cues();
    out.control_rtt_ms = static_cast<double>(link.rtt_ms.value_or(0));
    out.outbox = link.outbox;
    out.dup_dropped = link.dup_dropped;
    if (link.state == "connected")
        out.session_uptime_s =
            std::max<std::int64_t>(0, (shop_.clock.wall().ms - link.since.ms) / 1000);
    return out;
}

}  // namespace vistter::appliance
