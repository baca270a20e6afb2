// Rows of the trail.
#include "studio/webapi/audit.hpp"

#include "base/log.hpp"
#include "contract/json.hpp"
#include "studio/webapi/json_body.hpp"

namespace vistter::studio {
namespace {

constexpr std::size_t longest_target = 200;

std::string code_of(const net::Response& answer) {
    const json::value body = stored_json(answer.body);
    const std::string code =
        body.is_object() ? contract::json::text_at(body.as_object(), "code") : std::string();
    return code.empty() ? std::to_string(answer.status) : code;
}

}  // namespace

Author author_of(const Call& call) {
    return {call.who->user.user_id, call.who->user.tenant, call.correlation_id};
}

void note(Services& services, const Author& author, std::string_view action,
          const std::string& target, std::string_view outcome) {
    services.audit.write({services.clock.wall(), author.user_id, std::string(action),
                          target.substr(0, longest_target), std::string(outcome), author.tenant,
                          author.correlation_id});
}

void note_refusal(Services& services, const Author& author, std::string_view action,
                  const std::string& target, const net::Response& answer) {
    try {
        if (services.guards.refusals.take(author.user_id, services.clock.steady())) return;
        note(services, author, action, target, code_of(answer));
    } catch (const std::exception& failure) {
        log::error("{}: the audit trail cannot be written: {}", author.correlation_id,
                   failure.what());
    }
}

}  // namespace vistter::studio
