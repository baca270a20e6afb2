// Pairing tokens and the devices they made, as the decisions need them (implemented in
// adapters/registry).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
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
    std::string tenant;       // whose device it makes
    WallTime created_at;
    WallTime expires_at;
    int tries_left = 0;
    std::optional<WallTime> used_at;
    std::string device_id;  // empty until used
    bool deleted = false;
};

struct Device {
    std::string device_id, tenant, serial, name, model, arch;
    WallTime paired_at;
    std::int64_t key_number = 1;  // n of the signing kid "<device_id>#<n>"
    std::string certificate_pem;
    std::string certificate_thumbprint;
    std::string signing_key_pem;
    bool revoked = false;
    std::string verdict = "ok";
    std::string firmware_version;  // from the last HELLO; empty before
};

std::string signing_kid(const Device& device);

// Durable when each call returns (or with the transaction around it); loop's thread only. Storage
// failures are thrown.
class Registry : public DeviceDirectory {
  public:
    void proven(const std::string&, const std::string&, const std::string&) override {}
    virtual void add_grant(const PairingGrant& grant) = 0;
    // A tenant's, newest first, not the deleted ones.
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
    // False: the tenant has no such open token.
    virtual bool delete_grant(const std::string& tenant, const std::string& token_id,
                              WallTime now) = 0;

    virtual std::optional<Device> find_device(const std::string& device_id) const = 0;
    // A serial is unique within a tenant only.
    virtual std::optional<Device> device_by_serial(const std::string& tenant,
                                                   const std::string& serial) const = 0;
    virtual std::vector<Device> devices(const std::string& tenant) const = 0;  // by device_id
    virtual void put_device(const Device& device) = 0;
};

}  // namespace vistter::studio
