// Answers as JSON text.
#include "contract/json_text.hpp"
#include "contract/schema.hpp"
#include "contract/write.hpp"

namespace vistter::contract {
namespace {

// Words for a member with a length limit, cut at a character's border.
std::string shortened(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return std::string(text);
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
    return std::string(text.substr(0, limit));
}

std::string detail_text(const ErrorDetail& detail) {
    ObjectWriter out;
    out.text("pointer", shortened(detail.pointer, 1000));
    if (!detail.keyword.empty()) out.text("keyword", detail.keyword);
    if (!detail.expected.empty()) out.text("expected", shortened(detail.expected, 500));
    if (!detail.actual.empty()) out.text("actual", shortened(detail.actual, 500));
    if (!detail.hint.empty()) out.text("hint", shortened(detail.hint, 500));
    return out.text("code", vistter::to_string(detail.code)).str();
}

void write_error(ObjectWriter& out, const std::optional<Error>& error) {
    if (error) {
        out.raw("error", error_text(*error));
    } else {
        out.null("error");
    }
}

void write_json(ObjectWriter& out, std::string_view key, const JsonText& json) {
    if (json.text.empty()) {
        out.null(key);
    } else {
        out.raw(key, json.text);
    }
}

std::string warning_text(const Warning& warning) {
    return ObjectWriter()
        .text("code", warning.code)
        .text("pointer", shortened(warning.pointer, 1000))
        .text("message", shortened(warning.message, 1000))
        .str();
}

void optional_number(ObjectWriter& out, std::string_view key, const std::optional<double>& value) {
    if (value) {
        out.number(key, *value);
    } else {
        out.null(key);
    }
}

std::string stream_text(const StreamMetrics& stream) {
    return ObjectWriter()
        .text("stream_id", stream.stream_id)
        .text("state", stream.state)
        .integer("target_kbps", stream.target_kbps)
        .integer("actual_kbps", stream.actual_kbps)
        .number("fps_target", stream.fps_target)
        .number("fps_actual", stream.fps_actual)
        .integer("frames_encoded", stream.frames_encoded)
        .integer("frames_dropped", stream.frames_dropped)
        .number("encode_ms_p95", stream.encode_ms_p95)
        .number("send_queue_ms", stream.send_queue_ms)
        .integer("reconnects", stream.reconnects)
        .integer("uptime_s", stream.uptime_s)
        .str();
}

std::string camera_text(const CameraMetrics& camera) {
    return ObjectWriter()
        .text("camera_id", camera.camera_id)
        .text("state", camera.state)
        .number("fps", camera.fps)
        .integer("last_frame_age_ms", camera.last_frame_age_ms)
        .str();
}

void write_machine(ObjectWriter& out, const Metrics& m) {
    out.raw("cpu", ObjectWriter()
                       .number("percent", m.cpu_percent)
                       .number("load1", m.load1)
                       .integer("cores", m.cores)
                       .raw("temp_c", m.cpu_temp_c ? number_text(*m.cpu_temp_c) : "null")
                       .boolean("throttled", m.cpu_throttled)
                       .str());
    out.raw("memory", ObjectWriter()
                          .integer("used_mb", m.memory_used_mb)
                          .integer("total_mb", m.memory_total_mb)
                          .str());
    out.raw("disk", ObjectWriter()
                        .integer("used_bytes", m.disk_used_bytes)
                        .integer("total_bytes", m.disk_total_bytes)
                        .integer("write_errors", m.disk_write_errors)
                        .str());
    out.null("gpu");
    ObjectWriter network;
    network.text("interface", m.network_interface)
        .number("tx_kbps", m.tx_kbps)
        .number("rx_kbps", m.rx_kbps);
    optional_number(network, "rtt_ms", m.rtt_ms);
    out.raw("network", network.str());
}

void write_picture(ObjectWriter& out, const Metrics& m) {
    out.raw("render", ObjectWriter()
                          .number("fps", m.render_fps)
                          .number("frame_ms_p50", m.frame_ms_p50)
                          .number("frame_ms_p95", m.frame_ms_p95)
                          .number("frame_ms_p99", m.frame_ms_p99)
                          .integer("missed_frames", m.missed_frames)
                          .integer("layers", m.layers)
                          .str());
    ObjectWriter timeline;
    text_or_null(timeline, "run_id", m.run_id);
    timeline.integer("position_ms", m.position_ms)
        .number("drift_ms", m.drift_ms)
        .integer("late_cues", m.late_cues);
    out.raw("timeline", timeline.str());
}

}  // namespace

std::string error_text(const Error& error) {
    ObjectWriter out;
    out.text("code", vistter::to_string(error.code))
        .text("message", shortened(error.message, 2000))
        .boolean("retryable", is_retryable(error.code));
    std::vector<ErrorDetail> details = error.details;
    if (details.size() > max_findings) details.resize(max_findings);
    return out.raw("details", list_text(details, detail_text)).str();
}

std::string write(const Ack& ack) {
    ObjectWriter out;
    out.text("message_id", ack.message_id).text("status", ack.status);
    write_error(out, ack.error);
    std::vector<Warning> warnings = ack.warnings;
    if (warnings.size() > max_findings) warnings.resize(max_findings);
    out.raw("warnings", list_text(warnings, warning_text));
    write_json(out, "result", ack.result);
    if (ack.lane_position) {
        out.integer("lane_position", *ack.lane_position);
    } else {
        out.null("lane_position");
    }
    if (ack.original_status.empty()) return out.null("original").str();
    ObjectWriter original;
    original.text("status", ack.original_status);
    text_or_null(original, "progress_state", ack.original_progress_state);
    return out.raw("original", original.str()).str();
}

std::string write(const Progress& progress) {
    ObjectWriter out;
    out.text("message_id", progress.message_id).text("state", progress.state);
    optional_number(out, "percent_complete", progress.percent_complete);
    out.integer("revision", progress.revision).integer("attempt", progress.attempt);
    text_or_null(out, "stage", progress.stage);
    if (progress.bytes_done && progress.bytes_total) {
        out.raw("bytes", ObjectWriter()
                             .integer("done", *progress.bytes_done)
                             .integer("total", *progress.bytes_total)
                             .str());
    } else {
        out.null("bytes");
    }
    write_json(out, "result", progress.result);
    write_error(out, progress.error);
    if (progress.next_update_by)
        out.text("next_update_by", format_rfc3339(*progress.next_update_by));
    return out.str();
}

std::string write(const Event& event) {
    ObjectWriter out;
    out.text("event_id", event.event_id)
        .text("event_type", event.event_type)
        .text("severity", event.severity)
        .text("occurred_at", format_rfc3339(event.occurred_at))
        .boolean("durable", event.durable)
        .raw("context", event.context.text.empty() ? "{}" : event.context.text)
        .integer("count", event.count);
    if (event.first_at) out.text("first_at", format_rfc3339(*event.first_at));
    return out.str();
}

std::string write(const Metrics& metrics) {
    ObjectWriter out;
    out.integer("window_s", metrics.window_s);
    if (metrics.measured_at) out.text("measured_at", format_rfc3339(*metrics.measured_at));
    write_machine(out, metrics);
    out.raw("stream_bitrate", list_text(metrics.stream_bitrate, stream_text))
        .raw("cameras", list_text(metrics.cameras, camera_text));
    write_picture(out, metrics);
    out.raw("control", ObjectWriter()
                           .number("rtt_ms", metrics.control_rtt_ms)
                           .number("ack_ms_p95", metrics.ack_ms_p95)
                           .integer("outbox", metrics.outbox)
                           .integer("dup_dropped", metrics.dup_dropped)
                           .integer("session_uptime_s", metrics.session_uptime_s)
                           .str());
    return out.str();
}

}  // namespace vistter::contract
