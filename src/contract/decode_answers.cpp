// ACK, PROGRESS, EVENT and METRICS bodies (contract B.9) from JSON to structs.
#include "contract/decode.hpp"

namespace vistter::contract {
namespace {

using json::Object;
using json::Value;

// A code this build does not know is carried as the internal error, its name kept in the message.
Error decode_error(const Object& object) {
    Error error;
    const std::string name = json::text_at(object, "code");
    const auto code = error_code_from(name);
    error.code = code.value_or(ErrorCode::SYS_INTERNAL);
    error.message = (code ? "" : name + ": ") + json::text_at(object, "message");
    for (const Value& value : json::array_at(object, "details")) {
        if (!value.is_object()) continue;
        const Object& detail = value.get_object();
        const auto detail_code = error_code_from(json::text_at(detail, "code"));
        error.details.push_back({json::text_at(detail, "pointer"), json::text_at(detail, "keyword"),
                                 json::text_at(detail, "expected"), json::text_at(detail, "actual"),
                                 json::text_at(detail, "hint"), detail_code.value_or(error.code)});
    }
    return error;
}

std::optional<Error> optional_error(const Object& body) {
    const Value* value = json::find(body, "error");
    if (!value || !value->is_object()) return std::nullopt;
    return decode_error(value->get_object());
}

int small(const Object& object, std::string_view key, int fallback = 0) {
    return json::clamp_int(json::integer_at(object, key, fallback));
}

StreamMetrics decode_stream(const Object& object) {
    StreamMetrics stream;
    stream.stream_id = json::text_at(object, "stream_id");
    stream.state = json::text_at(object, "state");
    stream.target_kbps = small(object, "target_kbps");
    stream.actual_kbps = small(object, "actual_kbps");
    stream.fps_target = json::number_at(object, "fps_target", 0);
    stream.fps_actual = json::number_at(object, "fps_actual", 0);
    stream.frames_encoded = json::integer_at(object, "frames_encoded", 0);
    stream.frames_dropped = json::integer_at(object, "frames_dropped", 0);
    stream.encode_ms_p95 = json::number_at(object, "encode_ms_p95", 0);
    stream.send_queue_ms = json::number_at(object, "send_queue_ms", 0);
    stream.reconnects = small(object, "reconnects");
    stream.uptime_s = json::integer_at(object, "uptime_s", 0);
    return stream;
}

void read_machine(const Object& body, Metrics& metrics) {
    const Object& cpu = json::object_at(body, "cpu");
    metrics.cpu_percent = json::number_at(cpu, "percent", 0);
    metrics.load1 = json::number_at(cpu, "load1", 0);
    metrics.cores = small(cpu, "cores", 1);
    metrics.cpu_temp_c = json::optional_number_at(cpu, "temp_c");
    metrics.cpu_throttled = json::boolean_at(cpu, "throttled", false);
    const Object& memory = json::object_at(body, "memory");
    metrics.memory_used_mb = json::integer_at(memory, "used_mb", 0);
    metrics.memory_total_mb = json::integer_at(memory, "total_mb", 0);
    const Object& disk = json::object_at(body, "disk");
    metrics.disk_used_bytes = json::integer_at(disk, "used_bytes", 0);
    metrics.disk_total_bytes = json::integer_at(disk, "total_bytes", 0);
    metrics.disk_write_errors = json::integer_at(disk, "write_errors", 0);
    const Object& network = json::object_at(body, "network");
    metrics.network_interface = json::text_at(network, "interface");
    metrics.tx_kbps = json::number_at(network, "tx_kbps", 0);
    metrics.rx_kbps = json::number_at(network, "rx_kbps", 0);
    metrics.rtt_ms = json::optional_number_at(network, "rtt_ms");
}

void read_picture(const Object& body, Metrics& metrics) {
    const Object& render = json::object_at(body, "render");
    metrics.render_fps = json::number_at(render, "fps", 0);
    metrics.frame_ms_p50 = json::number_at(render, "frame_ms_p50", 0);
    metrics.frame_ms_p95 = json::number_at(render, "frame_ms_p95", 0);
    metrics.frame_ms_p99 = json::number_at(render, "frame_ms_p99", 0);
    metrics.missed_frames = json::integer_at(render, "missed_frames", 0);
    metrics.layers = small(render, "layers");
    const Object& timeline = json::object_at(body, "timeline");
    metrics.run_id = json::text_at(timeline, "run_id");
    metrics.position_ms = json::integer_at(timeline, "position_ms", 0);
    metrics.drift_ms = json::number_at(timeline, "drift_ms", 0);
    metrics.late_cues = json::integer_at(timeline, "late_cues", 0);
}

}  // namespace

Ack decode_ack(const Object& body, std::string_view text) {
    Ack ack;
    ack.message_id = json::text_at(body, "message_id");
    ack.status = json::text_at(body, "status");
    ack.error = optional_error(body);
    for (const Value& value : json::array_at(body, "warnings")) {
        if (!value.is_object()) continue;
        const Object& warning = value.get_object();
        ack.warnings.push_back({json::text_at(warning, "code"), json::text_at(warning, "pointer"),
                                json::text_at(warning, "message")});
    }
    ack.result = member_text(text, "result");
    if (const auto position = json::optional_integer_at(body, "lane_position")) {
        ack.lane_position = json::clamp_int(*position);
    }
    const Object& original = json::object_at(body, "original");
    ack.original_status = json::text_at(original, "status");
    ack.original_progress_state = json::text_at(original, "progress_state");
    return ack;
}

Progress decode_progress(const Object& body, std::string_view text) {
    Progress progress;
    progress.message_id = json::text_at(body, "message_id");
    progress.state = json::text_at(body, "state");
    progress.percent_complete = json::optional_number_at(body, "percent_complete");
    progress.revision = json::integer_at(body, "revision", 1);
    progress.attempt = small(body, "attempt", 1);
    progress.stage = json::text_at(body, "stage");
    const Object& bytes = json::object_at(body, "bytes");
    progress.bytes_done = json::optional_integer_at(bytes, "done");
    progress.bytes_total = json::optional_integer_at(bytes, "total");
    progress.result = member_text(text, "result");
    progress.error = optional_error(body);
    progress.next_update_by = json::optional_time_at(body, "next_update_by");
    return progress;
}

Event decode_event(const Object& body, std::string_view text) {
    Event event;
    event.event_id = json::text_at(body, "event_id");
    event.event_type = json::text_at(body, "event_type");
    event.severity = json::text_at(body, "severity");
    event.occurred_at = json::time_at(body, "occurred_at");
    event.durable = json::boolean_at(body, "durable", true);
    event.context = member_text(text, "context");
    event.count = small(body, "count", 1);
    event.first_at = json::optional_time_at(body, "first_at");
    return event;
}

Metrics decode_metrics(const Object& body) {
    Metrics metrics;
    metrics.window_s = small(body, "window_s", 10);
    metrics.measured_at = json::optional_time_at(body, "measured_at");
    read_machine(body, metrics);
    for (const Value& stream : json::array_at(body, "stream_bitrate")) {
        if (stream.is_object())
            metrics.stream_bitrate.push_back(decode_stream(stream.get_object()));
    }
    for (const Value& value : json::array_at(body, "cameras")) {
        if (!value.is_object()) continue;
        const Object& camera = value.get_object();
        metrics.cameras.push_back(
            {json::text_at(camera, "camera_id"), json::text_at(camera, "state"),
             json::number_at(camera, "fps", 0), json::integer_at(camera, "last_frame_age_ms", 0)});
    }
    read_picture(body, metrics);
    const Object& control = json::object_at(body, "control");
    metrics.control_rtt_ms = json::number_at(control, "rtt_ms", 0);
    metrics.ack_ms_p95 = json::number_at(control, "ack_ms_p95", 0);
    metrics.outbox = json::integer_at(control, "outbox", 0);
    metrics.dup_dropped = json::integer_at(control, "dup_dropped", 0);
    metrics.session_uptime_s = json::integer_at(control, "session_uptime_s", 0);
    return metrics;
}

}  // namespace vistter::contract
