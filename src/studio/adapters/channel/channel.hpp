// Studio's end of the road: the WebSocket its appliances hold, one session a device, the ledger of
// commands that must be answered, and the inbox that lets every report in once (contract B.3 to
// B.7). The decisions are made in link/.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "async/loop.hpp"
#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "link/meters.hpp"
#include "link/receiver.hpp"
#include "net/server.hpp"
#include "store/database.hpp"
#include "studio/adapters/channel/pipe.hpp"
#include "studio/adapters/channel/studio_keys.hpp"
#include "studio/core/channel.hpp"

namespace vistter::studio {

struct ChannelOptions {
    std::string issuer;  // Studio's environment, `iss` of session tokens
    ChannelKeys keys;
    std::string path = "/v1/channel";
    std::int64_t session_token_ms = 3'600'000;  // at most an hour
    std::int64_t queue_limit = 10'000;  // unfinished commands a device; beyond: LIM_QUEUE_FULL
    std::int64_t inbox_days =
        31;  // message ids are remembered longer than an appliance keeps its outbox
    // Both ends say HEARTBEAT this often; an appliance counts as absent after one and a half
    // periods of silence, its session ends after two and a half without a HEARTBEAT.
    int heartbeat_s = 8;
    int metrics_interval_s = 10;
    link::CommandPace pace = link::sender_pace;  // of commands to one appliance
    link::ReceiverDefences defences;  // all of them, except in a test that shows what they are for
};

struct SessionToken {
    std::string token;
    WallTime expires_at;
};

// Everything on the loop's thread. A CommandLedger and a Sessions at once: both are views of the
// same rows.
class Channel : public CommandLedger, public Sessions {
  public:
    // The route for the listener that asks for client certificates.
    virtual net::WebSocketRoute route() = 0;
    // The JWT for the holder of this client certificate (DER, already verified by TLS): POST
    // /v1/bootstrap/session. Errors: SEC_UNAUTHORISED (unknown or superseded certificate),
    // SEC_REVOKED.
    virtual Result<SessionToken> issue_session_token(ByteView client_certificate) = 0;
    // For connections that do not come through route(): an appliance behind a broker. Good for as
    // long as the channel.
    virtual AcceptPipe acceptor() = 0;
    // New keys from now on, for new and for open sessions. Throws std::invalid_argument for a key
    // that cannot be read, and changes nothing then.
    virtual void set_keys(const ChannelKeys& keys) = 0;
    // What the directory says of this device has changed: a revoked one is cut off, an open session
    // goes on with the keys of now.
    virtual void trust_changed(const std::string& device_id) = 0;
    // Closes a device's session at once, e.g. when it was revoked. No session: nothing happens.
    virtual void disconnect(const std::string& device_id, int code, const std::string& reason) = 0;
    // Says GOODBYE to all and closes; new connections are refused from then on.
    virtual void drain() = 0;
};

// `database` holds the tables of sql/studio/*_road.sql; everything given must outlive the channel.
// Throws std::invalid_argument for a key that cannot be read.
std::unique_ptr<Channel> make_channel(async::Loop& loop, store::Database& database,
                                      DeviceDirectory& devices, Projection& projection,
                                      const Clock& clock, Random& random, ChannelOptions options);

}  // namespace vistter::studio
