// Who the appliance is after pairing, and whom it trusts (contract F.2, rulings 13). Secrets
// included: never logged.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "contract/messages.hpp"

namespace vistter::appliance {

// Where Studio can be reached; the first is preferred, the others are for when it is blocked.
struct ChannelAddress {
    std::string transport;  // "wss", "mqtts"
    std::string url;        // wss://host:port/path, mqtts://host:port
    friend bool operator==(const ChannelAddress&, const ChannelAddress&) = default;
};

// What Studio answers to a pairing.
struct PairAnswer {
    std::string device_id, tenant, name, client_certificate, signing_kid, session_url;
    contract::TrustBundle trust;
    std::vector<ChannelAddress> channels;  // at least one
};

struct Identity {
    PairAnswer granted;
    std::string studio_url;
    std::string tls_key_pem, signing_key_pem;  // made here, never sent
};

// Reads Studio's JSON (the answer to 201, the problem of anything else). Made in webapi/, where
// JSON may be read.
struct PairCodec {
    std::function<Result<PairAnswer>(const std::string& json)> read_answer;
    std::function<Error(int status, const std::string& json)> read_problem;
};

}  // namespace vistter::appliance
