// The checks, one refusal each.
#include "appliance/adapters/identity/judge.hpp"

#include <algorithm>

#include "crypto/certificate.hpp"

namespace vistter::appliance {
namespace {

constexpr std::size_t pin_digits = 64, least_pins = 2;

Error untrusted(std::string_view why) {
    return fail(ErrorCode::SEC_PIN, "Studio's trust bundle is refused: " + std::string(why) + ".");
}

Error misfit(std::string_view why) {
    return fail(ErrorCode::SEC_UNAUTHORISED,
                "The client certificate is refused: " + std::string(why) + ".");
}

}  // namespace

Status judge_trust(const contract::TrustBundle& trust) {
    if (trust.pins.size() < least_pins) return untrusted("it has no spare pin");
    for (const std::string& pin : trust.pins) {
        if (pin.size() != pin_digits || !from_hex(pin)) return untrusted("a pin is no SHA-256");
    }
    if (trust.roots.empty()) return untrusted("it has no root");
    for (const std::string& pem : trust.roots) {
        const auto root = crypto::Certificate::from_pem(pem);
        if (!root || !root->issued_by(*root)) return untrusted("a root does not sign itself");
        const std::string pin = to_hex(root->public_key().spki_sha256());
        if (std::ranges::find(trust.pins, pin) == trust.pins.end())
            return untrusted("a root is not among its own pins");
    }
    if (trust.studio_keys.empty()) return untrusted("it names no signing key of Studio's");
    for (const auto& key : trust.studio_keys) {
        if (!key.kid.starts_with("studio:") || !crypto::PublicKey::from_pem(key.pem))
            return untrusted("a signing key of Studio's cannot be read");
    }
    return ok();
}

Status judge_certificate(const std::string& pem, const std::string& key_pem,
                         const PairAnswer& owner, WallTime now) {
    const auto mine = crypto::Certificate::from_pem(pem);
    const auto key = crypto::PrivateKey::from_pem(key_pem);
    if (!mine) return misfit("it cannot be read");
    if (!key) return misfit("its key cannot be used: " + key.error().message);
    if (mine->public_key().spki_sha256() != key->public_key().spki_sha256())
        return misfit("it is for another key");
    const bool signed_by_root =
        std::ranges::any_of(owner.trust.roots, [&](const std::string& root) {
            const auto issuer = crypto::Certificate::from_pem(root);
            return issuer.ok() && mine->issued_by(*issuer);
        });
    if (!signed_by_root) return misfit("none of our roots has signed it");
    const auto name = crypto::device_of(*mine);
    if (!name || name->tenant != owner.tenant || name->device_id != owner.device_id)
        return misfit("it names another device");
    if (now >= mine->not_after()) return misfit("it is out of date");
    return ok();
}

}  // namespace vistter::appliance
