// Pairing: a token bound to a serial becomes device credentials, once (contract F.2, rulings 9, 12,
// 13).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "contract/messages.hpp"
#include "studio/core/authority.hpp"
#include "studio/core/pairing_code.hpp"
#include "studio/core/records.hpp"
#include "studio/core/registry.hpp"

namespace vistter::studio {

inline constexpr int pairing_tries = 5;
inline constexpr std::int64_t default_pairing_ttl_s = 900;
inline constexpr std::int64_t min_pairing_ttl_s = 1;
inline constexpr std::int64_t max_pairing_ttl_s = 86'400;
inline constexpr std::size_t most_enrolments = 50;

// What to answer when secret and serial match a grant.
enum class GrantVerdict { open, used, expired, closed };
GrantVerdict judge_grant(const PairingGrant& grant, WallTime now);

// The one answer for everything that does not match: it says nothing about which part was wrong.
Error pair_invalid();

// 3 to 64 characters: letters, digits, space and . _ : / + - ; begins and ends with a letter or
// digit.
bool is_serial(std::string_view text);

// What an appliance offers at pairing; `verdict` as in WELCOME.
struct Capabilities {
    std::vector<contract::ProtocolOffer> protocol;
    std::vector<std::string> ocl_versions, segment_versions;
};
// ok; degraded when it shares no OCL or segment version with Studio; quarantine when it shares no
// protocol.
std::string_view pairing_verdict(const Capabilities& offered);

struct PairingRequest {
    std::string secret_hex, serial, model, arch, csr_tls, csr_sign;
    std::string sealing_jwk = {};  // the key secrets are sealed to; empty: it has none
    Capabilities offered = {};
};

// Who asks, and whose the result is.
struct Person {
    std::string user_id, tenant;
};

// Both forms are shown once; using one uses up both.
struct IssuedToken {
    PairingGrant grant;
    std::string text;
    std::string code;  // the short form; empty where none was asked for
    WallTime code_expires_at;
};

// How the appliance at the other end of a connection proves that it knows a code.
struct CodeProof {
    Bytes connection, answer, proof;
    std::string message;  // the exact bytes that `proof` is over
};
struct ProvenDevice {
    Device device;
    Bytes answer_key;  // proves Studio's answer in turn
};

class PairingDesk {
  public:
    struct Parts {
        Registry& registry;
        Authority& authority;
        AuditLog& audit;
        UnitOfWork& work;
        Clock& clock;
        Random& random;
        CodeStore& codes;
        CodeAttempts& attempts;
    };
    explicit PairingDesk(Parts parts) : parts_(std::move(parts)) {}

    // The device it makes belongs to the issuer's tenant. Errors: VAL_SCHEMA at /serial, VAL_RANGE
    // at /ttl_s.
    Result<IssuedToken> issue(const std::string& serial, std::int64_t ttl_s, const Person& issuer);
    // One token each for up to fifty serials, all or none, without codes: for an enrolment file.
    // Errors: VAL_SCHEMA at /serials or /serials/n, VAL_RANGE at /ttl_s.
    Result<std::vector<IssuedToken>> enrol(const std::vector<std::string>& serials,
                                           std::int64_t ttl_s, const Person& issuer);
    // Withdraws a token of the person's tenant that nobody has used. Errors: RES_NOT_FOUND.
    Status withdraw(const std::string& token_id, const Person& person);
    // Turns secret, serial and two requests into a device, once. A serial that was paired before
    // keeps its device_id and gets new keys; its former certificate and signing key stop being
    // accepted. Errors: PAIR_INVALID (one answer for every mismatch), PAIR_USED, PAIR_EXPIRED,
    // VAL_SCHEMA with the member at fault.
    Result<Device> redeem(const PairingRequest& request);
    // Opens an attempt with the code of a serial over one connection; answers any serial alike.
    CodeOffer begin_code(const Bytes& connection, const std::string& serial);
    // As redeem(), by a code. The try is counted, durably, before the proof is looked at, and given
    // back when it holds. `request.secret_hex` is not looked at.
    Result<ProvenDevice> redeem_code(const CodeProof& proof, const PairingRequest& request);

  private:
    IssuedToken mint(const std::string& serial, std::int64_t ttl_s, const Person& issuer);
    Error refuse_code(const CodeAttempt& attempt, const Person& actor, const std::string& serial);
    // Both requests and the sealing key, which must be good before a secret is looked at.
    Result<DeviceKeys> read_keys(const PairingRequest& request) const;
    Result<Device> consume(const PairingGrant& grant, const PairingRequest& request,
                           const DeviceKeys& keys, const Person& actor,
                           const std::function<void()>& before);
    void write_audit(const Person& actor, std::string_view action, const std::string& target,
                     std::string_view outcome);
    Error refuse_spent(const PairingGrant& grant, const Person& actor);
    Error refuse_guess(const SecretPrint& print, const PairingRequest& request);
    Device make_device(const std::string& tenant, const PairingRequest& request,
                       const DeviceKeys& keys);

    Parts parts_;
};

}  // namespace vistter::studio
