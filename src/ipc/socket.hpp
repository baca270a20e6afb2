// Unix stream sockets that speak ipc messages: non-blocking, bounded, usable with poll or an event loop.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "ipc/messages.hpp"

namespace vistter::ipc {

// One connected peer. Single thread.
class Connection {
  public:
    explicit Connection(int fd);  // takes ownership; makes it non-blocking and close-on-exec
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    int fd() const { return fd_; }
    // Queues and writes what the socket takes. LIM_QUEUE_FULL beyond `queue_limit` bytes (nothing queued then),
    // SYS_INTERNAL when the peer is gone.
    Status send(const Message& message);
    Status send_encoded(std::string_view frame);
    bool wants_write() const { return !out_.empty(); }
    Status flush();
    std::size_t queued_bytes() const { return out_.size(); }
    // Reads what is there; every whole message. An error means the connection is over (peer gone, bad frame).
    Result<std::vector<Message>> receive();
    void set_queue_limit(std::size_t bytes) { queue_limit_ = bytes; }

  private:
    int fd_;
    FrameReader reader_;
    std::string out_;
    std::size_t queue_limit_ = 4 * 1024 * 1024;
};

// A listening socket at `path`, mode 0600; a stale file is replaced, a live one is SYS_PORT_IN_USE.
class Listener {
  public:
    static Result<std::unique_ptr<Listener>> open(const std::filesystem::path& path);
    ~Listener();
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
