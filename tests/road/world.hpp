// Both ends of the road in one process on loopback: real TLS, real sockets, real databases; only
// the products' cores are replaced by ones that count.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "appliance/adapters/road/road.hpp"
#include "crypto/certificate.hpp"
#include "kit/temporary_folder.hpp"
#include "net/server.hpp"
#include "net/websocket_client.hpp"
#include "road/counting_handler.hpp"
#include "studio/adapters/channel/channel.hpp"

namespace vistter::test {

// Studio's small CA and the keys of one appliance.
struct Trust {
    Trust();
    // A client identity for `device_id`, issued by our root.
    net::TlsIdentity client(const std::string& device_id, const crypto::PrivateKey& key) const;

    crypto::PrivateKey root_key, server_key, studio_key, device_tls_key, device_key;
    std::optional<crypto::Certificate> root;
    net::TlsIdentity server;
    net::ClientTls device_tls;
    std::string thumbprint;
    std::string studio_kid = "studio:test#1";
    std::string device_kid;
};

class Directory final : public studio::DeviceDirectory {
  public:
    std::optional<studio::DeviceTrust> device(const std::string& device_id) const override;
    void proven(const std::string&, const std::string&, const std::string&) override {}
    std::vector<studio::DeviceTrust> devices;
};

// What Studio was told, in order.
class Told final : public studio::Projection {
  public:
    void on_hello(const contract::Envelope&, const contract::Hello&) override { ++hellos; }
    void on_ack(const contract::Envelope&, const contract::Ack& ack) override {
        acks.push_back(ack);
    }
    void on_progress(const contract::Envelope&, const contract::Progress& progress) override {
        progresses.push_back(progress);
    }
    void on_event(const contract::Envelope&, const contract::Event& event) override {
        events.push_back(event);
    }
    void on_metrics(const contract::Envelope&, const contract::Metrics&) override { ++metrics; }
    void on_state_report(const contract::Envelope&, const contract::StateReport&) override {
        ++reports;
    }
    void changed(const std::string&) override {}
    int event_count(const std::string& type) const;

    int hellos = 0, metrics = 0, reports = 0;
    std::vector<contract::Ack> acks;
    std::vector<contract::Progress> progresses;
    std::vector<contract::Event> events;
};

class World {
  public:
    World();
    ~World();
    // Studio's listener and channel; again after stop_studio(): on the same port, from the same
    // database.
    void start_studio(std::int64_t session_token_ms = 3'600'000);
    void stop_studio();
    // A listener that speaks for Studio but does what the test says.
    void start_hostile_studio(
        std::function<net::WebSocketEvents(std::shared_ptr<net::WebSocket>)> opened);
    void start_appliance();
    void stop_appliance();
    appliance::RoadIdentity identity() const;

    // Runs the loop until `done` or the deadline; false at the deadline.
    bool until(const std::function<bool()>& done, std::int64_t deadline_ms = 30'000);
    bool connected();
    std::string submit(bool camera, std::optional<WallTime> not_before = {},
                       std::optional<WallTime> expires = {});
    std::string state_of(const std::string& message_id);

    Trust trust;
    kit::TemporaryFolder folder;
    async::Loop loop;
    async::WorkerPool workers{1, 16};
    Directory directory;
    Told told;
    std::unique_ptr<store::Database> studio_db, appliance_db;
    std::unique_ptr<studio::Channel> channel;
    std::unique_ptr<net::Server> server;
    std::unique_ptr<CountingHandler> handler;
    std::unique_ptr<appliance::Road> road;
    std::uint16_t port = 0;
    std::uint16_t channel_port = 0;  // where the appliance dials instead of `port`; 0: there
    std::int64_t ping_ms = 9'000;
    std::vector<appliance::ChannelAddress> channels;  // empty: only this listener
    std::function<void(appliance::RoadOptions&)> adjust;
    // What a hostile Studio gives as session token, counted from 1.
    std::function<std::string(int fetch)> session_token;
    int token_fetches = 0;
    // The same Studio at another port too.
    void listen_also(std::uint16_t at);
    std::unique_ptr<net::Server> second;

  private:
    void listen(std::optional<net::WebSocketRoute> route);
    std::unique_ptr<net::Server> listener(std::uint16_t at);

    std::optional<net::WebSocketRoute> route_;
};

}  // namespace vistter::test
