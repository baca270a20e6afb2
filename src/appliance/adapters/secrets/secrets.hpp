// Secrets at rest: each one encrypted to a key of this machine's own (secrets-key.pem, 0600; where
// the machine has a TPM it is of use in that TPM only), so that neither the database nor a copy of
// the disk says them. The key outlives every renewal of the sealing key.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "appliance/core/secret_port.hpp"
#include "base/random.hpp"
#include "crypto/tpm.hpp"
#include "store/database.hpp"

namespace vistter::appliance {

struct SealingKey {
    std::string kid;  // "<device_id>#<n>"
    std::string pem;  // private
};

struct SecretsOptions {
    std::filesystem::path state;
    crypto::KeyHome home = crypto::KeyHome::file;
    // The keys that what arrives may be sealed to, the one in use first.
    std::function<std::vector<SealingKey>()> keys;
};

// `database` holds the table of sql/appliance/0006_secrets.sql. All given must outlive it.
std::unique_ptr<SecretPort> make_secrets(store::Database& database, Random& random,
                                         SecretsOptions options);
// Unpaired: the key goes, and with it every secret that was kept.
std::filesystem::path secrets_key_file(const std::filesystem::path& state);

}  // namespace vistter::appliance
