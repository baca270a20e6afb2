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

void refuse(Call& call, const Error& error) {
    call.responder->respond(problem_answer(error, call.correlation_id));
}

}  // namespace

// What outlives the request while a worker or Studio is busy; shared by the work and its answer on
// the loop.
struct AccountDesk::Waiting {
    std::unique_ptr<net::Responder> responder;
    std::string correlation_id;
    void refuse(const Error& error) { responder->respond(problem_answer(error, correlation_id)); }
    // The boundary where a storage failure in work that came back from elsewhere becomes an answer.
    void guarded(const std::function<void()>& work) {
        try {
            work();
        } catch (const std::exception& failure) {
            log::error("local API: {}", failure.what());
            if (responder)
                refuse(
                    fail(ErrorCode::SYS_STORAGE, "The appliance's storage failed; see its log."));
        }
    }
};

void AccountDesk::audit(const std::string& action, const std::string& target,
                        const std::string& result) {
    contract::ObjectWriter context;
    context.text("actor", "local")
        .text("action", action)
        .text("target", target)
        .text("result", result);
    services_.reports.event("audit.local_action", context);
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
    if (password->size() < crypto::min_password_length)
        return refuse(call, fail_at(ErrorCode::VAL_RANGE, "/password",
                                    "The password needs at least 12 characters."));
    if (too_many_guesses(call)) return;
    if (!services_.setup_code.matches(*code)) {
        audit("setup", "account", "refused");
        return refuse(
            call,
            fail_at(ErrorCode::API_FORBIDDEN, "/code",
                    "The setup code is wrong; it is in the file setup-code of the state folder."));
    }
    guesses_.give_back();
    auto waiting =
        std::make_shared<Waiting>(Waiting{std::move(call.responder), call.correlation_id});
    const bool queued = services_.workers.submit([this, waiting, password = *password] {
        const std::string hash = crypto::hash_password(password, machine_random());
        services_.loop.post(
            [this, waiting, hash] { waiting->guarded([&] { keep_account(*waiting, hash); }); });
    });
    if (!queued) waiting->refuse(busy());
}

void AccountDesk::keep_account(Waiting& waiting, const std::string& hash) {
    if (services_.accounts.password_hash())
        return waiting.refuse(
            fail(ErrorCode::STA_TRANSITION, "The appliance is set up already; sign in."));
    services_.accounts.set_password_hash(hash);
    if (const Status consumed = services_.setup_code.consume(); !consumed)
        return waiting.refuse(consumed.error());
    audit("setup", "account", "done");
    waiting.responder->respond(json_answer(201, {{"ready", true}}));
}

void AccountDesk::post_session(Call& call) {
    const auto body = read_body(call.request);
    if (!body) return refuse(call, body.error());
    const auto password = text_member(*body, "password");
    if (!password) return refuse(call, password.error());
    const auto stored = services_.accounts.password_hash();
    if (!stored)
        return refuse(call, fail(ErrorCode::STA_NOT_READY,
                                 "The appliance is not set up; POST /local/v1/setup first."));
    if (too_many_guesses(call)) return;
    auto waiting =
        std::make_shared<Waiting>(Waiting{std::move(call.responder), call.correlation_id});
    const bool queued =
        services_.workers.submit([this, waiting, password = *password, stored = *stored] {
            const bool right = crypto::check_password(password, stored);
            services_.loop.post(
                [this, waiting, right] { waiting->guarded([&] { let_in(*waiting, right); }); });
        });
    if (!queued) waiting->refuse(busy());
}

void AccountDesk::let_in(Waiting& waiting, bool right) {
    if (!right) {
        audit("sign_in", "account", "refused");
        return waiting.refuse(fail(ErrorCode::API_UNAUTHENTICATED, "The password is wrong."));
    }
    guesses_.give_back();
    const Session session = gate_.open();
    audit("sign_in", "account", "done");
    auto response = json_answer(200, {{"token", session.token},
                                      {"csrf_token", session.csrf_token},
                                      {"expires_at", format_rfc3339(session.expires)},
                                      {"user", {{"username", "local"}, {"role", "admin"}}}});
    response.headers.emplace_back("Set-Cookie", Gate::cookie(session));
    waiting.responder->respond(std::move(response));
}

void AccountDesk::delete_session(Call& call) {
    gate_.close(call.request);
    audit("sign_out", "account", "done");
    auto response = empty_answer(204);
    response.headers.emplace_back("Set-Cookie", Gate::expired_cookie());
    call.responder->respond(std::move(response));
}

void AccountDesk::get_me(Call& call) {
    call.responder->respond(json_answer(
        200, {{"username", "local"}, {"role", "admin"}, {"csrf_token", call.csrf_token}}));
}

void AccountDesk::post_pairing(Call& call) {
    const auto body = read_body(call.request);
    if (!body) return refuse(call, body.error());
    const auto token = text_member(*body, "token");
    if (!token) return refuse(call, token.error());
    const auto studio_url = text_member(*body, "studio_url");
    if (!studio_url) return refuse(call, studio_url.error());
    auto waiting =
        std::make_shared<Waiting>(Waiting{std::move(call.responder), call.correlation_id});
    services_.pairing.pair(
        *token, *studio_url,
        [this, waiting, studio_url = *studio_url](const Result<PairedAs>& paired) {
            waiting->guarded([&] {
                audit("pair", studio_url,
                      paired ? "done" : std::string(to_string(paired.error().code)));
                if (!paired) return waiting->refuse(paired.error());
                waiting->responder->respond(json_answer(201, {{"device_id", paired->device_id},
                                                              {"tenant", paired->tenant},
                                                              {"name", paired->name}}));
            });
        });
}

}  // namespace vistter::appliance
