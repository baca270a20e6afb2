// A few threads and one bounded queue.
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "async/loop.hpp"
#include "base/log.hpp"

namespace vistter::async {

struct WorkerPool::State {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> waiting;
    std::size_t limit = 0;
    bool ending = false;
    std::vector<std::thread> threads;

    void serve();
};

void WorkerPool::State::serve() {
    for (;;) {
        std::function<void()> work;
        {
            std::unique_lock lock(mutex);
            changed.wait(lock, [this] { return ending || !waiting.empty(); });
            if (ending) return;
            work = std::move(waiting.front());
            waiting.pop_front();
        }
        try {
            work();
        } catch (const std::exception& failure) {
            // The one boundary for a worker's exceptions: the thread and the process go on.
            log::error("work on a worker thread failed: {}", failure.what());
        }
    }
}

WorkerPool::WorkerPool(int threads, std::size_t queue_limit) : state_(std::make_unique<State>()) {
    state_->limit = queue_limit;
    for (int i = 0; i < threads; ++i)
        state_->threads.emplace_back([state = state_.get()] { state->serve(); });
}

WorkerPool::~WorkerPool() {
    {
        std::lock_guard lock(state_->mutex);
        state_->ending = true;
    }
    state_->changed.notify_all();
    for (std::thread& thread : state_->threads) thread.join();
}

bool WorkerPool::submit(std::function<void()> work) {
    {
        std::lock_guard lock(state_->mutex);
        if (state_->ending || state_->waiting.size() >= state_->limit) return false;
        state_->waiting.push_back(std::move(work));
    }
    state_->changed.notify_one();
    return true;
}

}  // namespace vistter::async
