// Writing and strict reading of MQTT 3.1.1 packets (OASIS, sections 2 and 3).
#include "net/mqtt_codec.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vistter::net {
namespace {

enum Type : std::uint8_t {
    type_connect = 1,
    type_connack = 2,
    type_publish = 3,
    type_puback = 4,
    type_subscribe = 8,
    type_suback = 9,
    type_pingreq = 12,
    type_pingresp = 13,
    type_disconnect = 14,
};
constexpr std::size_t longest_text = 65'535;
constexpr int refused_filter = 0x80;

void put_byte(std::string& out, unsigned value) {
    out.push_back(static_cast<char>(value));
}
void put_number(std::string& out, std::uint16_t value) {
    put_byte(out, value >> 8);
    put_byte(out, value & 0xffu);
}
void put_text(std::string& out, std::string_view text) {
    text = text.substr(0, longest_text);
    put_number(out, static_cast<std::uint16_t>(text.size()));
    out.append(text);
}

std::string packet(unsigned type, unsigned flags, std::string_view head,
                   std::string_view tail = {}) {
    std::string out;
    out.reserve(head.size() + tail.size() + 5);
    put_byte(out, type << 4 | flags);
    std::size_t rest = head.size() + tail.size();
    do {
        const unsigned digit = rest % 128;
        rest /= 128;
        put_byte(out, rest > 0 ? digit | 0x80u : digit);
    } while (rest > 0);
    out.append(head);
    out.append(tail);
    return out;
}

Error wrong(std::string_view why) {
    return fail(ErrorCode::VAL_SCHEMA, fmt::format("MQTT: {}", why));
}

// What stands after the fixed header, taken from the front.
class Content {
  public:
    explicit Content(std::string_view bytes) : left_(bytes) {}
    std::optional<unsigned> byte() {
        if (left_.empty()) return std::nullopt;
        const auto value = static_cast<unsigned char>(left_.front());
        left_.remove_prefix(1);
        return value;
    }
    std::optional<std::uint16_t> number() {
        if (left_.size() < 2) return std::nullopt;
        const unsigned high = *byte(), low = *byte();
        return static_cast<std::uint16_t>(high << 8 | low);
    }
    std::optional<std::string_view> text() {
        const auto size = number();
        if (!size || left_.size() < *size) return std::nullopt;
        const std::string_view taken = left_.substr(0, *size);
        left_.remove_prefix(*size);
        return taken;
    }
    std::string_view rest() const { return left_; }

  private:
    std::string_view left_;
};

Result<MqttPacket> read_connack(Content content) {
    const auto flags = content.byte(), code = content.byte();
    if (!flags || !code || !content.rest().empty() || *flags > 1)
        return wrong("CONNACK is malformed");
    return MqttPacket(MqttConnack{*flags == 1, static_cast<int>(*code)});
}

bool is_topic(std::string_view text) {
    return !text.empty() && text.find_first_of("+#") == std::string_view::npos &&
           is_mqtt_text(text);
}

Result<MqttPacket> read_publish(Content content, unsigned flags) {
    MqttPublish publish;
    publish.qos = static_cast<int>(flags >> 1 & 3u);
    publish.duplicate = (flags & 8u) != 0;
    publish.retained = (flags & 1u) != 0;
    if (publish.qos > 1) return wrong("PUBLISH has a quality of service nobody subscribed to");
    if (publish.qos == 0 && publish.duplicate)
        return wrong("PUBLISH at QoS 0 cannot be a duplicate");
    const auto topic = content.text();
    if (!topic || !is_topic(*topic)) return wrong("PUBLISH has no good topic");
    publish.topic = *topic;
    if (publish.qos == 1) {
        const auto id = content.number();
        if (!id || *id == 0) return wrong("PUBLISH at QoS 1 has no packet id");
        publish.id = *id;
    }
    publish.payload = content.rest();
    return MqttPacket(std::move(publish));
}

Result<MqttPacket> read_puback(Content content) {
    const auto id = content.number();
    if (!id || *id == 0 || !content.rest().empty()) return wrong("PUBACK is malformed");
    return MqttPacket(MqttPuback{*id});
}

Result<MqttPacket> read_suback(Content content) {
    MqttSuback suback;
    const auto id = content.number();
    if (!id || *id == 0 || content.rest().empty()) return wrong("SUBACK is malformed");
    suback.id = *id;
    while (const auto code = content.byte()) {
        if (*code > 1 && *code != refused_filter)
            return wrong("SUBACK grants what nobody asked for");
        suback.granted.push_back(static_cast<int>(*code));
    }
    return MqttPacket(std::move(suback));
}

Result<MqttPacket> read_content(unsigned first, std::string_view bytes) {
    const unsigned type = first >> 4, flags = first & 15u;
    if (type == type_publish) return read_publish(Content(bytes), flags);
    if (flags != 0) return wrong("a packet has flags that are reserved");
    switch (type) {
        case type_connack:
            return read_connack(Content(bytes));
        case type_puback:
            return read_puback(Content(bytes));
        case type_suback:
            return read_suback(Content(bytes));
        case type_pingresp:
            if (!bytes.empty()) return wrong("PINGRESP is malformed");
            return MqttPacket(MqttPingresp{});
        default:
            return wrong(fmt::format("a broker does not send packets of type {}", type));
    }
}

struct Length {
    std::size_t value = 0, digits = 0;
};

// The remaining length at the beginning of `bytes`; nothing while it is incomplete.
Result<std::optional<Length>> read_length(std::string_view bytes) {
    Length length;
    for (std::size_t at = 0; at < std::min<std::size_t>(bytes.size(), 4); ++at) {
        const auto digit = static_cast<unsigned char>(bytes[at]);
        length.value |= static_cast<std::size_t>(digit & 0x7fu) << (7 * at);
        length.digits = at + 1;
        if ((digit & 0x80u) == 0) return std::optional<Length>(length);
    }
    if (bytes.size() >= 4) return wrong("a remaining length has more than four digits");
    return std::optional<Length>();
}

// The length of the UTF-8 sequence at the beginning of `text`; 0 for none that is allowed.
std::size_t sequence_length(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = at(0);
    if (first < 0x80) return first == 0 ? 0 : 1;
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((at(i) & 0xc0u) != 0x80u) return 0;
    }
    // Overlong forms, surrogates, and what lies beyond U+10FFFF.
    const unsigned second = at(1);
    const bool bad = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                     (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
    return bad ? 0 : size;
}

}  // namespace

bool is_mqtt_text(std::string_view text) {
    if (text.size() > longest_text) return false;
    while (!text.empty()) {
        const std::size_t size = sequence_length(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

std::string mqtt_connect(std::string_view client_id, std::uint16_t keep_alive_s,
                         const MqttWill& will) {
    constexpr unsigned level = 4, clean_session = 2, will_flag = 4;
    std::string body;
    put_text(body, "MQTT");
    put_byte(body, level);
    unsigned flags = clean_session;
    if (!will.topic.empty()) flags |= will_flag | static_cast<unsigned>(will.qos) << 3;
    put_byte(body, flags);
    put_number(body, keep_alive_s);
    put_text(body, client_id);
    if (!will.topic.empty()) {
        put_text(body, will.topic);
        put_text(body, will.payload);
    }
    return packet(type_connect, 0, body);
}

std::string mqtt_publish(std::string_view topic, std::string_view payload, int qos,
                         std::uint16_t id) {
    std::string head;
    put_text(head, topic);
    if (qos > 0) put_number(head, id);
    return packet(type_publish, static_cast<unsigned>(qos) << 1, head, payload);
}

std::string mqtt_puback(std::uint16_t id) {
    std::string body;
    put_number(body, id);
    return packet(type_puback, 0, body);
}

std::string mqtt_subscribe(std::uint16_t id, const std::vector<MqttFilter>& filters) {
    std::string body;
    put_number(body, id);
    for (const MqttFilter& filter : filters) {
        put_text(body, filter.filter);
        put_byte(body, static_cast<unsigned>(filter.qos));
    }
    return packet(type_subscribe, 2, body);
}

std::string mqtt_pingreq() {
    return packet(type_pingreq, 0, {});
}

std::string mqtt_disconnect() {
    return packet(type_disconnect, 0, {});
}

Result<std::optional<MqttPacket>> MqttReader::next() {
    const std::string_view bytes = std::string_view(buffer_).substr(read_);
    if (bytes.size() < 2) return std::optional<MqttPacket>();
    const auto length = read_length(bytes.substr(1));
    if (!length) return length.error();
    if (!length->has_value()) return std::optional<MqttPacket>();
    const auto [size, digits] = **length;
    if (size > limit_) {
        return fail(ErrorCode::VAL_TOO_BIG,
                    fmt::format("MQTT: a packet of {} bytes, at most {} are read", size, limit_));
    }
    if (bytes.size() < 1 + digits + size) return std::optional<MqttPacket>();
    auto read = read_content(static_cast<unsigned char>(bytes[0]), bytes.substr(1 + digits, size));
    if (!read) return read.error();
    read_ += 1 + digits + size;
    if (read_ == buffer_.size() || read_ > limit_) {
        buffer_.erase(0, read_);
        read_ = 0;
    }
    return std::optional<MqttPacket>(std::move(*read));
}

}  // namespace vistter::net
