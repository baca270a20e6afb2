// Looks after the identity once a second: tells of its end, asks Studio for a new certificate when
// the old one has ended or is not taken, and remembers a revocation (core/identity_watch.hpp).
#pragma once

#include <filesystem>
#include <functional>

#include "appliance/adapters/identity/identity_keeper.hpp"
#include "appliance/adapters/identity/known_time.hpp"
#include "appliance/adapters/identity/recovery.hpp"
#include "appliance/core/identity_watch.hpp"
#include "appliance/core/link_status.hpp"
#include "appliance/core/reports.hpp"

namespace vistter::appliance {

struct GuardParts {
    async::Loop& loop;
    async::WorkerPool& workers;
    const Clock& clock;
    Random& random;
    const AddressPolicy& policy;
    IdentityKeeper& keeper;
    KnownTime& time;
    Reports& reports;
    PairCodec codec;
    net::Proxy proxy;
    std::filesystem::path told_file;  // when credential.expiring was last said, across restarts
    std::function<LinkStatus()> link;
    std::function<Status(const Identity&)> keep;  // keeps it and opens the road with it
};

class IdentityGuard {
  public:
    explicit IdentityGuard(GuardParts parts);
    void start();
    void stop() { ticking_.reset(); }
    // Studio did not take our certificate; `code` of its problem, may be empty.
    void turned_away(const std::string& code);
    // Another identity is in use.
    void start_over() { watch_.start_over(); }

  private:
    void look();
    void perform(WatchDo what);
    void ask_studio();
    void answered(const Result<Identity>& renewed);
    void tell(const char* type);
    void tell_expiring();
    void set_revoked(bool revoked);

    GuardParts parts_;
    IdentityWatch watch_;
    async::Handle ticking_;
};

}  // namespace vistter::appliance
