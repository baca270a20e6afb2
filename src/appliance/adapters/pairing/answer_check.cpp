// Every member is distrusted on its own.
#include "appliance/adapters/pairing/answer_check.hpp"

#include <algorithm>

#include "crypto/certificate.hpp"

namespace vistter::appliance {
namespace {

Error untrusted(std::string_view why) {
    return fail(ErrorCode::SEC_PIN, "Studio's answer is not to be trusted and nothing was kept: " +
                                        std::string(why) + ".");
}

Status check_roots(const PairAnswer& answer) {
    const auto root = crypto::Certificate::from_pem(answer.trust.roots.front());
    if (!root) return untrusted("its root is no certificate");
    const std::string pin = to_hex(root->public_key().spki_sha256());
    if (std::find(answer.trust.pins.begin(), answer.trust.pins.end(), pin) ==
        answer.trust.pins.end())
        return untrusted("its pins do not hold its own root");
    return ok();
}

Status check_certificate(const PairAnswer& answer, const crypto::PublicKey& key, WallTime now) {
    const auto root = crypto::Certificate::from_pem(answer.trust.roots.front());
    const auto mine = crypto::Certificate::from_pem(answer.client_certificate);
    if (!root || !mine) return untrusted("the client certificate cannot be read");
    if (!mine->issued_by(*root))
        return untrusted("the client certificate is not signed by its root");
    if (mine->public_key().spki_sha256() != key.spki_sha256())
        return untrusted("the client certificate is for another key");
    const auto name = crypto::device_of(*mine);
    if (!name || name->tenant != answer.tenant || name->device_id != answer.device_id)
        return untrusted("the client certificate names another device");
    if (now > mine->not_after()) return untrusted("the client certificate is out of date");
    for (const std::string& kid : {answer.signing_kid, answer.sealing_kid}) {
        if (!kid.empty() && !kid.starts_with(answer.device_id + "#"))
            return untrusted("a key id is not ours");
    }
    return ok();
}

Status check_studio(const PairAnswer& answer) {
    if (answer.trust.studio_keys.empty()) return untrusted("it names no signing key of its own");
    for (const auto& key : answer.trust.studio_keys) {
        if (!key.kid.starts_with("studio:") || !crypto::PublicKey::from_pem(key.pem))
            return untrusted("a signing key cannot be read");
    }
    for (const ChannelAddress& channel : answer.channels) {
        if (!channel.url.starts_with(channel.transport + "://"))
            return untrusted("its channel is not a secure address");
    }
    if (!answer.session_url.starts_with("https://"))
        return untrusted("its session address is not secure");
    for (const std::string& door : {answer.recover_url, answer.admit_url}) {
        if (!door.empty() && !door.starts_with("https://"))
            return untrusted("one of its addresses is not secure");
    }
    for (const std::string& text :
         {answer.device_id, answer.tenant, answer.name, answer.signing_kid, answer.sealing_kid,
          answer.session_url, answer.recover_url, answer.admit_url}) {
        if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' '; }))
            return untrusted("a member holds control characters");
    }
    return ok();
}

}  // namespace

Status check_token_root(const PairAnswer& answer, const crypto::PairingToken& token) {
    const auto root = crypto::Certificate::from_pem(answer.trust.roots.front());
    if (!root) return untrusted("its root is no certificate");
    if (!crypto::pin_matches(token, root->public_key()))
        return untrusted("its root is not the one the token names");
    return ok();
}

Status check_answer(const PairAnswer& answer, const crypto::PublicKey& tls_key, WallTime now) {
    if (const Status good = check_roots(answer); !good) return good;
    if (const Status good = check_certificate(answer, tls_key, now); !good) return good;
    return check_studio(answer);
}

}  // namespace vistter::appliance
