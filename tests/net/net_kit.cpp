// The tests' raw client, server and authority.
#include "net_kit.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "base/clock.hpp"

namespace vistter::net {

RunningServer::RunningServer(ServerOptions options, Handler handler) {
    thread_.run([&] {
        auto made = listen(thread_.loop, std::move(options), std::move(handler));
        EXPECT_TRUE(made.ok()) << (made.ok() ? "" : describe(made.error()));
        server_ = std::move(made).value();
        port_ = server_->port();
    });
}

RunningServer::~RunningServer() {
    stop();
}

std::string RunningServer::url(std::string_view scheme, std::string_view target) const {
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(port_) + std::string(target);
}

RawClient::RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0)
        << std::strerror(errno);
}

RawClient::~RawClient() {
    close();
}

void RawClient::close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void RawClient::shutdown_sending() {
    ::shutdown(fd_, SHUT_WR);
}

bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        pollfd ready{fd_, POLLOUT, 0};
        if (::poll(&ready, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) != 1)
            return false;
        ssize_t put = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (put <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

bool RawClient::read_more() {
    pollfd ready{fd_, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) != 1) {
        ADD_FAILURE() << "nothing came in time; so far: " << buffer_.substr(0, 500);
        return false;
    }
    char block[65'536];
    ssize_t got = ::recv(fd_, block, sizeof block, 0);
    if (got <= 0) return false;
    buffer_.append(block, static_cast<std::size_t>(got));
    return true;
}

std::string RawClient::read_until(std::string_view ending) {
    std::size_t at;
    while ((at = buffer_.find(ending)) == std::string::npos) {
        if (!read_more()) return std::exchange(buffer_, {});
    }
    std::string head = buffer_.substr(0, at + ending.size());
    buffer_.erase(0, head.size());
    return head;
}

std::string RawClient::read_all() {
    while (read_more()) {
    }
    return std::exchange(buffer_, {});
}

std::string RawClient::read_response(bool head) {
    std::string response = read_until("\r\n\r\n");
    std::size_t at = response.find("Content-Length: ");
    if (at == std::string::npos || head) return response;
    std::size_t size = std::stoul(response.substr(at + 16));
    while (buffer_.size() < size) {
        if (!read_more()) break;
    }
    response += buffer_.substr(0, size);
    buffer_.erase(0, size);
    return response;
}

crypto::Validity valid_now() {
    WallTime now = machine_clock().wall();
    return {{now.ms - 3'600'000}, {now.ms + 3'600'000}};
}

Authority::Authority()
    : root_(crypto::make_root(key_, "Vistter test root", valid_now(), machine_random())) {}

TlsIdentity Authority::server_valid(const std::vector<std::string>& hosts,
                                    crypto::Validity validity) const {
    crypto::PrivateKey key = crypto::PrivateKey::generate();
    auto leaf =
        crypto::issue_server(key_, root_, key.public_key(), hosts, validity, machine_random());
    return {leaf.to_pem() + root_.to_pem(), key.to_pem()};
}

TlsIdentity Authority::server(const std::vector<std::string>& hosts) const {
    return server_valid(hosts, valid_now());
}

TlsIdentity Authority::device(const std::string& device_id) const {
    return device_valid(crypto::device_uri("sandbox", device_id), valid_now());
}

TlsIdentity Authority::device_valid(const std::string& uri, crypto::Validity validity) const {
    crypto::PrivateKey key = crypto::PrivateKey::generate();
    auto leaf =
        crypto::issue_device(key_, root_, key.public_key(), uri, validity, machine_random());
    return {leaf.to_pem(), key.to_pem()};
}

std::vector<unsigned char> Authority::pin(std::size_t bytes) const {
    crypto::Digest digest = root_.public_key().spki_sha256();
    return {digest.begin(), digest.begin() + static_cast<std::ptrdiff_t>(bytes)};
}

ClientTls Authority::client(bool with_identity) const {
    ClientTls tls;
    tls.pins = {pin()};
    if (with_identity) tls.identity = device();
    return tls;
}

}  // namespace vistter::net
