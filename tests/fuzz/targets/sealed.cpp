// Sealed secrets, short pairing codes and the numbers of a pairing by code.
#include "crypto/sealed.hpp"
#include "base/random.hpp"
#include "crypto/pairing_code.hpp"
#include "crypto/srp.hpp"
#include "fuzz/target.hpp"
#include "fuzz/targets/fixed_key.hpp"

namespace vistter::fuzz {
namespace {

constexpr const char* kid = "dev_1#1";
const crypto::SrpContext context{"SERIAL-1", Bytes(16, 1), Bytes(32, 2)};

const Bytes& verifier() {
    static const Bytes made = crypto::srp_verifier("ABCDEFGH", context.serial, context.salt);
    return made;
}

}  // namespace

void sealed(std::string_view input) {
    const auto named = crypto::sealed_kid(input);
    const auto secret = crypto::unseal(fixed_key(), kid, input);
    if (!secret) return;
    must(named.ok() && *named == kid, "what opens names the key it was sealed to");
}

std::vector<std::string> sealed_examples() {
    SeededRandom random(1);
    return {crypto::seal(fixed_key().public_key(), kid, "stream key", random),
            crypto::seal(fixed_key().public_key(), kid, "", random)};
}

void pairing_code(std::string_view input) {
    (void)crypto::reads_as_pairing_code(input);
    const auto read = crypto::parse_pairing_code(input);
    if (!read) return;
    must(read->size() == crypto::pairing_code_length, "a code has eight symbols");
    const auto again = crypto::parse_pairing_code(crypto::format_pairing_code(*read));
    must(again.ok() && *again == *read, "a code reads back as itself");
}

std::vector<std::string> pairing_code_examples() {
    SeededRandom random(1);
    return {crypto::format_pairing_code(crypto::make_pairing_code(random))};
}

// A or B: a number of the group, or refused; never one that makes the key guessable.
void srp(std::string_view input) {
    SeededRandom random(1);
    crypto::SrpServer server(verifier(), random);
    const auto client = crypto::srp_agree("ABCDEFGH", as_bytes(input), context, random);
    const auto agreed = server.agree(as_bytes(input), context);
    if (!client || !agreed) return;
    must(client->keys.request != agreed->request, "a number out of the air agrees with nobody");
}

std::vector<std::string> srp_examples() {
    return {std::string(256, '\0'), std::string(256, '\xff'), std::string(1, '\1')};
}

}  // namespace vistter::fuzz
