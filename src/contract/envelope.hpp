// The envelope every message travels in (contract B.2), as a plain struct. The body stays JSON text here;
// contract/messages.hpp reads it into one struct a type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace vistter::contract {

enum class MessageType {
    DEVICE_CONFIG, CAMERA_ACTION, TIMELINE_LOAD, TIMELINE_EXECUTE, OVERLAY_UPDATE, STREAM_CONTROL,  // commands
    CREDENTIAL_REFRESH, COMMAND_CANCEL,
    ACK, PROGRESS, EVENT, METRICS,                                                                  // answers
    HELLO, WELCOME, REFUSE, STATE_REPORT, RECEIPT, HEARTBEAT, GOODBYE,                              // session
};

std::string_view to_string(MessageType type);
std::optional<MessageType> message_type_from(std::string_view name);
bool is_command(MessageType type);
// Who may send it: HEARTBEAT and GOODBYE are the types both ends send.
bool studio_sends(MessageType type);
bool device_sends(MessageType type);

struct Actor {
    std::string kind;  // user, schedule, automation, api, device
    std::string id;    // opaque, at most 64 characters, never a name or an address
    std::string role;  // viewer, operator, producer, admin, emergency, system
};

struct Envelope {
    std::string message_id;      // UUIDv7
    std::string correlation_id;  // UUID
    WallTime timestamp;          // send time in Studio time
    std::string schema_version = "1.0";
    std::string device_id;
    MessageType type = MessageType::GOODBYE;
    std::string session_id;      // empty in HELLO only
    std::int64_t seq = 0;        // 1.. per sender per session
    std::string nonce;
    std::optional<std::string> causation_id;
    std::optional<WallTime> expires_at;
    std::optional<WallTime> not_before;
    std::vector<std::string> requires_features;  // JSON member `requires`
    std::optional<Actor> actor;
    std::optional<std::string> ocl_version;
    std::optional<std::string> traceparent;
    std::string body;            // JSON text of the `body` member
    std::vector<std::string> unknown_members;  // RFC 6901 pointers of members no schema names (reader schema)
};

inline constexpr std::size_t max_message_bytes = 262'144;
inline constexpr int max_json_depth = 32;

// Strict reading of a verified payload (contract B.1, B.2): UTF-8, no duplicate keys, depth at most 32,
// finite numbers, the envelope's reader schema. Errors: VAL_JSON, VAL_SCHEMA, VAL_ENUM, VER_UNKNOWN_TYPE,
// VAL_TOO_BIG, each with the pointer. On failure after `message_id` could be read, `message_id_of` gives it.
Result<Envelope> parse_envelope(std::string_view payload);
// The envelope as JSON bytes, ready to be signed. Members in the order of contract B.2.
std::string write_envelope(const Envelope& envelope);
// The message_id of a payload that parse_envelope refused, so that a refusal can name it; or nothing.
std::optional<std::string> message_id_of(std::string_view payload);

}  // namespace vistter::contract
