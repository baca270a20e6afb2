// Building Studio as app/ does, and asking it.
#include "studio/studio_in_process.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "studio/adapters/accounts/accounts.hpp"
#include "studio/adapters/accounts/api_keys.hpp"
#include "studio/adapters/accounts/setup_code.hpp"
#include "studio/adapters/library/library.hpp"
#include "studio/adapters/registry/registry.hpp"
#include "studio/adapters/registry/rotation_store.hpp"
#include "studio/adapters/schema/schema.hpp"
#include "studio/webapi/gate.hpp"

namespace vistter::studio {
namespace {

// Takes the one answer and lets the loop end.
class Catch final : public net::Responder {
  public:
    Catch(net::Response& answer, async::Loop& loop) : answer_(answer), loop_(loop) {}
    void respond(net::Response response) override {
        answer_ = std::move(response);
        loop_.stop();
    }
    // Shared as in net::Responder.
    std::shared_ptr<net::Stream> stream(net::Response head) override {
        respond(std::move(head));
        return nullptr;
    }

  private:
    net::Response& answer_;
    async::Loop& loop_;
};

ChannelOptions channel_options() {
    ChannelOptions options;
    options.issuer = StudioInProcess::home;
    options.keys.message = {{"studio:test#1", crypto::PrivateKey::generate().to_pem()}};
    options.keys.token = options.keys.message;
    return options;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return text;
}

}  // namespace

StudioInProcess::StudioInProcess()
    : database(store::open_database(folder / "studio.db", schema()).value()),
      accounts(make_accounts(*database, home, clock.wall())),
      api_keys(make_api_keys(*database)),
      setup_code(open_setup_code(folder.path(), false, random).value()),
      records(make_records(*database)),
      registry(make_registry(*database, clock)),
      rotations(make_rotation_store(*database)),
      projection(make_projection(*database, clock)),
      library(make_library(*database, folder / "assets")),
      trust(open_authority({folder.path(), home, {"127.0.0.1"}}, clock, random).value()),
      channel(
          make_channel(loop, *database, *registry, *projection, clock, random, channel_options())),
      trust_desk(std::make_unique<TrustDesk>(
          TrustDesk::Parts{*registry, *rotations, *trust, *channel, *records, *records, clock,
                           random, [](const std::string&) {}, [](StudioKeyKind) {}})),
      live(loop, *projection),
      codes(make_code_store(*database, random)),
      code_attempts(make_code_attempts(codes->salt_key(), random)),
      pairing({*registry, *trust, *records, *records, clock, random, *codes, *code_attempts}),
      services{.loop = loop,
               .workers = workers,
               .clock = clock,
               .random = random,
               .accounts = *accounts,
               .api_keys = *api_keys,
               .setup_code = *setup_code,
               .registry = *registry,
               .pairing = pairing,
               .authority = *trust,
               .trust = *trust_desk,
               .rotations = *rotations,
               .commands = *channel,
               .sessions = *channel,
               .telemetry = *projection,
               .library = *library,
               .audit = *records,
               .answers = *records,
               .work = *records,
               .live = live,
               .issue_session = [](ByteView) -> Result<IssuedSession> {
                   return fail(ErrorCode::SEC_UNAUTHORISED, "no listener here");
               },
               .credentials_changed = [](const std::string&) {},
               .failure =
                   [](const std::exception& failure) {
                       return fail(ErrorCode::SYS_INTERNAL, failure.what());
                   },
               .absent_user_hash = {}},
      handler(make_handler(services, web_routes(), {})) {
    std::filesystem::create_directories(folder / "assets");
    trust_desk->start();
}

Reply StudioInProcess::ask_plainly(const std::string& method, const std::string& path,
                                   const std::string& body, const net::Headers& headers) {
    net::Request request;
    request.method = method;
    request.path = path.substr(0, path.find('?'));
    if (const auto query = path.find('?'); query != std::string::npos)
        request.query = path.substr(query + 1);
    request.headers = headers;
    request.body = body;
    request.remote_address = "127.0.0.1";
    net::Response answer;
    answer.status = 0;
    handler(request, std::make_unique<Catch>(answer, loop));
    if (answer.status == 0) loop.run();
    Reply reply{answer.status, {}, answer.body, nullptr};
    for (const auto& [name, value] : answer.headers) reply.headers[lower(name)] = value;
    boost::system::error_code failed;
    json::value value = json::parse(answer.body, failed);
    if (!failed) reply.body = std::move(value);
    return reply;
}

Reply StudioInProcess::ask(const std::string& token, const std::string& method,
                           const std::string& path, const json::value& body,
                           const net::Headers& headers) {
    net::Headers all = headers;
    all["authorization"] = "Bearer " + token;
    all.emplace("content-type", "application/json");
    return ask_plainly(method, path, method == "GET" ? std::string() : json::serialize(body), all);
}

std::string StudioInProcess::sign_in(const std::string& name, const std::string& role,
                                     std::string tenant) {
    if (tenant.empty()) tenant = home;
    const User user{.user_id = "usr_" + name,
                    .tenant = tenant,
                    .username = name,
                    .password_hash = "unused",
                    .role = role};
    if (!accounts->member(tenant, user.user_id)) {
        EXPECT_TRUE(accounts->add_member(user, clock.wall()));
    }
    const std::string token = "token-of-" + name;
    accounts->open_sign_in(token_hash(token), user.user_id, clock.wall());
    return token;
}

void StudioInProcess::add_device(const std::string& device_id, const std::string& serial,
                                 const std::string& tenant) {
    Device device;
    device.device_id = device_id;
    device.tenant = tenant;
    device.serial = serial;
    device.paired_at = clock.wall();
    const auto keys = crypto::PrivateKey::generate();
    const auto made = trust->certify(tenant, device_id, keys.public_key().to_pem());
    device.certificate_pem = made.pem;
    device.certificate_thumbprint = made.thumbprint;
    device.certificate_ends = made.not_after;
    device.signing_key_pem = crypto::PrivateKey::generate().public_key().to_pem();
    registry->put_device(device);
}

std::vector<AuditEntry> StudioInProcess::trail(const std::string& tenant) const {
    AuditQuery query;
    query.tenant = tenant;
    query.limit = 1'000;
    return records->read(query);
}

}  // namespace vistter::studio
