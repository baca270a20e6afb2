// Who the appliance is after pairing, and whom it trusts (contract F.2, rulings 13). Secrets
// included: never logged.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace vistter::appliance {

struct TrustedKey {
    std::string kid, pem;
};

// What Studio answers to a pairing.
struct PairAnswer {
    std::string device_id, tenant, name, client_certificate, signing_kid, root_pem, channel_url,
        session_url;
    std::vector<std::string> pins;  // hex SHA-256 of SPKI
    std::vector<TrustedKey> studio_keys;
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
