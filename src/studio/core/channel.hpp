// The seam between Studio's decisions and the channel its appliances hold (implemented in adapters/channel).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contract/messages.hpp"

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
};

struct CommandRecord {
    std::string message_id, device_id, correlation_id, type, body;
    WallTime accepted_at;
    WallTime expires_at;
    int attempts = 0;               // times sent
    std::string state;              // queued, sent, then the ACK's status, then the PROGRESS state; or "expired"
    bool terminal = false;
    std::string ack;                // body JSON as received; empty before
    std::vector<std::string> progress;  // body JSON of each PROGRESS, in revision order
};

// Durable commands and their answers. Implemented by adapters/channel on Studio's database; loop's thread only.
class CommandLedger {
  public:
    virtual ~CommandLedger() = default;
    // Durable when it returns; then sent as soon as the appliance is connected. Returns the message_id.
    // Errors: RES_NOT_FOUND (device), LIM_QUEUE_FULL, LIM_STORAGE.
    virtual Result<std::string> submit(const NewCommand& command) = 0;
    virtual std::optional<CommandRecord> find(const std::string& message_id) const = 0;
    virtual std::vector<CommandRecord> list(const std::string& device_id, int limit) const = 0;
};

struct SessionInfo {
    bool connected = false;
    std::string session_id;
    WallTime since;
    WallTime last_seen;
    std::string firmware_version;
};

class Sessions {
  public:
    virtual ~Sessions() = default;
    virtual SessionInfo session(const std::string& device_id) const = 0;
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
