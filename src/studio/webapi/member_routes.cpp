// Organisations and the people in them (contract F.2, Identity).
#include <fmt/format.h>
#include <utility>

#include "base/ids.hpp"
#include "crypto/password.hpp"
#include "studio/webapi/audit.hpp"
#include "studio/webapi/hashing.hpp"
#include "studio/webapi/json_body.hpp"
#include "studio/webapi/page_list.hpp"
#include "studio/webapi/problem.hpp"
#include "studio/webapi/route.hpp"

namespace vistter::studio {
namespace {

constexpr std::size_t max_password = 1'024;

json::object org_json(const Org& org) {
    return {{"org_id", org.org_id},
            {"name", org.name},
            {"handle", org.handle.empty() ? json::value(nullptr) : json::value(org.handle)},
            {"home", org.home},
            {"created_at", format_rfc3339(org.created_at)}};
}

json::object member_json(const User& user) {
    return {{"user_id", user.user_id},
            {"org_id", user.tenant},
            {"username", user.username},
            {"role", user.role},
            {"revision", user.revision}};
}

std::string etag_of(const User& user) {
    return fmt::format("\"{}\"", user.revision);
}

net::Response member_response(int status, const User& user) {
    net::Response response = json_response(status, member_json(user));
    response.headers.emplace_back("ETag", etag_of(user));
    if (status == 201) {
        response.headers.emplace_back(
            "Location", fmt::format("/v1/orgs/{}/members/{}", user.tenant, user.user_id));
    }
    return response;
}

struct MemberForm {
    std::string org_name, handle;  // POST /v1/orgs only
    std::string username, password, role;
};

void check_password(Members& members, const std::string& password) {
    if (password.size() < crypto::min_password_length)
        members.fault("password", ErrorCode::VAL_SCHEMA, "a password has at least 12 characters");
}

void check_role(Members& members, const std::string& role) {
    if (!is_role(role)) {
        members.fault("role", ErrorCode::VAL_ENUM,
                      "a role is viewer, operator, producer, admin or emergency");
    }
}

Result<MemberForm> read_form(const net::Request& request, bool with_org) {
    auto body = read_object(request);
    if (!body) return body.error();
    Members members(*body);
    MemberForm form;
    if (with_org) {
        form.org_name = members.text("name", 200);
        form.handle = members.text("handle", 32);
        if (!is_handle(form.handle))
            members.fault("handle", ErrorCode::VAL_SCHEMA,
                          "a handle has 2 to 32 of a-z, 0-9 and hyphens between them");
    }
    form.username = members.text("username", 64);
    form.password = members.text("password", max_password);
    form.role = with_org ? "admin" : members.text("role", 16);
    check_password(members, form.password);
    check_role(members, form.role);
    if (auto read = members.done(); !read) return read.error();
    if (auto named = check_username(form.username); !named) return named.error();
    return form;
}

User user_of(Services& services, const MemberForm& form, const std::string& tenant,
             const std::string& password_hash) {
    return {.user_id = make_id("usr_", services.clock, services.random),
            .tenant = tenant,
            .username = form.username,
            .password_hash = password_hash,
            .role = form.role};
}

// Hashes the form's password, then answers with `then` on the loop.
void hash_then(Services& services, const Call& call, std::unique_ptr<net::Responder> responder,
               const std::string& password,
               std::function<Result<net::Response>(const std::string& hash)> then) {
    on_worker<std::string>(
        services, SharedResponder(std::move(responder)), call.correlation_id,
        [password] { return crypto::hash_password(password, machine_random()); },
        [id = call.correlation_id, then = std::move(then)](const std::string& hash) {
            auto answer = then(hash);
            return answer ? std::move(*answer) : problem(answer.error(), id);
        });
}

Result<net::Response> get_orgs(Services& services, const Call& call) {
    const auto page = read_page(call.request);
    if (!page) return page.error();
    std::vector<Org> orgs = services.accounts.orgs();
    // Who runs this Studio sees whom it serves; everybody else sees their own.
    const bool all = is_admitted(Access::home_admin, *call.who);
    std::erase_if(orgs,
                  [&](const Org& org) { return !all && org.org_id != call.who->user.tenant; });
    return json_response(200, page_of<Org>(
                                  orgs, *page, [](const auto& org) { return org.org_id; },
                                  [](const auto& org) { return org_json(org); }));
}

void post_org(Services& services, const Call& call, std::unique_ptr<net::Responder> responder) {
    auto form = read_form(call.request, true);
    if (!form) return responder->respond(problem(form.error(), call.correlation_id));
    hash_then(services, call, std::move(responder), form->password,
              [&services, form = *form,
               founder = author_of(call)](const std::string& hash) -> Result<net::Response> {
                  const Org org{make_id("org_", services.clock, services.random), form.org_name,
                                false, services.clock.wall(), form.handle};
                  const User admin = user_of(services, form, org.org_id, hash);
                  Status made = ok();
                  services.work.atomically([&] {
                      made = services.accounts.add_org(org, admin);
                      if (made) note(services, founder, "org.create", org.org_id);
                  });
                  if (!made) return made.error();
                  json::object shown = org_json(org);
                  shown["admin"] = member_json(admin);
                  net::Response response = json_response(201, shown);
                  response.headers.emplace_back("Location", "/v1/orgs/" + org.org_id);
                  return response;
              });
}

Result<net::Response> get_org(Services& services, const Call& call) {
    const auto org = services.accounts.find_org(call.parameter("org_id"));
    if (!org) return fail(ErrorCode::RES_NOT_FOUND, "no organisation has this id");
    return json_response(200, org_json(*org));
}

Result<net::Response> get_members(Services& services, const Call& call) {
    const auto page = read_page(call.request);
    if (!page) return page.error();
    return json_response(200, page_of<User>(
                                  services.accounts.members(call.parameter("org_id")), *page,
                                  [](const auto& user) { return user.user_id; },
                                  [](const auto& user) { return member_json(user); }));
}

void post_member(Services& services, const Call& call, std::unique_ptr<net::Responder> responder) {
    auto form = read_form(call.request, false);
    if (!form) return responder->respond(problem(form.error(), call.correlation_id));
    hash_then(services, call, std::move(responder), form->password,
              [&services, form = *form,
               admin = author_of(call)](const std::string& hash) -> Result<net::Response> {
                  const User user = user_of(services, form, admin.tenant, hash);
                  Status added = ok();
                  services.work.atomically([&] {
                      added = services.accounts.add_member(user, services.clock.wall());
                      if (added) note(services, admin, "member.add", user.user_id);
                  });
                  if (!added) return added.error();
                  return member_response(201, user);
              });
}

Result<User> member_of(const Services& services, const Call& call) {
    auto user = services.accounts.member(call.parameter("org_id"), call.parameter("user_id"));
    if (!user) return fail(ErrorCode::RES_NOT_FOUND, "no member has this id");
    return std::move(*user);
}

Result<net::Response> get_member(Services& services, const Call& call) {
    const auto user = member_of(services, call);
    if (!user) return user.error();
    return member_response(200, *user);
}

// The member as the caller last read it. Errors: RES_NOT_FOUND, those of check_if_match.
Result<User> member_to_change(const Services& services, const Call& call) {
    auto user = member_of(services, call);
    if (!user) return user.error();
    if (auto same = check_if_match(call.request, etag_of(*user)); !same) return same.error();
    return user;
}

Result<net::Response> store_member(Services& services, const Author& admin, User user) {
    Status changed = ok();
    services.work.atomically([&] {
        changed = services.accounts.change_member(user);
        if (changed) note(services, admin, "member.change", user.user_id);
    });
    if (!changed) return changed.error();
    ++user.revision;
    return member_response(200, user);
}

void patch_member(Services& services, const Call& call, std::unique_ptr<net::Responder> responder) {
    const auto refuse = [&](const Error& error) {
        responder->respond(problem(error, call.correlation_id));
    };
    auto user = member_to_change(services, call);
    if (!user) return refuse(user.error());
    auto body = read_object(call.request);
    if (!body) return refuse(body.error());
    Members members(*body);
    const auto role = members.optional_text("role", 16);
    const auto password = members.optional_text("password", max_password);
    if (role) check_role(members, *role);
    if (password) check_password(members, *password);
    if (auto read = members.done(); !read) return refuse(read.error());
    if (role) user->role = *role;
    if (!password) {
        const auto stored = store_member(services, author_of(call), *user);
        return stored ? responder->respond(*stored) : refuse(stored.error());
    }
    hash_then(services, call, std::move(responder), *password,
              [&services, user = *user, admin = author_of(call)](const std::string& hash) {
                  User changed = user;
                  changed.password_hash = hash;
                  return store_member(services, admin, std::move(changed));
              });
}

Result<net::Response> delete_member(Services& services, const Call& call) {
    const auto user = member_to_change(services, call);
    if (!user) return user.error();
    Status removed = ok();
    services.work.atomically([&] {
        removed = services.accounts.remove_member(*user);
        if (removed) note(services, author_of(call), "member.remove", user->user_id);
    });
    if (!removed) return removed.error();
    net::Response response;
    response.status = 204;
    return response;
}

}  // namespace

std::vector<Route> member_routes() {
    constexpr Access admin = Access::people_admin;
    constexpr const char* all = "/v1/orgs/{org_id}/members";
    constexpr const char* one = "/v1/orgs/{org_id}/members/{user_id}";
    return {{.method = "GET", .pattern = "/v1/orgs", .access = Access::signed_in, .now = get_orgs},
            {.method = "POST",
             .pattern = "/v1/orgs",
             .access = Access::home_admin,
             .act = "org.create",
             .later = post_org},
            {.method = "GET",
             .pattern = "/v1/orgs/{org_id}",
             .access = Access::signed_in,
             .now = get_org},
            {.method = "GET", .pattern = all, .access = admin, .now = get_members},
            {.method = "POST",
             .pattern = all,
             .access = admin,
             .act = "member.add",
             .later = post_member},
            {.method = "GET", .pattern = one, .access = admin, .now = get_member},
            {.method = "PATCH",
             .pattern = one,
             .access = admin,
             .act = "member.change",
             .later = patch_member},
            {.method = "DELETE",
             .pattern = one,
             .access = admin,
             .act = "member.remove",
             .now = delete_member}};
}

}  // namespace vistter::studio
