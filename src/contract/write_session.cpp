// Session bodies as JSON text, and write_body, which finds the right writer.
#include "contract/json_text.hpp"
#include "contract/ocl_limits.hpp"
#include "contract/write.hpp"

namespace vistter::contract {
namespace {

std::string timeline_text(const TimelineDigest& entry) {
    return ObjectWriter()
        .text("timeline_id", entry.timeline_id)
        .integer("revision", entry.revision)
        .text("doc_sha256", entry.doc_sha256)
        .text("state", entry.state)
        .str();
}

std::string overlay_text(const OverlayDigest& entry) {
    return ObjectWriter()
        .text("overlay_id", entry.overlay_id)
        .integer("revision", entry.revision)
        .text("doc_sha256", entry.doc_sha256)
        .str();
}

std::string stream_text(const StreamDigest& entry) {
    return ObjectWriter().text("stream_id", entry.stream_id).text("state", entry.state).str();
}

std::string run_text(const RunDigest& entry) {
    return ObjectWriter()
        .text("run_id", entry.run_id)
        .text("timeline_id", entry.timeline_id)
        .text("state", entry.state)
        .integer("position_ms", entry.position_ms)
        .str();
}

std::string camera_text(const CameraDigest& entry) {
    return ObjectWriter()
        .text("camera_id", entry.camera_id)
        .text("name", entry.name)
        .text("state", entry.state)
        .str();
}

void write_digest(ObjectWriter& out, const StateDigest& digest) {
    out.integer("config_revision", digest.config_revision)
        .boolean("emergency", digest.emergency)
        .raw("timelines", list_text(digest.timelines, timeline_text))
        .raw("overlays", list_text(digest.overlays, overlay_text))
        .raw("streams", list_text(digest.streams, stream_text));
}

std::string protocol_text(const ProtocolOffer& offer) {
    return ObjectWriter()
        .integer("major", offer.major)
        .integer("min_minor", offer.min_minor)
        .integer("max_minor", offer.max_minor)
        .str();
}

std::string hardware_text(const Hello& hello) {
    return ObjectWriter()
        .text("model", hello.hardware_model)
        .text("arch", hello.hardware_arch)
        .integer("cores", hello.hardware_cores)
        .integer("memory_mb", hello.hardware_memory_mb)
        .null("gpu")
        .texts("encoders", hello.hardware_encoders)
        .str();
}

std::string clock_text(const Hello& hello) {
    return ObjectWriter()
        .text("now", format_rfc3339(hello.clock_now))
        .text("source", hello.clock_source)
        .boolean("synced", hello.clock_synced)
        .text("tzdata", hello.tzdata)
        .text("timezone", hello.timezone)
        .str();
}

std::string resume_text(const Hello& hello) {
    ObjectWriter resume;
    text_or_null(resume, "last_session_id", hello.last_session_id);
    resume.integer("last_rx_seq", hello.last_rx_seq)
        .integer("journal_count", hello.journal_count)
        .integer("outbox_count", hello.outbox_count);
    return resume.str();
}

std::string ocl_text(const Hello& hello) {
    ObjectWriter out;
    out.texts("versions", hello.ocl_versions).texts("features", hello.ocl_features);
    if (!hello.ocl_limits.empty()) out.raw("limits", limits_text(hello.ocl_limits));
    return out.str();
}

}  // namespace

std::string write(const Hello& hello) {
    ObjectWriter digest;
    write_digest(digest, hello.digest);
    ObjectWriter out;
    out.raw("firmware", ObjectWriter()
                            .text("version", hello.firmware_version)
                            .text("build", hello.firmware_build)
                            .text("channel", hello.firmware_channel)
                            .str());
    out.raw("hardware", hardware_text(hello))
        .text("boot_id", hello.boot_id)
        .text("connection_id", hello.connection_id)
        .integer("uptime_s", hello.uptime_s)
        .raw("protocol", list_text(hello.protocol, protocol_text))
        .raw("ocl", ocl_text(hello))
        .raw("segment", ObjectWriter()
                            .texts("versions", hello.segment_versions)
                            .texts("features", hello.segment_features)
                            .str())
        .texts("features", hello.features)
        .raw("clock", clock_text(hello))
        .text("session_token", hello.session_token)
        .raw("resume", resume_text(hello))
        .raw("digest", digest.str());
    return out.str();
}

std::string write(const Welcome& welcome) {
    ObjectWriter out;
    out.text("session_id", welcome.session_id)
        .text("hello_nonce", welcome.hello_nonce)
        .text("schema_version", welcome.schema_version)
        .text("ocl_version", welcome.ocl_version)
        .text("segment_version", welcome.segment_version)
        .texts("features_enabled", welcome.features_enabled)
        .text("verdict", welcome.verdict)
        .text("server_time", format_rfc3339(welcome.server_time))
        .integer("heartbeat_s", welcome.heartbeat_s)
        .integer("metrics_interval_s", welcome.metrics_interval_s)
        .integer("max_message_bytes", welcome.max_message_bytes)
        .integer("max_inflight_commands", welcome.max_inflight_commands)
        .raw("resume", ObjectWriter()
                           .integer("ack_up_to_seq", welcome.resume_ack_up_to_seq)
                           .texts("resend", welcome.resume_resend)
                           .str());
    return out.str();
}

std::string write(const Refuse& refuse) {
    ObjectWriter out;
    out.text("code", refuse.code).text("message", refuse.message);
    if (refuse.retry_after_s) return out.integer("retry_after_s", *refuse.retry_after_s).str();
    return out.null("retry_after_s").str();
}

std::string write(const StateReport& report) {
    ObjectWriter state;
    write_digest(state, report.digest);
    state.raw("runs", list_text(report.runs, run_text))
        .raw("cameras", list_text(report.cameras, camera_text));
    return ObjectWriter().text("reason", report.reason).raw("state", state.str()).str();
}

std::string write(const Receipt& receipt) {
    ObjectWriter out;
    out.text("session_id", receipt.session_id)
        .integer("up_to_seq", receipt.up_to_seq)
        .raw("missing",
             list_text(receipt.missing, [](std::int64_t seq) { return std::to_string(seq); }));
    if (!receipt.message_ids.empty()) out.texts("message_ids", receipt.message_ids);
    return out.str();
}

std::string write(const Heartbeat& heartbeat) {
    ObjectWriter out;
    out.integer("sent_seq", heartbeat.sent_seq)
        .text("transcript", heartbeat.transcript)
        .integer("received_seq", heartbeat.received_seq)
        .integer("ledger_rows", heartbeat.ledger_rows)
        .text("ledger_head", heartbeat.ledger_head);
    if (!heartbeat.session_token.empty()) out.text("session_token", heartbeat.session_token);
    return out.str();
}

std::string write(const Goodbye& goodbye) {
    ObjectWriter out;
    out.text("reason", goodbye.reason).integer("resume_after_s", goodbye.resume_after_s);
    if (!goodbye.connection_id.empty()) out.text("connection_id", goodbye.connection_id);
    return out.str();
}

std::string write_body(const Body& body) {
    return std::visit([](const auto& held) { return write(held); }, body);
}

}  // namespace vistter::contract
