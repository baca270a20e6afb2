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
          journal_(database),
          outbox_(database, {options_.outbox_messages, options_.outbox_bytes}),
          executor_(loop, database, journal_, outbox_, time_, clock, random,
                    {[this] { flush(); },
                     [this](const contract::Body& body, const std::string& id) {
                         if (connection_) (void)connection_->send_once(body, id);
                     }}) {
        housekeeping_ = loop_.every(3'600'000, [this] { prune(); });
    }

    void start(RoadIdentity identity, CommandHandler& handler) override {
        if (connection_) connection_->stop("restart");
        connection_.reset();
        auto codec = MessageCodec::make(identity);
        if (!codec) {
            trouble_ = describe(codec.error());
            log::error("{}", trouble_);
            return;
        }
        trouble_.clear();
        adopt(identity.device_id);
        executor_.use(handler);
        if (!std::exchange(resumed_, true)) executor_.resume_unfinished();
        ConnectionParts parts{loop_,
                              workers_,
                              clock_,
                              random_,
                              time_,
                              journal_,
                              outbox_,
                              executor_,
                              options_,
                              [this](const std::string& type, const std::string& context) { raise(type, context); }};
        connection_ =
            std::make_unique<Connection>(std::move(parts), std::move(identity), std::move(*codec));
        connection_->start();
    }

    void stop(const std::string& goodbye) override {
        if (connection_) connection_->stop(goodbye);
    }

    LinkStatus status() const override {
        LinkStatus status;
        if (connection_) status = connection_->status();
        if (!trouble_.empty()) status.last_error = trouble_;
        status.outbox = outbox_.count();
        status.journal = journal_.count();
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

    void metrics(contract::Metrics metrics) override {
        const LinkStatus now = status();
        metrics.outbox = now.outbox;
        metrics.dup_dropped = now.dup_dropped;
        const bool open = !now.session_id.empty();
        metrics.session_uptime_s =
            open ? std::max<std::int64_t>(0, (clock_.wall().ms - now.since.ms) / 1'000) : 0;
        if (now.rtt_ms) metrics.control_rtt_ms = static_cast<double>(*now.rtt_ms);
        if (connection_) (void)connection_->send_once(metrics, {});
    }

    void state_report(contract::StateReport report) override {
        if (connection_) (void)connection_->send_once(report, {});
    }

  private:
    // Rows of another pairing are dropped: its former owner's commands and reports are nobody
    // else's business.
    void adopt(const std::string& device_id) {
        const std::string owner = journal_.fact("device_id");
        if (owner != device_id) {
            if (!owner.empty()) journal_.clear();
            outbox_.recount();
            journal_.set_fact("device_id", device_id);
        }
        prune();
    }

    void prune() {
        try {
            journal_.prune(clock_.wall(), options_.journal_days, options_.journal_entries);
        } catch (const store::StorageFailure& failure) {
            log::error("the journal could not be pruned: {}", failure.what());
        }
    }

    void flush() {
        if (connection_) connection_->flush();
        const auto dropped = outbox_.take_dropped();
        if (dropped.empty()) return;
        contract::ObjectWriter counts;
        for (const auto& [severity, count] : dropped) counts.integer(severity, count);
        raise("telemetry.outbox_overflow",
              contract::ObjectWriter().raw("dropped_by_severity", counts.str()).str());
    }

    void raise(const std::string& type, const std::string& context) {
        contract::Event event;
        event.event_type = type;
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
            outbox_.put(row, link::keep_of_event(event.event_type, event.severity), clock_.wall());
        } catch (const store::StorageFailure& failure) {
            outbox_.recount();
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
    Journal journal_;
    OutboxStore outbox_;
    Executor executor_;
    std::unique_ptr<Connection> connection_;
    async::Handle housekeeping_;
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
