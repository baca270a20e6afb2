#include "studio/adapters/channel/commit_group.hpp"

#include <exception>
#include <utility>

#include "base/log.hpp"

namespace vistter::studio {
namespace {

constexpr std::int64_t note_delay_ms = 1'000;

}  // namespace

void CommitGroup::add(Work work) {
    waiting_.push_back({std::move(work)});
    post_look();
}

void CommitGroup::add_note(std::function<void()> write) {
    notes_.push_back(std::move(write));
    if (!note_timer_) {
        note_timer_ = loop_.after(note_delay_ms, [this] { flush(); });
    }
}

void CommitGroup::post_look() {
    if (std::exchange(posted_, true)) return;
    loop_.post([this, alive = std::weak_ptr<bool>(alive_)] {
        if (alive.expired()) return;
        posted_ = false;
        look();
    });
}

// As long as every turn of the loop brings more, the group grows.
void CommitGroup::look() {
    if (waiting_.size() > seen_ && waiting_.size() < limit) {
        seen_ = waiting_.size();
        return post_look();
    }
    flush();
}

void CommitGroup::flush() {
    seen_ = 0;
    note_timer_.reset();
    std::vector<Item> batch = std::exchange(waiting_, {});
    if (batch.empty() && notes_.empty()) return;
    bool durable = false;
    try {
        while (!commit(batch)) {
        }
        durable = true;
    } catch (const store::StorageFailure& failure) {
        log::error("nothing can be stored: {}", failure.what());
    }
    notes_.clear();
    for (Item& item : batch) {
        if (!item.work.then) continue;
        try {
            item.work.then(durable && !item.given_up);
        } catch (const std::exception& fault) {  // the others go on
            log::error("what was stored could not be followed up: {}", fault.what());
        }
    }
}

// False: one piece of work threw, everything was rolled back and is to be tried again.
bool CommitGroup::commit(std::vector<Item>& batch) {
    Item* current = nullptr;
    try {
        database_.transaction([&] {
            for (const auto& note : notes_) note();
            for (Item& item : batch) {
                current = &item;
                if (!item.given_up) item.work.write(item.again);
            }
            current = nullptr;
        });
        return true;
    } catch (const store::StorageFailure&) {
        throw;
    } catch (const std::exception& fault) {
        log::error("could not be stored: {}", fault.what());
        if (current == nullptr) {
            notes_.clear();
        } else if (current->again) {
            current->given_up = true;
        } else {
            current->again = true;
        }
        return false;
    }
}

}  // namespace vistter::studio
