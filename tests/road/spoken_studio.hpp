// A Studio whose every word the test chooses, over the real listener and TLS.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/jws.hpp"
#include "link/transcript.hpp"
#include "road/scripted_commands.hpp"
#include "road/world.hpp"

namespace vistter::test {

// It holds the right keys unless the test takes others.
class SpokenStudio : public ::testing::Test {
  protected:
    SpokenStudio() {
        world.start_hostile_studio([this](std::shared_ptr<net::WebSocket> opened) {
            socket = std::move(opened);
            said = {};
            heard.clear();
            closed_with = 0;
            ++connections;
            seq = 0;
            return net::WebSocketEvents{
                [this](const std::string& text) { heard.push_back(text); },
                [this](int code, const std::string&) { closed_with = code; }};
        });
        world.start_appliance();
    }
    // The last answer to the command of this id; nothing: none came.
    std::optional<contract::Ack> ack_of(const std::string& command_id) {
        std::optional<contract::Ack> last;
        for (const auto& text : heard) {
            const contract::Envelope envelope = read(text);
            if (envelope.type != contract::MessageType::ACK) continue;
            const auto body = contract::parse_body(envelope);
            const auto& ack = std::get<contract::Ack>(body->body);
            if (ack.message_id == command_id) last = ack;
        }
        return last;
    }
    std::vector<contract::Progress> progress_of(const std::string& command_id) {
        std::vector<contract::Progress> list;
        for (const auto& text : heard) {
            const contract::Envelope envelope = read(text);
            if (envelope.type != contract::MessageType::PROGRESS) continue;
            const auto body = contract::parse_body(envelope);
            const auto& progress = std::get<contract::Progress>(body->body);
            if (progress.message_id == command_id) list.push_back(progress);
        }
        return list;
    }
    std::vector<contract::Heartbeat> heartbeats() {
        std::vector<contract::Heartbeat> list;
        for (const auto& text : heard) {
            const contract::Envelope envelope = read(text);
            if (envelope.type != contract::MessageType::HEARTBEAT) continue;
            list.push_back(std::get<contract::Heartbeat>(contract::parse_body(envelope)->body));
        }
        return list;
    }
    // How many EVENTs of this type the appliance has for Studio.
    std::int64_t events(const std::string& type) {
        auto statement = world.appliance_db->prepare(
            "SELECT COUNT(*) FROM road_outbox WHERE type = 'EVENT' AND body LIKE ?");
        statement.bind("%\"" + type + "\"%");
        return statement.step() ? statement.integer(0) : -1;
    }
    // Says it, and notes it in what Studio has said.
    void say(const contract::Envelope& envelope) {
        const std::string message = sealed(envelope);
        said.note(envelope.type, envelope.seq, crypto::sha256(as_bytes(message)));
        ASSERT_TRUE(socket->send(message));
    }
    contract::Envelope next(contract::MessageType type, const contract::Body& body) {
        contract::Envelope envelope = envelope_around(make_uuid7(machine_clock(), machine_random()),
                                                      body, false, machine_clock().wall());
        envelope.type = type;
        envelope.seq = ++seq;
        envelope.nonce = make_nonce(machine_random());
        if (!contract::is_command(type)) {
            envelope.actor.reset();
            envelope.expires_at.reset();
        }
        return envelope;
    }
    std::string sealed(const contract::Envelope& envelope) {
        return sealed_as(envelope, world.trust.studio_key, world.trust.studio_kid);
    }
    std::string sealed_as(const contract::Envelope& envelope, const crypto::PrivateKey& key,
                          const std::string& kid) {
        return crypto::sign_jws(key, kid, crypto::message_typ, contract::write_envelope(envelope));
    }
    contract::Envelope command() {
        return next(contract::MessageType::DEVICE_CONFIG, config_body());
    }
    contract::Envelope read(const std::string& text) {
        const auto jws = crypto::read_jws(text, crypto::message_typ, contract::max_message_bytes);
        EXPECT_TRUE(crypto::verify_jws(*jws, world.trust.device_key.public_key()));
        return *contract::parse_envelope(jws->payload);
    }
    contract::Welcome welcome_for(const std::string& nonce) {
        contract::Welcome welcome;
        welcome.session_id = road_session;
        welcome.hello_nonce = nonce;
        welcome.server_time = machine_clock().wall();
        return welcome;
    }
    bool greeted() {
        return world.until([&] { return !heard.empty(); });
    }
    void open() {
        ASSERT_TRUE(greeted());
        contract::Welcome welcome = welcome_for(read(heard[0]).nonce);
        welcome.heartbeat_s = heartbeat_s;
        say(next(contract::MessageType::WELCOME, welcome));
        ASSERT_TRUE(world.until([&] { return world.road->status().state == "connected"; }));
    }
    // The status and error code of each ACK that came, in order.
    std::vector<std::string> acks() {
        std::vector<std::string> list;
        for (const auto& text : heard) {
            const contract::Envelope envelope = read(text);
            if (envelope.type != contract::MessageType::ACK) continue;
            const auto body = contract::parse_body(envelope);
            const auto& ack = std::get<contract::Ack>(body->body);
            list.push_back(ack.status +
                           (ack.error ? " " + std::string(to_string(ack.error->code)) : ""));
        }
        return list;
    }
    // Sends a good command last and waits for its answer: whatever was sent before it has been
    // dealt with by then.
    void settle() {
        const contract::Envelope good = command();
        ASSERT_TRUE(socket->send(sealed(good)));
        ASSERT_TRUE(world.until([&] { return ack_of(good.message_id).has_value(); }));
        EXPECT_EQ(ack_of(good.message_id)->status, "completed");
        good_ids.push_back(good.message_id);
    }
    // Only the good commands have had an effect.
    void expect_only_good_effects() {
        auto statement = world.appliance_db->prepare("SELECT COUNT(*) FROM effect");
        ASSERT_TRUE(statement.step());
        EXPECT_EQ(statement.integer(0), static_cast<std::int64_t>(good_ids.size()));
    }

    World world;
    std::shared_ptr<net::WebSocket> socket;  // shared with the server's read loop
    std::vector<std::string> heard, good_ids;
    int closed_with = 0;
    int connections = 0;
    int heartbeat_s = 20;
    link::Transcript said;
    std::int64_t seq = 0;
};

}  // namespace vistter::test
