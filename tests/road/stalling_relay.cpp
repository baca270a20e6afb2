#include "road/stalling_relay.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace vistter::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

// Moves what is there; false at the end of the stream.
bool pass(int from, int to) {
    char buffer[4'096];
    const ssize_t got = ::recv(from, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    for (ssize_t sent = 0; sent < got;) {
        const ssize_t n =
            ::send(to, buffer + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
        if (n <= 0) return false;
        sent += n;
    }
    return true;
}

}  // namespace

StallingRelay::StallingRelay(std::uint16_t target) : target_(target) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
        ::pipe(stop_) != 0) {
        throw std::runtime_error("the relay cannot listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

StallingRelay::~StallingRelay() {
    (void)!::write(stop_[1], "x", 1);
    thread_.join();
    for (const int fd : {listener_, stop_[0], stop_[1]}) ::close(fd);
}

void StallingRelay::serve() {
    for (;;) {
        pollfd wanted[] = {{listener_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
        if (::poll(wanted, 2, -1) < 0 || wanted[1].revents != 0) return;
        const int client = ::accept(listener_, nullptr, nullptr);
        const int upstream = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address = loopback(target_);
        if (::connect(upstream, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
            relay(client, upstream);
        ::close(client);
        ::close(upstream);
    }
}

void StallingRelay::relay(int from_client, int to_target) {
    for (;;) {
        pollfd wanted[] = {{from_client, POLLIN, 0}, {to_target, POLLIN, 0}, {stop_[0], POLLIN, 0}};
        if (::poll(wanted, 3, -1) < 0 || wanted[2].revents != 0) return;
        if (stalled_) {
            pollfd end = {stop_[0], POLLIN, 0};
            (void)::poll(&end, 1, -1);
            return;
        }
        if (wanted[0].revents != 0 && !pass(from_client, to_target)) return;
        if (wanted[1].revents != 0 && !pass(to_target, from_client)) return;
    }
}

}  // namespace vistter::test
