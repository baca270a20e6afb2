#include "road/world.hpp"

#include <fmt/format.h>

#include "contract/object_writer.hpp"
#include "crypto/session_token.hpp"
#include "road/scripted_commands.hpp"

namespace vistter::test {
namespace {

crypto::Validity around_now() {
    const WallTime now = machine_clock().wall();
    return {{now.ms - 3'600'000}, {now.ms + 86'400'000}};
}

contract::Hello hello_facts() {
    contract::Hello hello;
    hello.firmware_version = "0.1.0";
    hello.firmware_build = "test";
    hello.hardware_model = "test";
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

Trust::Trust()
    : root_key(crypto::PrivateKey::generate()),
      server_key(crypto::PrivateKey::generate()),
      studio_key(crypto::PrivateKey::generate()),
      device_tls_key(crypto::PrivateKey::generate()),
      device_key(crypto::PrivateKey::generate()) {
    root = crypto::make_root(root_key, "Road test root", around_now(), machine_random());
    const auto leaf =
        crypto::issue_server(root_key, *root, server_key.public_key(), {"127.0.0.1", "localhost"},
                             around_now(), machine_random());
    server = {leaf.to_pem() + root->to_pem(), server_key.to_pem()};
    device_kid = road_device + "#1";
    device_tls.identity = client(road_device, device_tls_key);
    device_tls.root_pem = root->to_pem();
    const auto pin = root->public_key().spki_sha256();
    device_tls.pins = {{pin.begin(), pin.end()}};
    thumbprint =
        crypto::Certificate::from_pem(device_tls.identity.certificate_chain_pem)->thumbprint();
}

net::TlsIdentity Trust::client(const std::string& device_id, const crypto::PrivateKey& key) const {
    const auto leaf =
        crypto::issue_device(root_key, *root, key.public_key(),
                             crypto::device_uri("test", device_id), around_now(), machine_random());
    return {leaf.to_pem(), key.to_pem()};
}

std::optional<studio::DeviceTrust> Directory::device(const std::string& device_id) const {
    for (const auto& device : devices) {
        if (device.device_id == device_id) return device;
    }
    return std::nullopt;
}

int Told::event_count(const std::string& type) const {
    int count = 0;
    for (const auto& event : events) count += event.event_type == type ? 1 : 0;
    return count;
}

World::World() {
    directory.devices.push_back({road_device,
                                 "test",
                                 {{trust.device_kid, trust.device_key.public_key().to_pem()}},
                                 {trust.thumbprint},
                                 false});
}

World::~World() {
    stop_appliance();
    stop_studio();
}

void World::listen(std::optional<net::WebSocketRoute> route) {
    route_ = std::move(route);
    server = listener(port);
    port = server->port();
}

void World::listen_also(std::uint16_t at) {
    second = listener(at);
}

std::unique_ptr<net::Server> World::listener(std::uint16_t at) {
    net::ServerOptions options;
    options.port = at;
    options.tls = net::ServerTls{trust.server, trust.root->to_pem()};
    options.websocket = route_;
    auto listening = net::listen(
        loop, options, [this](const net::Request& request, std::unique_ptr<net::Responder> to) {
            ++token_fetches;
            const std::string hostile =
                session_token ? session_token(token_fetches) : "hostile.studio.token";
            const auto token =
                channel ? channel->issue_session_token(request.client_certificate)
                        : Result<studio::SessionToken>(studio::SessionToken{hostile, {}});
            net::Response response;
            response.status = token ? 200 : 403;
            if (token)
                response.body = contract::ObjectWriter().text("session_token", token->token).str();
            to->respond(std::move(response));
        });
    if (!listening) throw std::runtime_error(describe(listening.error()));
    return std::move(*listening);
}

void World::start_studio(std::int64_t session_token_ms) {
    studio_db = open_road_database((folder / "studio.db").string(), "studio");
    studio::ChannelOptions options;
    options.issuer = "test";
    options.keys.message = {{trust.studio_kid, trust.studio_key.to_pem()}};
    options.keys.token = options.keys.message;
    options.session_token_ms = session_token_ms;
    channel = studio::make_channel(loop, *studio_db, directory, told, machine_clock(),
                                   machine_random(), options);
    listen(channel->route());
}

void World::stop_studio() {
    second.reset();
    server.reset();
    channel.reset();
    studio_db.reset();
}

void World::start_hostile_studio(
    std::function<net::WebSocketEvents(std::shared_ptr<net::WebSocket>)> opened) {
    net::WebSocketRoute route;
    route.path = "/v1/channel";
    route.subprotocol = "vistter.v1.jws";
    route.opened = [opened = std::move(opened)](const net::Request&,
                                                std::shared_ptr<net::WebSocket> socket) {
        return opened(std::move(socket));
    };
    listen(std::move(route));
}

appliance::RoadIdentity World::identity() const {
    appliance::RoadIdentity identity;
    identity.device_id = road_device;
    identity.tenant = "test";
    identity.studio_url = fmt::format("https://127.0.0.1:{}", port);
    identity.tls = trust.device_tls;
    identity.signing_kid = trust.device_kid;
    identity.signing_key_pem = trust.device_key.to_pem();
    identity.studio_keys = {{trust.studio_kid, trust.studio_key.public_key().to_pem()}};
    identity.session_url = fmt::format("https://127.0.0.1:{}/v1/bootstrap/session", port);
    identity.channels = {{"wss", fmt::format("wss://127.0.0.1:{}/v1/channel",
                                             channel_port != 0 ? channel_port : port)}};
    if (!channels.empty()) identity.channels = channels;
    return identity;
}

void World::start_appliance() {
    appliance_db = open_road_database((folder / "appliance.db").string(), "appliance");
    handler = std::make_unique<CountingHandler>(*appliance_db);
    appliance::RoadOptions options;
    options.hello = hello_facts;
    options.ping_ms = ping_ms;
    options.state_report = [] { return contract::StateReport{}; };
    if (adjust) adjust(options);
    road = appliance::make_road(loop, workers, *appliance_db, machine_clock(), machine_random(),
                                options);
    handler->report = [this](const std::string& id, const char* state) {
        contract::Progress progress;
        progress.state = state;
        road->progress(id, progress);
    };
    road->start(identity(), *handler);
}

void World::stop_appliance() {
    road.reset();
    handler.reset();
    appliance_db.reset();
}

bool World::until(const std::function<bool()>& done, std::int64_t deadline_ms) {
    bool reached = false;
    const async::Handle deadline = loop.after(deadline_ms, [this] { loop.stop(); });
    const async::Handle check = loop.every(1, [&] {
        reached = done();
        if (reached) loop.stop();
    });
    loop.run();
    return reached;
}

bool World::connected() {
    return until([this] {
        return channel->session(road_device).connected && !road->status().session_id.empty();
    });
}

std::string World::submit(bool camera, std::optional<WallTime> not_before,
                          std::optional<WallTime> expires) {
    studio::NewCommand command;
    command.device_id = road_device;
    command.type =
        camera ? contract::MessageType::CAMERA_ACTION : contract::MessageType::DEVICE_CONFIG;
    command.body = contract::write_body(camera ? camera_body() : config_body());
    command.actor = {"user", "usr_1", "admin"};
    command.not_before = not_before;
    command.expires_at = expires;
    auto id = channel->submit(command);
    if (!id) throw std::runtime_error(describe(id.error()));
    return *id;
}

std::string World::state_of(const std::string& message_id) {
    const auto record = channel->find(message_id);
    return record ? record->state : "unknown";
}

}  // namespace vistter::test
