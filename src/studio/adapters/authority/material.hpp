// Studio's keys and certificates as its state folder holds them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "crypto/certificate.hpp"
#include "studio/adapters/authority/authority.hpp"
#include "studio/adapters/authority/key_ring.hpp"

namespace vistter::studio {

// Everything the first start makes and every later start reads.
struct Material {
    KeyRing root_keys, server_keys, message_keys, session_keys;
    std::vector<crypto::Certificate> roots;  // one for each root key, in its order
    std::string spare_pin;                   // hex
    bool made_spare = false;                 // at this start or rotation
    Bytes url_key;
    std::string server_pem;
};

// Reads what is there and makes what is missing. Errors: SYS_STORAGE, CFG_INVALID.
Result<Material> open_material(const AuthorityOptions& options, WallTime now, Random& random);

// Issues the server certificate anew if it is missing, was made for other names, by another root or
// for another key, or ends within 30 days. True: it did.
Result<bool> renew_server(Material& material, const AuthorityOptions& options, WallTime now,
                          Random& random);

std::filesystem::path spare_key_file(const Material& material);
// The spare root becomes the root, the root a former one, and a new spare is made. Errors:
// STA_NOT_READY (its key is not there, or is not the one pinned), SYS_STORAGE.
Status promote_spare(Material& material, const AuthorityOptions& options, WallTime now,
                     Random& random);

// From an hour ago, as peers' clocks may be a little behind, to `days` from now.
crypto::Validity validity(WallTime now, std::int64_t days);

}  // namespace vistter::studio
