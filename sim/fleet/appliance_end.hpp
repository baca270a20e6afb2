// One appliance's end of the road: the real road on a real database, with a command handler whose
// effects can be counted. stop() is as good as kill -9: nothing is said and nothing saved.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "appliance/adapters/road/road.hpp"
#include "async/loop.hpp"
#include "sim/fleet/trust.hpp"
#include "store/database.hpp"

namespace vistter::sim {

// DEVICE_CONFIG acts at once, CAMERA_ACTION is accepted and acts when it runs. An effect is a row;
// rows are not unique by themselves, so that an effect that happens twice shows as two.
class EffectLog final : public appliance::CommandHandler {
  public:
    explicit EffectLog(store::Database& database);
    appliance::Decision decide(const appliance::Command& command) override;
    void run(const appliance::Command& command) override;
    void committed(const appliance::Command&) override {}

    appliance::Reporter* reporter = nullptr;
    // Commands in the order they acted.
    std::vector<std::string> effects(bool of_lane);

  private:
    void add(const std::string& message_id, bool of_lane);
    store::Database& database_;
};

class ApplianceEnd {
  public:
    // `database_file`: ":memory:" keeps nothing across stop().
    ApplianceEnd(async::Loop& loop, async::WorkerPool& workers, const FleetTrust& trust,
                 const Member& member, std::string database_file);
    ~ApplianceEnd() { stop(); }

    // `session_port`: where the token is fetched; `channel_port`: where the road is dialled.
    void start(std::uint16_t session_port, std::uint16_t channel_port);
    void stop();
    bool running() const { return road_ != nullptr; }
    appliance::Road& road() { return *road_; }
    store::Database& database() { return *database_; }
    EffectLog& log() { return *log_; }
    const Member& member() const { return member_; }
    const std::string& file() const { return file_; }

    appliance::RoadOptions options;  // as the next start() takes them

  private:
    appliance::RoadIdentity identity(std::uint16_t session_port, std::uint16_t channel_port) const;

    async::Loop& loop_;
    async::WorkerPool& workers_;
    const FleetTrust& trust_;
    const Member& member_;
    std::string file_;
    std::unique_ptr<store::Database> database_;
    std::unique_ptr<EffectLog> log_;
    std::unique_ptr<appliance::Road> road_;
};

}  // namespace vistter::sim
