// The organisations and people who may use Studio and their sign-ins, as the decisions need them
// (implemented in adapters/accounts).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace vistter::studio {

inline constexpr std::int64_t sign_in_lifetime_ms = 12LL * 3'600'000;

// A tenant. Its id is the tenant in certificates, session claims and topics.
struct Org {
    std::string org_id, name;
    bool home = false;  // the one that runs this Studio: its admins found others and keep the keys
    WallTime created_at;
    std::string handle = {};  // its people sign in as "bob@<handle>"; empty: the home organisation
};

struct User {
    std::string user_id;  // opaque pseudonym: what travels as actor.id
    std::string tenant;   // the one organisation the person belongs to
    std::string username;
    std::string password_hash;
    std::string role;  // viewer, operator, producer, admin, emergency
    std::int64_t revision = 1;
};

struct SignIn {
    User user;
    WallTime expires_at;
    bool home = false;    // the user's organisation is the home organisation
    bool by_key = false;  // an API key: `user` is the key, under its key_id, name and role
};

// What somebody types to sign in (docs/decisions/0015).
struct SignInName {
    std::string username;
    std::string handle;  // empty: the home organisation
};
// "bob@harbour" is bob of the organisation harbour; "bob" and "bob@example.org" are of the home
// organisation, for no handle has a dot.
SignInName read_sign_in_name(std::string_view typed);

// Durable when each call returns; loop's thread only. Storage failures are thrown.
class Accounts {
  public:
    virtual ~Accounts() = default;
    virtual bool any_user() const = 0;
    virtual std::optional<User> find_user(const SignInName& name) const = 0;
    // The first user is made once and belongs to the home organisation, whatever `tenant` says.
    // Errors: STA_IN_USE when a user exists already.
    virtual Status add_first_user(const User& user, WallTime now) = 0;

    virtual std::vector<Org> orgs() const = 0;  // by org_id
    virtual std::optional<Org> find_org(const std::string& org_id) const = 0;
    // Errors: STA_IN_USE at /handle when another has it; then nothing is made.
    virtual Status add_org(const Org& org, const User& first_admin) = 0;

    virtual std::vector<User> members(const std::string& tenant) const = 0;  // by user_id
    virtual std::optional<User> member(const std::string& tenant,
                                       const std::string& user_id) const = 0;
    // Errors: STA_IN_USE when another member has the name.
    virtual Status add_member(const User& user, WallTime now) = 0;
    // Stores role and password hash under the next revision, if `user.revision` is still the
    // stored one. The member is signed out everywhere. Errors: STA_PRECONDITION (changed
    // meanwhile), STA_IN_USE (an organisation keeps one admin).
    virtual Status change_member(const User& user) = 0;
    virtual Status remove_member(const User& user) = 0;  // errors as change_member
    // The person's own change: `user.password_hash` under the next revision, signed out everywhere
    // but where `kept_token_hash` is. Errors: STA_PRECONDITION (changed meanwhile).
    virtual Status change_password(const User& user, const std::string& kept_token_hash) = 0;

    // `token_hash`: SHA-256 of the bearer token, hex. Also forgets expired sign-ins.
    virtual void open_sign_in(const std::string& token_hash, const std::string& user_id,
                              WallTime now) = 0;
    virtual std::optional<SignIn> sign_in(const std::string& token_hash, WallTime now) const = 0;
    virtual void close_sign_in(const std::string& token_hash) = 0;
};

// 1 to 64 visible characters without spaces; what follows an @ has a dot, as in an e-mail address.
// Errors: VAL_SCHEMA at /username.
Status check_username(const std::string& username);
// 2 to 32 of a-z, 0-9 and single hyphens between them.
bool is_handle(std::string_view text);
bool is_role(std::string_view text);

}  // namespace vistter::studio
