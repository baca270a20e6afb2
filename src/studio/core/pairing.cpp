// The one way a device comes into being.
#include "studio/core/pairing.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "base/ids.hpp"

namespace vistter::studio {
namespace {

bool is_alphanumeric(char symbol) {
    return (symbol >= '0' && symbol <= '9') || (symbol >= 'A' && symbol <= 'Z') ||
           (symbol >= 'a' && symbol <= 'z');
}

bool names(const std::vector<std::string>& versions, std::string_view version) {
    return std::find(versions.begin(), versions.end(), version) != versions.end();
}

Error not_a_serial(std::string pointer) {
    return fail_at(ErrorCode::VAL_SCHEMA, std::move(pointer),
                   "a serial has 3 to 64 letters, digits and . _ : / + - between them");
}

Status check_ttl(std::int64_t ttl_s) {
    if (ttl_s >= min_pairing_ttl_s && ttl_s <= max_pairing_ttl_s) return ok();
    return fail_at(ErrorCode::VAL_RANGE, "/ttl_s", "ttl_s must be from 1 to 86400 seconds");
}

Error pair_used() {
    return fail(ErrorCode::PAIR_USED, "this pairing token was used already; ask for a new one");
}

}  // namespace

Error pair_invalid() {
    return fail(
        ErrorCode::PAIR_INVALID,
        "this token does not pair this appliance; ask for a new pairing token for its serial");
}

GrantVerdict judge_grant(const PairingGrant& grant, WallTime now) {
    if (grant.deleted) return GrantVerdict::closed;
    if (grant.used_at) return GrantVerdict::used;
    if (now >= grant.expires_at) return GrantVerdict::expired;
    if (grant.tries_left <= 0) return GrantVerdict::closed;
    return GrantVerdict::open;
}

bool is_serial(std::string_view text) {
    constexpr std::string_view marks = " ._:/+-";
    if (text.size() < 3 || text.size() > 64) return false;
    if (!is_alphanumeric(text.front()) || !is_alphanumeric(text.back())) return false;
    return std::all_of(text.begin(), text.end(), [&](char symbol) {
        return is_alphanumeric(symbol) || marks.find(symbol) != std::string_view::npos;
    });
}

std::string_view pairing_verdict(const Capabilities& offered) {
    const bool speaks =
        std::any_of(offered.protocol.begin(), offered.protocol.end(),
                    [](const auto& offer) { return offer.major == 1 && offer.min_minor <= 0; });
    if (!speaks) return "quarantine";
    return names(offered.ocl_versions, "1.0") && names(offered.segment_versions, "1.0")
               ? "ok"
               : "degraded";
}

Result<IssuedToken> PairingDesk::issue(const std::string& serial, std::int64_t ttl_s,
                                       const Person& issuer) {
    if (!is_serial(serial)) return not_a_serial("/serial");
    if (const Status good = check_ttl(ttl_s); !good) return good.error();
    IssuedToken issued = mint(serial, ttl_s, issuer);
    const MintedCode code = parts_.attempts.mint(serial);
    issued.code = code.text;
    issued.code_expires_at = std::min(
        issued.grant.expires_at, WallTime{issued.grant.created_at.ms + pairing_code_ttl_s * 1'000});
    parts_.work.atomically([&] {
        parts_.registry.add_grant(issued.grant);
        parts_.codes.put(serial, {issued.grant.secret_hash, code.verifier, issued.code_expires_at});
        write_audit(issuer, "pairing.issue", issued.grant.token_id, "ok");
    });
    return issued;
}

Result<std::vector<IssuedToken>> PairingDesk::enrol(const std::vector<std::string>& serials,
                                                    std::int64_t ttl_s, const Person& issuer) {
    if (serials.empty() || serials.size() > most_enrolments)
        return fail_at(ErrorCode::VAL_SCHEMA, "/serials", "name 1 to 50 serials");
    for (std::size_t n = 0; n < serials.size(); ++n) {
        const auto before = serials.begin() + static_cast<std::ptrdiff_t>(n);
        if (!is_serial(serials[n])) return not_a_serial(fmt::format("/serials/{}", n));
        if (std::find(serials.begin(), before, serials[n]) != before)
            return fail_at(ErrorCode::VAL_SCHEMA, fmt::format("/serials/{}", n),
                           "this serial is named twice");
    }
    if (const Status good = check_ttl(ttl_s); !good) return good.error();
    std::vector<IssuedToken> issued;
    for (const std::string& serial : serials) issued.push_back(mint(serial, ttl_s, issuer));
    parts_.work.atomically([&] {
        for (const IssuedToken& token : issued) {
            parts_.registry.add_grant(token.grant);
            write_audit(issuer, "pairing.issue", token.grant.token_id, "ok");
        }
    });
    return issued;
}

IssuedToken PairingDesk::mint(const std::string& serial, std::int64_t ttl_s, const Person& issuer) {
    const WallTime now = parts_.clock.wall();
    const MintedToken minted = parts_.authority.mint_pairing_token(serial);
    PairingGrant grant;
    grant.token_id = make_id("pat_", parts_.clock, parts_.random);
    grant.serial = serial;
    grant.secret_hash = minted.print.hash;
    grant.secret_mark = minted.print.mark;
    grant.created_by = issuer.user_id;
    grant.tenant = issuer.tenant;
    grant.created_at = now;
    grant.expires_at = WallTime{now.ms + ttl_s * 1'000};
    grant.tries_left = pairing_tries;
    return {grant, minted.text, {}, {}};
}

Status PairingDesk::withdraw(const std::string& token_id, const Person& person) {
    bool found = false;
    parts_.work.atomically([&] {
        found = parts_.registry.delete_grant(person.tenant, token_id, parts_.clock.wall());
        if (found) write_audit(person, "pairing.withdraw", token_id, "ok");
    });
    if (!found) return fail(ErrorCode::RES_NOT_FOUND, "no open pairing token has this id");
    return ok();
}

Result<DeviceKeys> PairingDesk::read_keys(const PairingRequest& request) const {
    auto keys = parts_.authority.read_requests(request.csr_tls, request.csr_sign);
    if (!keys || request.sealing_jwk.empty()) return keys;
    const auto sealing = parts_.authority.read_sealing_key(request.sealing_jwk);
    if (!sealing) return fail_at(ErrorCode::VAL_SCHEMA, "/enc_jwk", sealing.error().message);
    keys->sealing_jwk = *sealing;
    return keys;
}

Result<Device> PairingDesk::redeem(const PairingRequest& request) {
    const auto print = parts_.authority.print_of(request.secret_hex, request.serial);
    if (!print) return print.error();
    const auto keys = read_keys(request);
    if (!keys) return keys.error();
    const auto grant = parts_.registry.grant_by_hash(print->hash);
    if (!grant) return refuse_guess(*print, request);
    const Person actor{"device:" + request.serial, grant->tenant};
    switch (judge_grant(*grant, parts_.clock.wall())) {
        case GrantVerdict::open:
            break;
        case GrantVerdict::closed:
            return refuse_guess(*print, request);
        case GrantVerdict::used:
        case GrantVerdict::expired:
            return refuse_spent(*grant, actor);
    }
    return consume(*grant, request, *keys, actor, [] {});
}

// Secret and serial match, the time does not: the one case that may be told apart.
Error PairingDesk::refuse_spent(const PairingGrant& grant, const Person& actor) {
    const bool used = grant.used_at.has_value();
    write_audit(actor, "pairing.redeem", grant.token_id, used ? "PAIR_USED" : "PAIR_EXPIRED");
    if (used) return pair_used();
    return fail(ErrorCode::PAIR_EXPIRED,
                "this pairing token has expired; ask Studio to generate a new one");
}

Result<Device> PairingDesk::consume(const PairingGrant& grant, const PairingRequest& request,
                                    const DeviceKeys& keys, const Person& actor,
                                    const std::function<void()>& before) {
    const Device device = make_device(grant.tenant, request, keys);
    bool won = false;
    parts_.work.atomically([&] {
        before();
        won =
            parts_.registry.consume_grant(grant.secret_hash, device.device_id, parts_.clock.wall());
        if (!won) return;
        parts_.registry.put_device(device);
        write_audit(actor, "pairing.redeem", device.device_id, "ok");
    });
    if (!won) return pair_used();
    return device;
}

Error PairingDesk::refuse_guess(const SecretPrint& print, const PairingRequest& request) {
    parts_.work.atomically([&] {
        const int locked =
            parts_.registry.count_failed_try(print.mark, request.serial, parts_.clock.wall());
        // Whose token it was aimed at, nobody can say.
        const Person actor{"device:" + request.serial, ""};
        write_audit(actor, "pairing.redeem", request.serial, "PAIR_INVALID");
        if (locked > 0)
            write_audit(actor, "pairing.locked", request.serial, fmt::format("{} tokens", locked));
    });
    return pair_invalid();
}

Device PairingDesk::make_device(const std::string& tenant, const PairingRequest& request,
                                const DeviceKeys& keys) {
    Device device;
    if (auto known = parts_.registry.device_by_serial(tenant, request.serial)) {
        device = std::move(*known);
        device.key_number =
            parts_.registry.next_number(device.device_id, CredentialKind::signing_key);
    } else {
        device.device_id = make_id("dev_", parts_.clock, parts_.random);
        device.serial = request.serial;
        device.name = request.serial;
        device.tenant = tenant;
    }
    device.sealing_number = device.key_number + 1;  // one row of numbers (core/registry.hpp)
    const DeviceCertificate certificate =
        parts_.authority.certify(device.tenant, device.device_id, keys.tls_key_pem);
    device.model = request.model;
    device.arch = request.arch;
    device.paired_at = parts_.clock.wall();
    device.certificate_pem = certificate.pem;
    device.certificate_thumbprint = certificate.thumbprint;
    device.certificate_ends = certificate.not_after;
    device.signing_key_pem = keys.signing_key_pem;
    device.sealing_jwk = keys.sealing_jwk;
    device.revoked_at.reset();
    const TrustStanding given = parts_.authority.standing();
    device.studio_kid = given.studio_kid;
    device.trust_mark = given.trust_mark;
    device.verdict = pairing_verdict(request.offered);
    return device;
}

void PairingDesk::write_audit(const Person& actor, std::string_view action,
                              const std::string& target, std::string_view outcome) {
    parts_.audit.write({parts_.clock.wall(), actor.user_id, std::string(action), target,
                        std::string(outcome), actor.tenant});
}

}  // namespace vistter::studio
