// The network half of pairing, for a worker: a token or a code becomes an identity, or an error
// that names its step. Nothing is kept here.
#pragma once

#include <optional>
#include <string>

#include "appliance/core/address_policy.hpp"
#include "appliance/core/identity.hpp"
#include "appliance/core/pairing_report.hpp"
#include "base/random.hpp"
#include "crypto/pairing_token.hpp"
#include "crypto/tpm.hpp"
#include "net/proxy.hpp"

namespace vistter::appliance {

struct Attempt {
    std::optional<crypto::PairingToken> token;  // the long form, or
    std::string code;                           // the typed one
    std::string studio_url;
    std::string serial, model, arch;
    PairCodec codec;
    net::Proxy proxy;
    crypto::KeyHome key_home = crypto::KeyHome::file;
    WallTime now;
};

struct Redeemed {
    Result<Identity> identity;
    Trip trip;
};

Redeemed redeem(const Attempt& attempt, const AddressPolicy& policy, Random& random);

// Looks how far Studio can be reached. With an identity its session endpoint is asked over mutual
// TLS, which proves that Studio still lets it in; without one any server will do.
struct Probe {
    std::optional<Identity> identity;
    std::string url;  // https://host[:port] without an identity
    PairCodec codec;
    net::Proxy proxy;
    WallTime now;
};
Trip probe(const Probe& what, const AddressPolicy& policy);

}  // namespace vistter::appliance
