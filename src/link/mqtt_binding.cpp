// Topics and notices as text.
#include "link/mqtt_binding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "contract/json_text.hpp"
#include "crypto/jws.hpp"

namespace vistter::link {

using contract::MessageType;

namespace {

constexpr std::string_view root = "vistter/v1/";
constexpr std::string_view notice_mark = "close ";
constexpr std::size_t longest_reason = 120;  // as in a WebSocket's close frame

std::string_view leaf_of(MessageType type, bool from_device) {
    if (!from_device) return contract::is_command(type) ? "down/cmd" : "down/ctl";
    switch (type) {
        case MessageType::ACK:
            return "up/ack";
        case MessageType::PROGRESS:
            return "up/progress";
        case MessageType::EVENT:
            return "up/event";
        case MessageType::METRICS:
            return "up/metrics";
        default:
            return "up/ctl";
    }
}

std::string below(std::string_view tenant, std::string_view device_id, std::string_view leaf) {
    return fmt::format("{}{}/{}/{}", root, tenant, device_id, leaf);
}

// Up to the next `end`, which goes too.
std::string_view take(std::string_view& text, char end) {
    const std::size_t at = std::min(text.find(end), text.size());
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return taken;
}

std::string text_member(const std::string& json, std::string_view pointer) {
    const auto member = contract::text_at_pointer(json, pointer);
    if (!member || member->size() < 2 || member->front() != '"') return {};
    return std::string(member->substr(1, member->size() - 2));
}

}  // namespace

bool fits_in_topic(std::string_view id) {
    return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

std::string mqtt_topic(std::string_view tenant, std::string_view device_id, MessageType type,
                       bool from_device) {
    return below(tenant, device_id, leaf_of(type, from_device));
}

int mqtt_qos(MessageType type) {
    return type == MessageType::METRICS ? 0 : 1;
}

std::string mqtt_presence_topic(std::string_view tenant, std::string_view device_id) {
    return below(tenant, device_id, "up/presence");
}

std::string mqtt_device_filter(std::string_view tenant, std::string_view device_id) {
    return below(tenant, device_id, "down/#");
}

std::optional<MqttAddress> read_mqtt_topic(std::string_view topic) {
    if (!topic.starts_with(root)) return std::nullopt;
    topic.remove_prefix(root.size());
    const std::string_view tenant = take(topic, '/'), device = take(topic, '/');
    if (!fits_in_topic(tenant) || !fits_in_topic(device)) return std::nullopt;
    constexpr std::string_view leaves[] = {"up/ack",      "up/progress", "up/event", "up/metrics",
                                           "up/presence", "up/ctl",      "down/cmd", "down/ctl"};
    if (std::ranges::find(leaves, topic) == std::end(leaves)) return std::nullopt;
    return MqttAddress{std::string(tenant), std::string(device), std::string(topic)};
}

std::string write_close_notice(const CloseNotice& notice) {
    return fmt::format("{}{} {} {}", notice_mark, notice.of, notice.code,
                       std::string_view(notice.reason).substr(0, longest_reason));
}

std::optional<CloseNotice> read_close_notice(std::string_view text) {
    if (!text.starts_with(notice_mark) || text.size() > 256) return std::nullopt;
    text.remove_prefix(notice_mark.size());
    CloseNotice notice;
    notice.of = take(text, ' ');
    const std::string_view code = take(text, ' ');
    const auto [end, failed] = std::from_chars(code.data(), code.data() + code.size(), notice.code);
    const bool number = failed == std::errc() && end == code.data() + code.size();
    if (!number || notice.code < 1'000 || notice.code > 4'999 || !fits_in_topic(notice.of))
        return std::nullopt;
    notice.reason = text;
    return notice;
}

std::optional<Glimpse> glimpse(std::string_view message) {
    const auto jws = crypto::read_jws(message, crypto::message_typ, contract::max_message_bytes);
    if (!jws) return std::nullopt;
    const auto envelope = contract::parse_envelope(jws->payload);
    if (!envelope) return std::nullopt;
    Glimpse seen;
    seen.type = envelope->type;
    seen.session_id = envelope->session_id;
    if (seen.type == MessageType::HELLO || seen.type == MessageType::GOODBYE)
        seen.connection_id = text_member(envelope->body, "/connection_id");
    return seen;
}

}  // namespace vistter::link
