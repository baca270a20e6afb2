#include "appliance/adapters/road/intake.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace vistter::appliance {
namespace {

// What ends in the database without changing the session: these may share a transaction.
bool stores(const Arrival& arrival) {
    return contract::is_command(arrival.arrived.envelope.type);
}

}  // namespace

void Intake::add(Arrival arrival) {
    waiting_.push_back(std::move(arrival));
    post_look();
}

void Intake::post_look() {
    if (std::exchange(posted_, true)) return;
    loop_.post([this, alive = std::weak_ptr<bool>(alive_)] {
        if (alive.expired()) return;
        posted_ = false;
        look();
    });
}

// As long as every turn of the loop brings another message the group grows.
void Intake::look() {
    if (waiting_.size() > seen_ && waiting_.size() < group_limit) {
        seen_ = waiting_.size();
        return post_look();
    }
    seen_ = 0;
    drain();
    if (!waiting_.empty()) post_look();
}

void Intake::drain() {
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(
                                            std::min(waiting_.size(), std::size_t{group_limit}));
    std::vector<Arrival> batch(std::make_move_iterator(waiting_.begin()),
                               std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
    std::vector<Arrival> group;
    for (Arrival& arrival : batch) {
        if (stores(arrival)) {
            group.push_back(std::move(arrival));
            continue;
        }
        take_group(std::exchange(group, {}));
        try {
            ports_.take(arrival);
        } catch (const std::exception& fault) {
            ports_.spoiled(arrival, fault);
        }
    }
    take_group(std::move(group));
}

void Intake::take_group(std::vector<Arrival> group) {
    if (group.empty()) return;
    std::exception_ptr fault;
    if (commit(group, fault)) return ports_.committed(group);
    ports_.undone();
    for (Arrival& arrival : group) {
        std::vector<Arrival> alone;
        alone.push_back(std::move(arrival));
        if (group.size() > 1 && commit(alone, fault)) {
            ports_.committed(alone);
            continue;
        }
        if (group.size() > 1) ports_.undone();
        try {
            std::rethrow_exception(fault);
        } catch (const std::exception& why) {
            ports_.spoiled(alone.front(), why);
        }
    }
}

bool Intake::commit(std::vector<Arrival>& group, std::exception_ptr& fault) {
    in_group_ = true;
    fault = nullptr;
    try {
        executor_.group([&] {
            for (Arrival& arrival : group) ports_.take(arrival);
        });
    } catch (const std::exception&) {
        fault = std::current_exception();
    }
    in_group_ = false;
    return fault == nullptr;
}

}  // namespace vistter::appliance
