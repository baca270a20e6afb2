// Something that happens on another thread, waited for without sleeping.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

namespace vistter::kit {

class EventCount {
  public:
    void ring() {
        {
            std::lock_guard lock(mutex_);
            ++count_;
        }
        rung_.notify_all();
    }
    // Looks at `condition` now and after every ring until it holds; false after `seconds`.
    bool wait(int seconds, const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
        std::unique_lock lock(mutex_);
        while (true) {
            long seen = count_;
            lock.unlock();
            if (condition()) return true;
            lock.lock();
            if (!rung_.wait_until(lock, deadline, [&] { return count_ != seen; })) return false;
        }
    }

  private:
    std::mutex mutex_;
    std::condition_variable rung_;
    long count_ = 0;
};

}  // namespace vistter::kit
