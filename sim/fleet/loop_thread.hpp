// A loop that runs on its own thread for as long as this lives, and a way to have something done on
// it.
#pragma once

#include <future>
#include <thread>
#include <utility>

#include "async/loop.hpp"

namespace vistter::sim {

class LoopThread {
  public:
    LoopThread() : thread_([this] { loop.run(); }) {}
    ~LoopThread() {
        loop.stop();
        thread_.join();
    }
    // Runs `work` on the loop's thread and gives its result.
    template <class Work>
    auto run(Work work) {
        std::packaged_task<decltype(work())()> task(std::move(work));
        auto result = task.get_future();
        loop.post([&task] { task(); });
        return result.get();
    }

    async::Loop loop;

  private:
    std::thread thread_;
};

}  // namespace vistter::sim
