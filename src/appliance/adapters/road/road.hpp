// The appliance's road to Studio: one signed session over wss or MQTT, a journal that makes every
// command act once, and an outbox that forgets nothing until Studio has receipted it (contract B.3
// to B.7). The decisions are made in link/.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "appliance/core/command_handler.hpp"
#include "appliance/core/identity.hpp"
#include "appliance/core/link_status.hpp"
#include "async/loop.hpp"
#include "base/backoff.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "link/meters.hpp"
#include "link/receiver.hpp"
#include "link/route_choice.hpp"
#include "net/proxy.hpp"
#include "net/tls.hpp"
#include "store/database.hpp"

namespace vistter::appliance {

struct StudioKey {
    std::string kid;  // "studio:<environment>#<n>"
    std::string pem;  // P-256 public key
};

// What pairing left behind: who we are and whom we trust.
struct RoadIdentity {
    std::string device_id, tenant, studio_url;
    net::ClientTls tls;           // client certificate and key, root, pins
    std::string signing_kid;      // "<device_id>#<n>"
    std::string signing_key_pem;  // P-256 private key
    std::vector<StudioKey> studio_keys;
    std::string session_url;               // https, mutual TLS: answers the session JWT
    std::string admit_url = {};  // https: the same by our signature; empty: there is none
    std::vector<ChannelAddress> channels;  // in order of preference, at least one
};

// What the road asks of the product around it. Called on the loop's thread.
struct RoadOptions {
    // Fills HELLO's facts: firmware, hardware, versions, features, clock, digest. The road itself
    // fills connection_id, session_token and the resume counters.
    std::function<contract::Hello()> hello;
    // The report that follows every WELCOME (reason "hello").
    std::function<contract::StateReport()> state_report;
    std::function<void()> status_changed;  // may be empty
    // Studio's session endpoint refused our certificate (its problem code; "" when it gave none):
    // the road waits, whoever can mend the identity may start() or try_identity() anew. May be
    // empty.
    std::function<void(const std::string& code)> session_refused;
    net::Proxy proxy;              // for the session request and every carrier; empty url: none
    std::int64_t ping_ms = 9'000;  // two missed pongs: a half-open road is noticed within 20 s
    std::int64_t outbox_messages = 100'000, outbox_bytes = 64LL * 1024 * 1024;
    std::int64_t outbox_days = 30;  // reports older than this are dropped
    link::CommandPace pace;         // commands that come faster are answered LIM_RATE
    Backoff::Limits between_tries;  // base and cap of the wait before the next try (contract B.5)
    std::int64_t preferred_again_ms = link::preferred_again_ms;
    std::int64_t journal_entries = 10'000,
                 journal_days = 7;    // kept at least this many and this long
    link::ReceiverDefences defences;  // all of them, except in a test that shows what they are for
};

// Everything on the loop's thread. Storage failures end the one message they hit, never the
// process.
class Road : public Reporter {
  public:
    // Opens the road and keeps it open until stop(): dials, and after every loss dials again. The
    // first start also resumes what a former process left unfinished: accepted commands run again,
    // in order, whether or not Studio answers. A start with another device_id first drops what
    // belonged to the former pairing. `handler` must outlive the road.
    virtual void start(RoadIdentity identity, CommandHandler& handler) = 0;
    // Says GOODBYE ("restart", "shutdown", ...) where a session is open, then closes. Reports still
    // go to the outbox.
    virtual void stop(const std::string& goodbye) = 0;
    virtual LinkStatus status() const = 0;

    using Confirmed = std::function<void(bool proven, std::string reason)>;
    // Proves a new identity (the next slot) by a live session: the session ends, the road connects
    // with `next`. At the first WELCOME `done(true, "")`, and `next` is the identity from then on.
    // When Studio turns it away, or no WELCOME came within `confirm_ms`, the road goes back to the
    // former one and `done(false, why)`. Commands and reports wait meanwhile. `done` is called on
    // the loop's thread, once, and not from within this call; a start(), stop() or forget() ends
    // the trial with `done(false, ...)`.
    virtual void try_identity(RoadIdentity next, std::int64_t confirm_ms, Confirmed done) = 0;
    // Fetches a fresh session token now and shows it in the live session.
    virtual void renew_token(Confirmed done) = 0;
    // Unpaired: the road stops, and journal, outbox and ledger of this pairing are gone.
    virtual void forget() = 0;
};

// `database` holds the tables of sql/appliance/0001_road.sql; everything given must outlive the
// road.
std::unique_ptr<Road> make_road(async::Loop& loop, async::WorkerPool& workers,
                                store::Database& database, const Clock& clock, Random& random,
                                RoadOptions options);

}  // namespace vistter::appliance
