// The identity on disk, in two slots: `identity` is in use, `identity-next` is on trial. Each is a
// symbolic link to a folder of 0600 files; what is written becomes what counts by one rename, so
// that a cut anywhere leaves one whole identity (acceptance G1.6, G5.3; docs/decisions/0008).
#pragma once

#include <filesystem>
#include <optional>

#include "appliance/core/identity.hpp"
#include "base/random.hpp"
#include "crypto/tpm.hpp"

namespace vistter::appliance {

class IdentityStore {
  public:
    IdentityStore(std::filesystem::path state, Random& random,
                  crypto::KeyHome home = crypto::KeyHome::file)
        : state_(std::move(state)), random_(random), home_(home) {}
    crypto::KeyHome home() const { return home_; }

    // Nothing when unpaired. SYS_STORAGE when an identity is there and cannot be read. Clears what
    // an interrupted change left.
    Result<std::optional<Identity>> load();
    // Replaces everything: another pairing, or the same one mended. Nothing is on trial after it.
    Status save(const Identity& identity);
    // Unpaired: no key is left.
    Status remove();

    // Fills the slot `next`; what was in it is gone.
    Status stage(const Identity& next);
    // The slot `next` is in use from now on. RES_NOT_FOUND when it is empty.
    Status promote();
    Status drop_next();

    // Private keys made for a request that is not answered yet, by credential ("client_cert", ...).
    Status keep_pending(const std::string& credential, const std::string& key_pem);
    Result<std::string> pending(const std::string& credential);  // RES_NOT_FOUND

    // Remembers, or forgets, that Studio has revoked the identity in use.
    Status mark_revoked(bool revoked);

  private:
    std::filesystem::path link() const { return state_ / "identity"; }
    std::filesystem::path next_link() const { return state_ / "identity-next"; }
    std::filesystem::path pending_folder() const { return state_ / "identity-pending"; }
    Status switch_in(const Identity& identity, const std::filesystem::path& as);
    void clear_others();
    std::filesystem::path state_;
    Random& random_;
    crypto::KeyHome home_;
};

}  // namespace vistter::appliance
