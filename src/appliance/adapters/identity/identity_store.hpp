// The identity on disk: one folder of 0600 files, switched in by one rename, so that a power cut
// leaves the old identity or the new one, whole (acceptance G1.6).
#pragma once

#include <filesystem>
#include <optional>

#include "appliance/core/identity.hpp"
#include "base/random.hpp"

namespace vistter::appliance {

class IdentityStore {
  public:
    IdentityStore(std::filesystem::path state, Random& random)
        : state_(std::move(state)), random_(random) {}
    // Nothing when unpaired. SYS_STORAGE when an identity is there and cannot be read. Clears what
    // an interrupted pairing left.
    Result<std::optional<Identity>> load();
    Status save(const Identity& identity);

  private:
    std::filesystem::path link() const { return state_ / "identity"; }
    void clear_others();
    std::filesystem::path state_;
    Random& random_;
};

}  // namespace vistter::appliance
