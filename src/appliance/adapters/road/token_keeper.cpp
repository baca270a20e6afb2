#include "appliance/adapters/road/token_keeper.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace vistter::appliance {
namespace {

constexpr std::int64_t spare_ms = 60'000;  // a former token must still be good for this long

}  // namespace

void TokenKeeper::take(const FetchedToken& fetched) {
    token_ = fetched.token;
    expires_at_ = fetched.expires_at;
    life_ms_ = fetched.life_ms;
}

void TokenKeeper::fetch(std::function<void(FetchedToken)> done) {
    fetch_session_token(
        loop_, workers_, identity_, proxy_,
        [this, done = std::move(done), alive = std::weak_ptr<bool>(alive_)](FetchedToken fetched) {
            if (alive.expired()) return;
            using Outcome = FetchedToken::Outcome;
            if (fetched.outcome == Outcome::ready) take(fetched);
            const bool former_does = fetched.outcome == Outcome::failed && expires_at_ &&
                                     time_.now().ms + spare_ms < expires_at_->ms;
            if (former_does) {
                log::info("the former session token is used: {}", fetched.reason);
                fetched.outcome = Outcome::ready;
                fetched.token = token_;
            }
            done(std::move(fetched));
        });
}

void TokenKeeper::keep_fresh(std::function<void(const std::string& token)> renewed) {
    renewed_ = std::move(renewed);
    arm();
}

// At 80 % of its life; when that did not work, again after a tenth of what is left.
void TokenKeeper::arm() {
    if (!expires_at_ || !renewed_) return;
    const std::int64_t left = expires_at_->ms - time_.now().ms;
    if (left <= 0) return;
    const std::int64_t due = left - life_ms_ / 5;
    due_ = loop_.after(due > 0 ? due : std::max<std::int64_t>(left / 10, 100),
                       [this] { renew([](bool, const std::string&) {}); });
}

void TokenKeeper::renew(std::function<void(bool, std::string)> done) {
    fetch_session_token(
        loop_, workers_, identity_, proxy_,
        [this, done = std::move(done), alive = std::weak_ptr<bool>(alive_)](FetchedToken fetched) {
            if (alive.expired()) return;
            const bool ready = fetched.outcome == FetchedToken::Outcome::ready;
            if (ready) take(fetched);
            if (!ready) log::warning("the session token was not renewed: {}", fetched.reason);
            arm();
            const auto renewed = renewed_;  // a copy: it may end the session, and with it itself
            if (ready && renewed) renewed(token_);
            done(ready, fetched.reason);
        });
}

}  // namespace vistter::appliance
