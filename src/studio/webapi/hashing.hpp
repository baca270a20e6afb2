// What takes long runs off the loop: password hashes, on purpose, and compilations.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "net/http.hpp"
#include "studio/webapi/problem.hpp"
#include "studio/webapi/services.hpp"

namespace vistter::studio {

// Shared: the worker's closure and the loop's both hold the responder, one after the other.
using SharedResponder = std::shared_ptr<net::Responder>;

// Runs `hash` on a worker and `then` with its outcome back on the loop; answers 503 when the
// workers are swamped.
template <class Outcome>
void on_worker(Services& services, SharedResponder responder, const std::string& correlation_id,
               std::function<Outcome()> hash, std::function<net::Response(Outcome)> then) {
    const bool taken = services.workers.submit([&services, responder, correlation_id, hash, then] {
        Outcome outcome = hash();
        services.loop.post(
            [&services, responder, correlation_id, then, outcome = std::move(outcome)] {
                try {
                    responder->respond(then(outcome));
                } catch (const std::exception& failure) {
                    responder->respond(problem(services.failure(failure), correlation_id));
                }
            });
    });
    if (!taken) {
        responder->respond(problem(
            fail(ErrorCode::SYS_BUSY, "too much at once; try again"), correlation_id));
    }
}

}  // namespace vistter::studio
