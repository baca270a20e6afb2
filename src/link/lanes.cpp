#include "link/lanes.hpp"

namespace vistter::link {

void Lanes::add(const std::string& lane, Waiting command) {
    Entry entry{next_order_++, std::move(command)};
    if (lane.empty()) {
        free_.push_back(std::move(entry));
    } else {
        lanes_[lane].queue.push_back(std::move(entry));
    }
}

std::optional<Lanes::Waiting> Lanes::begin() {
    if (!free_.empty()) {
        Waiting command = std::move(free_.front().command);
        free_.pop_front();
        return command;
    }
    Lane* first = nullptr;
    for (auto& [name, lane] : lanes_) {
        if (!lane.holder.empty() || lane.queue.empty()) continue;
        if (first == nullptr || lane.queue.front().order < first->queue.front().order)
            first = &lane;
    }
    if (first == nullptr) return std::nullopt;
    Waiting command = std::move(first->queue.front().command);
    first->queue.pop_front();
    first->holder = command.message_id;
    return command;
}

void Lanes::release(std::string_view message_id) {
    for (auto it = lanes_.begin(); it != lanes_.end(); ++it) {
        if (it->second.holder != message_id) continue;
        it->second.holder.clear();
        if (it->second.queue.empty()) lanes_.erase(it);
        return;
    }
}

void Lanes::drop(std::string_view message_id) {
    const auto is_it = [&](const Entry& entry) { return entry.command.message_id == message_id; };
    std::erase_if(free_, is_it);
    for (auto& [name, lane] : lanes_) std::erase_if(lane.queue, is_it);
    release(message_id);
    std::erase_if(lanes_, [](const auto& item) {
        return item.second.holder.empty() && item.second.queue.empty();
    });
}

int Lanes::position(const std::string& lane) const {
    const auto found = lanes_.find(lane);
    if (found == lanes_.end()) return 0;
    return static_cast<int>(found->second.queue.size()) + (found->second.holder.empty() ? 0 : 1);
}

std::size_t Lanes::waiting() const {
    std::size_t count = free_.size();
    for (const auto& [name, lane] : lanes_) count += lane.queue.size();
    return count;
}

}  // namespace vistter::link
