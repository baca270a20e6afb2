// The answer to a pairing and to a request to come home.
#include "studio/webapi/identity_answer.hpp"

#include <utility>

namespace vistter::studio {
namespace {

namespace json = boost::json;

// In order of preference: the first is used, the others are for when it is blocked.
json::array channels_json(const Addresses& addresses) {
    json::array channels{json::object{{"transport", "wss"}, {"url", addresses.channel_url}}};
    if (addresses.broker_url.empty()) return channels;
    const json::object broker{{"transport", "mqtts"}, {"url", addresses.broker_url}};
    channels.insert(addresses.broker_first ? channels.begin() : channels.end(), broker);
    return channels;
}

json::object trust_json(const TrustBundle& trust) {
    json::array keys;
    for (const auto& key : trust.studio_keys)
        keys.push_back(json::object{{"kid", key.kid}, {"pem", key.pem}});
    return {{"roots", json::value_from(trust.roots)},
            {"pins", json::value_from(trust.pins)},
            {"studio_keys", std::move(keys)}};
}

}  // namespace

json::object identity_json(const Services& services, const Device& device) {
    json::object answer{{"device_id", device.device_id},
                        {"tenant", device.tenant},
                        {"name", device.name},
                        {"client_certificate", device.certificate_pem},
                        {"signing_kid", signing_kid(device)},
                        {"trust_bundle", trust_json(services.authority.trust_bundle())},
                        {"channels", channels_json(services.addresses)},
                        {"session_url", services.addresses.session_url},
                        {"admit_url", services.addresses.admit_url},
                        {"recover_url", services.addresses.recover_url},
                        {"verdict", device.verdict}};
    if (!device.sealing_jwk.empty()) answer["sealing_kid"] = sealing_kid(device);
    return answer;
}

}  // namespace vistter::studio
