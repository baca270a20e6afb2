// A request of the local API on its way to its answer, at once or later.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "appliance/core/local_ports.hpp"
#include "appliance/core/reports.hpp"
#include "net/http.hpp"

namespace vistter::appliance {

struct Call {
    const net::Request& request;
    std::string correlation_id;
    std::unique_ptr<net::Responder> responder;
    LocalSession session = {};  // where one is required
};

void refuse(Call& call, const Error& error);

// What outlives the request while a worker or Studio is busy.
struct LateAnswer {
    explicit LateAnswer(Call& call)
        : responder(std::move(call.responder)),
          correlation_id(call.correlation_id),
          session(call.session) {}
    std::unique_ptr<net::Responder> responder;
    std::string correlation_id;
    LocalSession session;
    void refuse(const Error& error);
    // The boundary where a storage failure in work that came back from elsewhere becomes an answer.
    void guarded(const std::function<void()>& work);
};

// Every write leaves an audit.local_action EVENT.
void audit_local(Reports& reports, const std::string& role, const std::string& action,
                 const std::string& target, const std::string& result);

}  // namespace vistter::appliance
