// What a mosquitto broker is told so that it can carry the channel (contract B.1.4): mutual TLS
// under Studio's root, every device in its own topics, nothing kept. Text only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace vistter::net {

// The common name of Studio's own client certificate at the broker: its user name there. Devices
// carry their device id, which never reads like this.
inline constexpr const char* broker_studio_name = "studio";

struct BrokerSettings {
    std::string address = "0.0.0.0";
    std::uint16_t port = 8883;
    // As the broker finds it: root.pem, broker.pem, broker.key, acl.
    std::filesystem::path folder;
    bool revocations = false;             // crl.pem is there too, with a list for every root
    std::filesystem::path pid_file = {};  // empty: none
};

// mosquitto.conf for mosquitto 2.
std::string mosquitto_config(const BrokerSettings& settings);
// Its access list: a device publishes only below .../{d}/up/ and listens only below .../{d}/down/.
std::string mosquitto_acl();

}  // namespace vistter::net
