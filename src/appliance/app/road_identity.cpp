// Plain translation.
#include "appliance/app/road_identity.hpp"

#include "base/bytes.hpp"

namespace vistter::appliance {
namespace {

net::ClientTls trust_of(const Identity& identity, WallTime not_before) {
    net::ClientTls tls;
    for (const std::string& root : identity.granted.trust.roots) tls.root_pem += root;
    for (const std::string& pin : identity.granted.trust.pins) {
        if (auto bytes = from_hex(pin)) tls.pins.push_back(*std::move(bytes));
    }
    tls.not_before = not_before;
    return tls;
}

}  // namespace

RoadIdentity road_identity(const Identity& identity, WallTime not_before) {
    RoadIdentity road;
    road.device_id = identity.granted.device_id;
    road.tenant = identity.granted.tenant;
    road.studio_url = identity.studio_url;
    road.tls = trust_of(identity, not_before);
    road.tls.identity = {identity.granted.client_certificate, identity.tls_key_pem};
    road.signing_kid = identity.granted.signing_kid;
    road.signing_key_pem = identity.signing_key_pem;
    for (const auto& key : identity.granted.trust.studio_keys)
        road.studio_keys.push_back({key.kid, key.pem});
    road.session_url = identity.granted.session_url;
    road.admit_url = identity.granted.admit_url;
    road.channels = identity.granted.channels;
    return road;
}

std::optional<AssetSource> asset_source(const std::optional<Identity>& identity,
                                        WallTime not_before, const net::Proxy& proxy) {
    if (!identity) return std::nullopt;
    const auto address = parse_address(identity->studio_url);
    if (!address) return std::nullopt;
    return AssetSource{address->host, address->port == 0 ? 443 : address->port,
                       trust_of(*identity, not_before), proxy};
}

}  // namespace vistter::appliance
