// Pairing and enrolment files, and what something that says it is Studio answers to a pairing.
#include "appliance/webapi/pair_codec.hpp"
#include "fuzz/target.hpp"

namespace vistter::fuzz {

void pairing_file(std::string_view input) {
    const auto request = appliance::read_pair_request(std::string(input), "TEST-0001");
    if (!request) {
        must(!request.error().message.empty(), "a refusal has a reason");
        return;
    }
    must(!request->token.empty() && !request->studio_url.empty(),
         "what is let in names a token and a Studio");
}

std::vector<std::string> pairing_file_examples() {
    return {R"({"token":"ABCDE-FGHJK","studio_url":"https://studio.example:8443"})",
            R"({"studio_url":"https://studio.example:8443","tokens":[)"
            R"({"serial":"TEST-0001","token":"ABCDE-FGHJK"},{"serial":"TEST-0002","token":"X"}]})"};
}

void pairing_answer(std::string_view input) {
    const appliance::PairCodec codec = appliance::make_pair_codec();
    const std::string text(input);
    if (const auto answer = codec.read_answer(text)) {
        must(!answer->device_id.empty() && !answer->channels.empty() &&
                 !answer->trust.roots.empty() && !answer->trust.pins.empty(),
             "an answer that is let in is whole");
    }
    if (const auto offer = codec.read_offer(text))
        must(offer->salt.size() >= 16 && !offer->offer.empty(), "an offer is whole");
    if (const auto proven = codec.read_proven(text))
        must(!proven->answer.empty() && !proven->proof.empty(), "a proof is whole");
    must(!codec.read_problem(410, text).message.empty(), "a refusal has a reason");
}

std::vector<std::string> pairing_answer_examples() {
    return {
        R"({"device_id":"dev_1","tenant":"main","client_certificate":"PEM","signing_kid":"dev_1#1",)"
        R"("session_url":"https://a/","trust_bundle":{"roots":["PEM"],"pins":["aa"],"studio_keys":)"
        R"([{"kid":"studio:1#1","pem":"PEM"}]},"channels":[{"transport":"wss","url":"wss://a/"}]})",
        R"({"salt":"AAAAAAAAAAAAAAAAAAAAAAAA","offer":"AAAA"})",
        R"({"answer":"{}","proof":"AAAA"})",
        R"({"code":"PAIR_USED","detail":"used","title":"Gone","status":410})"};
}

}  // namespace vistter::fuzz
