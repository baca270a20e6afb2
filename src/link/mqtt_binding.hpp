// How the channel's messages travel through an MQTT broker (contract B.1.4): topics, quality of
// service, and the notice that ends one connection where MQTT 3.1.1 has no close frame. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "contract/envelope.hpp"

namespace vistter::link {

// Tenant or device id can stand in a topic: nothing a broker would read as a level or a wildcard.
bool fits_in_topic(std::string_view id);

// "vistter/v1/{tenant}/{device}/up/ack" and so on: where `type` goes when the device (or Studio)
// says it.
std::string mqtt_topic(std::string_view tenant, std::string_view device_id,
                       contract::MessageType type, bool from_device);
int mqtt_qos(contract::MessageType type);
std::string mqtt_presence_topic(std::string_view tenant, std::string_view device_id);
// Everything for one device; everything from all devices.
std::string mqtt_device_filter(std::string_view tenant, std::string_view device_id);
inline constexpr std::string_view mqtt_studio_filter = "vistter/v1/+/+/up/#";

struct MqttAddress {
    std::string tenant, device_id;
    std::string leaf;  // "up/ack", "down/cmd", "up/presence"
};
std::optional<MqttAddress> read_mqtt_topic(std::string_view topic);

// "close <of> <code> <reason>", on the ctl topics beside the messages. Unsigned: it ends a
// connection, which a broker that lies could do anyway, and proves nothing more. `of` is the
// connection_id of the HELLO that opened the connection, or the id of its session.
struct CloseNotice {
    std::string of;
    int code = 0;
    std::string reason;
};
std::string write_close_notice(const CloseNotice& notice);
// Nothing for a message.
std::optional<CloseNotice> read_close_notice(std::string_view text);

// What a message says about its connection, its signature not looked at: to find the connection it
// belongs to, never to believe it.
struct Glimpse {
    contract::MessageType type{};
    std::string session_id;     // empty in HELLO and in a will
    std::string connection_id;  // HELLO, and a GOODBYE that is a will
};
std::optional<Glimpse> glimpse(std::string_view message);

}  // namespace vistter::link
