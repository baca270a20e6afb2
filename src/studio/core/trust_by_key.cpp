// The two doors for an appliance that proves itself by its signing key alone: home for a new
// certificate (docs/decisions/0011), and to a session where it cannot show its certificate (0014).
#include <algorithm>

#include "studio/core/trust_desk.hpp"

namespace vistter::studio {
namespace {

constexpr std::size_t most_unproven = 3;  // certificates a device may have got and never shown

// One answer for unknown, unproven and revoked.
Error stranger() {
    return fail(ErrorCode::SEC_UNAUTHORISED,
                "this request does not prove an appliance that may come in");
}

}  // namespace

std::optional<TrustDesk::Claimant> TrustDesk::claimant(const Result<KeyClaim>& claim) const {
    if (!claim) return std::nullopt;
    auto device = parts_.registry.find_device(claim->device_id);
    if (!device) return std::nullopt;
    const WallTime now = parts_.clock.wall();
    for (Credential& each :
         parts_.registry.credentials(claim->device_id, CredentialKind::signing_key)) {
        if (each.name == claim->kid && is_accepted(each, now))
            return Claimant{*std::move(device), std::move(each.content)};
    }
    return std::nullopt;
}

// A key to verify a stranger's request with: as much work as for a device that is known, so that
// the time says nothing either.
std::string TrustDesk::nobodys_key() const {
    return parts_.authority.trust_bundle().studio_keys.front().pem;
}

Result<Recovered> TrustDesk::recover(const std::string& compact) {
    const auto who = claimant(parts_.authority.read_recovery(compact));
    const auto request =
        parts_.authority.verify_recovery(compact, who ? who->signing_key_pem : nobodys_key());
    if (!who || !request) return stranger();
    const Device& device = who->device;
    const contract::Actor actor{"device", device.device_id, "system"};
    if (device.revoked()) {
        write_audit(actor, "credential.recover", device.device_id, "SEC_REVOKED", device.tenant);
        return stranger();
    }
    // The same request again gets the same certificate: replayed, it helps nobody.
    const std::string print = parts_.authority.key_print(request->tls_key_pem);
    const WallTime now = parts_.clock.wall();
    for (const Credential& each :
         parts_.registry.credentials(device.device_id, CredentialKind::client_cert)) {
        if (is_good(each, now) && parts_.authority.key_print(each.content) == print)
            return Recovered{device, each.content};
    }
    const Credential made =
        certificate_for(device, request->tls_key_pem, default_overlap_s * 1'000);
    parts_.work.atomically([&] {
        end_superseded(device.device_id);
        parts_.registry.put_credential(made);
        write_audit(actor, "credential.recover", device.device_id, "ok", device.tenant);
    });
    return Recovered{device, made.content};
}

void TrustDesk::end_superseded(const std::string& device_id) {
    std::size_t unproven = 0;
    for (Credential each :
         parts_.registry.credentials(device_id, CredentialKind::client_cert)) {  // newest first
        if (each.state != CredentialState::issued || ++unproven < most_unproven) continue;
        each.state = CredentialState::ended;
        parts_.registry.put_credential(each);
    }
}

Result<std::string> TrustDesk::admit(const std::string& compact, ByteView tls_exporter) const {
    const auto who = claimant(parts_.authority.read_admission(compact));
    const auto thumbprint = parts_.authority.verify_admission(
        compact, who ? who->signing_key_pem : nobodys_key(), tls_exporter);
    if (!who || !thumbprint || who->device.revoked()) return stranger();
    const WallTime now = parts_.clock.wall();
    for (const Credential& each :
         parts_.registry.credentials(who->device.device_id, CredentialKind::client_cert)) {
        if (each.name == *thumbprint && is_good(each, now)) return each.content;
    }
    return stranger();
}

}  // namespace vistter::studio
