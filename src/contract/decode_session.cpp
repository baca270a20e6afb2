// HELLO, WELCOME, REFUSE, STATE_REPORT, RECEIPT and GOODBYE bodies (contract B.7, B.9) from JSON to
// structs.
#include "contract/decode.hpp"

namespace vistter::contract {
namespace {

using json::Object;
using json::Value;

// Calls `read` with each object of the list `key`.
template <class Read>
void each(const Object& object, std::string_view key, Read read) {
    for (const Value& value : json::array_at(object, key)) {
        if (value.is_object()) read(value.get_object());
    }
}

StateDigest decode_digest(const Object& object) {
    StateDigest digest;
    digest.config_revision = json::integer_at(object, "config_revision", 0);
    digest.emergency = json::boolean_at(object, "emergency", false);
    each(object, "timelines", [&](const Object& entry) {
        digest.timelines.push_back(
            {json::text_at(entry, "timeline_id"), json::integer_at(entry, "revision", 0),
             json::text_at(entry, "doc_sha256"), json::text_at(entry, "state")});
    });
    each(object, "overlays", [&](const Object& entry) {
        digest.overlays.push_back({json::text_at(entry, "overlay_id"),
                                   json::integer_at(entry, "revision", 0),
                                   json::text_at(entry, "doc_sha256")});
    });
    each(object, "streams", [&](const Object& entry) {
        digest.streams.push_back(
            {json::text_at(entry, "stream_id"), json::text_at(entry, "state")});
    });
    return digest;
}

int small(const Object& object, std::string_view key, int fallback) {
    return json::clamp_int(json::integer_at(object, key, fallback));
}

void read_identity(const Object& body, Hello& hello) {
    const Object& firmware = json::object_at(body, "firmware");
    hello.firmware_version = json::text_at(firmware, "version");
    hello.firmware_build = json::text_at(firmware, "build");
    hello.firmware_channel = json::text_at(firmware, "channel", hello.firmware_channel);
    const Object& hardware = json::object_at(body, "hardware");
    hello.hardware_model = json::text_at(hardware, "model");
    hello.hardware_arch = json::text_at(hardware, "arch");
    hello.hardware_cores = small(hardware, "cores", 1);
    hello.hardware_memory_mb = json::integer_at(hardware, "memory_mb", 0);
    hello.hardware_encoders = json::texts_at(hardware, "encoders");
    hello.boot_id = json::text_at(body, "boot_id");
    hello.connection_id = json::text_at(body, "connection_id");
    hello.uptime_s = json::integer_at(body, "uptime_s", 0);
}

void read_offers(const Object& body, Hello& hello) {
    each(body, "protocol", [&](const Object& entry) {
        hello.protocol.push_back(
            {small(entry, "major", 1), small(entry, "min_minor", 0), small(entry, "max_minor", 0)});
    });
    const Object& ocl = json::object_at(body, "ocl");
    hello.ocl_versions = json::texts_at(ocl, "versions");
    hello.ocl_features = json::texts_at(ocl, "features");
    for (const auto& member : json::object_at(ocl, "limits")) {
        hello.ocl_limits.emplace(std::string(member.key().data(), member.key().size()),
                                 json::integer_of(member.value()).value_or(0));
    }
    const Object& segment = json::object_at(body, "segment");
    hello.segment_versions = json::texts_at(segment, "versions");
    hello.segment_features = json::texts_at(segment, "features");
    hello.features = json::texts_at(body, "features");
}

}  // namespace

Hello decode_hello(const Object& body) {
    Hello hello;
    read_identity(body, hello);
    read_offers(body, hello);
    const Object& clock = json::object_at(body, "clock");
    hello.clock_now = json::time_at(clock, "now");
    hello.clock_source = json::text_at(clock, "source", hello.clock_source);
    hello.clock_synced = json::boolean_at(clock, "synced", true);
    hello.tzdata = json::text_at(clock, "tzdata");
    hello.timezone = json::text_at(clock, "timezone");
    hello.session_token = json::text_at(body, "session_token");
    const Object& resume = json::object_at(body, "resume");
    hello.last_session_id = json::text_at(resume, "last_session_id");
    hello.last_rx_seq = json::integer_at(resume, "last_rx_seq", 0);
    hello.journal_count = json::integer_at(resume, "journal_count", 0);
    hello.outbox_count = json::integer_at(resume, "outbox_count", 0);
    hello.digest = decode_digest(json::object_at(body, "digest"));
    return hello;
}

Welcome decode_welcome(const Object& body) {
    Welcome welcome;
    welcome.session_id = json::text_at(body, "session_id");
    welcome.hello_nonce = json::text_at(body, "hello_nonce");
    welcome.schema_version = json::text_at(body, "schema_version");
    welcome.ocl_version = json::text_at(body, "ocl_version");
    welcome.segment_version = json::text_at(body, "segment_version");
    welcome.features_enabled = json::texts_at(body, "features_enabled");
    welcome.verdict = json::text_at(body, "verdict");
    welcome.server_time = json::time_at(body, "server_time");
    welcome.heartbeat_s = small(body, "heartbeat_s", welcome.heartbeat_s);
    welcome.metrics_interval_s = small(body, "metrics_interval_s", welcome.metrics_interval_s);
    welcome.max_message_bytes =
        json::integer_at(body, "max_message_bytes", welcome.max_message_bytes);
    welcome.max_inflight_commands =
        small(body, "max_inflight_commands", welcome.max_inflight_commands);
    const Object& resume = json::object_at(body, "resume");
    welcome.resume_ack_up_to_seq = json::integer_at(resume, "ack_up_to_seq", 0);
    welcome.resume_resend = json::texts_at(resume, "resend");
    return welcome;
}

Refuse decode_refuse(const Object& body) {
    Refuse refuse;
    refuse.code = json::text_at(body, "code");
    refuse.message = json::text_at(body, "message");
    if (const auto seconds = json::optional_integer_at(body, "retry_after_s")) {
        refuse.retry_after_s = json::clamp_int(*seconds);
    }
    return refuse;
}

StateReport decode_state_report(const Object& body) {
    StateReport report;
    report.reason = json::text_at(body, "reason", report.reason);
    const Object& state = json::object_at(body, "state");
    report.digest = decode_digest(state);
    each(state, "runs", [&](const Object& entry) {
        report.runs.push_back({json::text_at(entry, "run_id"), json::text_at(entry, "timeline_id"),
                               json::text_at(entry, "state"),
                               json::integer_at(entry, "position_ms", 0)});
    });
    each(state, "cameras", [&](const Object& entry) {
        report.cameras.push_back({json::text_at(entry, "camera_id"), json::text_at(entry, "name"),
                                  json::text_at(entry, "state")});
    });
    return report;
}

Receipt decode_receipt(const Object& body) {
    Receipt receipt;
    receipt.session_id = json::text_at(body, "session_id");
    receipt.up_to_seq = json::integer_at(body, "up_to_seq", 0);
    for (const Value& value : json::array_at(body, "missing")) {
        if (const auto seq = json::integer_of(value)) receipt.missing.push_back(*seq);
    }
    receipt.message_ids = json::texts_at(body, "message_ids");
    return receipt;
}

Heartbeat decode_heartbeat(const Object& body) {
    Heartbeat heartbeat;
    heartbeat.sent_seq = json::integer_at(body, "sent_seq", 0);
    heartbeat.transcript = json::text_at(body, "transcript");
    heartbeat.received_seq = json::integer_at(body, "received_seq", 0);
    heartbeat.ledger_rows = json::integer_at(body, "ledger_rows", 0);
    heartbeat.ledger_head = json::text_at(body, "ledger_head");
    heartbeat.session_token = json::text_at(body, "session_token");
    return heartbeat;
}

Goodbye decode_goodbye(const Object& body) {
    return {json::text_at(body, "reason", "shutdown"), json::integer_at(body, "resume_after_s", 0),
            json::text_at(body, "connection_id")};
}

}  // namespace vistter::contract
