// Whether what Studio sends fits the identity it is meant for; nothing is taken that does not.
#pragma once

#include "appliance/core/identity.hpp"
#include "base/clock.hpp"

namespace vistter::appliance {

// Roots that sign themselves and are pinned, two pins or more, keys of Studio's that can be read.
// SEC_PIN otherwise.
Status judge_trust(const contract::TrustBundle& trust);
// A certificate for this key and this device, signed by one of the roots and not over at `now`.
// SEC_UNAUTHORISED otherwise.
Status judge_certificate(const std::string& pem, const std::string& key_pem,
                         const PairAnswer& owner, WallTime now);

}  // namespace vistter::appliance
