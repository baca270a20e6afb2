#include "sim/fleet/storm.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <vector>

#include "base/clock.hpp"
#include "sim/fleet/fleet.hpp"
#include "sim/fleet/loop_thread.hpp"
#include "sim/fleet/studio_end.hpp"

namespace vistter::sim {
namespace {

constexpr int goodbye_turns = 400;  // of 50 ms: how long everybody may take to hear the last words

std::int64_t now_ns() {
    return machine_clock().steady().ns;
}

// Counts who says HELLO; on Studio's thread.
class Returns {
  public:
    explicit Returns(int expected) : expected_(static_cast<std::size_t>(expected)) {}
    void expect_all() {
        here_.clear();
        times.clear();
        all = {};
    }
    void note(const std::string& device_id) {
        if (!here_.insert(device_id).second) return;
        times.push_back(now_ns());
        if (here_.size() == expected_) all.set_value();
    }
    std::promise<void> all;
    std::vector<std::int64_t> times;

  private:
    std::size_t expected_;
    std::set<std::string> here_;
};

Storm figures(int appliances, std::vector<std::int64_t> times) {
    Storm storm;
    storm.appliances = appliances;
    storm.back = static_cast<int>(times.size());
    if (times.size() < 2) return storm;
    std::sort(times.begin(), times.end());
    std::size_t peak = 0, first = 0;
    for (std::size_t last = 0; last < times.size(); ++last) {
        while (times[last] - times[first] >= 1'000'000'000) ++first;
        peak = std::max(peak, last - first + 1);
    }
    storm.window_s = static_cast<double>(times.back() - times.front()) / 1e9;
    storm.peak_per_s = static_cast<double>(peak);
    storm.even_per_s = storm.back / storm.window_s;
    return storm;
}

// Until nobody is connected any more, or it has taken too long.
void wait_until_gone(LoopThread& thread, const Fleet& fleet) {
    std::promise<void> gone;
    async::Handle watch = thread.run([&] {
        return thread.loop.every(50, [&, turns = 0]() mutable {
            ++turns;
            if (turns > goodbye_turns) return;
            if (fleet.connected() > 0 && turns < goodbye_turns) return;
            turns = goodbye_turns;
            gone.set_value();
        });
    });
    gone.get_future().wait();
    thread.run([&] { watch.reset(); });
}

}  // namespace

Storm run_storm(int appliances, Departure departure, std::int64_t down_ms, std::int64_t patience_ms,
                const std::string& folder) {
    (void)raise_file_limit();
    const FleetTrust trust(appliances);
    LoopThread studio_thread, fleet_thread;
    Returns returns(appliances);
    const std::chrono::milliseconds patience(patience_ms);
    auto studio = studio_thread.run([&] {
        auto made = std::make_unique<StudioEnd>(studio_thread.loop, trust, folder + "/studio.db");
        made->reports().hello = [&](const std::string& device_id) { returns.note(device_id); };
        made->start();
        return made;
    });
    auto fleet = fleet_thread.run([&] {
        auto made = std::make_unique<Fleet>(fleet_thread.loop, trust, folder);
        made->start(studio->port());
        return made;
    });
    const bool came = returns.all.get_future().wait_for(patience) == std::future_status::ready;
    std::promise<void> up;
    async::Handle pause;
    studio_thread.run([&] {
        returns.expect_all();
        if (departure == Departure::drained) studio->channel().drain();
    });
    if (departure == Departure::drained) wait_until_gone(fleet_thread, *fleet);
    studio_thread.run([&] {
        studio->stop();
        pause = studio_thread.loop.after(down_ms, [&] {
            studio->start();
            up.set_value();
        });
    });
    up.get_future().wait();
    if (came) (void)returns.all.get_future().wait_for(patience);
    fleet_thread.run([&] { fleet.reset(); });
    return studio_thread.run([&] {
        pause.reset();
        studio.reset();
        return figures(appliances, returns.times);
    });
}

}  // namespace vistter::sim
