#include "studio/channel/bench.hpp"

#include "crypto/session_token.hpp"
#include "studio/adapters/schema/schema.hpp"

namespace vistter::studio::test {

using contract::MessageType;

namespace {

class MemoryPipe final : public Pipe {
  public:
    MemoryPipe(Peer& peer, std::string transport) : peer_(peer), transport_(std::move(transport)) {}
    bool send(MessageType, std::string message) override {
        const auto jws =
            crypto::read_jws(message, crypto::message_typ, contract::max_message_bytes);
        peer_.heard.push_back(*contract::parse_envelope(jws->payload));
        peer_.raw.push_back(std::move(message));
        return true;
    }
    void close(int code, std::string_view) override { peer_.closed = code; }
    std::string_view transport() const override { return transport_; }

  private:
    Peer& peer_;
    std::string transport_;
};

contract::Hello hello_of(Bench& bench, const std::string& token) {
    contract::Hello hello;
    hello.firmware_version = "0.1.0";
    hello.firmware_build = "test";
    hello.hardware_model = "test";
    hello.hardware_arch = "amd64";
    hello.hardware_memory_mb = 1'024;
    hello.boot_id = make_uuid7(bench.clock, bench.random);
    hello.connection_id = make_uuid7(bench.clock, bench.random);
    hello.protocol = {{1, 0, 0}};
    hello.ocl_versions = {"1.0"};
    hello.segment_versions = {"1.0"};
    hello.clock_now = bench.clock.wall();
    hello.tzdata = "2026a";
    hello.timezone = "Etc/UTC";
    hello.session_token = token;
    return hello;
}

}  // namespace

std::optional<DeviceTrust> Directory::device(const std::string& id) const {
    for (const auto& device : devices) {
        if (device.device_id == id) return device;
    }
    return std::nullopt;
}

Peer::Peer(Bench& owner, std::string transport, std::string thumbprint) : bench(owner) {
    // Shared: the session holds it too.
    auto pipe = std::make_shared<MemoryPipe>(*this, std::move(transport));
    events = bench.channel->acceptor()(device_id, thumbprint, pipe);
}

contract::Envelope Peer::next(const contract::Body& body) {
    contract::Envelope envelope;
    envelope.message_id = make_uuid7(bench.clock, bench.random);
    envelope.correlation_id = envelope.message_id;
    envelope.timestamp = bench.clock.wall();
    envelope.device_id = device_id;
    envelope.type = contract::type_of(body);
    envelope.session_id = envelope.type == MessageType::HELLO ? "" : session_id;
    envelope.seq = ++seq;
    envelope.nonce = make_nonce(bench.random);
    envelope.body = contract::write_body(body);
    return envelope;
}

std::string Peer::seal(const contract::Envelope& envelope) {
    return crypto::sign_jws(bench.device_key, signing_kid, crypto::message_typ,
                            contract::write_envelope(envelope));
}

void Peer::deliver(const contract::Envelope& envelope) {
    const std::string text = seal(envelope);
    said.note(envelope.type, envelope.seq, crypto::sha256(as_bytes(text)));
    if (record != nullptr && record->empty()) *record = text;
    events.message(text);
}

void Peer::hello(const std::string& token) {
    send(hello_of(bench, token));
}

bool Peer::open() {
    hello(bench.token());
    const bool came =
        bench.until([this] { return !heard_of(MessageType::WELCOME).empty() || closed != 0; });
    if (!came || closed != 0) return false;
    session_id = heard_of(MessageType::WELCOME).back().session_id;
    return true;
}

contract::Heartbeat Peer::heartbeat() const {
    contract::Heartbeat heartbeat;
    heartbeat.sent_seq = seq;
    heartbeat.transcript = said.hex();
    heartbeat.received_seq = heard.empty() ? 0 : heard.back().seq;
    heartbeat.ledger_rows = ledger_rows;
    heartbeat.ledger_head = ledger_head;
    return heartbeat;
}

std::vector<contract::Envelope> Peer::heard_of(MessageType type) const {
    std::vector<contract::Envelope> some;
    for (const auto& envelope : heard) {
        if (envelope.type == type) some.push_back(envelope);
    }
    return some;
}

Bench::Bench(ChannelOptions given)
    : studio_key(crypto::PrivateKey::generate()),
      other_studio_key(crypto::PrivateKey::generate()),
      device_key(crypto::PrivateKey::generate()),
      options(std::move(given)) {
    DeviceTrust device;
    device.device_id = device_id;
    device.tenant = "test";
    device.signing_keys = {{device_id + "#1", device_key.public_key().to_pem()}};
    device.certificate_thumbprints = {"tp-1"};
    directory.devices = {device};
    options.issuer = "test";
    options.heartbeat_s = 1;
    options.keys.message = {{"studio:test#1", studio_key.to_pem()}};
    options.keys.token = {{"studio:test#jwt1", other_studio_key.to_pem()}};
    restart();
}

void Bench::restart() {
    channel.reset();
    database.reset();
    auto opened = store::open_database(folder / "studio.db", schema());
    if (!opened) throw std::runtime_error(describe(opened.error()));
    database = std::move(*opened);
    channel = make_channel(loop, *database, directory, shown, clock, random, options);
}

std::string Bench::token(std::int64_t life_ms, const std::string& thumbprint) {
    crypto::SessionClaims claims;
    claims.issuer = "test";
    claims.subject = device_id;
    claims.tenant = "test";
    claims.jwt_id = make_uuid7(clock, random);
    claims.issued_at = {clock.wall().ms / 1'000 * 1'000};
    claims.expires_at = {claims.issued_at.ms + life_ms};
    claims.certificate_thumbprint = thumbprint;
    return crypto::sign_session_token(other_studio_key, "studio:test#jwt1", claims);
}

std::string Bench::submit(const std::string& correlation_id, std::int64_t life_ms) {
    NewCommand command;
    command.device_id = device_id;
    contract::CameraAction action;
    action.action = "list";
    command.type = MessageType::CAMERA_ACTION;
    command.body = contract::write_body(action);
    command.correlation_id = correlation_id;
    command.actor = {"user", "usr_1", "operator"};
    command.expires_at = WallTime{clock.wall().ms + life_ms};
    auto id = channel->submit(command);
    if (!id) throw std::runtime_error(describe(id.error()));
    return *id;
}

bool Bench::until(const std::function<bool()>& done, std::int64_t deadline_ms) {
    bool reached = false;
    const async::Handle deadline = loop.after(deadline_ms, [this] { loop.stop(); });
    const async::Handle check = loop.every(1, [&] {
        reached = done();
        if (reached) loop.stop();
    });
    loop.run();
    return reached;
}

void Bench::settle() {
    int turns = 0;
    (void)until([&] { return ++turns > 3; });
}

}  // namespace vistter::studio::test
