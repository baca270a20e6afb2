// Pairing tokens, the devices they made, and the credentials of those, as the decisions need them
// (implemented in adapters/registry).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "studio/core/channel.hpp"

namespace vistter::studio {

// A pairing token as it is kept: hashes only, never the secret.
struct PairingGrant {
    std::string token_id;
    std::string serial;
    std::string secret_hash;  // over serial and secret
    std::string secret_mark;  // over the secret alone
    std::string created_by;   // user_id
    WallTime created_at;
    WallTime expires_at;
    int tries_left = 0;
    std::optional<WallTime> used_at;
    std::string device_id;  // empty until used
    bool deleted = false;
    std::string tenant;  // whose device it makes
};

// A device and the credentials that are current.
struct Device {
    std::string device_id, tenant, serial, name, model, arch;
    WallTime paired_at;
    std::int64_t key_number = 1;  // n of the signing kid "<device_id>#<n>"
    std::string certificate_pem;
    std::string certificate_thumbprint;
    std::optional<WallTime> certificate_ends;
    std::string signing_key_pem;
    std::string sealing_jwk;  // public key secrets are sealed to, JWK; empty: the device gave none
    std::int64_t sealing_number = 1;  // n of its kid
    std::optional<WallTime> revoked_at;
    bool revoked() const { return revoked_at.has_value(); }
    std::string verdict = "ok";
    std::string studio_kid;  // Studio's newest message key it is known to trust; empty: the first
    std::string trust_mark;  // Authority::trust_mark of the bundle it has
    std::string firmware_version;  // from the last HELLO; empty before
};

std::string signing_kid(const Device& device);
std::string sealing_kid(const Device& device);
std::string key_id(const std::string& device_id, std::int64_t number);

enum class CredentialKind { client_cert, signing_key, sealing_key };
enum class CredentialState {
    issued,   // given to the device, not yet proven: accepted beside the current one
    current,  // proven
    former,   // accepted until it ends
    ended,    // accepted no more; kept so that its number is never used again
};
std::string_view to_string(CredentialKind kind);
std::string_view to_string(CredentialState state);
std::optional<CredentialKind> credential_kind_from(std::string_view name);
CredentialState credential_state_from(std::string_view name);  // one that to_string gave

struct Credential {
    std::string device_id;
    CredentialKind kind = CredentialKind::client_cert;
    std::int64_t number = 1;
    std::string name;     // thumbprint of a certificate, kid of a key
    std::string content;  // PEM, or the JWK of a sealing key
    CredentialState state = CredentialState::current;
    WallTime issued_at;
    std::int64_t overlap_ms = 0;  // how long the one before stays good once this one is proven
    std::optional<WallTime> not_after;  // of a certificate
    std::optional<WallTime> ends_at;    // former
};

// Whether the channel accepts it. A certificate's own end is TLS's affair.
bool is_accepted(const Credential& credential, WallTime now);
// An accepted certificate that is not over.
bool is_good(const Credential& certificate, WallTime now);
// What changes in one kind's credentials when `number` was seen to work: an issued one becomes
// current, the current one former for the overlap. Nothing for one that is current already or not
// issued.
std::vector<Credential> promoted(const std::vector<Credential>& kind, std::int64_t number,
                                 WallTime now);
// What changes when the device went back from `number` or never took it: it has ended, and the one
// before is current again.
std::vector<Credential> withdrawn(const std::vector<Credential>& kind, std::int64_t number);
// What changes because an overlap is over.
std::vector<Credential> ended(const std::vector<Credential>& all, WallTime now);

// Durable when each call returns (or with the transaction around it); loop's thread only. Storage
// failures are thrown.
class Registry : public DeviceDirectory {
  public:
    virtual void add_grant(const PairingGrant& grant) = 0;
    // Newest first, not the deleted ones.
    virtual std::vector<PairingGrant> grants(const std::string& tenant) const = 0;
    virtual std::optional<PairingGrant> grant_by_hash(const std::string& secret_hash) const = 0;
    // Marks as used in one statement; false when it was no longer open (used, deleted, expired, out
    // of tries).
    virtual bool consume_grant(const std::string& secret_hash, const std::string& device_id,
                               WallTime now) = 0;
    // One try less for the grant with that secret and for every open grant of that serial. Returns
    // how many of them have no try left now.
    virtual int count_failed_try(const std::string& secret_mark, const std::string& serial,
                                 WallTime now) = 0;
    virtual bool delete_grant(const std::string& tenant, const std::string& token_id,
                              WallTime now) = 0;  // false: no such open token

    virtual std::optional<Device> find_device(const std::string& device_id) const = 0;
    virtual std::optional<Device> device_by_serial(const std::string& tenant,
                                                   const std::string& serial) const = 0;
    virtual std::vector<Device> devices(const std::string& tenant) const = 0;  // by device_id
    virtual std::vector<std::string> device_ids() const = 0;                   // of every tenant
    // A device as pairing made it: its credentials are current, every earlier one has ended.
    virtual void put_device(const Device& device) = 0;
    virtual void revoke(const std::string& device_id, WallTime now) = 0;
    // What the device knows of Studio from now on.
    virtual void trusts(const std::string& device_id, const std::string& trust_mark,
                        const std::string& studio_kid) = 0;

    virtual std::vector<Credential> credentials(const std::string& device_id) const = 0;
    virtual std::vector<Credential> credentials(const std::string& device_id,
                                                CredentialKind kind) const = 0;
    // The number of the next credential of that kind: one that was never used. Signing and sealing
    // keys share their numbers, as they share the form of their ids.
    virtual std::int64_t next_number(const std::string& device_id, CredentialKind kind) const = 0;
    virtual void put_credential(const Credential& credential) = 0;  // new, or changed
};

}  // namespace vistter::studio
