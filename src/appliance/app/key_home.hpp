// Where this machine's private keys live, by the command line's word.
#pragma once

#include <string>

#include "base/result.hpp"
#include "crypto/tpm.hpp"

namespace vistter::appliance {

// "tpm", "file", or "auto": the TPM where the machine has one that answers. Errors: SYS_STORAGE
// when "tpm" is asked for and there is none.
Result<crypto::KeyHome> key_home(const std::string& keys);

}  // namespace vistter::appliance
