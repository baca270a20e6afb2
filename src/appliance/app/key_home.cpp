#include "appliance/app/key_home.hpp"

#include <filesystem>

#include "base/log.hpp"

namespace vistter::appliance {
namespace {

// With the kernel's resource manager: several processes may use it.
constexpr const char* device = "/dev/tpmrm0";

}  // namespace

Result<crypto::KeyHome> key_home(const std::string& keys) {
    std::error_code failed;
    if (keys == "file" || (keys == "auto" && !std::filesystem::exists(device, failed)))
        return crypto::KeyHome::file;
    const Status there = crypto::tpm_is_there();
    if (there) {
        log::info("Private keys are kept in the TPM");
        return crypto::KeyHome::tpm;
    }
    if (keys == "tpm") return there.error();
    log::warning("The machine's TPM is not used: {}", describe(there.error()));
    return crypto::KeyHome::file;
}

}  // namespace vistter::appliance
