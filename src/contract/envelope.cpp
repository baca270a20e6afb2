// The envelope: strict reading, writing, and what the types are called.
#include "contract/envelope.hpp"

#include <array>

#include "base/ids.hpp"
#include "contract/findings.hpp"
#include "contract/json.hpp"
#include "contract/json_text.hpp"
#include "contract/object_writer.hpp"

namespace vistter::contract {
namespace {

constexpr std::array<std::string_view, 19> type_names{
    "DEVICE_CONFIG",  "CAMERA_ACTION",  "TIMELINE_LOAD",      "TIMELINE_EXECUTE",
    "OVERLAY_UPDATE", "STREAM_CONTROL", "CREDENTIAL_REFRESH", "COMMAND_CANCEL",
    "ACK",            "PROGRESS",       "EVENT",              "METRICS",
    "HELLO",          "WELCOME",        "REFUSE",             "STATE_REPORT",
    "RECEIPT",        "HEARTBEAT",      "GOODBYE"};

Envelope decode_envelope(const json::Object& object, std::string_view payload) {
    Envelope envelope;
    envelope.message_id = json::text_at(object, "message_id");
    envelope.correlation_id = json::text_at(object, "correlation_id");
    envelope.timestamp = json::time_at(object, "timestamp");
    envelope.schema_version = json::text_at(object, "schema_version");
    envelope.device_id = json::text_at(object, "device_id");
    envelope.type = message_type_from(json::text_at(object, "type")).value_or(MessageType::GOODBYE);
    envelope.session_id = json::text_at(object, "session_id");
    envelope.seq = json::integer_at(object, "seq", 0);
    envelope.nonce = json::text_at(object, "nonce");
    envelope.causation_id = json::optional_text_at(object, "causation_id");
    envelope.expires_at = json::optional_time_at(object, "expires_at");
    envelope.not_before = json::optional_time_at(object, "not_before");
    envelope.requires_features = json::texts_at(object, "requires");
    if (json::find(object, "actor")) {
        const json::Object& actor = json::object_at(object, "actor");
        envelope.actor = Actor{json::text_at(actor, "kind"), json::text_at(actor, "id"),
                               json::text_at(actor, "role")};
    }
    envelope.ocl_version = json::optional_text_at(object, "ocl_version");
    envelope.traceparent = json::optional_text_at(object, "traceparent");
    envelope.body = std::string(text_at_pointer(payload, "/body").value_or("{}"));
    return envelope;
}

}  // namespace

std::string_view to_string(MessageType type) {
    return type_names[static_cast<std::size_t>(type)];
}

std::optional<MessageType> message_type_from(std::string_view name) {
    for (std::size_t i = 0; i < type_names.size(); ++i) {
        if (type_names[i] == name) return static_cast<MessageType>(i);
    }
    return std::nullopt;
}

bool is_command(MessageType type) {
    return type <= MessageType::COMMAND_CANCEL;
}

bool studio_sends(MessageType type) {
    switch (type) {
        case MessageType::WELCOME:
        case MessageType::REFUSE:
        case MessageType::RECEIPT:
        case MessageType::HEARTBEAT:
        case MessageType::GOODBYE:
            return true;
        default:
            return is_command(type);
    }
}

bool device_sends(MessageType type) {
    return type == MessageType::GOODBYE || type == MessageType::HEARTBEAT || !studio_sends(type);
}

Result<Envelope> parse_envelope(std::string_view payload) {
    auto value = json::parse(payload, max_message_bytes);
    if (!value) return std::move(value).error();
    SchemaReport report =
        contract_schemas().judge(schema_id("protocol", "envelope"), *value, SchemaMode::reader);
    if (!report.findings.empty()) return error_of(report.findings, "The envelope is wrong");
    Envelope envelope = decode_envelope(value->get_object(), payload);
    envelope.unknown_members = std::move(report.unknown);
    return envelope;
}

std::string write_envelope(const Envelope& envelope) {
    ObjectWriter out;
    out.text("message_id", envelope.message_id)
        .text("correlation_id", envelope.correlation_id)
        .text("timestamp", format_rfc3339(envelope.timestamp))
        .text("schema_version", envelope.schema_version)
        .text("device_id", envelope.device_id)
        .text("type", to_string(envelope.type));
    if (!envelope.session_id.empty()) out.text("session_id", envelope.session_id);
    out.integer("seq", envelope.seq).text("nonce", envelope.nonce);
    if (envelope.causation_id) out.text("causation_id", *envelope.causation_id);
    if (envelope.expires_at) out.text("expires_at", format_rfc3339(*envelope.expires_at));
    if (envelope.not_before) out.text("not_before", format_rfc3339(*envelope.not_before));
    if (!envelope.requires_features.empty()) out.texts("requires", envelope.requires_features);
    if (envelope.actor) {
        ObjectWriter actor;
        actor.text("kind", envelope.actor->kind)
            .text("id", envelope.actor->id)
            .text("role", envelope.actor->role);
        out.raw("actor", actor.str());
    }
    if (envelope.ocl_version) out.text("ocl_version", *envelope.ocl_version);
    if (envelope.traceparent) out.text("traceparent", *envelope.traceparent);
    out.raw("body", envelope.body.empty() ? "{}" : envelope.body);
    return out.str();
}

std::optional<std::string> message_id_of(std::string_view payload) {
    const auto value = json::parse(payload, max_message_bytes);
    if (!value || !value->is_object()) return std::nullopt;
    std::string id = json::text_at(value->get_object(), "message_id");
    if (!is_uuid(id)) return std::nullopt;
    return id;
}

}  // namespace vistter::contract
