// Renewing, telling, revoking.
#include "studio/core/trust_desk.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "base/ids.hpp"
#include "base/log.hpp"

namespace vistter::studio {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t command_life_ms = 7 * day_ms;
constexpr std::int64_t patience_ms = day_ms;  // after a command's end, for an answer on its way

const contract::Actor studio_itself{"automation", "studio", "system"};

constexpr std::array<std::string_view, 5> credentials{"client_cert", "signing_key", "sealing_key",
                                                      "trust_bundle", "session_token"};

bool makes_key(std::string_view credential) {
    return credential_kind_from(credential).has_value();
}

}  // namespace

void TrustDesk::start() {
    const TrustBundle bundle = parts_.authority.trust_bundle();
    for (const std::string& device_id : parts_.registry.device_ids()) {
        const auto device = parts_.registry.find_device(device_id);
        // From before devices were asked what they know: it is the first key.
        if (device && device->studio_kid.empty())
            parts_.registry.trusts(device_id, device->trust_mark, bundle.studio_keys.back().kid);
        answered_.insert(device_id);
        advance(device_id);
    }
}

void TrustDesk::tick() {
    const WallTime now = parts_.clock.wall();
    for (const std::string& device_id : parts_.registry.device_ids()) {
        const auto device = parts_.registry.find_device(device_id);
        if (!device || device->revoked()) continue;
        for (const Credential& each : ended(parts_.registry.credentials(device_id), now))
            parts_.registry.put_credential(each);
        give_up_unanswered(device_id);
    }
    retire_unneeded();  // before devices are told: it changes what there is to tell
    // One commit for a whole fleet.
    parts_.work.atomically([&] {
        for (const std::string& device_id : parts_.registry.device_ids()) {
            const auto device = parts_.registry.find_device(device_id);
            if (device && !device->revoked()) renew_if_due(*device);
        }
    });
}

void TrustDesk::renew_if_due(const Device& device) {
    const WallTime now = parts_.clock.wall();
    const bool ended = device.certificate_ends && *device.certificate_ends <= now;
    const bool ends_soon = device.certificate_ends &&
                           device.certificate_ends->ms - now.ms < renew_device_days * day_ms;
    // Past its end it cannot connect: it comes home by recover().
    if (!ended && (ends_soon || !parts_.authority.of_current_root(device.certificate_pem)))
        begin(device, "client_cert");
    if (device.trust_mark != parts_.authority.standing().trust_mark) begin(device, "trust_bundle");
}

void TrustDesk::begin(const Device& device, const std::string& credential) {
    const auto begun = rotate(device.device_id, credential, default_overlap_s, studio_itself);
    if (begun || begun.error().code == ErrorCode::STA_IN_USE) return;
    log::warning("{}: {} cannot be renewed: {}", device.device_id, credential,
                 describe(begun.error()));
}

void TrustDesk::give_up_unanswered(const std::string& device_id) {
    for (const Rotation& rotation : parts_.rotations.open(device_id)) {
        if (rotation.step == RotationStep::answered) continue;
        const auto command = parts_.commands.find(rotation.command_id);
        const bool late = command && parts_.clock.wall().ms > command->expires_at.ms + patience_ms;
        if (command && !command->terminal && !late) continue;
        parts_.work.atomically([&] {
            hear(rotation, {RotationEvent::unanswered,
                            {},
                            command ? "the command ended: " + command->state
                                    : std::string("the command is not known any more")});
        });
    }
}

void TrustDesk::retire_unneeded() {
    const TrustStanding standing = parts_.authority.standing();
    bool all_know_key = true;
    bool all_of_root = true;
    for (const std::string& device_id : parts_.registry.device_ids()) {
        const auto device = parts_.registry.find_device(device_id);
        if (!device || device->revoked()) continue;
        all_know_key = all_know_key && device->studio_kid == standing.studio_kid;
        all_of_root = all_of_root && device->trust_mark == standing.trust_mark &&
                      parts_.authority.of_current_root(device->certificate_pem);
    }
    const auto retire = [&](StudioKeyKind kind, bool unneeded) {
        if (unneeded && parts_.authority.retire_former(kind)) parts_.keys_changed(kind);
    };
    retire(StudioKeyKind::message, all_know_key);
    retire(StudioKeyKind::root, all_of_root);
    retire(StudioKeyKind::session, true);
}

Result<Rotation> TrustDesk::rotate(const std::string& device_id, const std::string& credential,
                                   std::int64_t overlap_s, const contract::Actor& actor) {
    if (std::find(credentials.begin(), credentials.end(), credential) == credentials.end()) {
        return fail_at(ErrorCode::VAL_ENUM, "/credential",
                       fmt::format("{} is no credential: client_cert, signing_key, sealing_key, "
                                   "trust_bundle or session_token",
                                   credential));
    }
    if (overlap_s < min_overlap_s || overlap_s > max_overlap_s) {
        return fail_at(ErrorCode::VAL_RANGE, "/overlap_s",
                       "overlap_s must be from 3600 to 2592000 seconds");
    }
    const auto device = parts_.registry.find_device(device_id);
    if (!device) return fail(ErrorCode::RES_NOT_FOUND, "no appliance has this id");
    if (device->revoked())
        return fail(ErrorCode::SEC_REVOKED, "this appliance is revoked; pair it again");
    give_up_unanswered(device_id);
    for (const Rotation& each : parts_.rotations.open(device_id)) {
        if (each.credential == credential)
            return fail(ErrorCode::STA_IN_USE,
                        fmt::format("{} is being renewed already; the appliance has not answered "
                                    "yet",
                                    credential));
    }
    Rotation rotation;
    rotation.rotation_id = make_id("rot_", parts_.clock, parts_.random);
    rotation.device_id = device_id;
    rotation.credential = credential;
    rotation.overlap_s = overlap_s;
    rotation.actor = actor;
    rotation.started_at = parts_.clock.wall();
    contract::CredentialRefresh body;
    body.credential = credential;
    body.overlap_s = overlap_s;
    body.method = makes_key(credential) ? "csr" : "bundle";
    if (makes_key(credential)) {
        rotation.challenge = make_nonce(parts_.random);
        body.challenge = rotation.challenge;
    } else {
        rotation.step = RotationStep::proving;
    }
    if (credential == "trust_bundle") {
        body.trust = parts_.authority.trust_bundle();
        rotation.standing = parts_.authority.standing();
    }
    Result<std::string> ordered = fail(ErrorCode::SYS_INTERNAL, "not ordered");
    parts_.work.atomically([&] {
        ordered = order(rotation, body);
        if (!ordered) return;
        rotation.command_id = *ordered;
        parts_.rotations.prune(device_id, rotations_kept);
        parts_.rotations.put(rotation);
        write_audit(actor, "credential.rotate", device_id, credential, device->tenant);
    });
    if (!ordered) return ordered.error();
    return rotation;
}

Result<std::string> TrustDesk::order(const Rotation& rotation,
                                     const contract::CredentialRefresh& body) {
    NewCommand command;
    command.device_id = rotation.device_id;
    command.type = contract::MessageType::CREDENTIAL_REFRESH;
    command.body = contract::write_body(body);
    command.actor = rotation.actor;
    command.expires_at = WallTime{parts_.clock.wall().ms + command_life_ms};
    return parts_.commands.submit(command);
}

void TrustDesk::on_ack(const std::string& device_id, const contract::Ack& ack) {
    auto rotation = parts_.rotations.by_command(device_id, ack.message_id);
    if (!rotation) return;
    if (const auto news = news_of(rotation->step, ack)) hear(std::move(*rotation), *news);
}

void TrustDesk::on_progress(const std::string& device_id, const contract::Progress& progress) {
    auto rotation = parts_.rotations.by_command(device_id, progress.message_id);
    if (!rotation) return;
    if (const auto news = news_of(progress)) hear(std::move(*rotation), *news);
}

void TrustDesk::hear(Rotation rotation, const RotationNews& news) {
    const auto answer = rotation_table().at(rotation.step, news.event);
    if (answer.ignored) return;
    rotation.step = answer.next;
    if (news.event == RotationEvent::request_came) {
        rotation.answer = news.request;
        answered_.insert(rotation.device_id);
    }
    if (!is_open(rotation.step)) {
        rotation.reason = news.reason;
        rotation.ended_at = parts_.clock.wall();
        finish(rotation, news.event);
    }
    parts_.rotations.put(rotation);
}

// What a device did not answer it may have taken all the same: only its own word withdraws it.
void TrustDesk::finish(const Rotation& rotation, RotationEvent event) {
    const auto device = parts_.registry.find_device(rotation.device_id);
    if (!device || event == RotationEvent::unanswered) return;
    write_audit(rotation.actor, "credential.rotated", rotation.device_id,
                rotation.step == RotationStep::done ? rotation.credential : rotation.reason,
                device->tenant);
    told_.insert(rotation.device_id);
    const bool works = event == RotationEvent::proven;
    if (rotation.credential == "trust_bundle" && works)
        parts_.registry.trusts(rotation.device_id, rotation.standing.trust_mark,
                               rotation.standing.studio_kid);
    const auto kind = credential_kind_from(rotation.credential);
    if (!kind || rotation.number == 0) return;
    const auto all = parts_.registry.credentials(rotation.device_id, *kind);
    for (const Credential& change : works ? promoted(all, rotation.number, parts_.clock.wall())
                                          : withdrawn(all, rotation.number))
        parts_.registry.put_credential(change);
}

void TrustDesk::advance(const std::string& device_id) {
    if (answered_.erase(device_id) > 0) {
        for (const Rotation& rotation : parts_.rotations.open(device_id)) {
            if (rotation.step == RotationStep::answered) issue(rotation);
        }
    }
    if (told_.erase(device_id) > 0) parts_.device_changed(device_id);
}

// The credential and the command that brings it are one: a crash leaves both or neither.
void TrustDesk::issue(Rotation rotation) {
    const auto device = parts_.registry.find_device(rotation.device_id);
    if (!device) return;
    parts_.work.atomically([&] {
        const auto credential = make_credential(*device, rotation);
        if (!credential) {
            hear(rotation, {RotationEvent::refused, {}, describe(credential.error())});
            return;
        }
        contract::CredentialRefresh body;
        body.credential = rotation.credential;
        body.method = "bundle";
        body.overlap_s = rotation.overlap_s;
        if (credential->kind == CredentialKind::client_cert) {
            body.certificate = credential->content;
        } else {
            body.kid = credential->name;
        }
        const auto ordered = order(rotation, body);
        if (!ordered) {
            hear(rotation, {RotationEvent::refused, {}, describe(ordered.error())});
            return;
        }
        parts_.registry.put_credential(*credential);
        rotation.command_id = *ordered;
        rotation.number = credential->number;
        rotation.step = rotation_table().at(rotation.step, RotationEvent::issued).next;
        parts_.rotations.put(rotation);
    });
    // An open session must take the new key from now on.
    parts_.device_changed(rotation.device_id);
}

Result<Credential> TrustDesk::make_credential(const Device& device, const Rotation& rotation) {
    const CredentialKind kind =
        credential_kind_from(rotation.credential).value_or(CredentialKind::client_cert);
    const auto key = kind == CredentialKind::sealing_key
                         ? parts_.authority.read_sealing_key(rotation.answer)
                         : parts_.authority.read_request(rotation.answer, rotation.challenge);
    if (!key) return key.error();
    if (kind != CredentialKind::sealing_key &&
        has_key(device.device_id, parts_.authority.key_print(*key)))
        return fail(ErrorCode::SEC_UNAUTHORISED, "the appliance offers a key it has used before");
    const std::int64_t overlap_ms = rotation.overlap_s * 1'000;
    if (kind == CredentialKind::client_cert) return certificate_for(device, *key, overlap_ms);
    Credential credential;
    credential.device_id = device.device_id;
    credential.kind = kind;
    credential.number = parts_.registry.next_number(device.device_id, kind);
    credential.name = key_id(device.device_id, credential.number);
    credential.content = *key;
    credential.state = CredentialState::issued;
    credential.issued_at = parts_.clock.wall();
    credential.overlap_ms = overlap_ms;
    return credential;
}

Credential TrustDesk::certificate_for(const Device& device, const std::string& tls_key_pem,
                                      std::int64_t overlap_ms) {
    const DeviceCertificate made =
        parts_.authority.certify(device.tenant, device.device_id, tls_key_pem);
    Credential credential;
    credential.device_id = device.device_id;
    credential.kind = CredentialKind::client_cert;
    credential.number = parts_.registry.next_number(device.device_id, credential.kind);
    credential.name = made.thumbprint;
    credential.content = made.pem;
    credential.state = CredentialState::issued;
    credential.issued_at = parts_.clock.wall();
    credential.overlap_ms = overlap_ms;
    credential.not_after = made.not_after;
    return credential;
}

bool TrustDesk::has_key(const std::string& device_id, const std::string& print) const {
    const auto all = parts_.registry.credentials(device_id);
    return std::any_of(all.begin(), all.end(), [&](const Credential& each) {
        return each.kind != CredentialKind::sealing_key &&
               parts_.authority.key_print(each.content) == print;
    });
}

Status TrustDesk::revoke(const std::string& device_id, const contract::Actor& actor) {
    const auto device = parts_.registry.find_device(device_id);
    if (!device) return fail(ErrorCode::RES_NOT_FOUND, "no appliance has this id");
    if (device->revoked()) return ok();
    const WallTime now = parts_.clock.wall();
    parts_.work.atomically([&] {
        parts_.registry.revoke(device_id, now);
        for (const Rotation& each : parts_.rotations.open(device_id))
            hear(each, {each.step == RotationStep::answered ? RotationEvent::refused
                                                            : RotationEvent::unanswered,
                        {},
                        "the appliance was revoked"});
        write_audit(actor, "appliance.revoke", device_id, "ok", device->tenant);
    });
    parts_.device_changed(device_id);
    parts_.certificates_ended();
    return ok();
}

std::vector<std::string> TrustDesk::revoked_certificates() const {
    const WallTime now = parts_.clock.wall();
    std::vector<std::string> revoked;
    for (const std::string& device_id : parts_.registry.device_ids()) {
        const auto device = parts_.registry.find_device(device_id);
        for (Credential& each :
             parts_.registry.credentials(device_id, CredentialKind::client_cert)) {
            const bool over = each.not_after && each.not_after->ms <= now.ms;
            if (!over && (!device || device->revoked() || !is_accepted(each, now)))
                revoked.push_back(std::move(each.content));
        }
    }
    return revoked;
}

Status TrustDesk::rotate_studio_key(StudioKeyKind kind, const contract::Actor& actor) {
    if (auto rotated = parts_.authority.rotate(kind); !rotated) return rotated;
    write_audit(actor, "studio.rotate_key", std::string(to_string(kind)), "ok", "");
    parts_.keys_changed(kind);
    tick();  // devices hear of it now
    return ok();
}

void TrustDesk::write_audit(const contract::Actor& actor, std::string_view action,
                            const std::string& target, std::string_view outcome,
                            const std::string& tenant) {
    AuditRow row;
    row.at = parts_.clock.wall();
    row.actor = actor.id;
    row.action = std::string(action);
    row.target = target;
    row.outcome = std::string(outcome);
    row.tenant = tenant;
    parts_.audit.write(row);
}

}  // namespace vistter::studio
