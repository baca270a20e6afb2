// The seam between Studio's decisions and the channel its appliances hold (implemented in adapters/channel).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "contract/messages.hpp"
#include "link/ledger_chain.hpp"

namespace vistter::studio {

// What an operator asks an appliance to do, accepted by Studio and not yet a message.
struct NewCommand {
    std::string device_id;
    contract::MessageType type = contract::MessageType::DEVICE_CONFIG;
    std::string body;  // JSON text, already valid by its writer schema
    std::string correlation_id;  // empty: equal to the message_id
    contract::Actor actor;
    std::optional<WallTime> expires_at;  // nullopt: the type's default (contract B.2)
    std::optional<WallTime> not_before;
    std::optional<std::string> ocl_version;  // required when the body carries OCL
    std::vector<std::string> requires_features;  // what the appliance must support for this command
};

struct CommandRecord {
    std::string message_id, device_id, correlation_id, type, body;
    WallTime accepted_at;
    WallTime expires_at;
    contract::Actor actor;
    std::optional<WallTime> not_before;
    std::vector<std::string> requires_features;
    int attempts = 0;               // times sent
    // queued, sent, then the ACK's status, then the PROGRESS state; "expired", "cancelled"
    std::string state;
    bool terminal = false;
    bool stalled = false;           // a PROGRESS was promised by now and did not come
    std::string cancelled_by;       // message_id of the COMMAND_CANCEL that is under way; empty: none
    std::optional<WallTime> finished_at;
    std::string ack;                // body JSON as received; empty before
    std::vector<std::string> progress;  // body JSON of each PROGRESS, in revision order
};

// One thing that happened to a command, in order: accepted by Studio, each sending, each answer.
struct TraceEntry {
    WallTime at;
    // "studio": Studio's own decision; "out": said to the appliance; "in": came from it.
    std::string direction;
    // studio: accepted, cancel_asked, cancelled, expired, resent; otherwise the message's type.
    std::string what;
    std::string message_id;      // the message's own id; of a sending: the command's
    std::string correlation_id;
    std::string session_id;      // empty with "studio"
    std::int64_t seq = 0;        // within its session and direction
    std::string transport;       // "wss", "mqtts"; empty with "studio"
    std::string state;           // ACK status, PROGRESS state, event_type, or why
    std::string body;            // JSON text of an answer; empty for sendings (the command's own)
};

// An answer that no command asked for, or with a correlation_id that is not its command's.
struct Orphan {
    WallTime received_at;
    std::string device_id, message_id, type, correlation_id;
    std::string command_id;  // the command it names
    std::string reason;
    std::string body;        // JSON text
};

struct Cancellation {
    bool finished = false;   // nothing is under way any more: it ended before, or was never sent
    std::string state;       // of the command now
    std::string cancel_id;   // the COMMAND_CANCEL that asks the appliance; empty when finished
};

// Durable commands and their answers. Implemented by adapters/channel on Studio's database; loop's thread only.
class CommandLedger {
  public:
    virtual ~CommandLedger() = default;
    // Durable when it returns; then sent as soon as the appliance is connected. Returns the message_id.
    // Errors: RES_NOT_FOUND (device), SEC_REVOKED, LIM_QUEUE_FULL, LIM_STORAGE.
    virtual Result<std::string> submit(const NewCommand& command) = 0;
    virtual std::optional<CommandRecord> find(const std::string& message_id) const = 0;
    virtual std::vector<CommandRecord> list(const std::string& device_id, int limit) const = 0;
    // Never sent: cancelled here and now. Sent: the appliance is asked by COMMAND_CANCEL and the command is not
    // sent again meanwhile. Finished: nothing changes. Asking twice gives the first COMMAND_CANCEL's id.
    // Errors: RES_NOT_FOUND, SEC_UNAUTHORISED (the role may not order this type), those of submit().
    virtual Result<Cancellation> cancel(const std::string& message_id, const contract::Actor& actor,
                                        const std::string& reason) = 0;
    // Sends an unfinished command again now instead of at its next turn; without a session it goes out when there is
    // one. Errors: RES_NOT_FOUND, STA_TRANSITION (finished, or being cancelled).
    virtual Status resend(const std::string& message_id) = 0;
    // Everything known of one command, oldest first: also messages of its flow (same correlation_id).
    virtual std::vector<TraceEntry> trace(const std::string& message_id) const = 0;
    virtual std::vector<Orphan> orphans(const std::string& device_id, int limit) const = 0;  // newest first
    // Rows of the chained ledger Studio keeps of this device with n > after_n, in order: both ends' words, each row
    // holding the hash of the one before (docs/decisions/0009). Export them whole for `vistter ledger verify`.
    virtual std::vector<link::LedgerRow> ledger_rows(const std::string& device_id, std::int64_t after_n,
                                                     int limit) const = 0;
    // `listener` is called after each commit that finished a command, on the loop; several may listen. Not called
    // for what finished before a restart: look with find().
    virtual void on_command_finished(std::function<void(const CommandRecord&)> listener) = 0;
};

struct SessionInfo {
    bool connected = false;  // false also when nothing was heard for one and a half heartbeats
    std::string session_id;
    WallTime since;
    WallTime last_seen;
    std::string firmware_version;
    std::string transport;  // "wss", "mqtts"
};

// One session of a device, from WELCOME to its end.
struct SessionRecord {
    std::string session_id, transport, firmware_version;
    WallTime connected_at;
    std::optional<WallTime> ended_at;  // nullopt: it lasts
    int close_code = 0;
    std::string cause;  // of the end, in words
};

class Sessions {
  public:
    virtual ~Sessions() = default;
    virtual SessionInfo session(const std::string& device_id) const = 0;
    virtual std::vector<SessionRecord> history(const std::string& device_id, int limit) const = 0;  // newest first
};

// A key or certificate the channel accepts now: the current one, one that was issued and not yet seen, and a
// former one until its overlap ends (docs/decisions/0008).
struct DeviceKey {
    std::string kid, pem;
};
// A device as the channel needs to know it.
struct DeviceTrust {
    std::string device_id, tenant;
    std::vector<DeviceKey> signing_keys;
    std::vector<std::string> certificate_thumbprints;
    bool revoked = false;
    // The kid of Studio's message key this device is known to trust: what is said to it is signed with that one while
    // the channel has it. Empty: the channel's current one.
    std::string studio_kid{};
};
class DeviceDirectory {
  public:
    virtual ~DeviceDirectory() = default;
    virtual std::optional<DeviceTrust> device(const std::string& device_id) const = 0;
    // A session was opened under this certificate, or a message verified with this key, for the first time in
    // this process: what was only issued is proven now. Changes nothing for what is current already.
    virtual void proven(const std::string& device_id, const std::string& thumbprint, const std::string& kid) = 0;
};

// What arrived, once each (deduplicated by the channel), inside the inbox's transaction: stores only, no other effects.
class Projection {
  public:
    virtual ~Projection() = default;
    virtual void on_hello(const contract::Envelope& envelope, const contract::Hello& hello) = 0;
    virtual void on_ack(const contract::Envelope& envelope, const contract::Ack& ack) = 0;
    virtual void on_progress(const contract::Envelope& envelope, const contract::Progress& progress) = 0;
    virtual void on_event(const contract::Envelope& envelope, const contract::Event& event) = 0;
    virtual void on_metrics(const contract::Envelope& envelope, const contract::Metrics& metrics) = 0;
    virtual void on_state_report(const contract::Envelope& envelope, const contract::StateReport& report) = 0;
    // After commit, for live pages: something about this device changed (also connect and disconnect).
    virtual void changed(const std::string& device_id) = 0;
};

}  // namespace vistter::studio
