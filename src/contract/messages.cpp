// Bodies: the reader schema first, then the structs, then what no schema can say.
#include "contract/messages.hpp"

#include <array>

#include "contract/check.hpp"
#include "contract/decode.hpp"
#include "contract/findings.hpp"
#include "contract/json.hpp"

namespace vistter::contract {
namespace {

using json::Object;

constexpr std::size_t max_document_bytes = 1'048'576;

// Same order as MessageType.
constexpr std::array<std::string_view, 19> schema_names{
    "device_config",  "camera_action",  "timeline_load",      "timeline_execute",
    "overlay_update", "stream_control", "credential_refresh", "command_cancel",
    "ack",            "progress",       "event",              "metrics",
    "hello",          "welcome",        "refuse",             "state_report",
    "receipt",        "heartbeat",      "goodbye"};

Body decode(MessageType type, const Object& body, std::string_view text) {
    switch (type) {
        case MessageType::DEVICE_CONFIG:
            return decode_device_config(body);
        case MessageType::CAMERA_ACTION:
            return decode_camera_action(body);
        case MessageType::TIMELINE_LOAD:
            return decode_timeline_load(body, text);
        case MessageType::TIMELINE_EXECUTE:
            return decode_timeline_execute(body);
        case MessageType::OVERLAY_UPDATE:
            return decode_overlay_update(body, text);
        case MessageType::STREAM_CONTROL:
            return decode_stream_control(body);
        case MessageType::CREDENTIAL_REFRESH:
            return decode_credential_refresh(body);
        case MessageType::COMMAND_CANCEL:
            return decode_command_cancel(body);
        case MessageType::ACK:
            return decode_ack(body, text);
        case MessageType::PROGRESS:
            return decode_progress(body, text);
        case MessageType::EVENT:
            return decode_event(body, text);
        case MessageType::METRICS:
            return decode_metrics(body);
        case MessageType::HELLO:
            return decode_hello(body);
        case MessageType::WELCOME:
            return decode_welcome(body);
        case MessageType::REFUSE:
            return decode_refuse(body);
        case MessageType::STATE_REPORT:
            return decode_state_report(body);
        case MessageType::RECEIPT:
            return decode_receipt(body);
        case MessageType::HEARTBEAT:
            return decode_heartbeat(body);
        case MessageType::GOODBYE:
            break;
    }
    return decode_goodbye(body);
}

}  // namespace

MessageType type_of(const Body& body) {
    static_assert(std::variant_size_v<Body> == schema_names.size());
    return static_cast<MessageType>(body.index());
}

std::string body_schema_id(MessageType type) {
    return schema_id("protocol", schema_names[static_cast<std::size_t>(type)]);
}

Result<ParsedBody> parse_body(const Envelope& envelope) {
    auto value = json::parse(envelope.body, max_message_bytes);
    if (!value) return std::move(value).error();
    SchemaReport report =
        contract_schemas().judge(body_schema_id(envelope.type), *value, SchemaMode::reader);
    const std::string what = "The body of " + std::string(to_string(envelope.type)) + " is wrong";
    if (!report.findings.empty()) return error_of(report.findings, what);
    const Object& body = value->get_object();
    Meaning meaning = check_body(envelope.type, body);
    if (meaning.findings.empty()) check_support(envelope.type, body, meaning);
    if (!meaning.findings.empty()) return error_of(meaning.findings, what);
    ParsedBody parsed{decode(envelope.type, body, envelope.body), {}};
    for (const std::string& pointer : envelope.unknown_members) {
        parsed.warnings.push_back(
            {"VAL_UNKNOWN_FIELD", pointer, "no such member in the envelope; ignored"});
    }
    for (const std::string& pointer : report.unknown) {
        parsed.warnings.push_back(
            {"VAL_UNKNOWN_FIELD", "/body" + pointer, "no such member; ignored"});
    }
    for (Finding& warning : meaning.warnings) {
        parsed.warnings.push_back({std::string(vistter::to_string(warning.code)),
                                   "/body" + warning.pointer, std::move(warning.reason)});
    }
    return parsed;
}

Result<TimelineLoad> parse_timeline_load(std::string_view text) {
    auto value = json::parse(text, max_document_bytes);
    if (!value) return std::move(value).error();
    SchemaReport report = contract_schemas().judge(body_schema_id(MessageType::TIMELINE_LOAD),
                                                   *value, SchemaMode::reader);
    if (!report.findings.empty()) return error_of(report.findings, "The timeline is wrong");
    const Object& body = value->get_object();
    Meaning meaning = check_body(MessageType::TIMELINE_LOAD, body);
    if (meaning.findings.empty()) check_support(MessageType::TIMELINE_LOAD, body, meaning);
    if (!meaning.findings.empty()) return error_of(meaning.findings, "The timeline is wrong");
    return decode_timeline_load(body, text);
}

Result<OverlayDocument> parse_overlay_document(std::string_view text) {
    auto value = json::parse(text, max_document_bytes);
    if (!value) return std::move(value).error();
    Meaning meaning = judge_overlay(*value);
    if (meaning.findings.empty()) check_overlay_support(value->get_object(), "", meaning);
    if (!meaning.findings.empty()) return error_of(meaning.findings, "The OCL document is wrong");
    return decode_overlay(value->get_object());
}

bool is_terminal_progress(std::string_view state) {
    static constexpr std::array<std::string_view, 6> terminal{
        "succeeded", "failed", "cancelled", "preempted", "expired", "rolled_back"};
    for (const std::string_view name : terminal) {
        if (name == state) return true;
    }
    return false;
}

}  // namespace vistter::contract
