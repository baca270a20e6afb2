// Who may speak for whom, over time: renews devices' credentials and Studio's own keys without a
// gap, tells devices whom to trust, revokes, and lets those who slept too long come home (contract
// B.9 CREDENTIAL_REFRESH, docs/decisions/0008).
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>

#include "base/random.hpp"
#include "studio/core/authority.hpp"
#include "studio/core/channel.hpp"
#include "studio/core/records.hpp"
#include "studio/core/registry.hpp"
#include "studio/core/rotation.hpp"

namespace vistter::studio {

inline constexpr std::int64_t default_overlap_s = 604'800;
inline constexpr std::int64_t min_overlap_s = 3'600;
inline constexpr std::int64_t max_overlap_s = 2'592'000;
inline constexpr std::int64_t renew_device_days = 30;  // before its certificate ends
inline constexpr int rotations_kept = 20;              // ended ones, a device

// A device that proved itself with its signing key and has a new certificate.
struct Recovered {
    Device device;
    std::string certificate_pem;
};

class TrustDesk {
  public:
    struct Parts {
        Registry& registry;
        RotationStore& rotations;
        Authority& authority;
        CommandLedger& commands;
        AuditLog& audit;
        UnitOfWork& work;
        const Clock& clock;
        Random& random;
        // What the directory says of this device has changed: its open session must hear of it.
        std::function<void(const std::string& device_id)> device_changed;
        // Studio has other keys of that kind now: whoever uses them takes the new ones.
        std::function<void(StudioKeyKind)> keys_changed;
        // Certificates that were good are so no more, or may be (revoked_certificates()).
        std::function<void()> certificates_ended = [] {};
    };
    explicit TrustDesk(Parts parts) : parts_(std::move(parts)) {}

    // Takes up what an earlier run left open. Once, before the first message.
    void start();
    // Regularly: what has to be renewed, told or retired by now; what nobody answered.
    void tick();

    // Begins to renew one credential of a device; the device hears of it when it is connected.
    // Errors: VAL_ENUM at /credential, VAL_RANGE at /overlap_s, RES_NOT_FOUND, SEC_REVOKED,
    // STA_IN_USE (that credential is being renewed already), those of the ledger.
    Result<Rotation> rotate(const std::string& device_id, const std::string& credential,
                            std::int64_t overlap_s, const contract::Actor& actor);
    // Its credentials are refused from now on and its session is cut. Once revoked it stays so
    // until it is paired again. Errors: RES_NOT_FOUND.
    Status revoke(const std::string& device_id, const contract::Actor& actor);
    // Every certificate (PEM) that is not over and opens nothing any more.
    std::vector<std::string> revoked_certificates() const;
    // Errors: as Authority::rotate.
    Status rotate_studio_key(StudioKeyKind kind, const contract::Actor& actor);
    // Errors: SEC_UNAUTHORISED, one answer for unknown, unproven and revoked.
    Result<Recovered> recover(const std::string& compact);
    // The certificate (PEM) that a session may be bound to, for a device that proves itself by its
    // signing key over the connection with that exporter. Errors: as recover().
    Result<std::string> admit(const std::string& compact, ByteView tls_exporter) const;

    // A device's answer, inside the transaction that lets it in: stores only.
    void on_ack(const std::string& device_id, const contract::Ack& ack);
    void on_progress(const std::string& device_id, const contract::Progress& progress);
    // After that commit: goes on with what the answers allow.
    void advance(const std::string& device_id);

  private:
    void renew_if_due(const Device& device);
    void give_up_unanswered(const std::string& device_id);
    void retire_unneeded();
    void begin(const Device& device, const std::string& credential);
    void hear(Rotation rotation, const RotationNews& news);
    void finish(const Rotation& rotation, RotationEvent event);
    void issue(Rotation rotation);
    Result<Credential> make_credential(const Device& device, const Rotation& rotation);
    bool has_key(const std::string& device_id, const std::string& print) const;
    Result<std::string> order(const Rotation& rotation, const contract::CredentialRefresh& body);
    // The device whose accepted signing key a request claims.
    struct Claimant {
        Device device;
        std::string signing_key_pem;
    };
    std::optional<Claimant> claimant(const Result<KeyClaim>& claim) const;
    std::string nobodys_key() const;
    Credential certificate_for(const Device& device, const std::string& tls_key_pem,
                               std::int64_t overlap_ms);
    void end_superseded(const std::string& device_id);
    void write_audit(const contract::Actor& actor, std::string_view action,
                     const std::string& target, std::string_view outcome,
                     const std::string& tenant);

    Parts parts_;
    std::set<std::string> answered_, told_;  // devices to go on with after the commit
};

// Passes everything on, and tells the desk of the answers it waits for.
class TrustWatch final : public Projection {
  public:
    TrustWatch(Projection& next, std::function<TrustDesk*()> desk)
        : next_(next), desk_(std::move(desk)) {}
    void on_hello(const contract::Envelope& envelope, const contract::Hello& hello) override {
        next_.on_hello(envelope, hello);
    }
    void on_ack(const contract::Envelope& envelope, const contract::Ack& ack) override {
        if (TrustDesk* desk = desk_()) desk->on_ack(envelope.device_id, ack);
        next_.on_ack(envelope, ack);
    }
    void on_progress(const contract::Envelope& envelope,
                     const contract::Progress& progress) override {
        if (TrustDesk* desk = desk_()) desk->on_progress(envelope.device_id, progress);
        next_.on_progress(envelope, progress);
    }
    void on_event(const contract::Envelope& envelope, const contract::Event& event) override {
        next_.on_event(envelope, event);
    }
    void on_metrics(const contract::Envelope& envelope, const contract::Metrics& metrics) override {
        next_.on_metrics(envelope, metrics);
    }
    void on_state_report(const contract::Envelope& envelope,
                         const contract::StateReport& report) override {
        next_.on_state_report(envelope, report);
    }
    void changed(const std::string& device_id) override {
        if (TrustDesk* desk = desk_()) desk->advance(device_id);
        next_.changed(device_id);
    }

  private:
    Projection& next_;
    std::function<TrustDesk*()> desk_;  // nothing before the desk is built: it needs the channel
};

}  // namespace vistter::studio
