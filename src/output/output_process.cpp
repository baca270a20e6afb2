// The poll loop of vistter-output.
#include "output/output_process.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "ipc/socket.hpp"
#include "output/sink_keeper.hpp"

namespace vistter::output {
namespace {

constexpr std::int64_t status_interval_ns = 1'000'000'000;
constexpr std::int64_t media_retry_ns = 200'000'000;
constexpr std::int64_t signal_drain_ms = 2'000, longest_drain_ms = 10'000;
constexpr std::size_t most_peers = 8;

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

  private:
    int fd_;
};

// SIGTERM and SIGINT as a readable descriptor; blocked before any thread starts.
int open_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    return ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

class OutputProcess {
  public:
    OutputProcess(const Options& options, const Destination& destination,
                  std::unique_ptr<ipc::Listener> listener)
        : options_(options),
          listener_(std::move(listener)),
          signals_(open_signals()),
          wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
          keeper_(destination, machine_clock(), machine_random(), wake_.get()) {}

    int run();

  private:
    using ConnectionPtr = std::unique_ptr<ipc::Connection>;
    std::int64_t now_ns() const { return machine_clock().steady().ns; }
    void wait();
    void connect_media();
    void lose_media();
    void read_media();
    void serve_peer(ConnectionPtr& peer, short events);
    void accept_peers();
    void look();
    void publish(bool always);
    void drain();

    const Options options_;
    std::unique_ptr<ipc::Listener> listener_;
    Descriptor signals_, wake_;
    SinkKeeper keeper_;
    std::vector<ConnectionPtr> peers_;
    ConnectionPtr media_;
    std::int64_t next_media_try_ns_ = 0, next_status_ns_ = 0;
    std::optional<std::int64_t> stop_drain_ms_;
    ipc::OutputStatus said_;
};

void OutputProcess::connect_media() {
    if (media_ != nullptr || keeper_.life().state() == State::failed ||
        now_ns() < next_media_try_ns_)
        return;
    next_media_try_ns_ = now_ns() + media_retry_ns;
    auto connection = ipc::connect_to(options_.media_socket);
    if (!connection) return;
    if (!(*connection)->open("output") || !(*connection)->send(ipc::Subscribe{"program"})) return;
    media_ = std::move(*connection);
    log::info("connected to the programme");
}

void OutputProcess::lose_media() {
    log::warning("the programme is gone; waiting for it");
    media_.reset();
    keeper_.lose_stream();
    next_media_try_ns_ = now_ns() + media_retry_ns;
}

void OutputProcess::read_media() {
    auto messages = media_->receive();
    if (!messages) return lose_media();
    for (const ipc::Message& message : *messages) {
        if (const auto* info = std::get_if<ipc::StreamInfo>(&message)) keeper_.set_stream(*info);
        if (const auto* unit = std::get_if<ipc::AccessUnit>(&message)) {
            if (unit->kind == 0 && unit->keyframe)
                look();  // so that a sink that is due starts with this very keyframe
            keeper_.take(*unit);
        }
    }
}

void OutputProcess::serve_peer(ConnectionPtr& peer, short events) {
    if ((events & POLLOUT) != 0 && !peer->flush()) return peer.reset();
    if ((events & ~POLLOUT) == 0) return;
    auto messages = peer->receive();
    if (!messages) return peer.reset();
    for (const ipc::Message& message : *messages) {
        if (const auto* stop = std::get_if<ipc::StopOutput>(&message)) {
            stop_drain_ms_ = std::clamp<std::int64_t>(stop->drain_ms, 0, longest_drain_ms);
        } else if (std::holds_alternative<ipc::RequestStatus>(message)) {
            if (!peer->send(keeper_.status())) return peer.reset();
        }
    }
}

void OutputProcess::accept_peers() {
    while (ConnectionPtr peer = listener_->accept()) {
        if (peers_.size() >= most_peers) continue;
        if (peer->open("output") && peer->send(keeper_.status())) peers_.push_back(std::move(peer));
    }
}

// A new sink in the middle of a stream need not wait for the next regular keyframe.
void OutputProcess::look() {
    bool waits_for_keyframe = keeper_.look();
    if (waits_for_keyframe && media_ != nullptr && !media_->send(ipc::RequestKeyframe{}))
        lose_media();
}

void OutputProcess::publish(bool always) {
    ipc::OutputStatus status = keeper_.status();
    bool changed = status.state != said_.state || status.error_code != said_.error_code ||
                   status.error_message != said_.error_message || status.attempt != said_.attempt ||
                   status.reconnects != said_.reconnects || status.first_frame != said_.first_frame;
    if (!always && !changed && now_ns() < next_status_ns_) return;
    said_ = status;
    next_status_ns_ = now_ns() + status_interval_ns;
    for (ConnectionPtr& peer : peers_) {
        if (!peer->send(status)) peer.reset();
    }
    std::erase(peers_, nullptr);
}

void OutputProcess::wait() {
    std::vector<pollfd> waits = {
        {signals_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}, {listener_->fd(), POLLIN, 0}};
    if (media_ != nullptr) waits.push_back({media_->fd(), POLLIN, 0});
    const bool had_media = media_ != nullptr;
    const std::size_t first_peer = waits.size();
    for (const ConnectionPtr& peer : peers_) {
        waits.push_back(
            {peer->fd(), static_cast<short>(peer->wants_write() ? POLLIN | POLLOUT : POLLIN), 0});
    }
    std::int64_t due = std::min(next_status_ns_, keeper_.next_look_ns());
    if (media_ == nullptr) due = std::min(due, next_media_try_ns_);
    std::int64_t wait_ms =
        std::clamp<std::int64_t>((due - now_ns() + 999'999) / 1'000'000, 1, 1'000);
    ::poll(waits.data(), waits.size(), static_cast<int>(wait_ms));
    if (waits[0].revents != 0) stop_drain_ms_ = signal_drain_ms;
    std::uint64_t rung = 0;
    if (waits[1].revents != 0) [[maybe_unused]]
        ssize_t got = ::read(wake_.get(), &rung, sizeof rung);
    for (std::size_t i = 0; i < peers_.size(); ++i) {
        if (waits[first_peer + i].revents != 0)
            serve_peer(peers_[i], waits[first_peer + i].revents);
    }
    std::erase(peers_, nullptr);
    if (waits[2].revents != 0) accept_peers();
    if (had_media && waits[3].revents != 0) read_media();
}

void OutputProcess::drain() {
    keeper_.life().stop();
    publish(true);
    media_.reset();
    keeper_.finish(*stop_drain_ms_);
    publish(true);
    for (ConnectionPtr& peer : peers_) [[maybe_unused]] Status flushed = peer->flush();
}

int OutputProcess::run() {
    while (!stop_drain_ms_) {
        connect_media();
        look();
        if (keeper_.life().state() == State::failed) media_.reset();
        publish(false);
        wait();
    }
    drain();
    log::info("stopped");
    return 0;
}

}  // namespace

Result<int> run_output(const Options& options) {
    Result<Destination> destination = read_destination(options.config);
    if (!destination) return destination.error();
    auto listener = ipc::Listener::open(options.socket);
    if (!listener) return listener.error();
    OutputProcess process(options, *destination, std::move(*listener));
    if (options.ready_fd >= 0) {
        constexpr std::string_view line = "{\"ready\":true}\n";
        if (::write(options.ready_fd, line.data(), line.size()) < 0)
            log::warning("nobody reads the ready line");
    }
    return process.run();
}

}  // namespace vistter::output
