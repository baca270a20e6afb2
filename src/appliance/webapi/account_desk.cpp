// Password work runs on a worker; everything else on the loop.
#include "appliance/webapi/account_desk.hpp"

#include "appliance/webapi/answer.hpp"
#include "base/log.hpp"
#include "crypto/password.hpp"

namespace vistter::appliance {
namespace {

Error busy() {
    return fail(ErrorCode::SYS_BUSY, "The appliance is busy; try again in a moment.");
}

Status check_password(const std::string& password) {
    if (password.size() >= crypto::min_password_length) return ok();
    return fail_at(ErrorCode::VAL_RANGE, "/password", "The password needs at least 12 characters.");
}

std::string name_of(const std::string& role) {
    return role == local_operator ? "operator" : "local";
}

}  // namespace

void AccountDesk::audit(const std::string& role, const std::string& action,
                        const std::string& result) {
    audit_local(services_.reports, role, action, "account", result);
}

// Hashing takes a worker.
void AccountDesk::hash_then(Call& call, const std::string& password,
                            std::function<void(LateAnswer&, const std::string& hash)> then) {
    auto waiting = std::make_shared<LateAnswer>(call);  // shared: by the work and its answer
    const bool queued = services_.workers.submit([this, waiting, password, then] {
        const std::string hash = crypto::hash_password(password, machine_random());
        services_.loop.post(
            [waiting, hash, then] { waiting->guarded([&] { then(*waiting, hash); }); });
    });
    if (!queued) waiting->refuse(busy());
}

bool AccountDesk::too_many_guesses(Call& call) {
    const auto wait_ms = guesses_.take(services_.clock.steady());
    if (!wait_ms) return false;
    auto response =
        problem_answer(fail(ErrorCode::API_RATE, "Too many wrong attempts; wait and try again."),
                       call.correlation_id);
    response.headers.emplace_back("Retry-After", std::to_string(*wait_ms / 1000 + 1));
    call.responder->respond(std::move(response));
    return true;
}

void AccountDesk::get_setup(Call& call) {
    call.responder->respond(
        json_answer(200, {{"required", !services_.accounts.password_hash().has_value()}}));
}

void AccountDesk::post_setup(Call& call) {
    const auto body = read_body(call.request);
    if (!body) return refuse(call, body.error());
    const auto code = text_member(*body, "code");
    if (!code) return refuse(call, code.error());
    const auto password = text_member(*body, "password");
    if (!password) return refuse(call, password.error());
    if (services_.accounts.password_hash())
        return refuse(call,
                      fail(ErrorCode::STA_TRANSITION, "The appliance is set up already; sign in."));
    if (const Status good = check_password(*password); !good) return refuse(call, good.error());
    if (too_many_guesses(call)) return;
    if (!services_.setup_code.matches(*code)) {
        audit("", "setup", "refused");
        return refuse(
            call,
            fail_at(ErrorCode::API_FORBIDDEN, "/code",
                    "The setup code is wrong; it is in the file setup-code of the state folder."));
    }
    guesses_.give_back();
    hash_then(call, *password, [this](LateAnswer& waiting, const std::string& hash) {
        keep_account(waiting, hash);
    });
}

void AccountDesk::keep_account(LateAnswer& waiting, const std::string& hash) {
    if (services_.accounts.password_hash())
        return waiting.refuse(
            fail(ErrorCode::STA_TRANSITION, "The appliance is set up already; sign in."));
    services_.accounts.set_password_hash(hash);
    if (const Status consumed = services_.setup_code.consume(); !consumed)
        return waiting.refuse(consumed.error());
    audit("", "setup", "done");
    waiting.responder->respond(json_answer(201, {{"ready", true}}));
}

void AccountDesk::post_session(Call& call) {
    const auto body = read_body(call.request);
    if (!body) return refuse(call, body.error());
    const auto password = text_member(*body, "password");
    if (!password) return refuse(call, password.error());
    const bool as_operator =
        body->contains("username") && body->at("username") == json::value("operator");
    if (!services_.accounts.password_hash())
        return refuse(call, fail(ErrorCode::STA_NOT_READY,
                                 "The appliance is not set up; POST /local/v1/setup first."));
    if (too_many_guesses(call)) return;
    const auto stored =
        as_operator ? services_.accounts.operator_hash() : services_.accounts.password_hash();
    const std::string role = as_operator ? local_operator : local_admin;
    if (!stored) {
        audit(role, "sign_in", "refused");
        return refuse(call, fail(ErrorCode::API_UNAUTHENTICATED, "The password is wrong."));
    }
    auto waiting = std::make_shared<LateAnswer>(call);  // shared: by the work and its answer
    const bool queued =
        services_.workers.submit([this, waiting, role, password = *password, stored = *stored] {
            const bool right = crypto::check_password(password, stored);
            services_.loop.post([this, waiting, role, right] {
                waiting->guarded([&] { let_in(*waiting, role, right); });
            });
        });
    if (!queued) waiting->refuse(busy());
}

void AccountDesk::let_in(LateAnswer& waiting, const std::string& role, bool right) {
    if (!right) {
        audit(role, "sign_in", "refused");
        return waiting.refuse(fail(ErrorCode::API_UNAUTHENTICATED, "The password is wrong."));
    }
    guesses_.give_back();
    const Session session = gate_.open(role);
    audit(role, "sign_in", "done");
    auto response = json_answer(200, {{"token", session.token},
                                      {"csrf_token", session.csrf_token},
                                      {"expires_at", format_rfc3339(session.expires)},
                                      {"user", {{"username", name_of(role)}, {"role", role}}}});
    response.headers.emplace_back("Set-Cookie", Gate::cookie(session));
    waiting.responder->respond(std::move(response));
}

void AccountDesk::delete_session(Call& call) {
    gate_.close(call.request);
    audit(call.session.role, "sign_out", "done");
    auto response = empty_answer(204);
    response.headers.emplace_back("Set-Cookie", Gate::expired_cookie());
    call.responder->respond(std::move(response));
}

void AccountDesk::get_me(Call& call) {
    call.responder->respond(json_answer(200, {{"username", name_of(call.session.role)},
                                              {"role", call.session.role},
                                              {"csrf_token", call.session.csrf_token}}));
}

// A person changes their own password and shows the present one for it.
void AccountDesk::post_password(Call& call) {
    const auto body = read_body(call.request);
    if (!body) return refuse(call, body.error());
    const auto current = text_member(*body, "current"), password = text_member(*body, "password");
    if (!current) return refuse(call, current.error());
    if (!password) return refuse(call, password.error());
    if (const Status good = check_password(*password); !good) return refuse(call, good.error());
    if (too_many_guesses(call)) return;
    const std::string role = call.session.role;
    const auto stored = role == local_operator ? services_.accounts.operator_hash()
                                               : services_.accounts.password_hash();
    auto waiting = std::make_shared<LateAnswer>(call);  // shared: by the work and its answer
    const bool queued =
        services_.workers.submit([this, waiting, role, current = *current, password = *password,
                                  stored = stored.value_or("")] {
            const bool right = crypto::check_password(current, stored);
            const std::string hash =
                right ? crypto::hash_password(password, machine_random()) : std::string();
            services_.loop.post([this, waiting, role, hash] {
                waiting->guarded([&] { keep_password(*waiting, role, hash); });
            });
        });
    if (!queued) waiting->refuse(busy());
}

void AccountDesk::keep_password(LateAnswer& waiting, const std::string& role,
                                const std::string& hash) {
    if (hash.empty()) {
        audit(role, "change_password", "refused");
        return waiting.refuse(
            fail_at(ErrorCode::API_FORBIDDEN, "/current", "The present password is wrong."));
    }
    guesses_.give_back();
    services_.accounts.change_password(role, hash, waiting.session.csrf_token);
    audit(role, "change_password", "done");
    waiting.responder->respond(empty_answer(204));
}

void AccountDesk::put_operator(Call& call) {
    const auto body = read_body(call.request);
    if (!body) return refuse(call, body.error());
    const auto password = text_member(*body, "password");
    if (!password) return refuse(call, password.error());
    if (const Status good = check_password(*password); !good) return refuse(call, good.error());
    hash_then(call, *password, [this](LateAnswer& waiting, const std::string& hash) {
        services_.accounts.set_operator_hash(hash);
        audit(waiting.session.role, "set_operator", "done");
        waiting.responder->respond(empty_answer(204));
    });
}

void AccountDesk::delete_operator(Call& call) {
    services_.accounts.set_operator_hash(std::nullopt);
    audit(call.session.role, "remove_operator", "done");
    call.responder->respond(empty_answer(204));
}

}  // namespace vistter::appliance
