// Unix stream sockets that speak ipc messages: non-blocking, bounded, usable with poll or an event
// loop.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "ipc/messages.hpp"

namespace vistter::ipc {

// One connected peer. Single thread. Both ends call open() first; receive() refuses a peer whose
// first message is not a Hello of our version (VER_UNSUPPORTED), and hands that Hello out like any
// other message.
class Connection {
  public:
    explicit Connection(int fd);  // takes ownership; makes it non-blocking and close-on-exec
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    int fd() const { return fd_; }
    // Sends our Hello with this process's id. `role`: control, program, output.
    Status open(const std::string& role);
    // Queues and writes what the socket takes. LIM_QUEUE_FULL beyond `queue_limit` bytes (nothing
    // queued then), SYS_INTERNAL when the peer is gone.
    Status send(const Message& message);
    Status send_encoded(std::string_view frame);
    bool wants_write() const { return !out_.empty(); }
    // Writes what the socket takes now; SYS_INTERNAL when the peer is gone.
    Status flush();
    std::size_t queued_bytes() const { return out_.size() - out_at_; }
    // Reads what is there, at most 1 MiB a call; every whole message. An error means the connection
    // is over (peer gone, bad frame); messages before the fault are handed out first, and the
    // descriptor stays readable until the error.
    Result<std::vector<Message>> receive();
    void set_queue_limit(std::size_t bytes) { queue_limit_ = bytes; }

  private:
    int fd_;
    FrameReader reader_;
    bool greeted_ = false;  // the peer's Hello was seen
    std::string out_;       // empty when everything is written
    std::size_t out_at_ = 0;
    std::size_t queue_limit_ = 4 * 1024 * 1024;
};

// A listening socket at `path`, mode 0600; a stale socket is replaced, a live one (or a file that
// is no socket) is SYS_PORT_IN_USE. The file goes with the listener. Errors: VAL_RANGE for a path
// longer than a socket address holds.
class Listener {
  public:
    static Result<std::unique_ptr<Listener>> open(const std::filesystem::path& path);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    int fd() const { return fd_; }
    std::unique_ptr<Connection> accept();  // null when none waits

  private:
    Listener(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}
    int fd_;
    std::filesystem::path path_;
};

// RES_NOT_FOUND when nobody listens.
Result<std::unique_ptr<Connection>> connect_to(const std::filesystem::path& path);

}  // namespace vistter::ipc
