// What each credential's bundle makes of an identity.
#include "appliance/adapters/identity/identity_keeper.hpp"

#include "appliance/adapters/identity/judge.hpp"
#include "base/log.hpp"
#include "contract/object_writer.hpp"
#include "crypto/certificate.hpp"

namespace vistter::appliance {
namespace {

Error unpaired() {
    return fail(ErrorCode::STA_TRANSITION, "The appliance is not paired.");
}

bool same_certificate(const std::string& a, const std::string& b) {
    const auto one = crypto::Certificate::from_pem(a), other = crypto::Certificate::from_pem(b);
    return one && other && one->thumbprint() == other->thumbprint();
}

Status judge_kid(const contract::CredentialRefresh& bundle, const PairAnswer& owner) {
    if (!bundle.kid.starts_with(owner.device_id + "#"))
        return fail_at(ErrorCode::SEC_UNAUTHORISED, "/kid", "The key id is another device's.");
    if (bundle.kid == owner.signing_kid || bundle.kid == owner.sealing_kid)
        return fail_at(ErrorCode::VAL_DUPLICATE_ID, "/kid", "The key id is in use.");
    return ok();
}

}  // namespace

Status IdentityKeeper::open() {
    auto loaded = store_.load();
    if (!loaded) return loaded.error();
    current_ = *std::move(loaded);
    return ok();
}

CredentialFacts IdentityKeeper::facts() const {
    CredentialFacts facts;
    if (!current_) return facts;
    facts.signing_kid = current_->granted.signing_kid;
    facts.sealing_kid = current_->granted.sealing_kid;
    facts.studio_url = current_->studio_url;
    if (const auto own = crypto::Certificate::from_pem(current_->granted.client_certificate)) {
        facts.certificate_ends = own->not_after();
        facts.certificate_thumbprint = own->thumbprint();
    }
    return facts;
}

Status IdentityKeeper::replace(const Identity& identity) {
    if (const Status kept = store_.save(identity); !kept) return kept;
    current_ = identity;
    next_.reset();
    return ok();
}

Status IdentityKeeper::forget() {
    if (const Status removed = store_.remove(); !removed) return removed;
    current_.reset();
    next_.reset();
    return ok();
}

Status IdentityKeeper::mark_revoked(bool revoked) {
    if (!current_) return unpaired();
    if (const Status marked = store_.mark_revoked(revoked); !marked) return marked;
    current_->revoked = revoked;
    return ok();
}

Result<std::string> IdentityKeeper::request(const std::string& credential,
                                            const std::string& challenge) {
    if (!current_) return unpaired();
    // The signing key signs every message: a TPM is too slow for it, and only guards its file.
    const bool every_message = credential == "signing_key";
    const auto key = every_message ? crypto::PrivateKey::generate() : crypto::generate_at(home());
    if (const Status kept = store_.keep_pending(credential, key.to_pem()); !kept)
        return kept.error();
    contract::ObjectWriter result;
    if (credential == "sealing_key") return result.raw("jwk", key.public_key().to_jwk()).str();
    return result.text("csr", crypto::make_csr(key, current_->granted.device_id, challenge)).str();
}

bool IdentityKeeper::is_current(const contract::CredentialRefresh& bundle) const {
    if (!current_) return false;
    const PairAnswer& granted = current_->granted;
    if (bundle.credential == "client_cert")
        return same_certificate(granted.client_certificate, bundle.certificate);
    if (bundle.credential == "signing_key") return granted.signing_kid == bundle.kid;
    if (bundle.credential == "sealing_key") return granted.sealing_kid == bundle.kid;
    return bundle.trust && granted.trust == *bundle.trust;
}

Result<Identity> IdentityKeeper::made_of(const contract::CredentialRefresh& bundle) {
    if (!current_) return unpaired();
    Identity next = *current_;
    PairAnswer& granted = next.granted;
    if (bundle.credential == "trust_bundle") {
        if (!bundle.trust) return fail(ErrorCode::VAL_SCHEMA, "The bundle brings no trust.");
        if (const Status good = judge_trust(*bundle.trust); !good) return good.error();
        granted.trust = *bundle.trust;
        return next;
    }
    const auto key = store_.pending(bundle.credential);
    if (!key && key.error().code == ErrorCode::RES_NOT_FOUND)
        return fail_at(ErrorCode::STA_TRANSITION, "/method",
                       "No new key waits for this bundle; ask for one with method csr first.");
    if (!key) return key.error();
    if (bundle.credential == "client_cert") {
        const Status good = judge_certificate(bundle.certificate, *key, granted, now_());
        if (!good) return good.error();
        granted.client_certificate = bundle.certificate;
        next.tls_key_pem = *key;
        return next;
    }
    if (const Status good = judge_kid(bundle, granted); !good) return good.error();
    if (bundle.credential == "signing_key") {
        granted.signing_kid = bundle.kid;
        next.signing_key_pem = *key;
        return next;
    }
    next.former_sealing_kid = std::exchange(granted.sealing_kid, bundle.kid);
    next.former_sealing_key_pem = std::exchange(next.sealing_key_pem, *key);
    return next;
}

Status IdentityKeeper::judge(const contract::CredentialRefresh& bundle) {
    const auto made = made_of(bundle);
    if (!made) return made.error();
    return ok();
}

Status IdentityKeeper::stage(const contract::CredentialRefresh& bundle) {
    auto made = made_of(bundle);
    if (!made) return made.error();
    if (const Status staged = store_.stage(*made); !staged) return staged;
    next_ = *std::move(made);
    return ok();
}

Status IdentityKeeper::promote() {
    if (!next_) return fail(ErrorCode::RES_NOT_FOUND, "No identity is on trial.");
    if (const Status promoted = store_.promote(); !promoted) return promoted;
    current_ = std::exchange(next_, std::nullopt);
    return ok();
}

void IdentityKeeper::drop() {
    next_.reset();
    if (const Status dropped = store_.drop_next(); !dropped)
        log::error("{}", describe(dropped.error()));
}

}  // namespace vistter::appliance
