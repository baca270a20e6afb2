// A real mosquitto on a free loopback port, with the files `vistter broker-config` writes.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "base/file.hpp"
#include "kit/temporary_folder.hpp"
#include "net/broker_config.hpp"
#include "net/tls.hpp"
#include "sim/kit/child_process.hpp"

namespace vistter::kit {

class Broker {
  public:
    // `identity` names 127.0.0.1 and is signed by `root_pem`, which signs the clients too.
    Broker(const net::TlsIdentity& identity, const std::string& root_pem)
        : port_(sim::free_port().value()) {
        net::BrokerSettings settings;
        settings.address = "127.0.0.1";
        settings.port = port_;
        settings.folder = folder_.path();
        keep("mosquitto.conf", net::mosquitto_config(settings));
        keep("acl", net::mosquitto_acl());
        keep("root.pem", root_pem);
        keep("broker.pem", identity.certificate_chain_pem);
        keep("broker.key", identity.private_key_pem);
        start_in(folder_.path());
    }
    // With a folder somebody else has written, for 127.0.0.1:`port`.
    Broker(const std::filesystem::path& written, std::uint16_t port) : port_(port) {
        start_in(written);
    }

    std::string url() const { return "mqtts://127.0.0.1:" + std::to_string(port_); }
    std::uint16_t port() const { return port_; }
    pid_t pid() const { return process_.pid(); }
    // On the same port as before; returns when it takes connections.
    void start() {
        auto child = sim::ChildProcess::start(
            {.argv = {"/usr/bin/stdbuf", "-oL", "/usr/sbin/mosquitto", "-c", config_.string()},
             .log_file = (folder_ / "log").string(),
             .extra_environment = {}});
        ASSERT_TRUE(child.ok()) << describe(child.error());
        process_ = std::move(*child);
        std::string said;
        while (true) {
            const auto line = process_.read_line(10'000);
            ASSERT_TRUE(line.ok()) << "the broker does not start:\n" << said;
            if (line->ends_with(" running")) return;
            said += *line + "\n";
        }
    }
    void kill() {
        process_.send_signal(SIGKILL);
        process_.wait(10'000);
    }
    // Stops answering, with every connection left open.
    void freeze() { process_.send_signal(SIGSTOP); }
    void thaw() { process_.send_signal(SIGCONT); }

  private:
    void start_in(const std::filesystem::path& written) {
        std::string config = read_file(written / "mosquitto.conf", 65'536).value();
        // Started by root it would become a user who cannot read this folder.
        if (::geteuid() == 0) config += "user root\n";
        // Only for the line that says it is ready: a pipe nobody reads would stop it when full.
        config += "log_dest stdout\nlog_type information\nconnection_messages false\n";
        keep("started.conf", config);
        config_ = folder_ / "started.conf";
        start();
    }
    void keep(const std::string& name, const std::string& content) {
        const Status kept = write_file(folder_ / name, content, 0600);
        ASSERT_TRUE(kept.ok()) << describe(kept.error());
    }

    TemporaryFolder folder_;
    std::filesystem::path config_;
    std::uint16_t port_;
    sim::ChildProcess process_;
};

}  // namespace vistter::kit
