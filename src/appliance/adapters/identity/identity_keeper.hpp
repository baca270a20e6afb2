// The identity in use and the one on trial: makes keys for requests, makes of Studio's bundles what
// they stand for, and keeps both slots (docs/decisions/0008). One thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "appliance/adapters/identity/identity_store.hpp"
#include "appliance/core/credential_port.hpp"

namespace vistter::appliance {

class IdentityKeeper {
  public:
    // `now`: the time certificates are judged at.
    IdentityKeeper(IdentityStore store, std::function<WallTime()> now)
        : store_(std::move(store)), now_(std::move(now)) {}
    // Reads what is on disk. Once, first. Errors as IdentityStore::load.
    Status open();

    const std::optional<Identity>& current() const { return current_; }  // nothing: unpaired
    const std::optional<Identity>& next() const { return next_; }
    crypto::KeyHome home() const { return store_.home(); }
    CredentialFacts facts() const;

    // Pairing and recovery: this one counts from now on.
    Status replace(const Identity& identity);
    // Unpaired: no key of ours is left.
    Status forget();
    Status mark_revoked(bool revoked);

    // As CredentialPort says. All but the last two need an identity in use.
    Result<std::string> request(const std::string& credential, const std::string& challenge);
    bool is_current(const contract::CredentialRefresh& bundle) const;
    Status judge(const contract::CredentialRefresh& bundle);
    Status stage(const contract::CredentialRefresh& bundle);
    Status promote();
    void drop();

  private:
    Result<Identity> made_of(const contract::CredentialRefresh& bundle);
    IdentityStore store_;
    std::function<WallTime()> now_;
    std::optional<Identity> current_, next_;
};

}  // namespace vistter::appliance
