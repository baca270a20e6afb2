// Fetches the session JWT from Studio, off the loop's thread: over mutual TLS (rulings 14), or by
// our signature where that listener cannot be reached (docs/decisions/0014).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "appliance/adapters/road/road.hpp"

namespace vistter::appliance {

struct FetchedToken {
    enum class Outcome { ready, failed, refused } outcome = Outcome::failed;
    std::string token;                   // ready
    std::string reason;                  // else: what to show
    bool wrong_server = false;           // the server's certificate is not the paired Studio's
    std::string code;                    // refused: Studio's problem code, "" when it gave none
    std::optional<WallTime> expires_at;  // ready: as the token says
    std::int64_t life_ms = 0;
};

// Calls `done` on the loop's thread, exactly once.
void fetch_session_token(async::Loop& loop, async::WorkerPool& workers,
                         const RoadIdentity& identity, const net::Proxy& proxy,
                         std::function<void(FetchedToken)> done);

// Reads {"session_token": "..."}: the token, or "" when the text holds none of the right form.
std::string read_session_token(const std::string& json);

}  // namespace vistter::appliance
