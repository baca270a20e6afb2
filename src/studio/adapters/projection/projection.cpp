// Tables device_events, device_metrics, device_states and what a HELLO says about its device.
#include "studio/adapters/projection/projection.hpp"

#include <algorithm>
#include <utility>

#include "contract/object_writer.hpp"
#include "contract/ocl_limits.hpp"

namespace vistter::studio {
namespace {

// A HELLO without its session token: what a page may show.
std::string describe_hello(const contract::Hello& hello) {
    return contract::ObjectWriter()
        .text("firmware_version", hello.firmware_version)
        .text("firmware_build", hello.firmware_build)
        .text("firmware_channel", hello.firmware_channel)
        .text("hardware_model", hello.hardware_model)
        .text("hardware_arch", hello.hardware_arch)
        .integer("hardware_cores", hello.hardware_cores)
        .integer("hardware_memory_mb", hello.hardware_memory_mb)
        .texts("hardware_encoders", hello.hardware_encoders)
        .text("boot_id", hello.boot_id)
        .texts("ocl_versions", hello.ocl_versions)
        .texts("ocl_features", hello.ocl_features)
        .raw("ocl_limits", contract::limits_text(hello.ocl_limits))
        .texts("segment_versions", hello.segment_versions)
        .texts("features", hello.features)
        .text("clock_source", hello.clock_source)
        .boolean("clock_synced", hello.clock_synced)
        .text("tzdata", hello.tzdata)
        .text("timezone", hello.timezone)
        .integer("outbox_count", hello.outbox_count)
        .integer("journal_count", hello.journal_count)
        .str();
}

EventRecord read_event(const store::Statement& row) {
    EventRecord event;
    event.n = row.integer(0);
    event.device_id = row.text(1);
    event.event_id = row.text(2);
    event.event_type = row.text(3);
    event.severity = row.text(4);
    event.occurred_at = WallTime{row.integer(5)};
    event.received_at = WallTime{row.integer(6)};
    event.body = row.text(7);
    return event;
}

class SqlProjection final : public TelemetryProjection {
  public:
    SqlProjection(store::Database& database, const Clock& clock)
        : database_(database), clock_(clock) {}

    void on_hello(const contract::Envelope& envelope, const contract::Hello& hello) override;
    // The ledger keeps the ACK; what it tells here is the appliance's new name.
    void on_ack(const contract::Envelope& envelope, const contract::Ack& ack) override;
    void on_progress(const contract::Envelope&, const contract::Progress&) override {}  // likewise
    void on_event(const contract::Envelope& envelope, const contract::Event& event) override;
    void on_metrics(const contract::Envelope& envelope, const contract::Metrics& metrics) override;
    void on_state_report(const contract::Envelope& envelope,
                         const contract::StateReport& report) override;
    void changed(const std::string& device_id) override {
        if (listener_) listener_(device_id);
    }
    void on_changed(std::function<void(const std::string&)> listener) override {
        listener_ = std::move(listener);
    }

    std::vector<EventRecord> events_before(const std::string& device_id, std::int64_t n,
                                           int limit) const override {
        return read_events("n < ? ORDER BY n DESC", device_id, n, limit);
    }
    std::vector<EventRecord> events_after(const std::string& device_id, std::int64_t n,
                                          int limit) const override {
        return read_events("n > ? ORDER BY n", device_id, n, limit);
    }
    std::int64_t newest_event(const std::string& device_id) const override;
    std::vector<MetricsSample> metrics(const std::string& device_id, WallTime from, WallTime to,
                                       int limit) const override;
    std::optional<StateSnapshot> state(const std::string& device_id) const override;
    std::vector<ConfigOrder> config_orders(const std::string& device_id) const override;
    std::string last_hello(const std::string& device_id) const override;

  private:
    void thin_metrics(const std::string& device_id, WallTime now);
    std::vector<EventRecord> read_events(const std::string& which, const std::string& device_id,
                                         std::int64_t n, int limit) const;

    store::Database& database_;
    const Clock& clock_;
    std::function<void(const std::string&)> listener_;
};

void SqlProjection::on_hello(const contract::Envelope& envelope, const contract::Hello& hello) {
    database_
        .prepare(
            "UPDATE devices SET firmware_version = ?, last_hello = ?, last_hello_ms = ? WHERE "
            "device_id = ?")
        .bind(hello.firmware_version)
        .bind(describe_hello(hello))
        .bind(clock_.wall().ms)
        .bind(envelope.device_id)
        .run();
}

void SqlProjection::on_event(const contract::Envelope& envelope, const contract::Event& event) {
    database_
        .prepare(
            "INSERT INTO device_events (device_id, event_id, event_type, severity, occurred_ms, "
            "received_ms, body) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(envelope.device_id)
        .bind(event.event_id)
        .bind(event.event_type)
        .bind(event.severity)
        .bind(event.occurred_at.ms)
        .bind(clock_.wall().ms)
        .bind(envelope.body)
        .run();
    database_
        .prepare(
            "DELETE FROM device_events WHERE device_id = ?1 AND n <= (SELECT n FROM "
            "device_events WHERE device_id = ?1 ORDER BY n DESC LIMIT 1 OFFSET ?2)")
        .bind(envelope.device_id)
        .bind(std::int64_t{events_kept_per_device})
        .run();
}

// METRICS of a gap name when they were measured; whoever names a time they cannot have been
// measured at is taken by the time of the message.
WallTime measured_at(const contract::Envelope& envelope, const contract::Metrics& metrics) {
    const WallTime sent = envelope.timestamp;
    if (!metrics.measured_at) return sent;
    const std::int64_t age = sent.ms - metrics.measured_at->ms;
    return age >= 0 && age <= metrics_late_ms ? *metrics.measured_at : sent;
}

void SqlProjection::on_metrics(const contract::Envelope& envelope,
                               const contract::Metrics& metrics) {
    database_.prepare("INSERT INTO device_metrics (device_id, at_ms, body) VALUES (?, ?, ?)")
        .bind(envelope.device_id)
        .bind(measured_at(envelope, metrics).ms)
        .bind(envelope.body)
        .run();
    thin_metrics(envelope.device_id, envelope.timestamp);
}

// What has just left the dense hour keeps the first of its minute, what has left the day goes.
void SqlProjection::thin_metrics(const std::string& device_id, WallTime now) {
    database_.prepare("DELETE FROM device_metrics WHERE device_id = ? AND at_ms < ?")
        .bind(device_id)
        .bind(now.ms - metrics_kept_ms)
        .run();
    const std::int64_t dense = now.ms - metrics_dense_ms;
    database_
        .prepare(
            "DELETE FROM device_metrics WHERE device_id = ?1 AND at_ms >= ?2 AND at_ms < ?3 AND "
            "EXISTS (SELECT 1 FROM device_metrics AS earlier WHERE earlier.device_id = ?1 AND "
            "earlier.at_ms >= device_metrics.at_ms - device_metrics.at_ms % ?4 AND "
            "earlier.at_ms < device_metrics.at_ms)")
        .bind(device_id)
        .bind(dense - 10 * metrics_thin_ms)
        .bind(dense)
        .bind(metrics_thin_ms)
        .run();
}

void SqlProjection::on_state_report(const contract::Envelope& envelope,
                                    const contract::StateReport&) {
    database_
        .prepare(
            "INSERT INTO device_states (device_id, received_ms, last_event, body) VALUES (?, ?, "
            "?, ?) ON CONFLICT (device_id) DO UPDATE SET received_ms = excluded.received_ms, "
            "last_event = excluded.last_event, body = excluded.body")
        .bind(envelope.device_id)
        .bind(clock_.wall().ms)
        .bind(newest_event(envelope.device_id))
        .bind(envelope.body)
        .run();
}

std::vector<EventRecord> SqlProjection::read_events(const std::string& which,
                                                    const std::string& device_id, std::int64_t n,
                                                    int limit) const {
    auto row = database_.prepare(
        "SELECT n, device_id, event_id, event_type, severity, occurred_ms, received_ms, body "
        "FROM device_events WHERE device_id = ? AND " +
        which + " LIMIT ?");
    row.bind(device_id).bind(n).bind(std::int64_t{limit});
    std::vector<EventRecord> events;
    while (row.step()) events.push_back(read_event(row));
    return events;
}

std::int64_t SqlProjection::newest_event(const std::string& device_id) const {
    auto row =
        database_.prepare("SELECT coalesce(max(n), 0) FROM device_events WHERE device_id = ?");
    row.bind(device_id);
    return row.step() ? row.integer(0) : 0;
}

std::vector<MetricsSample> SqlProjection::metrics(const std::string& device_id, WallTime from,
                                                  WallTime to, int limit) const {
    auto row = database_.prepare(
        "SELECT at_ms, body FROM device_metrics WHERE device_id = ? AND at_ms >= ? AND at_ms < ? "
        "ORDER BY at_ms DESC, n DESC LIMIT ?");
    row.bind(device_id).bind(from.ms).bind(to.ms).bind(std::int64_t{limit});
    std::vector<MetricsSample> samples;
    while (row.step()) samples.push_back({WallTime{row.integer(0)}, row.text(1)});
    std::reverse(samples.begin(), samples.end());
    return samples;
}

std::optional<StateSnapshot> SqlProjection::state(const std::string& device_id) const {
    auto row = database_.prepare(
        "SELECT received_ms, last_event, body FROM device_states WHERE device_id = ?");
    row.bind(device_id);
    if (!row.step()) return std::nullopt;
    return StateSnapshot{WallTime{row.integer(0)}, row.integer(1), row.text(2)};
}

std::vector<ConfigOrder> SqlProjection::config_orders(const std::string& device_id) const {
    auto row = database_.prepare(
        "SELECT state, phase = 'finished', body FROM road_command WHERE device_id = ? AND type = "
        "'DEVICE_CONFIG' ORDER BY position");
    row.bind(device_id);
    std::vector<ConfigOrder> orders;
    while (row.step()) orders.push_back({row.text(0), row.integer(1) != 0, row.text(2)});
    return orders;
}

std::string SqlProjection::last_hello(const std::string& device_id) const {
    auto row = database_.prepare("SELECT last_hello FROM devices WHERE device_id = ?");
    row.bind(device_id);
    return row.step() ? row.text(0) : std::string();
}

void SqlProjection::on_ack(const contract::Envelope& envelope, const contract::Ack& ack) {
    if (ack.status != "completed") return;
    auto sent = database_.prepare("SELECT type, body FROM road_command WHERE message_id = ?");
    sent.bind(ack.message_id);
    if (!sent.step() || sent.text(0) != "DEVICE_CONFIG") return;
    contract::Envelope command;
    command.type = contract::MessageType::DEVICE_CONFIG;
    command.body = sent.text(1);
    const auto parsed = contract::parse_body(command);
    if (!parsed) return;
    const auto& config = std::get<contract::DeviceConfig>(parsed->body);
    if (config.dry_run || !config.config_patch.device_name) return;
    database_.prepare("UPDATE devices SET name = ? WHERE device_id = ?")
        .bind(*config.config_patch.device_name)
        .bind(envelope.device_id)
        .run();
}

}  // namespace

std::unique_ptr<TelemetryProjection> make_projection(store::Database& database,
                                                     const Clock& clock) {
    return std::make_unique<SqlProjection>(database, clock);
}

}  // namespace vistter::studio
