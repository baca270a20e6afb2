#include "studio/adapters/channel/channel.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/crash_point.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "contract/json_text.hpp"
#include "crypto/certificate.hpp"
#include "crypto/session_token.hpp"
#include "link/close_code.hpp"
#include "studio/adapters/channel/appliance_session.hpp"

namespace vistter::studio {
namespace {

constexpr std::int64_t minute_ms = 60'000, day_ms = 86'400'000;

// How long a command may wait for its appliance when nobody said otherwise (contract B.2).
std::int64_t default_life_ms(const NewCommand& command) {
    using contract::MessageType;
    switch (command.type) {
        case MessageType::DEVICE_CONFIG:
            return 7 * day_ms;
        case MessageType::TIMELINE_LOAD:
            return day_ms;
        case MessageType::CAMERA_ACTION: {
            const auto action = contract::text_at_pointer(command.body, "/action");
            return action && action->starts_with("\"ptz_") ? minute_ms : day_ms;
        }
        default:
            return minute_ms;
    }
}

class LiveChannel final : public Channel {
  public:
    LiveChannel(async::Loop& loop, store::Database& database, DeviceDirectory& devices,
                Projection& projection, const Clock& clock, Random& random, ChannelOptions options,
                crypto::PrivateKey key)
        : database_(database),
          devices_(devices),
          projection_(projection),
          clock_(clock),
          random_(random),
          options_(std::move(options)),
          ledger_(database),
          codec_(std::move(key), options_.keys.message.front().kid),
          loop_(loop),
          parts_{loop,
                 database,
                 ledger_,
                 projection,
                 codec_,
                 clock,
                 random,
                 options_.issuer,
                 [this](ApplianceSession& session) { on_opened(session); },
                 [this](ApplianceSession& session) { on_ended(session); }} {
        tick_ = loop.every(1'000, [this] { expire(); });
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
        return SessionToken{crypto::sign_session_token(codec_.key(), codec_.kid(), claims),
                            claims.expires_at};
    }

    void disconnect(const std::string& device_id, int code, const std::string& reason) override {
        const auto found = current_.find(device_id);
        if (found != current_.end()) sessions_.at(found->second)->close(code, reason);
    }

    AcceptPipe acceptor() override { return {}; }
    void set_keys(const ChannelKeys&) override {}
    void trust_changed(const std::string&) override {}

    void drain() override {
        draining_ = true;
        std::vector<ApplianceSession*> open;
        for (const auto& [number, session] : sessions_) open.push_back(session.get());
        for (ApplianceSession* session : open) session->drain();
    }

    Result<std::string> submit(const NewCommand& command) override {
        const auto device = devices_.device(command.device_id);
        if (!device) return fail(ErrorCode::RES_NOT_FOUND, "no appliance " + command.device_id);
        if (device->revoked)
            return fail(ErrorCode::SEC_REVOKED, "the appliance's pairing was revoked");
        crash_point(CrashStep::studio_before_accept);
        const WallTime now = clock_.wall();
        const WallTime expires =
            command.expires_at.value_or(WallTime{now.ms + default_life_ms(command)});
        std::string id = make_uuid7(clock_, random_);
        try {
            if (ledger_.unfinished(command.device_id) >= options_.queue_limit) {
                return fail(ErrorCode::LIM_QUEUE_FULL,
                            "too many unfinished commands wait for this appliance");
            }
            database_.transaction([&] { id = ledger_.add(command, now, expires, id); });
        } catch (const store::StorageFailure& failure) {
            return failure.error();
        }
        crash_point(CrashStep::studio_after_accept);
        send_soon(command.device_id, id, expires);
        return id;
    }

    std::optional<CommandRecord> find(const std::string& message_id) const override {
        return ledger_.find(message_id);
    }
    std::vector<CommandRecord> list(const std::string& device_id, int limit) const override {
        return ledger_.list(device_id, limit);
    }

    Result<Cancellation> cancel(const std::string&, const contract::Actor&,
                                const std::string&) override {
        return fail(ErrorCode::RES_NOT_FOUND, "no such command");
    }
    Status resend(const std::string&) override {
        return fail(ErrorCode::RES_NOT_FOUND, "no such command");
    }
    std::vector<TraceEntry> trace(const std::string&) const override { return {}; }
    std::vector<Orphan> orphans(const std::string&, int) const override { return {}; }
    std::vector<link::LedgerRow> ledger_rows(const std::string&, std::int64_t, int) const override {
        return {};
    }
    void on_command_finished(std::function<void(const CommandRecord&)>) override {}
    std::vector<SessionRecord> history(const std::string&, int) const override { return {}; }

    SessionInfo session(const std::string& device_id) const override {
        const auto found = current_.find(device_id);
        if (found != current_.end()) return sessions_.at(found->second)->info();
        const auto former = former_.find(device_id);
        return former == former_.end() ? SessionInfo{} : former->second;
    }

  private:
    // The device that owns this certificate now: named by it, known, not revoked, and this very
    // certificate.
    Result<DeviceTrust> admit(ByteView der) const {
        const auto certificate = crypto::Certificate::from_der(der);
        if (!certificate)
            return fail(ErrorCode::SEC_UNAUTHORISED, "a client certificate is required");
        const auto name = crypto::device_of(*certificate);
        if (!name) return name.error();
        auto device = devices_.device(name->device_id);
        if (!device || device->tenant != name->tenant)
            return fail(ErrorCode::SEC_UNAUTHORISED, "unknown appliance");
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
        auto device = draining_ ? Result<DeviceTrust>(fail(ErrorCode::SYS_BUSY, "draining"))
                                : admit(upgrade.client_certificate);
        if (!device) {
            const ErrorCode code = device.error().code;
            log::warning("connection from {} refused: {}", upgrade.remote_address,
                         describe(device.error()));
            socket->close(code == ErrorCode::SYS_BUSY      ? link::close_code::draining
                          : code == ErrorCode::SEC_REVOKED ? link::close_code::revoked
                                                           : link::close_code::auth_failed,
                          device.error().message);
            return {[](const std::string&) {}, [](int, const std::string&) {}};
        }
        const std::uint64_t number = ++last_session_;
        const std::string thumbprint =
            crypto::Certificate::from_der(upgrade.client_certificate)->thumbprint();
        sessions_.emplace(number, std::make_unique<ApplianceSession>(
                                      parts_, std::move(*device), thumbprint, std::move(socket)));
        const auto with = [this, number, alive = std::weak_ptr<bool>(alive_)](const auto& work) {
            if (alive.expired()) return;
            if (const auto found = sessions_.find(number); found != sessions_.end())
                work(*found->second);
        };
        return {[with](const std::string& text) {
                    with([&](ApplianceSession& session) { session.on_message(text); });
                },
                [with](int, const std::string&) {
                    with([](ApplianceSession& session) { session.on_closed(); });
                }};
    }

    void on_opened(ApplianceSession& session) {
        const auto former = current_.find(session.device_id());
        const std::uint64_t older = former == current_.end() ? 0 : former->second;
        current_[session.device_id()] = number_of(session);
        if (older != 0) sessions_.at(older)->replaced();
    }

    void on_ended(ApplianceSession& session) {
        const std::uint64_t number = number_of(session);
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

    std::uint64_t number_of(const ApplianceSession& session) const {
        for (const auto& [number, candidate] : sessions_) {
            if (candidate.get() == &session) return number;
        }
        return 0;
    }

    // After the submitter's own transaction, should there be one: what is not durable yet must not
    // leave.
    void send_soon(const std::string& device_id, const std::string& message_id,
                   WallTime expires_at) {
        loop_.post([=, this, alive = std::weak_ptr<bool>(alive_)] {
            if (alive.expired()) return;
            const auto found = current_.find(device_id);
            if (found != current_.end())
                sessions_.at(found->second)->command_added(message_id, expires_at);
            projection_.changed(device_id);
        });
    }

    void expire() {
        try {
            for (const std::string& device_id : ledger_.expire_queued(clock_.wall()))
                projection_.changed(device_id);
        } catch (const store::StorageFailure& failure) {
            log::error("the ledger cannot be written: {}", failure.what());
        }
    }

    void prune() {
        try {
            ledger_.prune(clock_.wall(), options_.inbox_days);
        } catch (const store::StorageFailure& failure) {
            log::error("the ledger cannot be pruned: {}", failure.what());
        }
    }

    store::Database& database_;
    DeviceDirectory& devices_;
    Projection& projection_;
    const Clock& clock_;
    Random& random_;
    ChannelOptions options_;
    Ledger ledger_;
    MessageCodec codec_;
    async::Loop& loop_;
    SessionParts parts_;
    std::map<std::uint64_t, std::unique_ptr<ApplianceSession>> sessions_;  // every open connection
    std::map<std::string, std::uint64_t> current_;  // by device: its one session
    std::map<std::string, SessionInfo> former_;     // by device: the last one that ended
    async::Handle tick_, housekeeping_;
    std::uint64_t last_session_ = 0;
    bool draining_ = false;
    // Shared with posted work and the server's sockets, which may outlive the channel.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

std::unique_ptr<Channel> make_channel(async::Loop& loop, store::Database& database,
                                      DeviceDirectory& devices, Projection& projection,
                                      const Clock& clock, Random& random, ChannelOptions options) {
    auto key = crypto::PrivateKey::from_pem(options.keys.message.front().pem);
    if (!key) throw std::invalid_argument("Studio's signing key cannot be read");
    return std::make_unique<LiveChannel>(loop, database, devices, projection, clock, random,
                                         std::move(options), std::move(*key));
}

}  // namespace vistter::studio
