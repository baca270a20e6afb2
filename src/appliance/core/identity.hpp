// Who the appliance is after pairing, and whom it trusts (contract F.2, rulings 13). Secrets
// included: never logged.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
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
    std::string sealing_kid = {};          // "<device_id>#<n>"; empty: Studio knows no sealing key
    std::string recover_url = {};  // https: a new certificate for an expired one (decisions/0011)
    std::string admit_url = {};    // https: a session where session_url is blocked (decisions/0014)
};

// Private keys are made here and never sent. In PEM: the key itself, or what only this machine's
// TPM can use (crypto/tpm.hpp).
struct Identity {
    PairAnswer granted;
    std::string studio_url;
    std::string tls_key_pem, signing_key_pem, sealing_key_pem = {};
    // What was sealed before the last renewal can still be opened.
    std::string former_sealing_kid = {}, former_sealing_key_pem = {};
    bool revoked = false;  // Studio said so; it stays until Studio lets us in again
};

// Pairing by a typed code: what Studio offers first, and its answer with the proof over it.
struct CodeOffer {
    Bytes salt, offer;
};
struct ProvenAnswer {
    std::string answer;  // the exact text that `proof` is over
    Bytes proof;
};

// Reads Studio's JSON (the answer to 201, the problem of anything else). Made in webapi/, where
// JSON may be read.
struct PairCodec {
    std::function<Result<CodeOffer>(const std::string& json)> read_offer;
    std::function<Result<ProvenAnswer>(const std::string& json)> read_proven;
    std::function<Result<PairAnswer>(const std::string& json)> read_answer;
    std::function<Error(int status, const std::string& json)> read_problem;
};

}  // namespace vistter::appliance
