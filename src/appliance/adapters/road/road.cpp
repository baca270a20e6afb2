#include "appliance/adapters/road/road.hpp"

#include <algorithm>
#include <utility>

#include "appliance/adapters/road/connection.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "contract/object_writer.hpp"
#include "link/event_rules.hpp"
#include "link/outbox.hpp"

namespace vistter::appliance {
namespace {

constexpr std::int64_t linger_ms = 1'000;  // for the last words of a connection that is left

class LiveRoad final : public Road {
  public:
    LiveRoad(async::Loop& loop, async::WorkerPool& workers, store::Database& database,
             const Clock& clock, Random& random, RoadOptions options)
        : loop_(loop),
          workers_(workers),
          clock_(clock),
          random_(random),
          options_(std::move(options)),
          time_(clock),
          store_(database, clock, {options_.outbox_messages, options_.outbox_bytes}),
          peer_ledger_(load_peer_ledger(store_.journal)),
          executor_(loop, store_, time_, clock, random,
                    {[this] { flush(); },
                     [this](const contract::Body& body, const std::string& id) {
                         if (connection_) (void)connection_->send_once(body, id);
                     }}) {
        housekeeping_ = loop_.every(3'600'000, [this] { prune(); });
    }

    void start(RoadIdentity identity, CommandHandler& handler) override {
        end_trial(false, "the road was started anew");
        adopt(identity.device_id);
        executor_.use(handler);
        if (!std::exchange(resumed_, true)) {
            check_rows();
            executor_.resume_unfinished();
        }
        connect(std::move(identity));
    }

    void stop(const std::string& goodbye) override {
        end_trial(false, "the road was stopped");
        if (connection_) connection_->stop(goodbye);
    }

    void try_identity(RoadIdentity next, std::int64_t confirm_ms, Confirmed done) override {
        loop_.post([this, alive = std::weak_ptr<bool>(alive_), next = std::move(next), confirm_ms,
                    done = std::move(done)]() mutable {
            if (alive.expired()) return;
            begin_trial(std::move(next), confirm_ms, std::move(done));
        });
    }

    void renew_token(Confirmed done) override {
        if (connection_) return connection_->renew_token(std::move(done));
        done(false, "the appliance is not connected");
    }

    void forget() override {
        end_trial(false, "the appliance was unpaired");
        leave("shutdown");
        executor_.clear();
        store_.journal.clear();
        store_.reload();
        peer_ledger_ = {};
        trouble_.clear();
    }

    LinkStatus status() const override {
        LinkStatus status;
        if (connection_) status = connection_->status();
        if (!trouble_.empty()) status.last_error = trouble_;
        status.outbox = store_.outbox.count();
        status.journal = store_.journal.count();
        return status;
    }

    void progress(const std::string& command_id, contract::Progress progress) override {
        executor_.progress(command_id, std::move(progress));
    }

    void event(contract::Event event, const std::string& correlation_id) override {
        if (event.event_id.empty()) event.event_id = make_uuid7(clock_, random_);
        if (event.occurred_at.ms == 0) event.occurred_at = time_.now();
        if (event.context.text.empty()) event.context.text = "{}";
        const auto rule = link::event_rule(event.event_type);
        if (event.severity.empty()) event.severity = rule ? std::string(rule->severity) : "info";
        if (rule) event.durable = rule->durable;
        if (!event.durable) {
            if (connection_) (void)connection_->send_once(event, correlation_id);
            return;
        }
        store_event(event, correlation_id);
    }

    bool metrics(contract::Metrics metrics) override {
        if (!connection_) return false;
        if (!metrics.measured_at) add_link_figures(metrics);
        return connection_->send_metrics(metrics);
    }

    void state_report(contract::StateReport report) override {
        if (connection_) (void)connection_->send_once(report, {});
    }

  private:
    void add_link_figures(contract::Metrics& metrics) {
        const LinkStatus now = status();
        metrics.outbox = now.outbox;
        metrics.dup_dropped = now.dup_dropped;
        metrics.ack_ms_p95 = now.ack_ms_p95;
        metrics.session_uptime_s =
            now.session_id.empty()
                ? 0
                : std::max<std::int64_t>(0, (clock_.wall().ms - now.since.ms) / 1'000);
        if (now.rtt_ms) metrics.control_rtt_ms = static_cast<double>(*now.rtt_ms);
    }

    // The next identity is being proven; the former is what the road goes back to.
    struct Trial {
        RoadIdentity former;
        Confirmed done;
        async::Handle deadline;
    };

    void connect(RoadIdentity identity) {
        leave("restart");
        auto codec = MessageCodec::make(identity);
        if (!codec) {
            trouble_ = describe(codec.error());
            log::error("{}", trouble_);
            return;
        }
        trouble_.clear();
        ConnectionParts parts{
            loop_,
            workers_,
            clock_,
            random_,
            time_,
            store_,
            executor_,
            peer_ledger_,
            options_,
            [this](const std::string& type, const std::string& context) { raise(type, context); },
            [this](const std::string& type, const std::string& context) {
                raise(type, context, "info");
            },
            [this] { later([this] { end_trial(true, {}); }); },
            [this](const std::string& why) { later([this, why] { end_trial(false, why); }); }};
        connection_ =
            std::make_unique<Connection>(std::move(parts), std::move(identity), std::move(*codec));
        connection_->start();
    }

    // The connection goes, after its GOODBYE had time to leave.
    void leave(const std::string& goodbye) {
        if (!connection_) return;
        connection_->stop(goodbye);
        leaving_ = std::move(connection_);
        lingering_ = loop_.after(linger_ms, [this] { leaving_.reset(); });
    }

    // What a connection reports may end that connection: not while it is speaking.
    void later(std::function<void()> work) {
        const Connection* from = connection_.get();
        loop_.post([this, from, alive = std::weak_ptr<bool>(alive_), work = std::move(work)] {
            if (!alive.expired() && connection_.get() == from) work();
        });
    }

    void begin_trial(RoadIdentity next, std::int64_t confirm_ms, Confirmed done) {
        if (!connection_) return done(false, "the appliance is not connected");
        end_trial(false, "another identity is tried");
        trial_.emplace();
        trial_->former = connection_->identity();
        trial_->done = std::move(done);
        trial_->deadline = loop_.after(confirm_ms, [this] {
            end_trial(false, "no session came about within the confirm time");
        });
        connect(std::move(next));
        if (!trouble_.empty()) end_trial(false, trouble_);
    }

    void end_trial(bool proven, const std::string& why) {
        if (!trial_) return;
        Trial trial = std::move(*trial_);
        trial_.reset();
        trial.deadline.reset();
        if (!proven) connect(std::move(trial.former));
        trial.done(proven, why);
    }

    // Rows of another pairing are dropped: its former owner's commands and reports are nobody
    // else's business.
    void adopt(const std::string& device_id) {
        const std::string owner = store_.journal.fact("device_id");
        if (owner != device_id) {
            if (!owner.empty()) {
                executor_.clear();
                store_.journal.clear();
                peer_ledger_ = {};
            }
            store_.reload();
            store_.journal.set_fact("device_id", device_id);
        }
        prune();
    }

    void prune() {
        try {
            const WallTime now = clock_.wall();
            store_.journal.prune(now, options_.journal_days, options_.journal_entries);
            store_.ledger.prune(now, options_.outbox_days, options_.journal_entries);
            store_.outbox.prune(now, options_.outbox_days);
        } catch (const store::StorageFailure& failure) {
            log::error("the journal could not be pruned: {}", failure.what());
        }
    }

    // Every row once, so that a damaged one is found before it is needed.
    void check_rows() {
        try {
            store_.journal.check();
            for (std::int64_t position = 0;;) {
                const auto rows = store_.outbox.after(position, 256);
                if (rows.empty()) break;
                position = rows.back().position;
            }
        } catch (const store::StorageFailure& failure) {
            log::error("the journal could not be checked: {}", failure.what());
        }
        tell_damage();
    }

    void tell_damage() {
        tell_damage("road_command", store_.journal.take_damage());
        tell_damage("road_outbox", store_.outbox.take_damage());
    }

    void tell_damage(const char* table, const Damage& damage) {
        if (damage.rows == 0) return;
        raise("journal.corrupt", contract::ObjectWriter()
                                     .text("table", table)
                                     .integer("rows", damage.rows)
                                     .integer("quarantined", damage.rows - damage.restored)
                                     .str());
    }

    void flush() {
        if (connection_) connection_->flush();
        tell_damage();
        const auto dropped = store_.outbox.take_dropped();
        if (dropped.empty()) return;
        contract::ObjectWriter counts;
        for (const auto& [severity, count] : dropped) counts.integer(severity, count);
        raise("telemetry.outbox_overflow",
              contract::ObjectWriter().raw("dropped_by_severity", counts.str()).str());
    }

    // Without a severity: the registry's.
    void raise(const std::string& type, const std::string& context,
               const std::string& severity = {}) {
        contract::Event event;
        event.event_type = type;
        event.severity = severity;
        event.context.text = context;
        this->event(std::move(event), {});
    }

    void store_event(const contract::Event& event, const std::string& correlation_id) {
        OutboxRow row;
        row.message_id = make_uuid7(clock_, random_);
        row.correlation_id = correlation_id;
        row.type = contract::MessageType::EVENT;
        row.body = contract::write_body(event);
        try {
            store_.outbox.put(row, link::keep_of_event(event.event_type, event.severity),
                              clock_.wall());
        } catch (const store::StorageFailure& failure) {
            store_.reload();
            log::error("EVENT {} could not be stored: {}", event.event_type, failure.what());
            return;
        }
        if (std::exchange(flush_due_, true)) return;
        loop_.post([this, alive = std::weak_ptr<bool>(alive_)] {
            if (alive.expired()) return;
            flush_due_ = false;
            flush();
        });
    }

    async::Loop& loop_;
    async::WorkerPool& workers_;
    const Clock& clock_;
    Random& random_;
    RoadOptions options_;
    link::StudioClock time_;
    RoadStore store_;
    link::PeerLedger peer_ledger_;
    Executor executor_;
    std::unique_ptr<Connection> connection_, leaving_;
    std::optional<Trial> trial_;
    async::Handle housekeeping_, lingering_;
    std::string trouble_;
    bool resumed_ = false;
    bool flush_due_ = false;
    // Shared with posted flushes, which may outlive the road.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

std::unique_ptr<Road> make_road(async::Loop& loop, async::WorkerPool& workers,
                                store::Database& database, const Clock& clock, Random& random,
                                RoadOptions options) {
    return std::make_unique<LiveRoad>(loop, workers, database, clock, random, std::move(options));
}

}  // namespace vistter::appliance
