// The event loop over Asio. Each handle owns a small shared record: the pending Asio operation and
// the handle both hold it, so that whichever ends first leaves nothing dangling.
#include "async/loop.hpp"

#include <fcntl.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cerrno>
#include <chrono>
#include <system_error>

#include "base/clock.hpp"

namespace vistter::async {
namespace asio = boost::asio;
using boost::system::error_code;
using Milliseconds = std::chrono::milliseconds;

struct Loop::State {
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard =
        asio::make_work_guard(context);
};

namespace {

// A timer that calls its work once, or again and again on a fixed grid.
class Timer
    : public std::enable_shared_from_this<Timer> {  // shared: the handle and the pending wait
  public:
    Timer(asio::io_context& context, std::function<void()> work)
        : timer_(context), work_(std::move(work)) {}

    void start(Milliseconds first, Milliseconds period) {
        period_ = period;
        timer_.expires_after(first);
        wait();
    }
    void cancel() {
        cancelled_ = true;
        timer_.cancel();
        // The work may be what is cancelling: it stays alive until it returns.
        if (!running_) work_ = nullptr;
    }

  private:
    void wait() {
        timer_.async_wait([self = shared_from_this()](error_code failed) {
            if (!failed && !self->cancelled_) self->fire();
        });
    }
    void fire() {
        running_ = true;
        work_();
        running_ = false;
        if (cancelled_ || period_ == Milliseconds::zero()) {
            work_ = nullptr;
            return;
        }
        auto next = timer_.expiry() + period_;
        // std::chrono's steady clock counts CLOCK_MONOTONIC too.
        asio::steady_timer::time_point now(std::chrono::nanoseconds(machine_clock().steady().ns));
        if (next <= now) next += ((now - next) / period_ + 1) * period_;
        timer_.expires_at(next);
        wait();
    }

    asio::steady_timer timer_;
    std::function<void()> work_;
    Milliseconds period_{0};
    bool cancelled_ = false;
    bool running_ = false;
};

// Watches a duplicate of a descriptor that somebody else owns: epoll takes each descriptor once,
// and this way one descriptor can be watched for reading and for writing, and Asio closes only what
// is its own.
class Watch
    : public std::enable_shared_from_this<Watch> {  // shared: the handle and the pending wait
  public:
    using Descriptor = asio::posix::stream_descriptor;

    Watch(asio::io_context& context, int fd, Descriptor::wait_type kind, bool repeat,
          std::function<void()> ready)
        : descriptor_(context, duplicate(fd)),
          kind_(kind),
          repeat_(repeat),
          ready_(std::move(ready)) {}

    void wait() {
        descriptor_.async_wait(kind_, [self = shared_from_this()](error_code failed) {
            if (!failed && !self->cancelled_) self->fire();
        });
    }
    void cancel() {
        cancelled_ = true;
        close();
        if (!running_) ready_ = nullptr;
    }

  private:
    static int duplicate(int fd) {
        int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
        if (copy < 0)
            throw std::system_error(errno, std::generic_category(), "cannot watch a descriptor");
        return copy;
    }
    void fire() {
        running_ = true;
        ready_();
        running_ = false;
        if (cancelled_ || !repeat_) {
            ready_ = nullptr;
            close();
        } else {
            wait();
        }
    }
    void close() {
        error_code ignored;  // nothing was written through the duplicate, so nothing can be lost
        descriptor_.close(ignored);
    }

    Descriptor descriptor_;
    Descriptor::wait_type kind_;
    bool repeat_;
    std::function<void()> ready_;
    bool cancelled_ = false;
    bool running_ = false;
};

class Signals
    : public std::enable_shared_from_this<Signals> {  // shared: the handle and the pending wait
  public:
    Signals(asio::io_context& context, const std::vector<int>& signals,
            std::function<void(int)> received)
        : set_(context), received_(std::move(received)) {
        for (int signal : signals) set_.add(signal);
    }
    void wait() {
        set_.async_wait([self = shared_from_this()](error_code failed, int signal) {
            if (failed || self->cancelled_) return;
            auto received = self->received_;
            received(signal);
            if (!self->cancelled_) self->wait();
        });
    }
    void cancel() {
        cancelled_ = true;
        set_.cancel();  // clear() alone would leave the pending wait holding this for ever
        set_.clear();
        received_ = nullptr;
    }

  private:
    asio::signal_set set_;
    std::function<void(int)> received_;
    bool cancelled_ = false;
};

template <class T>
Handle handle_of(std::shared_ptr<T> record) {
    return Handle([record = std::move(record)] { record->cancel(); });
}

}  // namespace

Loop::Loop() : state_(std::make_unique<State>()) {}
Loop::~Loop() = default;

void Loop::run() {
    state_->context.restart();
    state_->context.run();
}

void Loop::stop() {
    state_->context.stop();
}

void Loop::post(std::function<void()> work) {
    asio::post(state_->context, std::move(work));
}

Handle Loop::after(std::int64_t ms, std::function<void()> work) {
    auto timer = std::make_shared<Timer>(state_->context, std::move(work));
    timer->start(Milliseconds(ms), Milliseconds::zero());
    return handle_of(std::move(timer));
}

Handle Loop::every(std::int64_t ms, std::function<void()> work) {
    auto timer = std::make_shared<Timer>(state_->context, std::move(work));
    timer->start(Milliseconds(ms), Milliseconds(ms));
    return handle_of(std::move(timer));
}

Handle Loop::watch_readable(int fd, std::function<void()> ready) {
    auto watch = std::make_shared<Watch>(state_->context, fd, Watch::Descriptor::wait_read, true,
                                         std::move(ready));
    watch->wait();
    return handle_of(std::move(watch));
}

Handle Loop::watch_writable(int fd, std::function<void()> ready) {
    auto watch = std::make_shared<Watch>(state_->context, fd, Watch::Descriptor::wait_write, false,
                                         std::move(ready));
    watch->wait();
    return handle_of(std::move(watch));
}

Handle Loop::on_signals(const std::vector<int>& signals, std::function<void(int)> received) {
    auto record = std::make_shared<Signals>(state_->context, signals, std::move(received));
    record->wait();
    return handle_of(std::move(record));
}

asio::io_context& Loop::native() {
    return state_->context;
}

}  // namespace vistter::async
