// One thread's event loop (Asio underneath): timers, posted work, watched descriptors, signals.
// Everything that a control process or Studio decides happens on its loop's thread; slow work goes
// to a WorkerPool and posts back.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace vistter::async {

// Cancels what it stands for when it is destroyed or reset; after that its work is not called
// again. May be reset from inside that work. Movable; use on the loop's thread, and not after the
// loop is gone.
class Handle {
  public:
    Handle() = default;
    explicit Handle(std::function<void()> cancel) : cancel_(std::move(cancel)) {}
    Handle(Handle&& other) noexcept : cancel_(std::exchange(other.cancel_, nullptr)) {}
    Handle& operator=(Handle&& other) noexcept {
        reset();
        cancel_ = std::exchange(other.cancel_, nullptr);
        return *this;
    }
    ~Handle() { reset(); }
    void reset() {
        if (cancel_) std::exchange(cancel_, nullptr)();
    }
    explicit operator bool() const { return static_cast<bool>(cancel_); }

  private:
    std::function<void()> cancel_;
};

class Loop {
  public:
    Loop();
    ~Loop();
    // Runs until stop(). The calling thread becomes the loop's thread. An exception thrown by any
    // work leaves run().
    void run();
    void stop();                            // any thread
    void post(std::function<void()> work);  // any thread
    // Runs `work` once after `ms` (>= 0) of steady time, unless the handle is gone by then.
    [[nodiscard]] Handle after(std::int64_t ms, std::function<void()> work);
    // Runs `work` every `ms` (> 0), measured from start to start; missed turns are skipped.
    [[nodiscard]] Handle every(std::int64_t ms, std::function<void()> work);
    // Calls `ready` whenever `fd` (not owned; it becomes non-blocking) can be read or has ended;
    // reset the handle before closing the descriptor. Throws std::system_error if it cannot be
    // watched (a regular file cannot).
    [[nodiscard]] Handle watch_readable(int fd, std::function<void()> ready);
    [[nodiscard]] Handle watch_writable(int fd, std::function<void()> ready);  // once per call
    [[nodiscard]] Handle on_signals(const std::vector<int>& signals,
                                    std::function<void(int)> received);
    boost::asio::io_context& native();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// A few threads for blocking work (downloads, password hashing). The destructor waits for what
// runs.
class WorkerPool {
  public:
    // `queue_limit`: submit() answers false while so much work waits to begin. What waits at the
    // end is dropped.
    WorkerPool(int threads, std::size_t queue_limit);
    ~WorkerPool();
    [[nodiscard]] bool submit(std::function<void()> work);  // any thread

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace vistter::async
