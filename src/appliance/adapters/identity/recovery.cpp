// One POST with a signed request; one strict look at the answer.
#include "appliance/adapters/identity/recovery.hpp"

#include "appliance/adapters/identity/judge.hpp"
#include "contract/object_writer.hpp"
#include "crypto/certificate.hpp"
#include "crypto/recovery.hpp"
#include "net/http_client.hpp"

namespace vistter::appliance {
namespace {

constexpr std::int64_t deadline_ms = 15'000;
constexpr std::size_t answer_limit = 128 * 1024;

net::ClientTls trust_of(const Recovery& recovery) {
    net::ClientTls tls;
    for (const std::string& root : recovery.identity.granted.trust.roots) tls.root_pem += root;
    for (const std::string& pin : recovery.identity.granted.trust.pins) {
        if (auto bytes = from_hex(pin)) tls.pins.push_back(*std::move(bytes));
    }
    tls.not_before = recovery.known_time;
    return tls;
}

std::string request_body(const Recovery& recovery, const crypto::PrivateKey& signing,
                         const crypto::PrivateKey& tls, Random& random) {
    const PairAnswer& granted = recovery.identity.granted;
    Bytes nonce(16);
    random.fill(nonce);
    const crypto::RecoveryRequest request{granted.device_id,
                                          crypto::make_csr(tls, granted.device_id),
                                          to_base64url(nonce), recovery.known_time};
    return contract::ObjectWriter()
        .text("request", crypto::sign_recovery(signing, granted.signing_kid, request))
        .str();
}

Result<PairAnswer> ask(const Recovery& recovery, const AddressPolicy& policy, std::string body) {
    net::FetchOptions request;
    request.method = "POST";
    request.url = recovery.identity.granted.recover_url;
    request.headers["content-type"] = "application/json";
    request.body = std::move(body);
    request.tls = trust_of(recovery);
    request.proxy = recovery.proxy;
    request.deadline_ms = deadline_ms;
    request.max_bytes = answer_limit;
    request.allow = [&policy](const std::string&, const std::string& address) {
        return policy.may_connect(address).ok();
    };
    const auto fetched = net::fetch(request);
    if (!fetched) return fetched.error();
    if (fetched->status == 403)
        return fail(ErrorCode::SEC_REVOKED, "Studio does not let this appliance come home.");
    if (fetched->status != 200 && fetched->status != 201)
        return fail(ErrorCode::AST_FETCH, "Studio answered " + std::to_string(fetched->status) +
                                              " to the request for a new certificate.");
    return recovery.read_answer(fetched->body);
}

// The answer may renew what Studio is reached and known by, never who we are.
Result<Identity> renewed(const Recovery& recovery, const PairAnswer& answer,
                         const crypto::PrivateKey& tls) {
    Identity identity = recovery.identity;
    PairAnswer& granted = identity.granted;
    if (answer.device_id != granted.device_id || answer.tenant != granted.tenant ||
        answer.signing_kid != granted.signing_kid)
        return fail(ErrorCode::SEC_UNAUTHORISED, "The answer is meant for another appliance.");
    if (const Status good = judge_trust(answer.trust); !good) return good.error();
    const std::string pem = tls.to_pem();
    const Status good =
        judge_certificate(answer.client_certificate, pem, answer, recovery.known_time);
    if (!good) return good.error();
    granted.client_certificate = answer.client_certificate;
    granted.trust = answer.trust;
    granted.channels = answer.channels;
    granted.session_url = answer.session_url;
    if (!answer.recover_url.empty()) granted.recover_url = answer.recover_url;
    if (!answer.admit_url.empty()) granted.admit_url = answer.admit_url;
    identity.tls_key_pem = pem;
    return identity;
}

Result<Identity> recover_now(const Recovery& recovery, const AddressPolicy& policy,
                             Random& random) {
    const auto signing = crypto::PrivateKey::from_pem(recovery.identity.signing_key_pem);
    if (!signing) return signing.error();
    const crypto::PrivateKey tls = crypto::generate_at(recovery.home);
    const auto answer = ask(recovery, policy, request_body(recovery, *signing, tls, random));
    if (!answer) return answer.error();
    return renewed(recovery, *answer, tls);
}

}  // namespace

void recover(async::Loop& loop, async::WorkerPool& workers, const AddressPolicy& policy,
             Random& random, Recovery recovery, std::function<void(Result<Identity>)> done) {
    const bool queued =
        workers.submit([&loop, &policy, &random, recovery = std::move(recovery), done] {
            loop.post([identity = recover_now(recovery, policy, random), done] { done(identity); });
        });
    if (!queued) loop.post([done] { done(fail(ErrorCode::SYS_BUSY, "The appliance is busy.")); });
}

}  // namespace vistter::appliance
