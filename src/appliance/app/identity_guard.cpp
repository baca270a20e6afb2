#include "appliance/app/identity_guard.hpp"

#include "appliance/app/guarded_reports.hpp"
#include "base/file.hpp"
#include "base/log.hpp"

namespace vistter::appliance {
namespace {

constexpr std::int64_t look_every_ms = 1'000;

}  // namespace

IdentityGuard::IdentityGuard(GuardParts parts) : parts_(std::move(parts)), watch_(parts_.random) {
    const auto text = read_file(parts_.told_file, 64);
    const auto told = text ? parse_rfc3339(text->substr(0, text->find('\n'))) : std::nullopt;
    if (told) watch_.was_told(*told);
}

void IdentityGuard::start() {
    look();
    ticking_ =
        parts_.loop.every(look_every_ms, [this] { guarded("identity", [this] { look(); }); });
}

void IdentityGuard::turned_away(const std::string& code) {
    if (code == to_string(ErrorCode::SEC_REVOKED)) return set_revoked(true);
    watch_.turned_away();
}

void IdentityGuard::look() {
    IdentityView view;
    view.link_state = parts_.link().state;
    if (const auto& identity = parts_.keeper.current()) {
        view.paired = true;
        view.revoked = identity->revoked;
        view.can_recover = !identity->granted.recover_url.empty();
        view.certificate_ends = parts_.keeper.facts().certificate_ends;
    }
    if (view.link_state == "connected") parts_.time.note();
    for (const WatchDo what : watch_.look(view, parts_.time.now(), parts_.clock.steady()))
        perform(what);
}

void IdentityGuard::perform(WatchDo what) {
    switch (what) {
        case WatchDo::tell_expiring:
            return tell_expiring();
        case WatchDo::recover:
            return ask_studio();
        case WatchDo::keep_revoked:
            return set_revoked(true);
        case WatchDo::keep_admitted:
            return set_revoked(false);
    }
}

void IdentityGuard::tell_expiring() {
    tell("credential.expiring");
    const std::string now = format_rfc3339(parts_.time.now()) + "\n";
    if (const Status kept = write_file(parts_.told_file, now, 0600); !kept)
        log::warning("{}", describe(kept.error()));
}

void IdentityGuard::tell(const char* type) {
    const CredentialFacts facts = parts_.keeper.facts();
    contract::ObjectWriter context;
    // A revocation is the device's, the rest is about its certificate.
    const bool whole = std::string_view(type) == "credential.revoked";
    context.text("kid", whole ? facts.signing_kid : facts.certificate_thumbprint);
    if (facts.certificate_ends) context.text("not_after", format_rfc3339(*facts.certificate_ends));
    parts_.reports.event(type, context);
}

void IdentityGuard::set_revoked(bool revoked) {
    const auto& identity = parts_.keeper.current();
    if (!identity || identity->revoked == revoked) return;
    if (const Status marked = parts_.keeper.mark_revoked(revoked); !marked)
        return log::error("{}", describe(marked.error()));
    if (revoked) log::error("Studio has revoked this appliance; the local show goes on");
    if (revoked) tell("credential.revoked");
}

void IdentityGuard::ask_studio() {
    log::warning("The client certificate has ended or is not taken; asking Studio for a new one");
    recover(parts_.loop, parts_.workers, parts_.policy, parts_.random,
            {*parts_.keeper.current(), parts_.codec.read_answer, parts_.proxy, parts_.keeper.home(),
             parts_.time.now()},
            [this](const Result<Identity>& renewed) {
                guarded("recovery", [&] { answered(renewed); });
            });
}

void IdentityGuard::answered(const Result<Identity>& renewed) {
    const auto& current = parts_.keeper.current();
    // Unpaired, paired anew or renewed while the question was under way: the answer is of no use.
    const bool meant = renewed && current &&
                       current->granted.signing_kid == renewed->granted.signing_kid &&
                       current->granted.device_id == renewed->granted.device_id;
    const Status kept = !renewed ? Status(renewed.error())
                        : meant  ? parts_.keep(*renewed)
                                 : Status(fail(ErrorCode::STA_TRANSITION, "another identity"));
    if (!kept) {
        log::error("No new certificate: {}", describe(kept.error()));
        return watch_.not_recovered(parts_.clock.steady());
    }
    log::info("Studio has renewed this appliance's certificate");
    tell("credential.rotated");
}

}  // namespace vistter::appliance
