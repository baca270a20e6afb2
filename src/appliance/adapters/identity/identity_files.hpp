// An identity as a folder of 0600 files. With the keys in a TPM, a private key that is not the
// TPM's own is sealed to one that is: whoever pulls the disk has nothing.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "appliance/core/identity.hpp"
#include "base/random.hpp"
#include "crypto/tpm.hpp"

namespace vistter::appliance {

// Makes `folder` (0700) and fills it. Errors: SYS_STORAGE, LIM_STORAGE.
Status write_identity(const std::filesystem::path& folder, const Identity& identity,
                      crypto::KeyHome home, Random& random);
// Errors: RES_NOT_FOUND, SYS_STORAGE, SEC_UNAUTHORISED or SEC_BAD_SEAL (sealed to another TPM).
Result<Identity> read_identity(const std::filesystem::path& folder);

// The same for single private keys, by file name: {"x.pem": PEM}.
using SecretFiles = std::map<std::string, std::string>;
Status write_secrets(const std::filesystem::path& folder, const SecretFiles& secrets,
                     crypto::KeyHome home, Random& random);
Result<std::string> read_secret(const std::filesystem::path& folder, const std::string& name);

}  // namespace vistter::appliance
