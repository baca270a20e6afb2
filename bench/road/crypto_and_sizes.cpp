// The two floors that are no transport: a signature and its check, and the bytes of a message.
#include "base/ids.hpp"
#include "contract/messages.hpp"
#include "crypto/jws.hpp"
#include "figures.hpp"

namespace vistter::bench {
namespace {

contract::Envelope around(const contract::Body& body) {
    contract::Envelope envelope;
    envelope.message_id = make_uuid7(machine_clock(), machine_random());
    envelope.correlation_id = envelope.message_id;
    envelope.timestamp = machine_clock().wall();
    envelope.device_id = make_id("dev_", machine_clock(), machine_random());
    envelope.session_id = make_id("ses_", machine_clock(), machine_random());
    envelope.seq = 4'711;
    envelope.nonce = make_nonce(machine_random());
    envelope.type = contract::type_of(body);
    if (contract::is_command(envelope.type)) {
        envelope.expires_at = WallTime{envelope.timestamp.ms + 60'000};
        envelope.actor = contract::Actor{"user", "usr_1", "admin"};
    }
    envelope.body = contract::write_body(body);
    return envelope;
}

}  // namespace

Crypto measure_crypto(std::size_t payload_bytes) {
    constexpr int rounds = 1'000;
    const crypto::PrivateKey key = crypto::PrivateKey::generate();
    const crypto::PublicKey known = key.public_key();
    const std::string payload(payload_bytes, 'x');
    std::string message;
    std::int64_t begin = now_ns();
    for (int i = 0; i < rounds; ++i)
        message = crypto::sign_jws(key, "studio:bench#1", crypto::message_typ, payload);
    const std::int64_t signed_ns = now_ns() - begin;
    begin = now_ns();
    bool good = true;
    for (int i = 0; i < rounds; ++i) {
        const auto read = crypto::read_jws(message, crypto::message_typ, 524'288);
        good = good && read.ok() && crypto::verify_jws(*read, known);
    }
    const std::int64_t verified_ns = now_ns() - begin;
    if (!good) return {};
    return {static_cast<double>(signed_ns) / 1e3 / rounds,
            static_cast<double>(verified_ns) / 1e3 / rounds};
}

Sizes message_sizes() {
    contract::CameraAction action;
    action.action = "list";
    contract::Ack ack;
    ack.message_id = make_uuid7(machine_clock(), machine_random());
    ack.status = "accepted";
    const crypto::PrivateKey key = crypto::PrivateKey::generate();
    const std::string command = contract::write_envelope(around(action));
    const std::string answer = contract::write_envelope(around(ack));
    return {command.size(),
            crypto::sign_jws(key, "studio:production#1", crypto::message_typ, command).size(),
            answer.size(),
            crypto::sign_jws(key, "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC#1", crypto::message_typ, answer)
                .size()};
}

}  // namespace vistter::bench
