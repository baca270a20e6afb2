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

struct TlsFiles {
    std::string certificate_pem, key_pem;
};
struct NamedKey {
    std::string kid, pem;  // P-256 private key
};

// The material the listeners and the channel need besides the Authority port.
class StudioTrust : public Authority {
  public:
    virtual std::string root_pem() const = 0;  // the current root
    virtual std::filesystem::path root_file() const = 0;
    // Every root that device certificates may come from: the current one and former ones.
    virtual std::string client_roots_pem() const = 0;
    virtual std::string server_chain_pem() const = 0;  // leaf, then root
    virtual std::string server_key_pem() const = 0;
    // Those that are good now, the current one first.
    virtual std::vector<NamedKey> message_keys() const = 0;  // "studio:<environment>#<n>"
    virtual std::vector<NamedKey> session_keys() const = 0;  // "session:<environment>#<n>"
    // A new client certificate of the current root with this common name, for a year.
    virtual TlsFiles client_identity(const std::string& common_name) = 0;
    // Issues the server certificate anew when it ends within 30 days. True: it did, and listeners
    // need the new one.
    virtual bool renew_server_certificate() = 0;
    // Where brokers and others who check certificates themselves find what is revoked: one list for
    // each root (adapters/authority/revocations.hpp).
    virtual std::filesystem::path revocations_file() const = 0;
    // Makes that file say exactly these device certificates (PEM). True: it was written anew.
    // Errors: SYS_STORAGE.
    virtual Result<bool> keep_revocations(const std::vector<std::string>& revoked) = 0;
    // The spare root's key was made and should be moved off the machine.
    virtual bool made_spare_root() const = 0;
    virtual std::filesystem::path spare_root_file() const = 0;
};

// Reads what is there and makes what is missing, file by file, each written atomically, so that an
// interrupted first start, or an interrupted rotation, is simply continued. Errors: SYS_STORAGE,
// CFG_INVALID (a file that cannot be read as what it should be).
Result<std::unique_ptr<StudioTrust>> open_authority(AuthorityOptions options, const Clock& clock,
                                                    Random& random);

}  // namespace vistter::studio
