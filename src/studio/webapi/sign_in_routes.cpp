// Setting up Studio once, signing in and out (rulings 15).
#include <memory>
#include <utility>

#include "base/ids.hpp"
#include "crypto/password.hpp"
#include "studio/webapi/audit.hpp"
#include "studio/webapi/gate.hpp"
#include "studio/webapi/hashing.hpp"
#include "studio/webapi/json_body.hpp"
#include "studio/webapi/problem.hpp"
#include "studio/webapi/route.hpp"

namespace vistter::studio {
namespace {

constexpr std::size_t max_password = 1'024;
constexpr std::size_t longest_sign_in_name = 64 + 1 + 32;  // bob@harbour

std::string cookie_header(const std::string& token, std::int64_t max_age_s, bool secure) {
    return std::string(session_cookie) + "=" + token +
           "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(max_age_s) +
           (secure ? "; Secure" : "");
}

json::object user_json(const User& user) {
    return {{"user_id", user.user_id},
            {"org_id", user.tenant},
            {"username", user.username},
            {"role", user.role}};
}

// What somebody did to their own account; before anybody is known, `user_id` says what they tried.
void note_own(Services& services, const User& actor, const std::string& correlation_id,
              std::string_view action, std::string_view outcome = "ok") {
    note(services, {actor.user_id, actor.tenant, correlation_id}, action, actor.user_id, outcome);
}

User nobody(const std::string& label) {
    User user;
    user.user_id = label;
    return user;
}

Result<net::Response> get_setup(Services& services, const Call&) {
    return json_response(200, json::object{{"required", !services.accounts.any_user()}});
}

struct SetupForm {
    std::string code, username, password;
};

Result<SetupForm> read_setup(const net::Request& request) {
    auto body = read_object(request);
    if (!body) return body.error();
    Members members(*body);
    SetupForm form{members.text("code", 64), members.text("username", 64),
                   members.text("password", max_password)};
    if (form.password.size() < crypto::min_password_length) {
        members.fault("password", ErrorCode::VAL_SCHEMA, "a password has at least 12 characters");
    }
    if (auto read = members.done(); !read) return read.error();
    if (auto named = check_username(form.username); !named) return named.error();
    return form;
}

net::Response finish_setup(Services& services, const std::string& correlation_id,
                           const std::string& username, const std::string& password_hash) {
    const User user{.user_id = make_id("usr_", services.clock, services.random),
                    .tenant = {},
                    .username = username,
                    .password_hash = password_hash,
                    .role = "admin"};
    if (auto added = services.accounts.add_first_user(user, services.clock.wall()); !added) {
        return problem(added.error(), correlation_id);
    }
    services.setup_code.consume();
    const User made = services.accounts.find_user({username, {}}).value_or(user);
    note_own(services, made, correlation_id, "setup");
    return json_response(201, user_json(made));
}

void post_setup(Services& services, const Call& call, std::unique_ptr<net::Responder> responder) {
    const std::string& source = call.request.remote_address;
    auto form = read_setup(call.request);
    if (!form) return responder->respond(problem(form.error(), call.correlation_id));
    if (services.accounts.any_user()) {
        const Error done =
            fail(ErrorCode::STA_IN_USE, "Studio has been set up already; sign in instead");
        return responder->respond(problem(done, call.correlation_id));
    }
    if (const auto wait_ms = services.guards.setup.take(source, services.clock.steady())) {
        return responder->respond(too_many(*wait_ms, call.correlation_id));
    }
    if (!services.setup_code.matches(form->code)) {
        note_own(services, nobody("setup"), call.correlation_id, "setup", "API_FORBIDDEN");
        const Error wrong =
            fail_at(ErrorCode::API_FORBIDDEN, "/code",
                    "this is not the setup code; it is in the file setup-code of the state folder");
        return responder->respond(problem(wrong, call.correlation_id));
    }
    services.guards.setup.give_back(source);
    on_worker<std::string>(
        services, SharedResponder(std::move(responder)), call.correlation_id,
        [password = form->password] { return crypto::hash_password(password, machine_random()); },
        [&services, id = call.correlation_id, username = form->username](const std::string& hash) {
            return finish_setup(services, id, username, hash);
        });
}

net::Response finish_sign_in(Services& services, const User& user,
                             const std::string& correlation_id, bool secure) {
    Bytes secret(32);
    services.random.fill(secret);
    const std::string token = to_base64url(secret);
    const WallTime now = services.clock.wall();
    services.accounts.open_sign_in(token_hash(token), user.user_id, now);
    note_own(services, user, correlation_id, "sign_in");
    net::Response response = json_response(
        200, json::object{{"token", token},
                          {"csrf_token", csrf_token(token)},
                          {"expires_at", format_rfc3339(WallTime{now.ms + sign_in_lifetime_ms})},
                          {"user", user_json(user)}});
    response.headers.emplace_back("Set-Cookie",
                                  cookie_header(token, sign_in_lifetime_ms / 1'000, secure));
    return response;
}

void post_session(Services& services, const Call& call, std::unique_ptr<net::Responder> responder) {
    auto body = read_object(call.request);
    if (!body) return responder->respond(problem(body.error(), call.correlation_id));
    Members members(*body);
    const std::string username = members.text("username", longest_sign_in_name);
    const std::string password = members.text("password", max_password);
    if (auto read = members.done(); !read)
        return responder->respond(problem(read.error(), call.correlation_id));
    const std::string source = call.request.remote_address;
    if (const auto wait_ms = services.guards.sign_in.take(source, services.clock.steady())) {
        return responder->respond(too_many(*wait_ms, call.correlation_id));
    }
    const auto user = services.accounts.find_user(read_sign_in_name(username));
    // An unknown user costs the same hash as a known one, so that time does not tell them apart.
    const std::string stored = user ? user->password_hash : services.absent_user_hash;
    on_worker<bool>(
        services, SharedResponder(std::move(responder)), call.correlation_id,
        [password, stored] { return crypto::check_password(password, stored); },
        [&services, id = call.correlation_id, user, source,
         secure = call.request.secure](bool right) {
            if (!right || !user) {
                note_own(services, user.value_or(nobody("unknown")), id, "sign_in",
                         "API_UNAUTHENTICATED");
                return problem(
                    fail(ErrorCode::API_UNAUTHENTICATED, "user name or password is wrong"), id);
            }
            services.guards.sign_in.give_back(source);
            return finish_sign_in(services, *user, id, secure);
        });
}

Result<net::Response> delete_session(Services& services, const Call& call) {
    services.accounts.close_sign_in(token_hash(presented_token(call.request)));
    note_own(services, call.who->user, call.correlation_id, "sign_out");
    net::Response response;
    response.status = 204;
    response.headers.emplace_back("Set-Cookie", cookie_header("", 0, call.request.secure));
    return response;
}

Result<net::Response> get_me(Services& services, const Call& call) {
    json::object me = user_json(call.who->user);
    const auto org = services.accounts.find_org(call.who->user.tenant);
    me["org_name"] = org ? json::value(org->name) : json::value(nullptr);
    me["handle"] = org && !org->handle.empty() ? json::value(org->handle) : json::value(nullptr);
    me["home"] = call.who->home;
    me["api_key"] = call.who->by_key;
    me["csrf_token"] = csrf_token(presented_token(call.request));
    me["expires_at"] = format_rfc3339(call.who->expires_at);
    return json_response(200, me);
}

struct PasswordForm {
    std::string current, next;
};

Result<PasswordForm> read_password_form(const net::Request& request) {
    auto body = read_object(request);
    if (!body) return body.error();
    Members members(*body);
    PasswordForm form{members.text("current_password", max_password),
                      members.text("new_password", max_password)};
    if (form.next.size() < crypto::min_password_length) {
        members.fault("new_password", ErrorCode::VAL_SCHEMA,
                      "a password has at least 12 characters");
    }
    if (auto read = members.done(); !read) return read.error();
    return form;
}

net::Response finish_password(Services& services, const Author& author, User user,
                              const std::string& kept, const std::string& new_hash) {
    user.password_hash = new_hash;
    Status changed = ok();
    services.work.atomically([&] {
        changed = services.accounts.change_password(user, kept);
        if (changed) note(services, author, "password.change", user.user_id);
    });
    if (!changed) return problem(changed.error(), author.correlation_id);
    net::Response response;
    response.status = 204;
    return response;
}

// One's own, by whoever knows the current one; every other sign-in of the person ends.
void put_password(Services& services, const Call& call, std::unique_ptr<net::Responder> responder) {
    const auto form = read_password_form(call.request);
    if (!form) return responder->respond(problem(form.error(), call.correlation_id));
    const User& user = call.who->user;
    if (const auto wait_ms = services.guards.passwords.take(user.user_id, services.clock.steady()))
        return responder->respond(too_many(*wait_ms, call.correlation_id));
    // The hash of the new one, or nothing when the current one is wrong.
    using NewHash = std::optional<std::string>;
    on_worker<NewHash>(
        services, SharedResponder(std::move(responder)), call.correlation_id,
        [form = *form, stored = user.password_hash]() -> NewHash {
            if (!crypto::check_password(form.current, stored)) return std::nullopt;
            return crypto::hash_password(form.next, machine_random());
        },
        [&services, author = author_of(call), user,
         kept = token_hash(presented_token(call.request))](const NewHash& hash) {
            if (hash) {
                services.guards.passwords.give_back(user.user_id);
                return finish_password(services, author, user, kept, *hash);
            }
            return problem(fail_at(ErrorCode::API_FORBIDDEN, "/current_password",
                                   "this is not your current password"),
                           author.correlation_id);
        });
}

}  // namespace

std::vector<Route> sign_in_routes() {
    return {{.method = "GET", .pattern = "/v1/setup", .now = get_setup},
            {.method = "POST", .pattern = "/v1/setup", .later = post_setup},
            {.method = "POST", .pattern = "/v1/auth/session", .later = post_session},
            {.method = "DELETE",
             .pattern = "/v1/auth/session",
             .access = Access::person,
             .act = "sign_out",
             .now = delete_session},
            {.method = "GET", .pattern = "/v1/me", .access = Access::signed_in, .now = get_me},
            {.method = "PUT",
             .pattern = "/v1/me/password",
             .access = Access::person,
             .act = "password.change",
             .later = put_password}};
}

}  // namespace vistter::studio
