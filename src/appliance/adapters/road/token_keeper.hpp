// The session token: fetched before every session, renewed at 80 % of its life without ending the
// session, and used once more when Studio's session endpoint cannot be reached (rulings 14).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "appliance/adapters/road/session_fetch.hpp"
#include "link/studio_clock.hpp"

namespace vistter::appliance {

class TokenKeeper {
  public:
    // `identity` outlives this.
    TokenKeeper(async::Loop& loop, async::WorkerPool& workers, const RoadIdentity& identity,
                net::Proxy proxy, const link::StudioClock& time)
        : loop_(loop),
          workers_(workers),
          identity_(identity),
          proxy_(std::move(proxy)),
          time_(time) {}

    // Fetches one for a new session. When only the network is in the way, a former one that is
    // still good for a minute does.
    void fetch(std::function<void(FetchedToken)> done);
    // A session is open: from now on a fresh token is fetched in time and given to `renewed`.
    void keep_fresh(std::function<void(const std::string& token)> renewed);
    void rest() {
        due_.reset();
        renewed_ = nullptr;
    }
    // Fetches one now, for the session that is open.
    void renew(std::function<void(bool, std::string)> done);
    const std::string& token() const { return token_; }
    std::optional<WallTime> expires_at() const { return expires_at_; }

  private:
    void take(const FetchedToken& fetched);
    void arm();

    async::Loop& loop_;
    async::WorkerPool& workers_;
    const RoadIdentity& identity_;
    net::Proxy proxy_;
    const link::StudioClock& time_;
    std::string token_;
    std::optional<WallTime> expires_at_;
    std::int64_t life_ms_ = 0;
    std::function<void(const std::string&)> renewed_;
    async::Handle due_;
    // Shared with fetches that may come back after this is gone.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace vistter::appliance
