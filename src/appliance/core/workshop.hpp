// What every desk of the core works with: ports, reports and settings, made once by the composition
// root.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "appliance/core/address_policy.hpp"
#include "appliance/core/command_handler.hpp"
#include "appliance/core/credential_port.hpp"
#include "appliance/core/library_port.hpp"
#include "appliance/core/output_port.hpp"
#include "appliance/core/program_port.hpp"
#include "appliance/core/reports.hpp"
#include "appliance/core/secret_port.hpp"
#include "appliance/core/stores.hpp"

namespace vistter::appliance {

struct Settings {
    bool picture = true;  // off: no programme and no outputs, only what is stored can be changed
    // What the programme process was started with; a stream must ask for exactly this.
    contract::EncodingProfile programme;
};

struct Workshop {
    Clock& clock;
    Random& random;
    Reports& reports;
    ConfigStore& config;
    CameraStore& cameras;
    TimelineStore& timelines;
    OverlayStore& overlays;
    RunStore& runs;
    StreamStore& streams;
    Library& library;
    Downloads& downloads;
    ProgramPort& program;
    OutputPort& outputs;
    CredentialPort& credentials;
    SecretPort& secrets;
    AddressPolicy addresses;
    Settings settings;
};

// ---- how a decision is written ----

Decision accepted(std::string lane, std::string result = {});
Decision completed(std::string lane, std::string result = {});
Decision rejected(Error error);
// A dry run that would have been taken: nothing changed.
Decision would_do(std::string lane);
// `action` exists in the contract and is not done by this appliance; `offered` is what is.
Error unsupported(std::string pointer, std::string_view what, std::string_view offered);

// Collects every fault of one command, so that one answer lists them all (at most 50).
class Faults {
  public:
    void add(ErrorCode code, std::string pointer, std::string message);
    void add(const Error& error);  // one with a place (fail_at)
    bool none() const { return details_.empty(); }
    // The first fault's code, all faults as details. Only when there is one.
    Error error() const;

  private:
    std::vector<ErrorDetail> details_;
    std::size_t dropped_ = 0;
};

}  // namespace vistter::appliance
