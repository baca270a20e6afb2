// A real HTTP proxy (tinyproxy) on a free loopback port.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "base/file.hpp"
#include "kit/temporary_folder.hpp"
#include "net/proxy.hpp"
#include "sim/kit/child_process.hpp"

namespace vistter::kit {

class HttpProxy {
  public:
    // Connects to any port when `only_port` is 0. With a user name it wants Basic authentication.
    explicit HttpProxy(const std::string& username = {}, const std::string& password = {},
                       std::uint16_t only_port = 0)
        : port_(sim::free_port().value()) {
        std::string config = "Listen 127.0.0.1\nPort " + std::to_string(port_) +
                             "\nTimeout 60\nMaxClients 100\nLogLevel Info\n";
        if (!username.empty()) config += "BasicAuth " + username + " " + password + "\n";
        if (only_port != 0) config += "ConnectPort " + std::to_string(only_port) + "\n";
        const Status kept = write_file(folder_ / "proxy.conf", config, 0600);
        EXPECT_TRUE(kept.ok());
        start();
    }

    net::Proxy address(const std::string& username = {}, const std::string& password = {}) const {
        return {"http://127.0.0.1:" + std::to_string(port_), username, password};
    }
    // The next tunnel it opens, as "host:port" in its log; empty if none comes.
    std::string next_tunnel() {
        while (true) {
            const auto line = process_.read_line(10'000);
            if (!line.ok()) return {};
            const std::string mark = "): CONNECT ";
            std::size_t at = line->find(mark);
            if (at == std::string::npos) continue;
            at += mark.size();
            return line->substr(at, line->find(' ', at) - at);
        }
    }

    // Breaks every tunnel.
    void kill() {
        process_.send_signal(SIGKILL);
        process_.wait(10'000);
    }
    // On the same port as before.
    void start() {
        auto child = sim::ChildProcess::start(
            {.argv = {"/usr/bin/tinyproxy", "-d", "-c", (folder_ / "proxy.conf").string()},
             .log_file = {},
             .extra_environment = {}});
        ASSERT_TRUE(child.ok()) << describe(child.error());
        process_ = std::move(*child);
        while (true) {
            const auto line = process_.read_line(10'000);
            ASSERT_TRUE(line.ok()) << "the proxy does not start";
            if (line->find("Accepting connections") != std::string::npos) return;
        }
    }

  private:
    TemporaryFolder folder_;
    std::uint16_t port_;
    sim::ChildProcess process_;
};

}  // namespace vistter::kit
