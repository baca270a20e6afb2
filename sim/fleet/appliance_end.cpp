#include "sim/fleet/appliance_end.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "appliance/adapters/store/stores.hpp"
#include "base/ids.hpp"

namespace vistter::sim {
namespace {

contract::Hello facts() {
    contract::Hello hello;
    hello.firmware_version = "0.1.0";
    hello.firmware_build = "fleet";
    hello.hardware_model = "simulated";
    hello.hardware_arch = "amd64";
    hello.hardware_memory_mb = 1'024;
    hello.boot_id = make_uuid7(machine_clock(), machine_random());
    hello.protocol = {{1, 0, 0}};
    hello.ocl_versions = {"1.0"};
    hello.segment_versions = {"1.0"};
    hello.clock_now = machine_clock().wall();
    hello.tzdata = "2026a";
    hello.timezone = "Etc/UTC";
    return hello;
}

}  // namespace

EffectLog::EffectLog(store::Database& database) : database_(database) {
    database_.execute(
        "CREATE TABLE IF NOT EXISTS drill_effect (n INTEGER PRIMARY KEY AUTOINCREMENT, message_id "
        "TEXT NOT NULL, lane INTEGER NOT NULL);"
        "CREATE TABLE IF NOT EXISTS drill_intent (message_id TEXT PRIMARY KEY);");
}

appliance::Decision EffectLog::decide(const appliance::Command& command) {
    appliance::Decision decision;
    if (std::holds_alternative<contract::CameraAction>(command.body)) {
        decision.ack.status = "accepted";
        decision.run = true;
        decision.lane = "camera:cam_1";
    } else {
        decision.ack.status = "completed";
        add(command.envelope.message_id, false);
    }
    return decision;
}

// Idempotent by message_id, as every run() must be: the effect and the note that it happened are
// one transaction.
void EffectLog::run(const appliance::Command& command) {
    const std::string& id = command.envelope.message_id;
    database_.transaction([&] {
        database_.prepare("INSERT OR IGNORE INTO drill_intent (message_id) VALUES (?)")
            .bind(id)
            .run();
        if (database_.changes() == 1) add(id, true);
    });
    contract::Progress progress;
    progress.state = "succeeded";
    if (reporter != nullptr) reporter->progress(id, progress);
}

void EffectLog::add(const std::string& message_id, bool of_lane) {
    database_.prepare("INSERT INTO drill_effect (message_id, lane) VALUES (?, ?)")
        .bind(message_id)
        .bind(of_lane ? 1 : 0)
        .run();
}

std::vector<std::string> EffectLog::effects(bool of_lane) {
    std::vector<std::string> ids;
    auto rows = database_.prepare("SELECT message_id FROM drill_effect WHERE lane = ? ORDER BY n");
    rows.bind(of_lane ? 1 : 0);
    while (rows.step()) ids.push_back(rows.text(0));
    return ids;
}

ApplianceEnd::ApplianceEnd(async::Loop& loop, async::WorkerPool& workers, const FleetTrust& trust,
                           const Member& member, std::string database_file)
    : loop_(loop),
      workers_(workers),
      trust_(trust),
      member_(member),
      file_(std::move(database_file)) {
    options.hello = facts;
    options.state_report = [] { return contract::StateReport{}; };
}

appliance::RoadIdentity ApplianceEnd::identity(std::uint16_t session_port,
                                               std::uint16_t channel_port) const {
    appliance::RoadIdentity identity;
    identity.device_id = member_.device_id;
    identity.tenant = FleetTrust::tenant;
    identity.studio_url = fmt::format("https://127.0.0.1:{}", session_port);
    identity.tls = trust_.client(member_);
    identity.signing_kid = member_.kid;
    identity.signing_key_pem = member_.signing_key.to_pem();
    identity.studio_keys = {{FleetTrust::studio_kid, trust_.studio_key.public_key().to_pem()}};
    identity.session_url = identity.studio_url + "/v1/bootstrap/session";
    identity.channels = {{"wss", fmt::format("wss://127.0.0.1:{}/v1/channel", channel_port)}};
    return identity;
}

void ApplianceEnd::start(std::uint16_t session_port, std::uint16_t channel_port) {
    auto database = store::open_database(file_, appliance::appliance_migrations());
    if (!database) throw std::runtime_error(describe(database.error()));
    database_ = std::move(*database);
    log_ = std::make_unique<EffectLog>(*database_);
    options.pace = {0, 0};  // as fast as both ends can
    road_ = appliance::make_road(loop_, workers_, *database_, machine_clock(), machine_random(),
                                 options);
    log_->reporter = road_.get();
    road_->start(identity(session_port, channel_port), *log_);
}

void ApplianceEnd::stop() {
    if (log_) log_->reporter = nullptr;
    road_.reset();
    log_.reset();
    database_.reset();
}

}  // namespace vistter::sim
