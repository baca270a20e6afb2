#include "appliance/app/credentials.hpp"

#include <algorithm>

#include "appliance/app/guarded_reports.hpp"
#include "appliance/app/road_identity.hpp"

namespace vistter::appliance {
namespace {

// What a timer can wait for at once; a later time is waited for in parts.
constexpr std::int64_t longest_wait_ms = 86'400'000;

CredentialPort::Done safely(CredentialPort::Done done) {
    return [done = std::move(done)](bool good, const std::string& reason) {
        guarded("credential", [&] { done(good, reason); });
    };
}

}  // namespace

void Credentials::attach(Road& road, CommandHandler& handler) {
    road_ = &road;
    handler_ = &handler;
}

void Credentials::prove(std::int64_t confirm_ms, Done done) {
    if (!keeper_.next()) return loop_.post([done] { done(false, "no identity is on trial"); });
    road_->try_identity(road_identity(*keeper_.next(), time_.floor()), confirm_ms,
                        safely(std::move(done)));
}

Status Credentials::promote() {
    const Status promoted = keeper_.promote();
    if (promoted) {
        changed_();
        return promoted;
    }
    // The session runs with what could not be kept: back to what a restart would find.
    if (keeper_.current())
        road_->start(road_identity(*keeper_.current(), time_.floor()), *handler_);
    return promoted;
}

void Credentials::renew_token(Done done) {
    road_->renew_token(safely(std::move(done)));
}

void Credentials::at(WallTime when, std::function<void()> work) {
    const std::int64_t wait =
        std::clamp<std::int64_t>(when.ms - time_.now().ms, 0, longest_wait_ms);
    const int id = ++waits_;
    waiting_[id] = loop_.after(wait, [this, id, when, work = std::move(work)] {
        const async::Handle spent = std::move(waiting_[id]);
        waiting_.erase(id);
        if (time_.now() < when) return at(when, work);
        guarded("credential", work);
    });
}

}  // namespace vistter::appliance
