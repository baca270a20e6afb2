// The worker's loop.
#include "program/worker.hpp"

#include <exception>

#include "base/log.hpp"

namespace vistter::program {

Worker::Worker() : thread_([this] { run(); }) {}

Worker::~Worker() {
    {
        std::lock_guard lock(mutex_);
        over_ = true;
    }
    more_.notify_one();
    thread_.join();
}

void Worker::post(std::function<void()> task) {
    {
        std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(task));
    }
    more_.notify_one();
}

void Worker::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        more_.wait(lock, [this] { return over_ || !tasks_.empty(); });
        if (over_) return;
        std::function<void()> task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        try {
            task();
        } catch (const std::exception& fault) {
            log::error("a task ended badly: {}", fault.what());
        }
        task = nullptr;  // what it held goes before the next wait
        lock.lock();
    }
}

}  // namespace vistter::program
