// Inside crypto only: how PrivateKey meets the TPM.
#pragma once

#include <string>
#include <string_view>

#include "crypto/keys.hpp"

namespace vistter::crypto {

inline constexpr std::string_view tpm_pem_head = "-----BEGIN TSS2 PRIVATE KEY-----";

// SYS_STORAGE without a TPM, SEC_UNAUTHORISED when this TPM did not make the key or it is not
// P-256.
Result<PrivateKey> load_tpm_key(std::string_view pem);
// The PEM a TPM key was made or loaded with; empty for any other key.
std::string tpm_pem_of(evp_pkey_st* key);

}  // namespace vistter::crypto
