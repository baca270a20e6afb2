// The people who may use Studio and their sign-ins, as the decisions need them (implemented in
// adapters/accounts).
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace vistter::studio {

inline constexpr std::int64_t sign_in_lifetime_ms = 12LL * 3'600'000;

struct User {
    std::string user_id;  // opaque pseudonym: what travels as actor.id
    std::string username;
    std::string password_hash;
    std::string role;  // viewer, operator, producer, admin
};

struct SignIn {
    User user;
    WallTime expires_at;
};

// Durable when each call returns; loop's thread only. Storage failures are thrown.
class Accounts {
  public:
    virtual ~Accounts() = default;
    virtual bool any_user() const = 0;
    virtual std::optional<User> find_user(const std::string& username) const = 0;
    // Errors: STA_IN_USE when a user exists already; the first user is made once.
    virtual Status add_first_user(const User& user, WallTime now) = 0;
    // `token_hash`: SHA-256 of the bearer token, hex. Also forgets expired sign-ins.
    virtual void open_sign_in(const std::string& token_hash, const std::string& user_id,
                              WallTime now) = 0;
    virtual std::optional<SignIn> sign_in(const std::string& token_hash, WallTime now) const = 0;
    virtual void close_sign_in(const std::string& token_hash) = 0;
};

// 1 to 64 visible characters without surrounding white space. Errors: VAL_SCHEMA at /username.
Status check_username(const std::string& username);

}  // namespace vistter::studio
