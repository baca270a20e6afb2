// CREDENTIAL_REFRESH and COMMAND_CANCEL bodies (contract B.9) from JSON to structs.
#include "contract/decode.hpp"

namespace vistter::contract {
namespace {

TrustBundle decode_trust(const json::Object& object) {
    TrustBundle bundle;
    bundle.roots = json::texts_at(object, "roots");
    bundle.pins = json::texts_at(object, "pins");
    for (const json::Value& key : json::array_at(object, "studio_keys")) {
        if (!key.is_object()) continue;
        bundle.studio_keys.push_back(
            {json::text_at(key.get_object(), "kid"), json::text_at(key.get_object(), "pem")});
    }
    return bundle;
}

}  // namespace

CredentialRefresh decode_credential_refresh(const json::Object& body) {
    CredentialRefresh refresh;
    refresh.credential = json::text_at(body, "credential");
    refresh.method = json::text_at(body, "method");
    refresh.not_before = json::optional_time_at(body, "not_before");
    refresh.overlap_s = json::integer_at(body, "overlap_s", refresh.overlap_s);
    refresh.challenge = json::text_at(body, "challenge");
    refresh.certificate = json::text_at(body, "certificate");
    refresh.kid = json::text_at(body, "kid");
    if (json::find(body, "trust_bundle"))
        refresh.trust = decode_trust(json::object_at(body, "trust_bundle"));
    refresh.dry_run = json::boolean_at(body, "dry_run", false);
    return refresh;
}

CommandCancel decode_command_cancel(const json::Object& body) {
    return {json::text_at(body, "message_id"), json::text_at(body, "reason"),
            json::boolean_at(body, "dry_run", false)};
}

}  // namespace vistter::contract
