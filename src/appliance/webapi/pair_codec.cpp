// Strict: a member that is missing or of another type spoils the whole answer.
#include "appliance/webapi/pair_codec.hpp"

#include "contract/json.hpp"

namespace vistter::appliance {
namespace {

namespace reading = contract::json;

constexpr std::size_t answer_limit = 128 * 1024;

Error broken(std::string_view what) {
    return fail(ErrorCode::AST_FETCH, "Studio's pairing answer is incomplete (" +
                                          std::string(what) +
                                          "); nothing was kept. Ask for a new token.");
}

Result<PairAnswer> read_answer(const std::string& text) {
    const auto value = reading::parse(text, answer_limit);
    if (!value || !value->is_object()) return broken("it is no JSON object");
    const auto& object = value->as_object();
    PairAnswer answer;
    const std::pair<const char*, std::string*> texts[] = {
        {"device_id", &answer.device_id},
        {"tenant", &answer.tenant},
        {"client_certificate", &answer.client_certificate},
        {"signing_kid", &answer.signing_kid},
        {"session_url", &answer.session_url}};
    for (const auto& [name, into] : texts) {
        *into = reading::text_at(object, name);
        if (into->empty()) return broken(name);
    }
    answer.name = reading::text_at(object, "name");
    answer.sealing_kid = reading::text_at(object, "sealing_kid");
    answer.recover_url = reading::text_at(object, "recover_url");
    answer.admit_url = reading::text_at(object, "admit_url");
    const auto& bundle = reading::object_at(object, "trust_bundle");
    answer.trust.roots = reading::texts_at(bundle, "roots");
    answer.trust.pins = reading::texts_at(bundle, "pins");
    if (answer.trust.roots.empty() || answer.trust.pins.empty()) return broken("trust_bundle");
    for (const auto& key : reading::array_at(bundle, "studio_keys")) {
        if (!key.is_object()) return broken("studio_keys");
        answer.trust.studio_keys.push_back(
            {reading::text_at(key.as_object(), "kid"), reading::text_at(key.as_object(), "pem")});
    }
    for (const auto& channel : reading::array_at(object, "channels")) {
        if (!channel.is_object()) return broken("channels");
        ChannelAddress address{reading::text_at(channel.as_object(), "transport"),
                               reading::text_at(channel.as_object(), "url")};
        // What a newer Studio speaks besides is passed over.
        if (address.transport == "wss" || address.transport == "mqtts")
            answer.channels.push_back(std::move(address));
    }
    if (answer.channels.empty()) return broken("no wss or mqtts channel");
    return answer;
}

// One object with members of base64url and text.
Result<CodeOffer> read_offer(const std::string& text) {
    const auto value = reading::parse(text, answer_limit);
    if (!value || !value->is_object()) return broken("it is no JSON object");
    const auto salt = from_base64url(reading::text_at(value->as_object(), "salt"));
    const auto offer = from_base64url(reading::text_at(value->as_object(), "offer"));
    if (!salt || salt->size() < 16 || !offer || offer->empty()) return broken("salt, offer");
    return CodeOffer{*salt, *offer};
}

Result<ProvenAnswer> read_proven(const std::string& text) {
    const auto value = reading::parse(text, answer_limit);
    if (!value || !value->is_object()) return broken("it is no JSON object");
    const auto proof = from_base64url(reading::text_at(value->as_object(), "proof"));
    ProvenAnswer proven{reading::text_at(value->as_object(), "answer"), {}};
    if (!proof || proof->empty() || proven.answer.empty()) return broken("answer, proof");
    proven.proof = *proof;
    return proven;
}

Error read_problem(int status, const std::string& text) {
    const auto value = reading::parse(text, answer_limit);
    if (value && value->is_object()) {
        const auto& object = value->as_object();
        const auto code = error_code_from(reading::text_at(object, "code"));
        const std::string detail = reading::text_at(object, "detail");
        if (code && !detail.empty()) return fail(*code, "Studio refused the token: " + detail);
    }
    return fail(ErrorCode::AST_FETCH,
                "Studio answered " + std::to_string(status) +
                    " to the pairing request; is this the address of a Vistter Studio?");
}

}  // namespace

Result<PairRequest> read_pair_request(const std::string& text, const std::string& serial) {
    const auto value = reading::parse(text, answer_limit);
    if (!value) return value.error();
    if (!value->is_object())
        return fail(ErrorCode::VAL_SCHEMA, "A pairing file is a JSON object {token, studio_url}.");
    const auto& object = value->as_object();
    PairRequest request{reading::text_at(object, "token"), reading::text_at(object, "studio_url"),
                        object.contains("tokens")};
    for (const auto& entry : reading::array_at(object, "tokens")) {
        if (entry.is_object() && reading::text_at(entry.as_object(), "serial") == serial)
            request.token = reading::text_at(entry.as_object(), "token");
    }
    if (request.shared && request.token.empty())
        return fail(ErrorCode::RES_NOT_FOUND,
                    "The enrolment file holds no token for the serial " + serial + ".");
    if (request.token.empty() || request.studio_url.empty())
        return fail(ErrorCode::VAL_SCHEMA,
                    "A pairing file needs the members token and studio_url.");
    return request;
}

PairCodec make_pair_codec() {
    return {read_offer, read_proven, read_answer, read_problem};
}

}  // namespace vistter::appliance
