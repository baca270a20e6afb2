// Who calls: sign-in by cookie or bearer token, the CSRF, Host and Origin checks of writes made
// with a cookie, and how many guesses are allowed.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "appliance/core/local_ports.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "net/http.hpp"

namespace vistter::appliance {

// Wrong guesses of passwords and setup codes: 20 in ten minutes. An attempt counts before it is
// judged.
class GuessLimit {
  public:
    // The milliseconds to wait when the allowance is spent.
    std::optional<std::int64_t> take(SteadyTime now);
    void give_back();

  private:
    std::deque<SteadyTime> attempts_;
};

struct Session {
    std::string token, csrf_token, role;
    WallTime expires;
};

class Gate {
  public:
    Gate(AccountStore& accounts, const Clock& clock, Random& random)
        : accounts_(accounts), clock_(clock), random_(random) {}
    Session open(const std::string& role);
    void close(const net::Request& request);
    // The session behind a request. API_UNAUTHENTICATED; API_FORBIDDEN for a write with a cookie
    // that lacks the CSRF token or comes from another origin.
    Result<LocalSession> check(const net::Request& request);
    // This server answers for loopback names only, so that a page elsewhere cannot reach it under
    // its own name (DNS rebinding). API_FORBIDDEN.
    static Status check_host(const net::Request& request);
    static std::string cookie(const Session& session);
    static std::string expired_cookie();

  private:
    AccountStore& accounts_;
    const Clock& clock_;
    Random& random_;
};

}  // namespace vistter::appliance
