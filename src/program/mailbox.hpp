// Between the tick thread and the others: a list under a mutex that the tick thread only ever tries
// to take.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

namespace vistter::program {

// Any thread puts; order is kept. The tick thread uses the try_ calls, which never wait: what fails
// comes on the next tick.
template <class T>
class Mailbox {
  public:
    void put(T item) {
        std::lock_guard lock(mutex_);
        items_.push_back(std::move(item));
    }
    // Appends everything waiting to `into`, which keeps its capacity over the ticks.
    bool try_take(std::vector<T>& into) {
        std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock) return false;
        move_all(items_, into);
        return true;
    }
    // Moves everything of `from` in.
    bool try_put(std::vector<T>& from) {
        std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock) return false;
        move_all(from, items_);
        return true;
    }
    // For threads that may wait.
    std::vector<T> take() {
        std::lock_guard lock(mutex_);
        return std::exchange(items_, {});
    }

  private:
    static void move_all(std::vector<T>& from, std::vector<T>& into) {
        for (T& item : from) into.push_back(std::move(item));
        from.clear();
    }
    std::mutex mutex_;
    std::vector<T> items_;
};

}  // namespace vistter::program
