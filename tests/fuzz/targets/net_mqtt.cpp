// MQTT packets of a broker: however the stream is cut, the same packets come out.
#include "fuzz/target.hpp"
#include "net/mqtt_codec.hpp"

namespace vistter::fuzz {
namespace {

std::string named(const net::MqttPacket& packet) {
    std::string text = std::to_string(packet.index());
    if (const auto* publish = std::get_if<net::MqttPublish>(&packet)) {
        must(publish->qos == 0 || publish->qos == 1, "QoS is 0 or 1");
        must(net::is_mqtt_text(publish->topic), "a topic is text");
        text += publish->topic + "\n" + publish->payload;
    }
    return text;
}

std::vector<std::string> read(std::string_view input, std::size_t piece) {
    net::MqttReader reader(4'096);
    std::vector<std::string> seen;
    for (std::size_t at = 0; at < input.size(); at += piece) {
        reader.append(input.substr(at, piece));
        while (true) {
            const auto next = reader.next();
            if (!next) {
                seen.push_back("fault");
                return seen;
            }
            if (!next->has_value()) break;
            seen.push_back(named(**next));
        }
    }
    return seen;
}

}  // namespace

void mqtt_packet(std::string_view input) {
    must(read(input, input.size() + 1) == read(input, 1 + input.size() % 11),
         "cutting changes nothing");
}

std::vector<std::string> mqtt_packet_examples() {
    const std::string connack("\x20\x02\x00\x00", 4);
    const std::string suback("\x90\x03\x00\x01\x01", 5);
    return {connack + suback, net::mqtt_publish("vistter/v1/t/d/down/cmd", "eyJ.a.b", 1, 7),
            net::mqtt_publish("a", std::string(300, 'x'), 0, 0) + net::mqtt_puback(7),
            std::string("\xd0\x00", 2)};
}

}  // namespace vistter::fuzz
