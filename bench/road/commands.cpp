// From an order at Studio to the ACK that is durable on both ends: everything real, both ends on a
// thread each.
#include <sys/resource.h>

#include <stdexcept>

#include "contract/messages.hpp"
#include "figures.hpp"
#include "kit/temporary_folder.hpp"
#include "sim/fleet/fleet.hpp"
#include "sim/fleet/loop_thread.hpp"
#include "sim/fleet/studio_end.hpp"

namespace vistter::bench {
namespace {

double cpu_us() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto of = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return of(used.ru_utime) + of(used.ru_stime);
}

// Studio's operator: on the loop's thread, like everything here.
class Operator {
  public:
    Operator(sim::StudioEnd& studio, const sim::FleetTrust& trust, int rounds,
             std::promise<void>& done)
        : studio_(studio), trust_(trust), left_(rounds), done_(done) {
        studio_.reports().answered = [this](const std::string& id) { answered_.push_back(id); };
        studio_.reports().committed = [this] { settle(); };
    }
    ~Operator() {
        studio_.reports().answered = nullptr;
        studio_.reports().committed = nullptr;
    }
    void order_next() {
        if (left_ == 0) return;
        --left_;
        studio::NewCommand command;
        command.device_id = trust_.members[turn_++ % trust_.members.size()].device_id;
        command.type = contract::MessageType::DEVICE_CONFIG;
        command.body = R"({"config_patch":{"device":{"name":"Stage left"}}})";
        command.actor = {"user", "usr_1", "admin"};
        const std::int64_t begin = now_ns();
        const auto id = studio_.channel().submit(command);
        if (!id) throw std::runtime_error(describe(id.error()));
        begun_[*id] = begin;
    }
    std::vector<std::int64_t> times;

  private:
    void settle() {
        std::size_t free = 0;
        for (const std::string& id : answered_) {
            const auto found = begun_.find(id);
            if (found == begun_.end()) continue;
            times.push_back(now_ns() - found->second);
            begun_.erase(found);
            ++free;
        }
        answered_.clear();
        if (free > 0 && left_ == 0 && begun_.empty()) done_.set_value();
        for (; free > 0; --free) order_next();
    }

    sim::StudioEnd& studio_;
    const sim::FleetTrust& trust_;
    int left_ = 0;
    std::promise<void>& done_;
    std::size_t turn_ = 0;
    std::map<std::string, std::int64_t> begun_;
    std::vector<std::string> answered_;
};

}  // namespace

Commands measure_commands(int appliances, int in_flight, int rounds, const std::string& folder) {
    const kit::TemporaryFolder scratch(folder);
    const sim::FleetTrust trust(appliances);
    sim::LoopThread studio_thread, fleet_thread;
    std::promise<void> all_here;
    auto studio = studio_thread.run([&] {
        auto made = std::make_unique<sim::StudioEnd>(studio_thread.loop, trust,
                                                     (scratch / "studio.db").string());
        made->start();
        made->reports().hello = [&, left = appliances](const std::string&) mutable {
            if (--left == 0) all_here.set_value();
        };
        return made;
    });
    auto fleet = fleet_thread.run([&] {
        auto made = std::make_unique<sim::Fleet>(fleet_thread.loop, trust, scratch.path());
        made->start(studio->port());
        return made;
    });
    all_here.get_future().wait();
    std::promise<void> done;
    auto asking =
        studio_thread.run([&] { return std::make_unique<Operator>(*studio, trust, rounds, done); });
    const double cpu_before = cpu_us();
    const std::int64_t begin = now_ns();
    studio_thread.run([&] {
        for (int i = 0; i < in_flight; ++i) asking->order_next();
    });
    done.get_future().wait();
    const std::int64_t took = now_ns() - begin;
    const double cpu = (cpu_us() - cpu_before) / rounds;
    fleet_thread.run([&] { fleet.reset(); });
    return studio_thread.run([&] {
        const Commands measured{waits_of(asking->times, took), cpu};
        asking.reset();
        studio.reset();
        return measured;
    });
}

}  // namespace vistter::bench
