// Redeems a pairing token at Studio over a connection that the token itself pins (rulings 12), and
// checks everything Studio answers before anything is kept.
#pragma once

#include <functional>
#include <memory>

#include "appliance/core/address_policy.hpp"
#include "appliance/core/identity.hpp"
#include "appliance/core/local_ports.hpp"
#include "async/loop.hpp"
#include "base/clock.hpp"

namespace vistter::appliance {

struct PairingOptions {
    std::string serial, model, arch;
    PairCodec codec;
    std::function<bool()> is_paired;
    // Keeps the identity durably and opens the road. On the loop's thread.
    std::function<Status(const Identity&)> keep;
};

// `policy` must outlive it; `workers` must end before it.
std::unique_ptr<Pairing> make_pairing(async::Loop& loop, async::WorkerPool& workers,
                                      const Clock& clock, const AddressPolicy& policy,
                                      PairingOptions options);

}  // namespace vistter::appliance
