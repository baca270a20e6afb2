// What Studio must have answered before anything of it is kept. Pure.
#pragma once

#include "appliance/core/identity.hpp"
#include "base/clock.hpp"
#include "crypto/keys.hpp"
#include "crypto/pairing_token.hpp"

namespace vistter::appliance {

// The root is the one the long token names. With a typed code the proof binds the answer instead,
// and this is not asked. SEC_PIN, as below.
Status check_token_root(const PairAnswer& answer, const crypto::PairingToken& token);
// The bundle is whole, the certificate is ours, the addresses are secure. SEC_PIN with the reason.
Status check_answer(const PairAnswer& answer, const crypto::PublicKey& tls_key, WallTime now);

}  // namespace vistter::appliance
