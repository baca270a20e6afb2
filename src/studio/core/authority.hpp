// Studio's keys at work: certificates for devices, pairing secrets, signed asset addresses, and the
// life of the keys themselves (implemented in adapters/authority; the decisions see text only).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
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
    std::string sealing_jwk = {};  // empty: none was given
};
struct DeviceCertificate {
    std::string pem;
    std::string thumbprint;
    WallTime not_after;
};

// What a device needs in order to know Studio from now on; pins: of the root, of the spare root and
// of former roots.
using contract::TrustBundle;

// What a device that has the present trust bundle knows.
struct TrustStanding {
    std::string studio_kid;  // Studio's newest message key
    std::string trust_mark;  // of the whole bundle; another bundle has another mark
};

// Studio's own keys, each for one use: signing messages, signing session tokens, TLS of the
// listeners, and the CA.
enum class StudioKeyKind { message, session, server, root };
std::string_view to_string(StudioKeyKind kind);
std::optional<StudioKeyKind> studio_key_from(std::string_view name);

struct StudioKeyInfo {
    StudioKeyKind kind = StudioKeyKind::message;
    std::int64_t number = 1;
    std::string id;                   // kid of a message or session key, hex pin of the others
    std::optional<WallTime> made_at;  // unknown for keys from before they were numbered
    bool current = true;              // otherwise still good, until nobody needs it
};

// Who signed a request, before anything in it is believed.
struct KeyClaim {
    std::string device_id, kid;
};
struct RecoveryRequest {
    std::string tls_key_pem;
    WallTime timestamp;  // the device's own clock: recorded, not judged
};

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
    // The key of a request made for exactly this challenge. Errors: SEC_UNAUTHORISED.
    virtual Result<std::string> read_request(const std::string& csr,
                                             const std::string& challenge) const = 0;
    // A public P-256 key as JWK, as Studio will keep it. Errors: SEC_UNAUTHORISED.
    virtual Result<std::string> read_sealing_key(const std::string& jwk) const = 0;
    // Hex SHA-256 of the key in a certificate or public key in PEM: equal for equal keys.
    virtual std::string key_print(const std::string& pem) const = 0;
    virtual DeviceCertificate certify(const std::string& tenant, const std::string& device_id,
                                      const std::string& tls_key_pem) = 0;
    // Whether a device certificate was issued by the root that is current.
    virtual bool of_current_root(const std::string& certificate_pem) const = 0;

    // Errors: SEC_UNAUTHORISED, VAL_TOO_BIG.
    virtual Result<KeyClaim> read_recovery(const std::string& compact) const = 0;
    // The same text verified with that signing key, its signing request proven. SEC_UNAUTHORISED.
    virtual Result<RecoveryRequest> verify_recovery(const std::string& compact,
                                                    const std::string& signing_key_pem) const = 0;
    // A request for a session without a client certificate (docs/decisions/0014), as above.
    virtual Result<KeyClaim> read_admission(const std::string& compact) const = 0;
    // The thumbprint of the certificate it names, once it is verified with that signing key and is
    // meant for this Studio and for the connection with that TLS exporter. SEC_UNAUTHORISED.
    virtual Result<std::string> verify_admission(const std::string& compact,
                                                 const std::string& signing_key_pem,
                                                 ByteView tls_exporter) const = 0;

    virtual TrustBundle trust_bundle() const = 0;
    virtual TrustStanding standing() const = 0;
    // Every key that is still good, of each kind the current one first.
    virtual std::vector<StudioKeyInfo> keys() const = 0;
    // Makes the next key of that kind and uses it from now on. `root`: the offline spare becomes
    // the root; its key file must be back in the state folder, and a new spare is made. Errors:
    // STA_NOT_READY (no spare key, or too many former keys that devices still need), SYS_STORAGE.
    virtual Status rotate(StudioKeyKind kind) = 0;
    // Forgets the former keys of that kind. True: there were some.
    virtual bool retire_former(StudioKeyKind kind) = 0;

    // "<path>?a=...&e=...&s=..." for one device, and its check (errors: AST_EXPIRED_URL,
    // SEC_UNAUTHORISED).
    virtual std::string sign_asset_path(std::string_view path, const std::string& device_id,
                                        WallTime expires) const = 0;
    virtual Status check_asset_path(std::string_view path, std::string_view query,
                                    WallTime now) const = 0;
};

}  // namespace vistter::studio
