// Everything the HTTP handlers act on, as ports; built in app/, outlives the listeners.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "async/loop.hpp"
#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "studio/core/accounts.hpp"
#include "studio/core/api_keys.hpp"
#include "studio/core/authority.hpp"
#include "studio/core/channel.hpp"
#include "studio/core/library.hpp"
#include "studio/core/pairing.hpp"
#include "studio/core/rate_limiter.hpp"
#include "studio/core/records.hpp"
#include "studio/core/registry.hpp"
#include "studio/core/setup_code.hpp"
#include "studio/core/telemetry.hpp"
#include "studio/core/trust_desk.hpp"

namespace vistter::studio {

class LiveStreams;

// Where this Studio is reached; known once both listeners have their ports.
struct Addresses {
    std::string web_url;        // https://host:port
    std::string channel_url;    // wss://host:port/v1/channel
    std::string session_url;    // https://host:port/v1/bootstrap/session
    std::string admit_url;      // https://host:port/v1/bootstrap/session:admit, on the web listener
    std::string recover_url;    // https://host:port/v1/bootstrap/recover
    std::string broker_url;     // mqtts://host:port; empty: no broker
    bool broker_first = false;  // which of the two an appliance should prefer
    std::vector<std::string>
        trusted_hosts;  // lower case, without port: what a browser's Host may say
};

struct IssuedSession {
    std::string token;
    WallTime expires_at;
};

// How Studio's broker is, for people.
struct BrokerView {
    std::string url;
    bool connected = false;
    WallTime since;          // when that last changed
    std::string last_error;  // of the last connection that ended or failed; empty: none did
    std::optional<WallTime> certificate_ends;  // the broker's own; unknown before it was seen
    bool certificate_ends_soon = false;        // within 30 days
    std::int64_t connections = 0;              // of appliances, open now
};

// Guesses are counted apart: a flood at one door closes no other.
struct Guards {
    RateLimiter sign_in{{.per_source = 10, .total = 60, .window_ms = 60'000}};
    RateLimiter setup{{.per_source = 10, .total = 60, .window_ms = 60'000}};
    RateLimiter pairing{{.per_source = 20, .total = 200, .window_ms = 60'000}};
    RateLimiter recovery{{.per_source = 20, .total = 2'000, .window_ms = 60'000}};
    RateLimiter passwords{{.per_source = 10, .total = 200, .window_ms = 60'000}};
    // Refusals worth a row of the audit trail.
    RateLimiter refusals{{.per_source = 120, .total = 2'000, .window_ms = 60'000}};
    // 20 commands a second, 60 at once (contract B.12): of one person or key, and to one appliance.
    RateLimiter user_commands{{.per_source = 60, .total = 6'000, .window_ms = 3'000}};
    RateLimiter appliance_commands{{.per_source = 60, .total = 6'000, .window_ms = 3'000}};
    RateLimiter admission{{.per_source = 20, .total = 2'000, .window_ms = 60'000}};
};

struct Services {
    async::Loop& loop;
    async::WorkerPool& workers;
    const Clock& clock;
    Random& random;
    Accounts& accounts;
    ApiKeys& api_keys;
    SetupCode& setup_code;
    Registry& registry;
    PairingDesk& pairing;
    Authority& authority;
    TrustDesk& trust;
    const RotationStore& rotations;
    CommandLedger& commands;
    Sessions& sessions;
    Telemetry& telemetry;
    Library& library;
    AuditLog& audit;
    AnsweredRequests& answers;
    UnitOfWork& work;
    LiveStreams& live;
    // The session JWT for the holder of a client certificate (DER); from the channel.
    std::function<Result<IssuedSession>(ByteView client_certificate)> issue_session;
    // A device has new credentials: whatever still uses the old ones must go.
    std::function<void(const std::string& device_id)> credentials_changed;
    // What an exception that ended a request means to its caller (storage failures have their own
    // codes).
    std::function<Error(const std::exception&)> failure;
    std::string
        absent_user_hash;  // a password hash nobody's password has: checked when a user is unknown
    // Nothing: this Studio has no broker.
    std::function<std::optional<BrokerView>()> broker = [] { return std::nullopt; };
    Addresses addresses = {};
    Guards guards = {};
    bool draining = false;
};

}  // namespace vistter::studio
