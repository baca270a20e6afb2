// Studio's end of the road for a fleet: the real channel on a real database behind a real listener,
// without the service around it. stop() is as good as kill -9: nothing is said and nothing saved.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "async/loop.hpp"
#include "net/server.hpp"
#include "sim/fleet/trust.hpp"
#include "store/database.hpp"
#include "studio/adapters/channel/channel.hpp"

namespace vistter::sim {

// What Studio was told. Of each command, its answers are counted in Studio's own database, in the
// inbox's transaction: one that were let in twice would be counted twice.
class FleetReports final : public studio::Projection {
  public:
    void on_hello(const contract::Envelope& envelope, const contract::Hello&) override;
    void on_ack(const contract::Envelope&, const contract::Ack& answer) override;
    void on_progress(const contract::Envelope&, const contract::Progress& progress) override;
    // From now on answers are counted here; null: nowhere.
    void count_in(store::Database* database);
    void on_event(const contract::Envelope&, const contract::Event& event) override {
        ++events;
        broken_transcripts += event.event_type == "security.transcript_broken" ? 1 : 0;
    }
    void on_metrics(const contract::Envelope&, const contract::Metrics&) override {}
    void on_state_report(const contract::Envelope&, const contract::StateReport&) override {}
    void changed(const std::string&) override {
        if (committed) committed();
    }

    // Each may be empty. What the others were told is durable when `committed` comes.
    std::function<void(const std::string& device_id)> hello;
    std::function<void(const std::string& message_id)> answered;  // an ACK or the end
    std::function<void()> committed;
    std::int64_t hellos = 0, events = 0, broken_transcripts = 0;

  private:
    void count(const std::string& message_id, const char* column);
    store::Database* database_ = nullptr;
};

class StudioEnd {
  public:
    StudioEnd(async::Loop& loop, const FleetTrust& trust, std::string database_file);
    ~StudioEnd() { stop(); }

    // Again after stop(): on the same port, from the same database. Throws std::runtime_error.
    void start();
    void stop();
    bool running() const { return channel_ != nullptr; }
    studio::Channel& channel() { return *channel_; }
    store::Database& database() { return *database_; }
    std::uint16_t port() const { return port_; }
    FleetReports& reports() { return reports_; }

    std::size_t max_connections = 4'096;
    int heartbeat_s = 8;
    link::ReceiverDefences defences;  // as the next start() takes them
    bool count_answers = false;       // in table drill_answer (message_id, first_answers, ends)

  private:
    class Directory final : public studio::DeviceDirectory {
      public:
        explicit Directory(const FleetTrust& trust);
        std::optional<studio::DeviceTrust> device(const std::string& device_id) const override;
        void proven(const std::string&, const std::string&, const std::string&) override {}

      private:
        std::unordered_map<std::string, studio::DeviceTrust> devices_;
    };

    async::Loop& loop_;
    const FleetTrust& trust_;
    std::string file_;
    Directory directory_;
    FleetReports reports_;
    std::unique_ptr<store::Database> database_;
    std::unique_ptr<studio::Channel> channel_;
    std::unique_ptr<net::Server> server_;
    std::uint16_t port_ = 0;
};

}  // namespace vistter::sim
