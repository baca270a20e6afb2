// The whole API of Studio in the test's own process: real database, keys, desks and ledger, without
// sockets and with a clock in the test's hand. For what depends on time, and for asking every
// route.
#pragma once

#include "async/loop.hpp"
#include "crypto/keys.hpp"
#include "studio/adapters/authority/authority.hpp"
#include "studio/adapters/channel/channel.hpp"
#include "studio/adapters/pairing/code_attempts.hpp"
#include "studio/adapters/pairing/code_store.hpp"
#include "studio/adapters/projection/projection.hpp"
#include "studio/adapters/records/records.hpp"
#include "studio/studio_process.hpp"
#include "studio/webapi/dispatcher.hpp"
#include "studio/webapi/live_streams.hpp"

namespace vistter::studio {

class StudioInProcess {
  public:
    StudioInProcess();

    // What the API answers; with a token as Authorization: Bearer.
    Reply ask_plainly(const std::string& method, const std::string& path, const std::string& body,
                      const net::Headers& headers = {});
    Reply ask(const std::string& token, const std::string& method, const std::string& path,
              const json::value& body = json::object{}, const net::Headers& headers = {});
    Reply get(const std::string& token, const std::string& path) { return ask(token, "GET", path); }
    // A person of the home organisation, or of `tenant`, with that role, signed in; their user_id
    // is "usr_<name>".
    std::string sign_in(const std::string& name, const std::string& role, std::string tenant = {});
    // A paired appliance of the home organisation.
    void add_device(const std::string& device_id, const std::string& serial,
                    const std::string& tenant = home);
    std::vector<AuditEntry> trail(const std::string& tenant = home) const;

    static constexpr const char* home = "test";
    kit::TemporaryFolder folder;
    ManualClock clock{WallTime{1'800'000'000'000}};
    SeededRandom random{20'261'122};
    async::Loop loop;
    async::WorkerPool workers{2, 16};
    std::unique_ptr<store::Database> database;
    std::unique_ptr<Accounts> accounts;
    std::unique_ptr<ApiKeys> api_keys;
    std::unique_ptr<SetupCode> setup_code;
    std::unique_ptr<Records> records;
    std::unique_ptr<Registry> registry;
    std::unique_ptr<RotationStore> rotations;
    std::unique_ptr<TelemetryProjection> projection;
    std::unique_ptr<Library> library;
    std::unique_ptr<StudioTrust> trust;
    std::unique_ptr<Channel> channel;
    std::unique_ptr<TrustDesk> trust_desk;
    LiveStreams live;
    std::unique_ptr<CodeStore> codes;
    std::unique_ptr<CodeAttempts> code_attempts;
    PairingDesk pairing;
    Services services;
    net::Handler handler;
};

}  // namespace vistter::studio
