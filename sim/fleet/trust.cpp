#include "sim/fleet/trust.hpp"

#include "base/ids.hpp"

namespace vistter::sim {
namespace {

crypto::Validity around_now() {
    const WallTime now = machine_clock().wall();
    return {{now.ms - 3'600'000}, {now.ms + 86'400'000}};
}

}  // namespace

FleetTrust::FleetTrust(int appliances)
    : root_key(crypto::PrivateKey::generate()),
      server_key(crypto::PrivateKey::generate()),
      studio_key(crypto::PrivateKey::generate()) {
    root = crypto::make_root(root_key, "Fleet root", around_now(), machine_random());
    const auto leaf =
        crypto::issue_server(root_key, *root, server_key.public_key(), {"127.0.0.1", "localhost"},
                             around_now(), machine_random());
    server = {leaf.to_pem() + root->to_pem(), server_key.to_pem()};
    for (int i = 0; i < appliances; ++i) members.push_back(make_member());
}

Member FleetTrust::make_member() {
    const std::string device_id = make_id("dev_", machine_clock(), machine_random());
    const crypto::PrivateKey tls_key = crypto::PrivateKey::generate();
    const auto leaf =
        crypto::issue_device(root_key, *root, tls_key.public_key(),
                             crypto::device_uri(tenant, device_id), around_now(), machine_random());
    return {device_id,
            device_id + "#1",
            leaf.thumbprint(),
            crypto::PrivateKey::generate(),
            {leaf.to_pem(), tls_key.to_pem()}};
}

net::ClientTls FleetTrust::client(const Member& member) const {
    net::ClientTls tls;
    tls.identity = member.tls;
    tls.root_pem = root_pem();
    const auto pin = root->public_key().spki_sha256();
    tls.pins = {{pin.begin(), pin.end()}};
    return tls;
}

}  // namespace vistter::sim
