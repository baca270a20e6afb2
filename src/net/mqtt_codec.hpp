// MQTT 3.1.1 control packets as bytes, as far as a client with QoS 0 and 1 needs them: what it
// writes, and what it may be sent. No I/O; everything a broker could get wrong is refused here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace vistter::net {

struct MqttWill {
    std::string topic;  // empty: no will
    std::string payload;
    int qos = 1;
};

struct MqttFilter {
    std::string filter;
    int qos = 1;
};

// Clean session, no user name: the certificate says who we are.
std::string mqtt_connect(std::string_view client_id, std::uint16_t keep_alive_s,
                         const MqttWill& will);
// `id` counts for QoS 1 only, and is not 0 then. Never retained.
std::string mqtt_publish(std::string_view topic, std::string_view payload, int qos,
                         std::uint16_t id);
std::string mqtt_puback(std::uint16_t id);
std::string mqtt_subscribe(std::uint16_t id, const std::vector<MqttFilter>& filters);
std::string mqtt_pingreq();
std::string mqtt_disconnect();

// What a broker may send us.
struct MqttConnack {
    bool session_present = false;
    int code = 0;  // 0: accepted
};
struct MqttPublish {
    std::string topic, payload;
    int qos = 0;
    bool duplicate = false, retained = false;
    std::uint16_t id = 0;  // QoS 1
};
struct MqttPuback {
    std::uint16_t id = 0;
};
struct MqttSuback {
    std::uint16_t id = 0;
    std::vector<int> granted;  // QoS, 0x80: refused
};
struct MqttPingresp {};
using MqttPacket = std::variant<MqttConnack, MqttPublish, MqttPuback, MqttSuback, MqttPingresp>;

// Room for topic and header beside the payload of the largest PUBLISH.
inline constexpr std::size_t mqtt_overhead = 1'024;

// Packets out of bytes as they come.
class MqttReader {
  public:
    // Packets with more than `payload_limit` and the overhead are refused before they are read.
    explicit MqttReader(std::size_t payload_limit) : limit_(payload_limit + mqtt_overhead) {}
    void append(std::string_view bytes) { buffer_.append(bytes); }
    // The next whole packet, or nothing while it is incomplete. Errors, after which the connection
    // is of no use: VAL_TOO_BIG, VAL_SCHEMA saying what is wrong.
    Result<std::optional<MqttPacket>> next();

  private:
    std::size_t limit_;
    std::string buffer_;
    std::size_t read_ = 0;  // bytes of buffer_ that are done with
};

// Whether `text` is UTF-8 as MQTT wants it (section 1.5.3): at most 65,535 bytes, no U+0000.
bool is_mqtt_text(std::string_view text);

}  // namespace vistter::net
