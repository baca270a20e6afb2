// Studio's channel on a real database, and an appliance whose every word the test chooses, joined
// by a pipe in memory: what a broker does, without its delays. Time moves by hand.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "crypto/jws.hpp"
#include "kit/temporary_folder.hpp"
#include "link/transcript.hpp"
#include "studio/adapters/channel/channel.hpp"

namespace vistter::studio::test {

inline const std::string device_id = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC";

class Directory final : public DeviceDirectory {
  public:
    std::optional<DeviceTrust> device(const std::string& id) const override;
    void proven(const std::string&, const std::string& thumbprint,
                const std::string& kid) override {
        proofs.push_back(thumbprint + " " + kid);
    }
    std::vector<DeviceTrust> devices;
    std::vector<std::string> proofs;
};

// What pages would be shown.
class Shown final : public Projection {
  public:
    void on_hello(const contract::Envelope&, const contract::Hello&) override {}
    void on_ack(const contract::Envelope&, const contract::Ack&) override {
        if (throw_on_ack) throw std::logic_error("a page that cannot show it");
    }
    void on_progress(const contract::Envelope&, const contract::Progress&) override {}
    void on_event(const contract::Envelope&, const contract::Event& event) override {
        events.push_back(event.event_type);
    }
    void on_metrics(const contract::Envelope&, const contract::Metrics&) override {}
    void on_state_report(const contract::Envelope&, const contract::StateReport&) override {}
    void changed(const std::string&) override { ++changes; }
    std::vector<std::string> events;
    int changes = 0;
    bool throw_on_ack = false;
};

class Bench;

// One connection of the scripted appliance.
class Peer {
  public:
    explicit Peer(Bench& bench, std::string transport = "mqtts", std::string thumbprint = "");
    // A message of this type as it would be sent next; changes nothing but the sequence.
    contract::Envelope next(const contract::Body& body);
    std::string seal(const contract::Envelope& envelope);
    void send(const contract::Body& body) { deliver(next(body)); }
    void deliver(const contract::Envelope& envelope);
    void deliver_text(const std::string& text) { events.message(text); }
    void hello(const std::string& token);
    // HELLO with a good token, then WELCOME; false: none came.
    bool open();
    contract::Heartbeat heartbeat() const;

    // What Studio said, in order; those of one type.
    std::vector<contract::Envelope> heard;
    std::vector<contract::Envelope> heard_of(contract::MessageType type) const;
    template <class Body>
    std::vector<Body> bodies_of(contract::MessageType type) const {
        std::vector<Body> bodies;
        for (const auto& envelope : heard_of(type))
            bodies.push_back(std::get<Body>(contract::parse_body(envelope)->body));
        return bodies;
    }
    std::vector<std::string> raw;  // as it came
    int closed = 0;
    std::string* record = nullptr;  // gets the first message this end sends
    std::string session_id;
    std::int64_t seq = 0;
    link::Transcript said;
    std::int64_t ledger_rows = 0;
    std::string ledger_head{link::empty_ledger_head};
    std::string signing_kid = device_id + "#1";

    Bench& bench;
    PipeEvents events;
};

class Bench {
  public:
    explicit Bench(ChannelOptions options = {});
    // The channel anew from the same database, as after a kill.
    void restart();
    std::string token(std::int64_t life_ms = 3'600'000, const std::string& thumbprint = "tp-1");
    std::string submit(const std::string& correlation_id = "", std::int64_t life_ms = 600'000);
    std::string state_of(const std::string& id) const { return channel->find(id)->state; }
    // Turns the loop until `done`; false at the deadline of real time.
    bool until(const std::function<bool()>& done, std::int64_t deadline_ms = 20'000);
    // Everything that is ready has been dealt with.
    void settle();

    ManualClock clock{WallTime{1'795'000'000'000}};
    SeededRandom random{7};
    kit::TemporaryFolder folder;
    async::Loop loop;
    crypto::PrivateKey studio_key, other_studio_key, device_key;
    Directory directory;
    Shown shown;
    ChannelOptions options;
    std::unique_ptr<store::Database> database;
    std::unique_ptr<Channel> channel;
};

}  // namespace vistter::studio::test
