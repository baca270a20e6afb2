// Keys that only this machine's TPM can use (TPM 2.0 Library, through OpenSSL's tpm2 provider).
// What is kept of one is "TSS2 PRIVATE KEY" PEM: the key wrapped by the TPM's own storage key,
// worthless anywhere else.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "crypto/keys.hpp"

namespace vistter::crypto {

// Where a machine keeps its private keys.
enum class KeyHome { file, tpm };

// Whether this machine has the provider and a TPM that answers; looked for once a process.
// SYS_STORAGE with the reason otherwise. Any thread.
Status tpm_is_there();
// A new P-256 key for TLS and key agreement. One use takes a hardware TPM tens of milliseconds:
// fit for a handshake, not for every message. Throws std::runtime_error without a TPM.
PrivateKey generate_in_tpm();
// For TLS and for sealing.
inline PrivateKey generate_at(KeyHome home) {
    return home == KeyHome::tpm ? generate_in_tpm() : PrivateKey::generate();
}

}  // namespace vistter::crypto
