// What the tests of net share: a loop on its own thread, a queue to wait on, raw sockets with a
// deadline, an authority.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "async/loop.hpp"
#include "base/random.hpp"
#include "crypto/certificate.hpp"
#include "net/server.hpp"
#include "net/tls.hpp"
#include "sim/fleet/loop_thread.hpp"

namespace vistter::net {

// The longest any test waits for something that should happen at once.
inline constexpr std::chrono::seconds patience{10};
inline constexpr const char* test_device = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC";

using sim::LoopThread;

// Values handed from the loop's thread to the test's.
template <class T>
class Arrivals {
  public:
    void add(T value) {
        std::lock_guard lock(mutex_);
        values_.push_back(std::move(value));
        arrived_.notify_all();
    }
    // The next value, or nothing if none comes in time.
    std::optional<T> next(std::chrono::milliseconds deadline = patience) {
        std::unique_lock lock(mutex_);
        if (!arrived_.wait_for(lock, deadline, [this] { return !values_.empty(); }))
            return std::nullopt;
        T value = std::move(values_.front());
        values_.pop_front();
        return value;
    }
    bool empty() {
        std::lock_guard lock(mutex_);
        return values_.empty();
    }

  private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<T> values_;
};

// A server on a free loopback port, made and destroyed on its loop's thread.
class RunningServer {
  public:
    RunningServer(ServerOptions options, Handler handler);
    ~RunningServer();
    std::uint16_t port() const { return port_; }
    std::string url(std::string_view scheme, std::string_view target) const;
    LoopThread& thread() { return thread_; }
    Server& server() { return *server_; }
    void stop() {
        thread_.run([this] { server_.reset(); });
    }

  private:
    LoopThread thread_;
    std::unique_ptr<Server> server_;
    std::uint16_t port_ = 0;
};

// A blocking TCP client that a test speaks to a server with, byte by byte if it likes.
class RawClient {
  public:
    explicit RawClient(std::uint16_t port);
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    ~RawClient();
    // False when the peer no longer takes it.
    bool send(std::string_view bytes);
    // Reads until `ending` has come, the peer ends, or the deadline; what came.
    std::string read_until(std::string_view ending);
    // Everything until the peer ends. Fails the test at the deadline.
    std::string read_all();
    // One response with Content-Length or without body.
    std::string read_response(bool head = false);
    void shutdown_sending();
    void close();
    int fd() const { return fd_; }

  private:
    bool read_more();

    int fd_ = -1;
    std::string buffer_;
};

// A root and what it has signed.
class Authority {
  public:
    Authority();
    TlsIdentity server(const std::vector<std::string>& hosts = {"127.0.0.1", "localhost"}) const;
    TlsIdentity server_valid(const std::vector<std::string>& hosts,
                             crypto::Validity validity) const;
    TlsIdentity device(const std::string& device_id = test_device) const;
    TlsIdentity device_valid(const std::string& uri, crypto::Validity validity) const;
    std::string root_pem() const { return root_.to_pem(); }
    const crypto::Certificate& root() const { return root_; }
    const crypto::PrivateKey& key() const { return key_; }
    std::vector<unsigned char> pin(std::size_t bytes = 32) const;
    // How a device reaches a server of this authority.
    ClientTls client(bool with_identity = false) const;

  private:
    crypto::PrivateKey key_ = crypto::PrivateKey::generate();
    crypto::Certificate root_;
};

crypto::Validity valid_now();

}  // namespace vistter::net
