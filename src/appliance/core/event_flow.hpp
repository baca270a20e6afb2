// Keeps a storm of EVENTs from drowning the road (contract B.9): identical ones coalesce within ten
// seconds, and what is less than an error is limited in number. Nothing vanishes unsaid: repeats
// are counted in the event itself, and what was left out is told by telemetry.gap. Pure; times come
// from outside; bounded.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "contract/messages.hpp"

namespace vistter::appliance {

struct FlowingEvent {
    contract::Event event;
    std::string correlation_id;
};

class EventFlow {
  public:
    static constexpr std::int64_t window_ms = 10'000;
    static constexpr std::size_t most_windows = 256;
    // Below `error`: this many at once, and this many a second in the long run. Errors and critical
    // events are coalesced but never left out.
    static constexpr double burst = 200, per_second = 20;

    // What is to be sent now, in order: an event at once, its repeats not yet. A repeat is alike in
    // type, context and correlation and follows without another event of the same subject (the
    // type's family and the context's first member, such as camera and its camera_id) in between,
    // so that a change of state is never held back.
    std::vector<FlowingEvent> offer(FlowingEvent event, SteadyTime now);
    // The repeats whose window has ended, one event a subject with `count` and `first_at`. To be
    // asked about once a second.
    std::vector<FlowingEvent> due(SteadyTime now);
    // How many were left out since the last call, by severity; nothing when there were none. At
    // most once in `window_ms`.
    std::optional<std::map<std::string, std::int64_t>> left_out(SteadyTime now);

  private:
    struct Window {
        std::string kind;
        SteadyTime opened;
        std::optional<FlowingEvent> last;  // the newest repeat
        int repeats = 0;
        WallTime first_repeat;
    };
    static std::optional<FlowingEvent> closed(Window& window);
    bool admit(const contract::Event& event, SteadyTime now);
    void make_room(std::vector<FlowingEvent>& out);

    std::map<std::string, Window> windows_;  // by subject
    double tokens_ = burst;
    std::optional<SteadyTime> filled_, told_;
    std::map<std::string, std::int64_t> dropped_;
};

}  // namespace vistter::appliance
