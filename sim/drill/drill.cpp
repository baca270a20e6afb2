#include "sim/drill/drill.hpp"

#include <array>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "base/clock.hpp"

namespace vistter::drill {
namespace fs = std::filesystem;
namespace {

std::int64_t now_ns() {
    return machine_clock().steady().ns;
}

struct Weight {
    const char* kind;
    std::uint64_t share;
};
constexpr std::array<Weight, 8> kinds{{{"cut", 28},
                                       {"swallow_up", 10},
                                       {"swallow_down", 10},
                                       {"repeat", 18},
                                       {"swap", 14},
                                       {"kill_appliance", 16},
                                       {"kill_studio", 2},
                                       {"kill_both", 2}}};

std::string drawn_kind(Random& random) {
    std::uint64_t left = random.below(100);
    for (const Weight& weight : kinds) {
        if (left < weight.share) return weight.kind;
        left -= weight.share;
    }
    return kinds.front().kind;
}

// Heartbeats compare what was said with what was let in: often, because sessions are short here.
constexpr int heartbeat_s = 1;
// What was said last is proven by the heartbeats after it, a doubt by two more.
constexpr std::int64_t rest_ns = 4'000'000'000 * heartbeat_s;

link::ReceiverDefences defences(Without without) {
    link::ReceiverDefences all;
    all.replay_window = all.nonces = without != Without::replay_window;
    all.session_binding = without != Without::session_binding;
    return all;
}

// The database as it is now, in files beside it; and back to that.
void copy_database(const std::string& from, const std::string& to) {
    for (const char* ending : {"", "-wal"}) {
        std::error_code absent;
        fs::remove(to + ending, absent);
        if (fs::exists(from + ending)) fs::copy_file(from + ending, to + ending);
    }
    std::error_code absent;
    fs::remove(to + "-shm", absent);
}

}  // namespace

std::vector<std::string> fault_kinds() {
    std::vector<std::string> names;
    for (const Weight& weight : kinds) names.emplace_back(weight.kind);
    return names;
}

Drill::Drill(const Plan& plan)
    : plan_(plan),
      random_(plan.seed),
      trust_(plan.appliances),
      studio_(loop_, trust_, plan.folder + "/studio.db"),
      fleet_(loop_, trust_, plan.folder),
      relay_(loop_, trust_, random_) {
    studio_.count_answers = true;
    studio_.reports().answered = [this](const std::string& id) { answered_.push_back(id); };
    studio_.reports().committed = [this] { settle(); };
    studio_.defences = defences(plan.without);
    studio_.heartbeat_s = heartbeat_s;
    for (auto& appliance : fleet_.appliances()) {
        appliance->options.between_tries = {5, 200};
        appliance->options.defences = defences(plan.without);
    }
}

Outcome Drill::run() {
    const std::int64_t begin = now_ns();
    last_end_ns_ = begin;
    studio_.start();
    relay_.lead_to(studio_.port());
    for (auto& appliance : fleet_.appliances()) appliance->start(studio_.port(), relay_.port());
    const async::Handle turns = loop_.every(1, [this] { turn(); });
    loop_.run();
    outcome_.commands = static_cast<std::int64_t>(ordered_.size());
    outcome_.messages = relay_.passed();
    check(outcome_, ordered_, studio_, fleet_);
    outcome_.distrusted = studio_.reports().broken_transcripts;
    outcome_.took_ms = (now_ns() - begin) / 1'000'000;
    fleet_.stop();
    studio_.stop();
    return outcome_;
}

void Drill::settle() {
    for (const std::string& id : std::exchange(answered_, {})) {
        const auto record = studio_.channel().find(id);
        if (record && record->terminal && open_.erase(id) > 0) last_end_ns_ = now_ns();
    }
}

void Drill::turn() {
    order_some();
    const std::int64_t ended =
        static_cast<std::int64_t>(ordered_.size()) - static_cast<std::int64_t>(open_.size());
    if (outcome_.faults < plan_.faults &&
        ended * (plan_.faults + 1) >= (outcome_.faults + 1) * plan_.commands) {
        strike();
    }
    const bool stalled = now_ns() - last_end_ns_ > plan_.stall_ms * 1'000'000;
    if (!at_rest())
        rest_began_ns_ = 0;
    else if (rest_began_ns_ == 0)
        rest_began_ns_ = now_ns();
    const bool rested = rest_began_ns_ > 0 && now_ns() - rest_began_ns_ > rest_ns;
    if (stalled || rested) loop_.stop();
}

// Everything was ordered and has ended, and nothing waits for a receipt any more.
bool Drill::at_rest() {
    if (static_cast<std::int64_t>(ordered_.size()) < plan_.commands || !open_.empty()) return false;
    if (outcome_.faults < plan_.faults || !studio_.running()) return false;
    for (const auto& appliance : fleet_.appliances()) {
        if (!appliance->running() || appliance->road().status().outbox > 0) return false;
    }
    return true;
}

void Drill::order_some() {
    const std::size_t window = fleet_.appliances().size() * 24;
    for (int i = 0; i < 40 && studio_.running() && open_.size() < window; ++i) {
        if (static_cast<std::int64_t>(ordered_.size()) >= plan_.commands) return;
        order_one();
    }
}

void Drill::order_one() {
    const auto appliance = static_cast<std::size_t>(random_.below(fleet_.appliances().size()));
    const bool of_lane = random_.below(3) == 0;
    studio::NewCommand command;
    command.device_id = trust_.members[appliance].device_id;
    command.type =
        of_lane ? contract::MessageType::CAMERA_ACTION : contract::MessageType::DEVICE_CONFIG;
    command.body = of_lane ? R"({"action":"list","payload":{}})"
                           : R"({"config_patch":{"device":{"name":"Stage left"}}})";
    command.actor = {"user", "usr_1", "admin"};
    command.expires_at = WallTime{machine_clock().wall().ms + 3'600'000};
    const auto id = studio_.channel().submit(command);
    if (!id) throw std::runtime_error(describe(id.error()));
    ordered_.push_back({*id, appliance, of_lane});
    open_[*id] = appliance;
}

// One fault that really hits something.
void Drill::strike() {
    const std::string kind = plan_.only.empty() ? drawn_kind(random_) : plan_.only;
    for (int tries = 0; tries < 50; ++tries) {
        const auto appliance = static_cast<std::size_t>(random_.below(fleet_.appliances().size()));
        if (!hit(kind, appliance)) continue;
        ++outcome_.faults;
        ++outcome_.fault_kinds[kind];
        return;
    }
}

bool Drill::hit(const std::string& kind, std::size_t appliance) {
    const std::string& device_id = trust_.members[appliance].device_id;
    const Way way = random_.below(2) == 0 ? Way::to_studio : Way::to_appliance;
    const auto moment = static_cast<std::int64_t>(random_.below(60));
    if (kind == "cut") return relay_.cut(device_id);
    if (kind == "swallow_up") return relay_.swallow(device_id, Way::to_studio, moment);
    if (kind == "swallow_down") return relay_.swallow(device_id, Way::to_appliance, moment);
    if (kind == "repeat") return relay_.repeat(device_id, way, 5);
    if (kind == "swap") return relay_.swap(device_id, way);
    if (kind != "kill_studio" && returning_.contains(appliance)) return false;
    if (kind != "kill_appliance" && !studio_.running()) return false;
    if (kind != "kill_appliance") kill_studio();
    if (kind != "kill_studio") kill_appliance(appliance);
    return true;
}

void Drill::kill_studio() {
    studio_.stop();
    studio_returning_ = loop_.after(static_cast<std::int64_t>(random_.below(50)), [this] {
        studio_.start();
        relay_.lead_to(studio_.port());
        // What ended in the moment of the kill was told to nobody.
        answered_.clear();
        std::erase_if(open_, [this](const auto& command) {
            const auto record = studio_.channel().find(command.first);
            return record && record->terminal;
        });
    });
}

void Drill::kill_appliance(std::size_t appliance) {
    auto& end = *fleet_.appliances()[appliance];
    const auto down_ms = static_cast<std::int64_t>(random_.below(30));
    if (plan_.without == Without::durability) {
        // What is acknowledged from here on will be forgotten: as without fsync at a power cut.
        copy_database(end.file(), end.file() + ".before");
        returning_[appliance] = loop_.after(1'000, [this, appliance, down_ms] {
            auto& dying = *fleet_.appliances()[appliance];
            dying.stop();
            copy_database(dying.file() + ".before", dying.file());
            bring_back(appliance, down_ms);
        });
        return;
    }
    if (plan_.without == Without::dedupe) {
        end.database().execute(
            "DELETE FROM road_command WHERE state = 'finished';"
            "DELETE FROM drill_intent;");
    }
    end.stop();
    bring_back(appliance, down_ms);
}

void Drill::bring_back(std::size_t appliance, std::int64_t ms) {
    returning_[appliance] = loop_.after(ms, [this, appliance] {
        fleet_.appliances()[appliance]->start(studio_.port(), relay_.port());
        loop_.post([this, appliance] { returning_.erase(appliance); });
    });
}

}  // namespace vistter::drill
