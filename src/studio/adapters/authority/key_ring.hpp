// Keys of one use, numbered from 1: the highest number is current, the others are former ones that
// somebody may still need. Making the next key's file, atomically, is what rotates.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/keys.hpp"

namespace vistter::studio {

struct RingKey {
    std::int64_t number;
    std::optional<WallTime> made_at;  // unknown for a key without a stamp in its file
    crypto::PrivateKey key;
};

// Files "<name>.key" (number 1) and "<name>-<n>.key" in the state folder, mode 0600.
class KeyRing {
  public:
    // Reads every key; makes number 1 if there is none. Errors: CFG_INVALID (a file that is no
    // P-256 key), SYS_STORAGE.
    static Result<KeyRing> open(const std::filesystem::path& state, std::string name, WallTime now);

    const RingKey& current() const { return keys_.front(); }
    const std::vector<RingKey>& all() const { return keys_; }  // current first; never empty
    // Durable when it returns. Errors: SYS_STORAGE; the ring is unchanged then.
    Status add(const crypto::PrivateKey& key, WallTime now);
    // Removes the files of all former keys.
    void forget_former();
    // "<name>.<kind>" or "<name>-<n>.<kind>": files that belong to one number.
    std::filesystem::path file(std::int64_t number, std::string_view kind) const;

  private:
    KeyRing(std::filesystem::path state, std::string name)
        : state_(std::move(state)), name_(std::move(name)) {}

    std::filesystem::path state_;
    std::string name_;
    std::vector<RingKey> keys_;
};

}  // namespace vistter::studio
