// Studio, read downwards.
#include "studio/app/studio.hpp"

#include <unistd.h>
#include <csignal>
#include <cstdio>

#include <fmt/format.h>
#include <algorithm>
#include <utility>

#include "async/loop.hpp"
#include "base/log.hpp"
#include "contract/object_writer.hpp"
#include "contract/validate.hpp"
#include "crypto/password.hpp"
#include "net/server.hpp"
#include "store/database.hpp"
#include "studio/adapters/accounts/accounts.hpp"
#include "studio/adapters/accounts/api_keys.hpp"
#include "studio/adapters/accounts/setup_code.hpp"
#include "studio/adapters/authority/authority.hpp"
#include "studio/adapters/channel/channel.hpp"
#include "studio/adapters/library/library.hpp"
#include "studio/adapters/pairing/code_attempts.hpp"
#include "studio/adapters/pairing/code_store.hpp"
#include "studio/adapters/projection/projection.hpp"
#include "studio/adapters/records/records.hpp"
#include "studio/adapters/registry/registry.hpp"
#include "studio/adapters/registry/rotation_store.hpp"
#include "studio/adapters/schema/schema.hpp"
#include "studio/app/addresses.hpp"
#include "studio/app/broker_link.hpp"
#include "studio/app/state_folder.hpp"
#include "studio/app/web_pages.hpp"
#include "studio/webapi/dispatcher.hpp"
#include "studio/webapi/live_streams.hpp"
#include "studio/webapi/route.hpp"

namespace vistter::studio {
namespace {

constexpr std::int64_t trust_check_ms = 3'600'000;
constexpr std::int64_t drain_ms = 300;    // for GOODBYEs and last answers to leave
constexpr int credential_revoked = 4410;  // close code
constexpr int hash_threads = 2;
constexpr std::size_t hash_queue = 64;

// Disk full and damage keep their own codes; anything else is a bug. The particulars (paths) stay
// in the log.
Error meaning_of(const std::exception& failure) {
    if (const auto* storage = dynamic_cast<const store::StorageFailure*>(&failure)) {
        return fail(storage->error().code,
                    "Studio cannot write to its disk; free some space there and try again");
    }
    return fail(ErrorCode::SYS_INTERNAL,
                "something went wrong inside Studio; its log has this correlation_id");
}

// What must exist before the parts that hold references to it.
struct Foundation {
    StateFolder folder;
    std::unique_ptr<StudioTrust> trust;
    std::unique_ptr<store::Database> database;
    std::unique_ptr<Accounts> accounts;
    std::unique_ptr<SetupCode> setup_code;
};

Result<Foundation> lay_foundation(const Options& options, const std::vector<std::string>& hosts) {
    auto folder = StateFolder::open(options.state, options.environment);
    if (!folder) return folder.error();
    auto trust = open_authority({folder->path(), options.environment, hosts}, machine_clock(),
                                machine_random());
    if (!trust) return trust.error();
    auto database = store::open_database(folder->path() / "studio.db", schema());
    if (!database) return database.error();
    auto accounts = make_accounts(**database, options.environment, machine_clock().wall());
    auto setup_code = open_setup_code(folder->path(), accounts->any_user(), machine_random());
    if (!setup_code) return setup_code.error();
    return Foundation{std::move(*folder), std::move(*trust), std::move(*database),
                      std::move(accounts), std::move(*setup_code)};
}

class Service final : public Studio {
  public:
    Service(const Options& options, Foundation foundation, std::vector<std::string> hosts)
        : options_(options),
          base_(std::move(foundation)),
          hosts_(std::move(hosts)),
          api_keys_(make_api_keys(*base_.database)),
          records_(make_records(*base_.database)),
          registry_(make_registry(*base_.database, machine_clock())),
          rotations_(make_rotation_store(*base_.database)),
          projection_(make_projection(*base_.database, machine_clock())),
          library_(make_library(*base_.database, base_.folder.path() / "assets")),
          channel_(make_channel(loop_, *base_.database, *registry_, watch_, machine_clock(),
                                machine_random(), channel_options())),
          live_(loop_, *projection_),
          codes_(make_code_store(*base_.database, machine_random())),
          code_attempts_(make_code_attempts(codes_->salt_key(), machine_random())),
          pairing_({*registry_, *base_.trust, *records_, *records_, machine_clock(),
                    machine_random(), *codes_, *code_attempts_}),
          services_(make_services()) {}

    Status listen();
    Status run() override;

  private:
    ChannelKeys channel_keys() const;
    ChannelOptions channel_options() const;
    std::unique_ptr<TrustDesk> make_trust_desk();
    Services make_services();
    net::ServerOptions server_options(const Endpoint& endpoint) const;
    void say_ready() const;
    void tell_people() const;
    void see_to_trust();
    void use_keys(StudioKeyKind kind);
    void tell_channel(const std::string& device_id);
    void show_certificate();
    void tell_revocations();
    void shut_down(int signal);

    Options options_;
    Foundation base_;
    std::vector<std::string> hosts_;
    async::Loop loop_;
    async::WorkerPool workers_{hash_threads, hash_queue};
    std::unique_ptr<ApiKeys> api_keys_;
    std::unique_ptr<Records> records_;
    std::unique_ptr<Registry> registry_;
    std::unique_ptr<RotationStore> rotations_;
    std::unique_ptr<TrustDesk> trust_desk_;  // made with the services; the watch asks for it
    std::unique_ptr<TelemetryProjection> projection_;
    TrustWatch watch_{*projection_, [this] { return trust_desk_.get(); }};
    std::unique_ptr<Library> library_;
    std::unique_ptr<Channel> channel_;
    LiveStreams live_;
    std::unique_ptr<CodeStore> codes_;
    std::unique_ptr<CodeAttempts> code_attempts_;
    PairingDesk pairing_;
    Services services_;
    std::unique_ptr<net::Server> web_;
    std::unique_ptr<net::Server> road_;
    BrokerLink broker_{loop_, options_, *base_.trust, *registry_};
    async::Handle signals_, trust_timer_, drain_timer_, revocations_due_;
};

ChannelKeys Service::channel_keys() const {
    ChannelKeys keys;
    for (NamedKey& each : base_.trust->message_keys())
        keys.message.push_back({std::move(each.kid), std::move(each.pem)});
    for (NamedKey& each : base_.trust->session_keys())
        keys.token.push_back({std::move(each.kid), std::move(each.pem)});
    return keys;
}

ChannelOptions Service::channel_options() const {
    ChannelOptions channel;
    channel.issuer = options_.environment;
    channel.keys = channel_keys();
    return channel;
}

std::unique_ptr<TrustDesk> Service::make_trust_desk() {
    return std::make_unique<TrustDesk>(TrustDesk::Parts{
        .registry = *registry_,
        .rotations = *rotations_,
        .authority = *base_.trust,
        .commands = *channel_,
        .audit = *records_,
        .work = *records_,
        .clock = machine_clock(),
        .random = machine_random(),
        .device_changed = [this](const std::string& device_id) { tell_channel(device_id); },
        .keys_changed = [this](StudioKeyKind kind) { use_keys(kind); },
        .certificates_ended = [this] { tell_revocations(); }});
}

Services Service::make_services() {
    trust_desk_ = make_trust_desk();
    projection_->on_changed([this](const std::string& device_id) { live_.changed(device_id); });
    const auto issue = [this](ByteView certificate) -> Result<IssuedSession> {
        auto issued = channel_->issue_session_token(certificate);
        if (!issued) return issued.error();
        return IssuedSession{issued->token, issued->expires_at};
    };
    const auto replaced = [this](const std::string& device_id) {
        channel_->disconnect(device_id, credential_revoked, "this appliance was paired again");
        live_.changed(device_id);
        tell_revocations();
    };
    return Services{.loop = loop_,
                    .workers = workers_,
                    .clock = machine_clock(),
                    .random = machine_random(),
                    .accounts = *base_.accounts,
                    .api_keys = *api_keys_,
                    .setup_code = *base_.setup_code,
                    .registry = *registry_,
                    .pairing = pairing_,
                    .authority = *base_.trust,
                    .trust = *trust_desk_,
                    .rotations = *rotations_,
                    .commands = *channel_,
                    .sessions = *channel_,
                    .telemetry = *projection_,
                    .library = *library_,
                    .audit = *records_,
                    .answers = *records_,
                    .work = *records_,
                    .live = live_,
                    .issue_session = issue,
                    .credentials_changed = replaced,
                    .failure = meaning_of,
                    .absent_user_hash = crypto::hash_password(
                        crypto::make_setup_code(machine_random()), machine_random()),
                    .broker = [this] { return broker_.view(); }};
}

net::ServerOptions Service::server_options(const Endpoint& endpoint) const {
    net::ServerOptions server;
    server.address = endpoint.address;
    server.port = endpoint.port;
    server.tls =
        net::ServerTls{{base_.trust->server_chain_pem(), base_.trust->server_key_pem()}, {}};
    return server;
}

Status Service::listen() {
    net::ServerOptions web = server_options(options_.listen);
    web.max_body_bytes = max_asset_bytes;
    web.max_connections = 512;
    auto web_server = net::listen(loop_, std::move(web),
                                  make_handler(services_, web_routes(), web_pages(options_.web)));
    if (!web_server) return web_server.error();
    web_ = std::move(*web_server);
    net::ServerOptions road = server_options(options_.channel);
    road.tls->client_root_pem = base_.trust->client_roots_pem();
    road.max_body_bytes = 4'096;
    road.websocket = channel_->route();
    auto road_server =
        net::listen(loop_, std::move(road), make_handler(services_, channel_routes(), {}));
    if (!road_server) return road_server.error();
    road_ = std::move(*road_server);
    services_.addresses =
        addresses_of(hosts_, reachable_host(options_), web_->port(), road_->port());
    services_.addresses.broker_url = options_.broker_url;
    services_.addresses.broker_first = options_.broker_first;
    broker_.connect(channel_->acceptor());
    return ok();
}

Status Service::run() {
    signals_ = loop_.on_signals({SIGTERM, SIGINT}, [this](int signal) { shut_down(signal); });
    trust_timer_ = loop_.every(trust_check_ms, [this] { see_to_trust(); });
    trust_desk_->start();
    see_to_trust();
    tell_people();
    say_ready();
    loop_.run();
    return ok();
}

void Service::say_ready() const {
    contract::ObjectWriter line;
    line.boolean("ready", true)
        .text("url", services_.addresses.web_url)
        .text("channel_url", services_.addresses.channel_url)
        .text("root_pem_file", base_.trust->root_file().string())
        .text("setup_code_file", (base_.folder.path() / "setup-code").string());
    const std::string text = line.str() + "\n";
    if (::write(options_.ready_fd, text.data(), text.size()) < 0)
        log::warning("nobody reads the ready descriptor");
}

void Service::tell_people() const {
    log::info("web and API at {}, channel at {}", services_.addresses.web_url,
              services_.addresses.channel_url);
    if (const auto code = base_.setup_code->current()) {
        // For the person at the console; never through the log.
        std::fprintf(stderr, "Setup code: %s (open %s and enter it)\n", code->c_str(),
                     services_.addresses.web_url.c_str());
    }
    if (base_.trust->made_spare_root()) {
        std::fprintf(stderr,
                     "Move %s off this machine to a safe place: it is needed only if the root key "
                     "is lost.\n",
                     base_.trust->spare_root_file().c_str());
    }
}

void Service::see_to_trust() {
    if (base_.trust->renew_server_certificate()) show_certificate();
    try {
        trust_desk_->tick();
    } catch (const store::StorageFailure& failure) {
        log::error("credentials cannot be seen to: {}", failure.what());
    }
    tell_revocations();
    broker_.check_certificate();
}

void Service::tell_channel(const std::string& device_id) {
    const auto trust = registry_->device(device_id);
    if (trust && trust->revoked)
        channel_->disconnect(device_id, credential_revoked, "this appliance was revoked");
    channel_->trust_changed(device_id);
    live_.changed(device_id);
}

void Service::use_keys(StudioKeyKind kind) {
    if (kind == StudioKeyKind::message || kind == StudioKeyKind::session)
        return channel_->set_keys(channel_keys());
    show_certificate();
    if (kind != StudioKeyKind::root || !road_) return;
    tell_revocations();  // a new root has a list of its own
    if (auto set = road_->set_client_roots(base_.trust->client_roots_pem()); !set)
        log::error("{}", describe(set.error()));
}

// Coalesced: a fleet's credentials may change at once.
void Service::tell_revocations() {
    revocations_due_ = loop_.after(0, [this] {
        try {
            broker_.keep_revocations(trust_desk_->revoked_certificates());
        } catch (const store::StorageFailure& failure) {
            log::error("what is revoked cannot be listed: {}", failure.what());
        }
    });
}

void Service::show_certificate() {
    const net::TlsIdentity identity{base_.trust->server_chain_pem(), base_.trust->server_key_pem()};
    for (net::Server* server : {web_.get(), road_.get()}) {
        if (!server) continue;
        if (auto set = server->set_identity(identity); !set)
            log::error("{}", describe(set.error()));
    }
    broker_.connect(channel_->acceptor());
}

void Service::shut_down(int signal) {
    if (std::exchange(services_.draining, true)) return loop_.stop();
    log::info("signal {}: saying goodbye", signal);
    channel_->drain();
    live_.close_all();
    drain_timer_ = loop_.after(drain_ms, [this] { loop_.stop(); });
}

}  // namespace

Result<std::unique_ptr<Studio>> open_studio(const Options& options) {
    // A file size limit is answered like a full disk; a reader of the ready line that has gone is
    // no reason to end.
    std::signal(SIGXFSZ, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);
    // Before anything is made: a port already taken changes nothing.
    for (const Endpoint& endpoint : {options.listen, options.channel}) {
        if (auto free = check_port_free(endpoint); !free) return free.error();
    }
    contract::validate_file("{}");  // compiles the schemas now, not in the first request
    std::vector<std::string> hosts = server_names(options);
    try {
        auto foundation = lay_foundation(options, hosts);
        if (!foundation) return foundation.error();
        auto service = std::make_unique<Service>(options, std::move(*foundation), std::move(hosts));
        if (auto listening = service->listen(); !listening) return listening.error();
        return std::unique_ptr<Studio>(std::move(service));
    } catch (const store::StorageFailure& failure) {
        return failure.error();
    }
}

}  // namespace vistter::studio
