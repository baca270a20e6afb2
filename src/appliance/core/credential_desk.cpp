// Request, stage, prove, promote; any no on the way leaves the identity in use as it was.
#include "appliance/core/credential_desk.hpp"

#include "base/log.hpp"

namespace vistter::appliance {
namespace {

constexpr const char* lane = "credential";
constexpr std::int64_t confirm_ms = 45'000;  // within the minute that PROGRESS promises

ProgressNote note(const char* state) {
    ProgressNote out;
    out.state = state;
    return out;
}

// What the EVENT and the result call it.
std::string name_of(const contract::CredentialRefresh& command, const CredentialFacts& facts) {
    if (command.credential == "sealing_key") return facts.sealing_kid;
    if (command.credential == "signing_key") return facts.signing_kid;
    if (command.credential == "client_cert") return facts.certificate_thumbprint;
    return command.credential;
}

std::string result_of(const contract::CredentialRefresh& command, const CredentialFacts& facts) {
    contract::ObjectWriter out;
    out.text("credential", command.credential).text("kid", name_of(command, facts));
    if (command.credential == "client_cert" && facts.certificate_ends)
        out.text("not_after", format_rfc3339(*facts.certificate_ends));
    return out.str();
}

bool needs_session(const contract::CredentialRefresh& command) {
    // Nothing in a session is sealed: opening one would prove nothing of a sealing key.
    return command.credential != "sealing_key";
}

}  // namespace

template <class Function>
auto CredentialDesk::guarded(Function function) {
    return
        [alive = std::weak_ptr<bool>(alive_), function = std::move(function)](auto&&... arguments) {
            if (!alive.expired()) function(std::forward<decltype(arguments)>(arguments)...);
        };
}

Decision CredentialDesk::decide(const contract::CredentialRefresh& command) {
    if (command.method == "csr") return request(command);
    if (command.credential == "session_token")
        return command.dry_run ? would_do(lane) : accepted(lane);
    if (port_.is_current(command)) return completed(lane, result_of(command, port_.facts()));
    if (const Status fits = port_.judge(command); !fits) return rejected(fits.error());
    return command.dry_run ? would_do(lane) : accepted(lane);
}

Decision CredentialDesk::request(const contract::CredentialRefresh& command) {
    if (command.dry_run) return would_do(lane);
    auto made = port_.request(command.credential, command.challenge);
    if (!made) return rejected(made.error());
    return completed(lane, *std::move(made));
}

void CredentialDesk::run(const contract::CredentialRefresh& command,
                         const contract::Envelope& envelope) {
    reports_.begin(envelope.message_id);
    if (!command.not_before || *command.not_before <= clock_.wall())
        return begin(command, envelope);
    reports_.progress(envelope.message_id, note("scheduled"));
    port_.at(*command.not_before, guarded([this, command, envelope] { begin(command, envelope); }));
}

void CredentialDesk::begin(const contract::CredentialRefresh& command,
                           const contract::Envelope& envelope) {
    if (command.credential == "session_token") return renew(envelope);
    if (port_.is_current(command)) {
        return reports_.succeeded(envelope.message_id, result_of(command, port_.facts()));
    }
    if (const Status staged = port_.stage(command); !staged) {
        port_.drop();
        return reports_.failed(envelope.message_id, staged.error());
    }
    if (!needs_session(command)) return proven(command, envelope);
    reports_.progress(envelope.message_id, note("confirming"));
    port_.prove(confirm_ms,
                guarded([this, command, envelope](bool good, const std::string& reason) {
                    if (good) return proven(command, envelope);
                    refused(command, envelope, reason);
                }));
}

void CredentialDesk::renew(const contract::Envelope& envelope) {
    reports_.progress(envelope.message_id, note("confirming"));
    port_.renew_token(
        guarded([this, id = envelope.message_id](bool good, const std::string& reason) {
            if (good) return reports_.succeeded(id, R"({"credential":"session_token"})");
            reports_.failed(id, fail(ErrorCode::SYS_TIMEOUT, "No fresh session token: " + reason));
        }));
}

void CredentialDesk::proven(const contract::CredentialRefresh& command,
                            const contract::Envelope& envelope) {
    if (const Status kept = port_.promote(); !kept) {
        port_.drop();
        return reports_.failed(envelope.message_id, kept.error());
    }
    log::info("Credential {} renewed", command.credential);
    tell_rotated(command, envelope);
    reports_.succeeded(envelope.message_id, result_of(command, port_.facts()));
}

void CredentialDesk::refused(const contract::CredentialRefresh& command,
                             const contract::Envelope& envelope, const std::string& reason) {
    port_.drop();
    const CredentialFacts facts = port_.facts();
    contract::ObjectWriter context;
    context.text("kid", command.kid.empty() ? name_of(command, facts) : command.kid)
        .integer("count", 1)
        .text("peer", facts.studio_url);
    reports_.event("security.auth_failed", context, envelope.correlation_id);
    ProgressNote back = note("rolled_back");
    back.error = fail(ErrorCode::SEC_UNAUTHORISED,
                      "The new " + command.credential +
                          " was not proven by a session; the former one stays: " + reason);
    reports_.progress(envelope.message_id, back);
}

void CredentialDesk::tell_rotated(const contract::CredentialRefresh& command,
                                  const contract::Envelope& envelope) {
    const CredentialFacts facts = port_.facts();
    contract::ObjectWriter context;
    context.text("kid", name_of(command, facts));
    if (command.credential == "client_cert" && facts.certificate_ends)
        context.text("not_after", format_rfc3339(*facts.certificate_ends));
    reports_.event("credential.rotated", context, envelope.correlation_id);
}

}  // namespace vistter::appliance
