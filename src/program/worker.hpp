// A thread that does slow things in the order they were asked for: reading, rasterising,
// destroying.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace vistter::program {

class Worker {
  public:
    Worker();
    // Ends after the task in hand; what waits is dropped.
    ~Worker();
    // Any thread. An exception in a task is logged and ends that task only.
    void post(std::function<void()> task);

  private:
    void run();

    std::mutex mutex_;
    std::condition_variable more_;
    std::deque<std::function<void()>> tasks_;
    bool over_ = false;
    std::thread thread_;
};

}  // namespace vistter::program
