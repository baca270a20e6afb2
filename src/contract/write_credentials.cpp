// CREDENTIAL_REFRESH and COMMAND_CANCEL bodies (contract B.9) from structs to JSON.
#include "contract/write.hpp"

namespace vistter::contract {
namespace {

std::string trust_text(const TrustBundle& bundle) {
    ObjectWriter out;
    out.texts("roots", bundle.roots).texts("pins", bundle.pins);
    out.raw("studio_keys", list_text(bundle.studio_keys, [](const TrustedStudioKey& key) {
                return ObjectWriter().text("kid", key.kid).text("pem", key.pem).str();
            }));
    return out.str();
}

}  // namespace

std::string write(const CredentialRefresh& refresh) {
    ObjectWriter out;
    out.text("credential", refresh.credential).text("method", refresh.method);
    if (refresh.not_before) out.text("not_before", format_rfc3339(*refresh.not_before));
    out.integer("overlap_s", refresh.overlap_s);
    if (!refresh.challenge.empty()) out.text("challenge", refresh.challenge);
    if (!refresh.certificate.empty()) out.text("certificate", refresh.certificate);
    if (!refresh.kid.empty()) out.text("kid", refresh.kid);
    if (refresh.trust) out.raw("trust_bundle", trust_text(*refresh.trust));
    if (refresh.dry_run) out.boolean("dry_run", true);
    return out.str();
}

std::string write(const CommandCancel& cancel) {
    ObjectWriter out;
    out.text("message_id", cancel.message_id).text("reason", cancel.reason);
    if (cancel.dry_run) out.boolean("dry_run", true);
    return out.str();
}

}  // namespace vistter::contract
