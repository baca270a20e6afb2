// Unix stream sockets by path: listening, replacing what a dead process left, and connecting.
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "ipc/socket.hpp"

namespace vistter::ipc {
namespace {

constexpr int backlog = 16;

Result<sockaddr_un> address_of(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string& name = path.native();
    if (name.size() >= sizeof address.sun_path) {
        return fail(ErrorCode::VAL_RANGE, fmt::format("socket path {} is longer than {} bytes",
                                                      name, sizeof address.sun_path - 1));
    }
    std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
    return address;
}

Error system_error(ErrorCode code, const std::filesystem::path& path, const char* step) {
    return fail(code, fmt::format("cannot {} {}: {}", step, path.string(), std::strerror(errno)));
}

int new_socket() {
    return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

int connect_socket(int fd, const sockaddr_un& address) {
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

// Removes a socket nobody listens on. What is not a socket is left: somebody else's file is never
// deleted.
Status clear_stale(const std::filesystem::path& path, const sockaddr_un& address) {
    struct stat there {};
    if (::lstat(path.c_str(), &there) != 0) return ok();
    if (!S_ISSOCK(there.st_mode)) {
        return fail(ErrorCode::SYS_PORT_IN_USE,
                    fmt::format("{} exists and is not a socket", path.string()));
    }
    int probe = new_socket();
    if (probe < 0) return system_error(ErrorCode::SYS_INTERNAL, path, "open a socket for");
    bool live = connect_socket(probe, address) == 0 || errno != ECONNREFUSED;
    ::close(probe);
    if (live) {
        return fail(ErrorCode::SYS_PORT_IN_USE,
                    fmt::format("another process listens on {}", path.string()));
    }
    ::unlink(path.c_str());
    return ok();
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::open(const std::filesystem::path& path) {
    Result<sockaddr_un> address = address_of(path);
    if (!address) return std::move(address).error();
    if (Status cleared = clear_stale(path, *address); !cleared) return std::move(cleared).error();
    int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return system_error(ErrorCode::SYS_INTERNAL, path, "open a socket for");
    // Linux creates the file with the socket's own mode, so nobody else can connect even for a
    // moment.
    if (::fchmod(fd, 0600) != 0 ||
        ::bind(fd, reinterpret_cast<sockaddr*>(&*address), sizeof *address) != 0) {
        ErrorCode code = errno == EADDRINUSE ? ErrorCode::SYS_PORT_IN_USE : ErrorCode::SYS_STORAGE;
        Error error = system_error(code, path, "listen on");
        ::close(fd);
        return error;
    }
    std::unique_ptr<Listener> listener(new Listener(fd, path));
    if (::listen(fd, backlog) != 0) return system_error(ErrorCode::SYS_INTERNAL, path, "listen on");
    return listener;
}

Listener::~Listener() {
    ::close(fd_);
    ::unlink(path_.c_str());
}

std::unique_ptr<Connection> Listener::accept() {
    for (;;) {
        int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) return std::make_unique<Connection>(fd);
        if (errno != EINTR && errno != ECONNABORTED) return nullptr;
    }
}

Result<std::unique_ptr<Connection>> connect_to(const std::filesystem::path& path) {
    Result<sockaddr_un> address = address_of(path);
    if (!address) return std::move(address).error();
    int fd = new_socket();
    if (fd < 0) return system_error(ErrorCode::SYS_INTERNAL, path, "open a socket for");
    if (connect_socket(fd, *address) != 0) {
        bool nobody = errno == ENOENT || errno == ECONNREFUSED;
        Error error = system_error(nobody ? ErrorCode::RES_NOT_FOUND : ErrorCode::SYS_INTERNAL,
                                   path, "connect to");
        ::close(fd);
        return error;
    }
    return std::make_unique<Connection>(fd);
}

}  // namespace vistter::ipc
