// Studio's keys at work: certificates for devices, pairing secrets, signed asset addresses
// (implemented in adapters/authority; the decisions see text only).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "contract/messages.hpp"

namespace vistter::studio {

inline constexpr std::int64_t device_certificate_days = 400;
inline constexpr std::int64_t asset_url_lifetime_ms = 3'600'000;

// What of a secret is kept or compared.
struct SecretPrint {
    std::string hash;  // over serial and secret
    std::string mark;  // over the secret alone
};
struct MintedToken {
    std::string text;  // shown once
    SecretPrint print;
};

struct DeviceKeys {
    std::string tls_key_pem;
    std::string signing_key_pem;
};
struct DeviceCertificate {
    std::string pem;
    std::string thumbprint;
};

// What a device needs in order to know Studio from now on; pins: of the root and of the spare root.
using contract::TrustBundle;

class Authority {
  public:
    virtual ~Authority() = default;
    virtual MintedToken mint_pairing_token(const std::string& serial) = 0;
    // `secret_hex`: 20 hex digits. VAL_SCHEMA at /token_secret otherwise.
    virtual Result<SecretPrint> print_of(const std::string& secret_hex,
                                         const std::string& serial) const = 0;
    // The keys of two signing requests that prove possession, both P-256 and not the same key.
    // Errors: VAL_SCHEMA at /csr_tls or /csr_sign.
    virtual Result<DeviceKeys> read_requests(const std::string& csr_tls,
                                             const std::string& csr_sign) const = 0;
    virtual DeviceCertificate certify(const std::string& tenant, const std::string& device_id,
                                      const std::string& tls_key_pem) = 0;
    virtual TrustBundle trust_bundle() const = 0;
    // "<path>?a=...&e=...&s=..." for one device, and its check (errors: AST_EXPIRED_URL,
    // SEC_UNAUTHORISED).
    virtual std::string sign_asset_path(std::string_view path, const std::string& device_id,
                                        WallTime expires) const = 0;
    virtual Status check_asset_path(std::string_view path, std::string_view query,
                                    WallTime now) const = 0;
};

}  // namespace vistter::studio
