// What the local web API needs of the rest: the account, pairing and preview pictures. All calls on
// the loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace vistter::appliance {

// The one local account and its sessions. Only hashes are kept.
class AccountStore {
  public:
    virtual ~AccountStore() = default;
    virtual std::optional<std::string>
    password_hash() = 0;  // crypto/password.hpp's spelling; nothing before setup
    virtual void set_password_hash(const std::string& hash) = 0;
    virtual void put_session(const std::string& token_hash, const std::string& csrf_token,
                             WallTime expires) = 0;
    virtual std::optional<std::string> csrf_of(const std::string& token_hash, WallTime now) = 0;
    virtual void remove_session(const std::string& token_hash) = 0;
};

// The one-time code of the first start (rulings 15).
class SetupCode {
  public:
    virtual ~SetupCode() = default;
    virtual bool matches(const std::string& typed) = 0;  // false also when there is none any more
    virtual Status consume() = 0;
};

struct PairedAs {
    std::string device_id, tenant, name;
};

class Pairing {
  public:
    virtual ~Pairing() = default;
    // Redeems the token at Studio, off the loop's thread, and calls back on it. Errors name the
    // failing step: PAIR_CHECK (typed wrong, no network used), AST_FETCH (DNS, TCP, TLS), SEC_PIN,
    // PAIR_INVALID, PAIR_EXPIRED, PAIR_USED, STA_TRANSITION when paired already, SYS_BUSY while an
    // attempt runs. On any error everything is as before.
    virtual void pair(const std::string& token, const std::string& studio_url,
                      std::function<void(Result<PairedAs>)> done) = 0;
};

class Preview {
  public:
    virtual ~Preview() = default;
    // Calls `image` with every preview JPEG until the returned function is called. The programme is
    // asked for pictures only while somebody watches.
    virtual std::function<void()> watch(std::function<void(const std::string& jpeg)> image) = 0;
};

}  // namespace vistter::appliance
