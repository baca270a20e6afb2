// The credential desk's port: keys and slots by the identity keeper, proof by the road.
#pragma once

#include <map>

#include "appliance/adapters/identity/identity_keeper.hpp"
#include "appliance/adapters/identity/known_time.hpp"
#include "appliance/adapters/road/road.hpp"
#include "appliance/core/credential_port.hpp"

namespace vistter::appliance {

class Credentials final : public CredentialPort {
  public:
    // `changed`: another identity is in use. The keeper and the time outlive it.
    Credentials(async::Loop& loop, IdentityKeeper& keeper, const KnownTime& time,
                std::function<void()> changed)
        : loop_(loop), keeper_(keeper), time_(time), changed_(std::move(changed)) {}
    // Before the first command.
    void attach(Road& road, CommandHandler& handler);

    CredentialFacts facts() override { return keeper_.facts(); }
    Result<std::string> request(const std::string& credential,
                                const std::string& challenge) override {
        return keeper_.request(credential, challenge);
    }
    bool is_current(const contract::CredentialRefresh& bundle) override {
        return keeper_.is_current(bundle);
    }
    Status judge(const contract::CredentialRefresh& bundle) override {
        return keeper_.judge(bundle);
    }
    Status stage(const contract::CredentialRefresh& bundle) override {
        return keeper_.stage(bundle);
    }
    void prove(std::int64_t confirm_ms, Done done) override;
    Status promote() override;
    void drop() override { keeper_.drop(); }
    void renew_token(Done done) override;
    void at(WallTime when, std::function<void()> work) override;

  private:
    async::Loop& loop_;
    IdentityKeeper& keeper_;
    const KnownTime& time_;
    std::function<void()> changed_;
    Road* road_ = nullptr;
    CommandHandler* handler_ = nullptr;
    int waits_ = 0;
    std::map<int, async::Handle> waiting_;
};

}  // namespace vistter::appliance
