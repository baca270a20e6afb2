// The two files of a mosquitto broker.
#include "net/broker_config.hpp"

#include <fmt/format.h>

namespace vistter::net {

std::string mosquitto_config(const BrokerSettings& settings) {
    const std::string folder = settings.folder.string();
    return fmt::format(
        R"(# The broker that carries the channel between appliances and one Studio.
# Written by `vistter broker-config`.
listener {port} {address}
socket_domain {domain}
cafile {folder}/root.pem
certfile {folder}/broker.pem
keyfile {folder}/broker.key
{crl}tls_version tlsv1.2
ciphers ECDHE+AESGCM:ECDHE+CHACHA20

# Who somebody is says the certificate alone: a device's common name is its id.
require_certificate true
use_identity_as_username true
allow_anonymous false
acl_file {folder}/acl

# The ends keep journals and tell each other what arrived; the broker keeps nothing for anybody.
persistence false
retain_available false
allow_zero_length_clientid false
set_tcp_nodelay true
max_packet_size 270000
max_inflight_messages 0
max_queued_messages 20000
max_queued_bytes 67108864
max_keepalive 3600

log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages true
{pid})",
        fmt::arg("port", settings.port), fmt::arg("address", settings.address),
        fmt::arg("domain", settings.address.find(':') == std::string::npos ? "ipv4" : "ipv6"),
        fmt::arg("folder", folder),
        fmt::arg("crl", settings.revocations ? fmt::format("crlfile {}/crl.pem\n", folder)
                                             : std::string()),
        fmt::arg("pid", settings.pid_file.empty()
                            ? std::string()
                            : "pid_file " + settings.pid_file.string() + "\n"));
}

std::string mosquitto_acl() {
    return fmt::format(
        R"(# A device's user name is its id; patterns hold for everybody.
pattern write vistter/v1/+/%u/up/#
pattern read vistter/v1/+/%u/down/#

user {}
topic read vistter/v1/+/+/up/#
topic write vistter/v1/+/+/down/#
)",
        broker_studio_name);
}

}  // namespace vistter::net
