// Pairing by the typed code. Known and unknown serials take the same road: the same offers, the
// same two transactions, the same answer.
#include <fmt/format.h>

#include "studio/core/pairing.hpp"

namespace vistter::studio {

CodeOffer PairingDesk::begin_code(const Bytes& connection, const std::string& serial) {
    auto code = parts_.codes.find(serial);
    if (code) {
        const auto grant = parts_.registry.grant_by_hash(code->secret_hash);
        // A used or expired code still proves itself, to be told so.
        if (!grant || judge_grant(*grant, parts_.clock.wall()) == GrantVerdict::closed)
            code.reset();
    }
    return parts_.attempts.begin(connection, serial, code, parts_.clock.steady());
}

Result<ProvenDevice> PairingDesk::redeem_code(const CodeProof& proof,
                                              const PairingRequest& request) {
    const auto keys = read_keys(request);
    if (!keys) return keys.error();
    const auto attempt =
        parts_.attempts.take(proof.connection, request.serial, parts_.clock.steady());
    if (!attempt) return pair_invalid();
    const WallTime now = parts_.clock.wall();
    const KeptCode* code = attempt->code();
    auto grant = code ? parts_.registry.grant_by_hash(code->secret_hash) : std::nullopt;
    auto verdict = grant ? judge_grant(*grant, now) : GrantVerdict::closed;
    if (verdict == GrantVerdict::open && now >= code->expires_at) verdict = GrantVerdict::expired;
    const Person actor{"device:" + request.serial, grant ? grant->tenant : ""};
    // Before the proof is looked at, so that no crash and no crowd gives a guess away for nothing.
    parts_.work.atomically([&] {
        if (verdict == GrantVerdict::open) parts_.codes.take_try(code->secret_hash);
        write_audit(actor, "pairing.try", request.serial, "counted");
    });
    const auto answer_key = attempt->check(proof.answer, proof.proof, proof.message);
    if (!answer_key || verdict == GrantVerdict::closed)
        return refuse_code(*attempt, actor, request.serial);
    if (verdict != GrantVerdict::open) return refuse_spent(*grant, actor);
    const auto device = consume(*grant, request, *keys, actor,
                                [&] { parts_.codes.give_back_try(code->secret_hash); });
    if (!device) return device.error();
    return ProvenDevice{*device, *answer_key};
}

Error PairingDesk::refuse_code(const CodeAttempt& attempt, const Person& actor,
                               const std::string& serial) {
    const KeptCode* code = attempt.code();
    const auto grant = code ? parts_.registry.grant_by_hash(code->secret_hash) : std::nullopt;
    parts_.work.atomically([&] {
        write_audit(actor, "pairing.redeem", serial, "PAIR_INVALID");
        if (grant && grant->tries_left == 0)
            write_audit(actor, "pairing.locked", serial, "1 tokens");
    });
    return pair_invalid();
}

}  // namespace vistter::studio
