// The rules, in the order in which they are looked at.
#include "appliance/core/identity_watch.hpp"

namespace vistter::appliance {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t warn_ms = 30 * day_ms;
constexpr std::int64_t least_pause_ms = 60'000;

bool ended(const IdentityView& view, WallTime now) {
    return view.certificate_ends && now >= *view.certificate_ends;
}

}  // namespace

bool IdentityWatch::wants_recovery(const IdentityView& view, WallTime now,
                                   SteadyTime steady) const {
    if (recovering_ || view.revoked || !view.can_recover || view.link_state == "connected")
        return false;
    if (next_try_ && steady < *next_try_) return false;
    return ended(view, now) || turned_away_;
}

std::vector<WatchDo> IdentityWatch::look(const IdentityView& view, WallTime now,
                                         SteadyTime steady) {
    std::vector<WatchDo> todo;
    if (!view.paired) return todo;
    const bool admitted = view.link_state == "connected" || view.link_state == "degraded";
    if (admitted) turned_away_ = false;
    if (view.link_state == "revoked" && !view.revoked) todo.push_back(WatchDo::keep_revoked);
    if (admitted && view.revoked) todo.push_back(WatchDo::keep_admitted);
    const bool near_end =
        view.certificate_ends && !ended(view, now) && view.certificate_ends->ms - now.ms <= warn_ms;
    const bool told_today = told_ && *told_ <= now && now.ms - told_->ms < day_ms;
    if (near_end && !told_today) {
        told_ = now;
        todo.push_back(WatchDo::tell_expiring);
    }
    if (view.link_state != "revoked" && wants_recovery(view, now, steady)) {
        recovering_ = true;
        todo.push_back(WatchDo::recover);
    }
    return todo;
}

void IdentityWatch::not_recovered(SteadyTime steady) {
    recovering_ = false;
    next_try_ = SteadyTime{steady.ns + (least_pause_ms + backoff_.next_ms(random_)) * 1'000'000};
}

void IdentityWatch::start_over() {
    backoff_.reset();
    turned_away_ = recovering_ = false;
    next_try_.reset();
    told_.reset();
}

}  // namespace vistter::appliance
