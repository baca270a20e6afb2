// Pairing, diagnosis and unpairing: one attempt at a time, local checks first, the network on a
// worker (redeem.hpp), and nothing kept before everything Studio answered has been checked.
#pragma once

#include <functional>
#include <memory>

#include "appliance/core/address_policy.hpp"
#include "appliance/core/identity.hpp"
#include "appliance/core/local_ports.hpp"
#include "async/loop.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "crypto/tpm.hpp"
#include "net/proxy.hpp"

namespace vistter::appliance {

struct PairingOptions {
    std::string serial, model, arch;
    PairCodec codec;
    net::Proxy proxy;
    crypto::KeyHome key_home = crypto::KeyHome::file;
    std::function<std::optional<Identity>()> identity;  // nothing while unpaired
    std::function<bool()> revoked;                      // Studio has withdrawn the identity
    std::function<bool()> on_air;
    // Keeps the identity durably and opens the road. On the loop's thread.
    std::function<Status(const Identity&)> keep;
    // Deletes everything of this pairing, durably promised when it returns.
    std::function<Status()> forget;
};

// `policy` and `random` must outlive it; `workers` must end before it. `random` is used on workers
// too.
std::unique_ptr<Pairing> make_pairing(async::Loop& loop, async::WorkerPool& workers,
                                      const Clock& clock, Random& random,
                                      const AddressPolicy& policy, PairingOptions options);

}  // namespace vistter::appliance
