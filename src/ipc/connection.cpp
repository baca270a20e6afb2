// One connected peer: bounded writing, greedy but bounded reading, and the opening Hello.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "ipc/socket.hpp"

namespace vistter::ipc {
namespace {

constexpr std::size_t read_block = 64 * 1024;
constexpr int reads_per_call = 16;

Error peer_gone(const char* how) {
    return fail(ErrorCode::SYS_INTERNAL, fmt::format("ipc peer is gone: {}", how));
}

// Bytes written, 0 when the socket is full, -1 when the peer is gone.
ssize_t write_some(int fd, std::string_view bytes) {
    for (;;) {
        ssize_t put = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (put >= 0) return put;
        if (errno == EINTR) continue;
        return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
    }
}

}  // namespace

Connection::Connection(int fd) : fd_(fd) {
    ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
    ::fcntl(fd_, F_SETFD, FD_CLOEXEC);
}

Connection::~Connection() {
    ::close(fd_);
}

Status Connection::open(const std::string& role) {
    return send(Hello{.version = protocol_version, .role = role, .pid = ::getpid()});
}

Status Connection::send(const Message& message) {
    return send_encoded(encode(message));
}

Status Connection::send_encoded(std::string_view frame) {
    if (Status flushed = flush(); !flushed) return flushed;
    if (queued_bytes() + frame.size() > queue_limit_) {
        return fail(ErrorCode::LIM_QUEUE_FULL,
                    fmt::format("ipc peer has {} bytes waiting", queued_bytes()));
    }
    if (out_.empty()) {
        ssize_t put = write_some(fd_, frame);
        if (put < 0) return peer_gone(std::strerror(errno));
        frame.remove_prefix(static_cast<std::size_t>(put));
    }
    out_.append(frame);
    return ok();
}

Status Connection::flush() {
    while (!out_.empty()) {
        ssize_t put = write_some(fd_, std::string_view(out_).substr(out_at_));
        if (put < 0) return peer_gone(std::strerror(errno));
        if (put == 0) break;
        out_at_ += static_cast<std::size_t>(put);
        if (out_at_ == out_.size()) {
            out_.clear();
            out_at_ = 0;
        }
    }
    if (out_at_ > out_.size() / 2) {
        out_.erase(0, out_at_);
        out_at_ = 0;
    }
    return ok();
}

Result<std::vector<Message>> Connection::receive() {
    std::array<char, read_block> block;
    const char* over = nullptr;
    for (int i = 0; i < reads_per_call; ++i) {
        ssize_t got = ::read(fd_, block.data(), block.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        if (got <= 0) {
            over = got == 0 ? "closed" : std::strerror(errno);
            break;
        }
        reader_.feed({block.data(), static_cast<std::size_t>(got)});
        if (static_cast<std::size_t>(got) < block.size()) break;
    }
    std::vector<Message> messages;
    for (;;) {
        Result<std::optional<Message>> next = reader_.next();
        if (!next) {
            if (messages.empty()) return std::move(next).error();
            ::shutdown(fd_, SHUT_RD);  // keeps the descriptor readable, so that the fault is met at
                                       // the next call
            return messages;
        }
        if (!next.value()) break;
        Message& message = *next.value();
        if (!greeted_) {
            const Hello* hello = std::get_if<Hello>(&message);
            if (hello == nullptr || hello->version != protocol_version) {
                return fail(ErrorCode::VER_UNSUPPORTED,
                            fmt::format("ipc peer did not open with version {}", protocol_version));
            }
            greeted_ = true;
        }
        messages.push_back(std::move(message));
    }
    if (messages.empty() && over != nullptr) return peer_gone(over);
    return messages;
}

}  // namespace vistter::ipc
