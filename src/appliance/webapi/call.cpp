// What every handler does the same way.
#include "appliance/webapi/call.hpp"

#include "appliance/webapi/answer.hpp"
#include "base/log.hpp"

namespace vistter::appliance {

void refuse(Call& call, const Error& error) {
    call.responder->respond(problem_answer(error, call.correlation_id));
}

void LateAnswer::refuse(const Error& error) {
    responder->respond(problem_answer(error, correlation_id));
}

void LateAnswer::guarded(const std::function<void()>& work) {
    try {
        work();
    } catch (const std::exception& failure) {
        log::error("local API: {}", failure.what());
        if (responder)
            refuse(fail(ErrorCode::SYS_STORAGE, "The appliance's storage failed; see its log."));
    }
}

void audit_local(Reports& reports, const std::string& role, const std::string& action,
                 const std::string& target, const std::string& result) {
    contract::ObjectWriter context;
    context.text("actor", role.empty() || role == local_admin ? "local" : "local:" + role)
        .text("action", action)
        .text("target", target)
        .text("result", result);
    reports.event("audit.local_action", context);
}

}  // namespace vistter::appliance
