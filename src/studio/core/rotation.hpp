// The life of one credential's renewal, from the order to the proof (docs/decisions/0008), and
// where renewals are kept (implemented in adapters/registry).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "contract/messages.hpp"
#include "link/transition_table.hpp"
#include "studio/core/authority.hpp"
#include "studio/core/registry.hpp"

namespace vistter::studio {

enum class RotationStep {
    asked,     // the device was asked for a new key
    answered,  // its request is here; what Studio makes of it is not on its way yet
    proving,   // the device has, or will get, the new credential; a live session must prove it
    done,
    failed,
    count_,
};

enum class RotationEvent {
    request_came,  // the answer to `asked`
    issued,        // the second command is in the ledger
    proven,        // the device says that the new credential works
    refused,       // it says no, or went back to the former one
    unanswered,    // the command ended without a word from the device
    count_,
};

std::string_view to_string(RotationStep step);
RotationStep rotation_step_from(std::string_view name);  // one that to_string gave
const link::TransitionTable<RotationStep, RotationEvent>& rotation_table();
bool is_open(RotationStep step);

struct Rotation {
    std::string rotation_id, device_id;
    std::string credential;  // client_cert, signing_key, sealing_key, trust_bundle, session_token
    RotationStep step = RotationStep::asked;
    std::string command_id;  // whose answer is awaited, or was the last
    std::string challenge;
    std::string answer;       // the request (PEM) or the key (JWK) the device made
    std::int64_t number = 0;  // of the credential issued; 0: none
    TrustStanding standing;   // trust_bundle: what the device knows once it has it
    std::int64_t overlap_s = 0;
    contract::Actor actor;
    std::string reason;  // failed: why
    WallTime started_at;
    std::optional<WallTime> ended_at;
};

// What a device's answer means for the renewal whose command it answers.
struct RotationNews {
    RotationEvent event;
    std::string request;  // request_came
    std::string reason;   // refused
};
// Nothing: no news. `step` says which of the two commands is answered.
std::optional<RotationNews> news_of(RotationStep step, const contract::Ack& ack);
std::optional<RotationNews> news_of(const contract::Progress& progress);

// Durable when each call returns (or with the transaction around it); loop's thread only. Storage
// failures are thrown.
class RotationStore {
  public:
    virtual ~RotationStore() = default;
    virtual void put(const Rotation& rotation) = 0;  // new, or changed
    virtual std::optional<Rotation> by_command(const std::string& device_id,
                                               const std::string& command_id) const = 0;
    virtual std::vector<Rotation> open(const std::string& device_id) const = 0;
    virtual std::vector<Rotation> list(const std::string& device_id,
                                       int limit) const = 0;  // newest first
    // Keeps the newest `limit` of those that have ended.
    virtual void prune(const std::string& device_id, int limit) = 0;
};

}  // namespace vistter::studio
