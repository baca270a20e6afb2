// When the appliance's identity needs attention: its certificate ends, Studio turns it away, or
// Studio has revoked it (acceptance G1.11, G5.3; docs/decisions/0011). Pure: it is told what is
// true and says what to do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/backoff.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"

namespace vistter::appliance {

struct IdentityView {
    bool paired = false, revoked = false, can_recover = false;
    std::optional<WallTime> certificate_ends;
    std::string link_state;  // LinkStatus::state
};

enum class WatchDo {
    tell_expiring,  // EVENT credential.expiring, once a day from 30 days before the end
    recover,        // ask Studio for a new certificate with the signing key
    keep_revoked,   // remember it, EVENT credential.revoked; the show goes on
    keep_admitted,  // Studio let us in again
};

class IdentityWatch {
  public:
    explicit IdentityWatch(Random& random) : random_(random) {}
    // Called about once a second and after every change. `now`: no earlier than the last known
    // time.
    std::vector<WatchDo> look(const IdentityView& view, WallTime now, SteadyTime steady);
    // Studio's session endpoint, or its TLS, did not take our certificate.
    void turned_away() { turned_away_ = true; }
    // The attempt that look() asked for came to nothing; the next one waits at least a minute.
    void not_recovered(SteadyTime steady);
    // A former process told of the end at that time.
    void was_told(WallTime at) { told_ = at; }
    // Another identity: what was known of the former one does not count.
    void start_over();

  private:
    bool wants_recovery(const IdentityView& view, WallTime now, SteadyTime steady) const;

    Random& random_;
    Backoff backoff_{{.base_ms = 60'000, .cap_ms = 3'600'000}};
    bool turned_away_ = false, recovering_ = false;
    std::optional<SteadyTime> next_try_;
    std::optional<WallTime> told_;  // credential.expiring
};

}  // namespace vistter::appliance
