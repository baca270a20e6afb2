// What the local web API needs of the rest: the account, pairing and preview pictures. All calls on
// the loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "appliance/core/pairing_report.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace vistter::appliance {

inline constexpr const char* local_admin = "admin";
inline constexpr const char* local_operator = "operator";

struct LocalSession {
    std::string csrf_token, role;  // local_admin, local_operator
};

// The local account, the operator beside it, and their sessions. Only hashes are kept.
class AccountStore {
  public:
    virtual ~AccountStore() = default;
    virtual std::optional<std::string>
    password_hash() = 0;  // crypto/password.hpp's spelling; nothing before setup
    virtual void set_password_hash(const std::string& hash) = 0;
    virtual std::optional<std::string> operator_hash() = 0;  // nothing: there is no operator
    // Ends the operator's sessions too.
    virtual void set_operator_hash(const std::optional<std::string>& hash) = 0;
    // A person's own change: the other sessions of that role end, the one with this CSRF token
    // stays. Nothing happens when the account is gone by now.
    virtual void change_password(const std::string& role, const std::string& hash,
                                 const std::string& kept_csrf_token) = 0;
    virtual void put_session(const std::string& token_hash, const LocalSession& session,
                             WallTime expires) = 0;
    virtual std::optional<LocalSession> session_of(const std::string& token_hash, WallTime now) = 0;
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

// Pairing with a Studio, looking how far it can be reached, and leaving it again. At most one
// attempt runs at a time (SYS_BUSY).
class Pairing {
  public:
    virtual ~Pairing() = default;
    // Redeems a token in either form (long, or eight typed symbols) at Studio, off the loop's
    // thread, and calls back on it. Errors name the failing step: PAIR_CHECK (typed wrong, no
    // network used), AST_FETCH (DNS, proxy, TCP, TLS), SEC_PIN, PAIR_INVALID, PAIR_EXPIRED,
    // PAIR_USED, STA_TRANSITION when paired already and not revoked. On any error everything is as
    // before. The secret is in memory only, and only until the callback.
    virtual void pair(const std::string& token, const std::string& studio_url,
                      std::function<void(Result<PairedAs>)> done) = 0;
    virtual const std::string& serial() const = 0;
    // The last attempt of this process, step by step.
    virtual std::optional<PairingReport> last() const = 0;
    // Goes the way to the paired Studio, or to `studio_url` while unpaired, without changing
    // anything.
    virtual void diagnose(const std::string& studio_url,
                          std::function<void(Result<PairingReport>)> done) = 0;
    // Leaves Studio for good: identity, journal, library, configuration and everything else of
    // this pairing is deleted, at the latest by the next start; the local account stays.
    // STA_TRANSITION when unpaired, STA_IN_USE while something is on air, unless `stop_air`.
    virtual Status unpair(bool stop_air) = 0;
};

class Preview {
  public:
    virtual ~Preview() = default;
    // Calls `image` with every preview JPEG until the returned function is called. The programme is
    // asked for pictures only while somebody watches.
    virtual std::function<void()> watch(std::function<void(const std::string& jpeg)> image) = 0;
};

}  // namespace vistter::appliance
