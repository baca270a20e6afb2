// Studio's own trust: its files of keys and certificates, made at the first start and kept for
// ever.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "studio/core/authority.hpp"

namespace vistter::studio {

struct AuthorityOptions {
    std::filesystem::path state;     // exists, 0700
    std::string environment;         // as in the key id "studio:<environment>#1"
    std::vector<std::string> hosts;  // names and addresses of the server certificate
};

// The material the listeners and the channel need besides the Authority port.
class StudioTrust : public Authority {
  public:
    virtual std::string root_pem() const = 0;
    virtual std::filesystem::path root_file() const = 0;
    virtual std::string server_chain_pem() const = 0;  // leaf, then root
    virtual std::string server_key_pem() const = 0;
    virtual std::string signing_kid() const = 0;
    virtual std::string signing_key_pem() const = 0;
    // Issues the server certificate anew when it ends within 30 days. True: it did, and listeners
    // need the new one.
    virtual bool renew_server_certificate() = 0;
    virtual bool made_spare_root()
        const = 0;  // at this start: its key should be moved off the machine
    virtual std::filesystem::path spare_root_file() const = 0;
};

// Reads what is there and makes what is missing, file by file, each written atomically, so that an
// interrupted first start is simply continued. Errors: SYS_STORAGE, CFG_INVALID (a file that cannot
// be read as what it should be).
Result<std::unique_ptr<StudioTrust>> open_authority(AuthorityOptions options, const Clock& clock,
                                                    Random& random);

}  // namespace vistter::studio
