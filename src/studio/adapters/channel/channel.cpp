#include "studio/adapters/channel/channel.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "crypto/certificate.hpp"
#include "link/close_code.hpp"
#include "studio/adapters/channel/appliance_session.hpp"
#include "studio/adapters/channel/command_book.hpp"
#include "studio/adapters/channel/pipe_wss.hpp"

namespace vistter::studio {
namespace {

constexpr std::int64_t trace_days = 90, session_days = 400;

class LiveChannel final : public Channel {
  public:
    LiveChannel(async::Loop& loop, store::Database& database, DeviceDirectory& devices,
                Projection& projection, const Clock& clock, Random& random, ChannelOptions options)
        : devices_(devices),
          projection_(projection),
          clock_(clock),
          random_(random),
          options_(std::move(options)),
          loop_(loop),
          codec_(options_.keys),
          tables_(database),
          group_(loop, database),
          book_({loop, database, tables_, devices, projection, clock, random, options_},
                [this](const std::string& device_id) { return commands_of(device_id); }),
          inbox_(tables_, group_, projection, clock,
                 [this](const std::vector<std::string>& ids) { book_.finished(ids); }),
          parts_{loop,
                 database,
                 tables_,
                 group_,
                 inbox_,
                 projection,
                 devices,
                 codec_,
                 clock,
                 random,
                 options_,
                 [this](ApplianceSession& session) { on_opened(session); },
                 [this](ApplianceSession& session) { on_ended(session); }} {
        tables_.sessions.end_all(clock.wall(), "Studio stopped");
        const std::int64_t beat_ms = std::int64_t{options_.heartbeat_s} * 1'000;
        tick_ = loop.every(std::min<std::int64_t>(500, beat_ms / 10), [this] { tick(); });
        expiry_ = loop.every(1'000, [this] { book_.expire(); });
        housekeeping_ = loop.every(3'600'000, [this] { prune(); });
    }

    net::WebSocketRoute route() override {
        net::WebSocketRoute route;
        route.path = options_.path;
        route.subprotocol = "vistter.v1.jws";
        route.max_message_bytes = contract::max_message_bytes;
        route.opened = [this](const net::Request& upgrade, std::shared_ptr<net::WebSocket> socket) {
            return on_connection(upgrade, std::move(socket));
        };
        return route;
    }

    AcceptPipe acceptor() override {
        return [this](const std::string& device_id, const std::string& thumbprint,
                      std::shared_ptr<Pipe> pipe) {
            auto device = devices_.device(device_id);
            if (!device) return turn_away(unknown(), std::move(pipe));
            return accept(std::move(*device), thumbprint, std::move(pipe));
        };
    }

    Result<SessionToken> issue_session_token(ByteView client_certificate) override {
        const auto device = admit(client_certificate);
        if (!device) return device.error();
        crypto::SessionClaims claims;
        claims.issuer = options_.issuer;
        claims.subject = device->device_id;
        claims.tenant = device->tenant;
        claims.jwt_id = make_uuid7(clock_, random_);
        claims.issued_at = {clock_.wall().ms / 1'000 * 1'000};
        claims.expires_at = {claims.issued_at.ms + options_.session_token_ms};
        claims.certificate_thumbprint =
            crypto::Certificate::from_der(client_certificate)->thumbprint();
        return SessionToken{codec_.sign_token(claims), claims.expires_at};
    }

    void set_keys(const ChannelKeys& keys) override { codec_ = MessageCodec(keys); }

    void trust_changed(const std::string& device_id) override {
        auto device = devices_.device(device_id);
        for (ApplianceSession* session : open_sessions()) {
            if (session->device_id() != device_id) continue;
            if (device) {
                session->trust(*device);
            } else {
                session->close(link::close_code::revoked, "no such appliance any more");
            }
        }
    }

    void disconnect(const std::string& device_id, int code, const std::string& reason) override {
        for (ApplianceSession* session : open_sessions()) {
            if (session->device_id() == device_id) session->close(code, reason);
        }
    }

    void drain() override {
        draining_ = true;
        for (ApplianceSession* session : open_sessions()) session->drain();
    }

    Result<std::string> submit(const NewCommand& command) override { return book_.submit(command); }
    std::optional<CommandRecord> find(const std::string& message_id) const override {
        return tables_.ledger.find(message_id, clock_.wall());
    }
    std::vector<CommandRecord> list(const std::string& device_id, int limit) const override {
        return tables_.ledger.list(device_id, limit, clock_.wall());
    }
    Result<Cancellation> cancel(const std::string& message_id, const contract::Actor& actor,
                                const std::string& reason) override {
        return book_.cancel(message_id, actor, reason);
    }
    Status resend(const std::string& message_id) override { return book_.resend(message_id); }
    std::vector<TraceEntry> trace(const std::string& message_id) const override {
        return book_.trace(message_id);
    }
    std::vector<Orphan> orphans(const std::string& device_id, int limit) const override {
        return tables_.trace.orphans(device_id, limit);
    }
    std::vector<link::LedgerRow> ledger_rows(const std::string& device_id, std::int64_t after_n,
                                             int limit) const override {
        return tables_.chain.rows(device_id, after_n, limit);
    }
    void on_command_finished(std::function<void(const CommandRecord&)> listener) override {
        book_.on_finished(std::move(listener));
    }

    SessionInfo session(const std::string& device_id) const override {
        const auto found = current_.find(device_id);
        if (found != current_.end()) return sessions_.at(found->second)->info();
        const auto former = former_.find(device_id);
        if (former != former_.end()) return former->second;
        SessionInfo info;
        for (const SessionRecord& record : tables_.sessions.history(device_id, 1)) {
            info.session_id = record.session_id;
            info.since = record.connected_at;
            info.last_seen = record.ended_at.value_or(record.connected_at);
            info.firmware_version = record.firmware_version;
            info.transport = record.transport;
        }
        return info;
    }
    std::vector<SessionRecord> history(const std::string& device_id, int limit) const override {
        return tables_.sessions.history(device_id, limit);
    }

  private:
    static Error unknown() { return fail(ErrorCode::SEC_UNAUTHORISED, "unknown appliance"); }

    // The device that owns this certificate now: named by it, known, not revoked, and this very
    // certificate.
    Result<DeviceTrust> admit(ByteView der) const {
        const auto certificate = crypto::Certificate::from_der(der);
        if (!certificate)
            return fail(ErrorCode::SEC_UNAUTHORISED, "a client certificate is required");
        const auto name = crypto::device_of(*certificate);
        if (!name) return name.error();
        auto device = devices_.device(name->device_id);
        if (!device || device->tenant != name->tenant) return unknown();
        if (device->revoked)
            return fail(ErrorCode::SEC_REVOKED, "the appliance's pairing was revoked");
        const auto& good = device->certificate_thumbprints;
        if (std::find(good.begin(), good.end(), certificate->thumbprint()) == good.end()) {
            return fail(ErrorCode::SEC_UNAUTHORISED, "the certificate was replaced by a newer one");
        }
        return std::move(*device);
    }

    net::WebSocketEvents on_connection(const net::Request& upgrade,
                                       std::shared_ptr<net::WebSocket> socket) {
        auto pipe = std::make_shared<WssPipe>(std::move(socket));  // shared: pipe.hpp
        auto device = admit(upgrade.client_certificate);
        PipeEvents events;
        if (device) {
            const auto own = crypto::Certificate::from_der(upgrade.client_certificate);
            events = accept(std::move(*device), own->thumbprint(), std::move(pipe));
        } else {
            events = turn_away(device.error(), std::move(pipe));
        }
        return {std::move(events.message), std::move(events.closed)};
    }

    PipeEvents turn_away(const Error& why, std::shared_ptr<Pipe> pipe) {
        log::warning("connection refused: {}", describe(why));
        pipe->close(why.code == ErrorCode::SYS_BUSY      ? link::close_code::draining
                    : why.code == ErrorCode::SEC_REVOKED ? link::close_code::revoked
                                                         : link::close_code::auth_failed,
                    why.message);
        return {[](const std::string&) {}, [](int, const std::string&) {}};
    }

    PipeEvents accept(DeviceTrust device, const std::string& thumbprint,
                      std::shared_ptr<Pipe> pipe) {
        if (draining_) return turn_away(fail(ErrorCode::SYS_BUSY, "draining"), std::move(pipe));
        if (device.revoked) {
            return turn_away(fail(ErrorCode::SEC_REVOKED, "the appliance's pairing was revoked"),
                             std::move(pipe));
        }
        const std::uint64_t number = ++last_session_;
        sessions_.emplace(number,
                          std::make_unique<ApplianceSession>(parts_, number, std::move(device),
                                                             thumbprint, std::move(pipe)));
        const auto with = [this, number, alive = std::weak_ptr<bool>(alive_)](const auto& work) {
            if (alive.expired()) return;
            if (const auto found = sessions_.find(number); found != sessions_.end())
                work(*found->second);
        };
        return {[with](const std::string& text) {
                    with([&](ApplianceSession& session) { session.on_message(text); });
                },
                [with](int code, const std::string& reason) {
                    with([&](ApplianceSession& session) { session.on_closed(code, reason); });
                }};
    }

    void on_opened(ApplianceSession& session) {
        const auto former = current_.find(session.device_id());
        const std::uint64_t older = former == current_.end() ? 0 : former->second;
        current_[session.device_id()] = session.number();
        if (older != 0) sessions_.at(older)->replaced();
    }

    void on_ended(ApplianceSession& session) {
        const std::uint64_t number = session.number();
        const auto current = current_.find(session.device_id());
        if (current != current_.end() && current->second == number) {
            former_[session.device_id()] = session.info();
            former_[session.device_id()].connected = false;
            current_.erase(current);
            projection_.changed(session.device_id());
        }
        loop_.post([this, number, alive = std::weak_ptr<bool>(alive_)] {
            if (!alive.expired()) sessions_.erase(number);
        });
    }

    std::vector<ApplianceSession*> open_sessions() const {
        std::vector<ApplianceSession*> open;
        for (const auto& [number, session] : sessions_) open.push_back(session.get());
        return open;
    }

    CommandSender* commands_of(const std::string& device_id) const {
        const auto found = current_.find(device_id);
        return found == current_.end() ? nullptr : &sessions_.at(found->second)->commands();
    }

    void tick() {
        for (ApplianceSession* session : open_sessions()) {
            try {
                session->tick();
            } catch (const store::StorageFailure& failure) {
                log::error("{}: {}", session->device_id(), failure.what());
                session->close(link::close_code::internal, "storage");
            }
        }
    }

    void prune() {
        try {
            const WallTime now = clock_.wall();
            tables_.ledger.prune(now, options_.inbox_days);
            tables_.trace.prune(now, trace_days);
            tables_.sessions.prune(now, session_days);
        } catch (const store::StorageFailure& failure) {
            log::error("the road's tables cannot be pruned: {}", failure.what());
        }
    }

    DeviceDirectory& devices_;
    Projection& projection_;
    const Clock& clock_;
    Random& random_;
    ChannelOptions options_;
    async::Loop& loop_;
    MessageCodec codec_;
    RoadTables tables_;
    CommitGroup group_;
    CommandBook book_;
    Inbox inbox_;
    SessionParts parts_;
    std::map<std::uint64_t, std::unique_ptr<ApplianceSession>> sessions_;  // every open connection
    std::map<std::string, std::uint64_t> current_;  // by device: its one session
    std::map<std::string, SessionInfo> former_;     // by device: the last one that ended
    async::Handle tick_, expiry_, housekeeping_;
    std::uint64_t last_session_ = 0;
    bool draining_ = false;
    // Shared with posted work and the pipes' readers, which may outlive the channel.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

std::unique_ptr<Channel> make_channel(async::Loop& loop, store::Database& database,
                                      DeviceDirectory& devices, Projection& projection,
                                      const Clock& clock, Random& random, ChannelOptions options) {
    return std::make_unique<LiveChannel>(loop, database, devices, projection, clock, random,
                                         std::move(options));
}

}  // namespace vistter::studio
