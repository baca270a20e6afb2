// One pairing attempt at a time: local checks, one POST on a worker, more checks, then keep.
#include "appliance/adapters/pairing/pairing.hpp"

#include <algorithm>

#include "contract/object_writer.hpp"
#include "crypto/certificate.hpp"
#include "crypto/pairing_token.hpp"
#include "net/http_client.hpp"

namespace vistter::appliance {
namespace {

constexpr std::int64_t deadline_ms = 15'000;
constexpr std::size_t answer_limit = 128 * 1024;

struct Attempt {
    crypto::PairingToken token;
    std::string studio_url;
    PairingOptions options;
    WallTime now;
};

std::string request_body(const Attempt& attempt, const crypto::PrivateKey& tls,
                         const crypto::PrivateKey& sign) {
    using contract::ObjectWriter;
    const std::string versions = R"({"versions":["1.0"]})";
    ObjectWriter body;
    body.text("token_secret", to_hex(attempt.token.secret)).text("serial", attempt.options.serial);
    body.raw("hardware", ObjectWriter()
                             .text("model", attempt.options.model)
                             .text("arch", attempt.options.arch)
                             .str());
    body.text("csr_tls", crypto::make_csr(tls, attempt.options.serial));
    body.text("csr_sign", crypto::make_csr(sign, attempt.options.serial));
    body.raw("protocol", R"([{"major":1,"min_minor":0,"max_minor":0}])");
    return body.raw("ocl", versions).raw("segment", versions).str();
}

Error untrusted(std::string_view why) {
    return fail(ErrorCode::SEC_PIN, "Studio's answer is not to be trusted and nothing was kept: " +
                                        std::string(why) + ".");
}

Status check_root(const PairAnswer& answer, const crypto::PairingToken& token) {
    const auto root = crypto::Certificate::from_pem(answer.trust.roots.front());
    if (!root) return untrusted("its root is no certificate");
    if (!crypto::pin_matches(token, root->public_key()))
        return untrusted("its root is not the one the token names");
    const std::string pin = to_hex(root->public_key().spki_sha256());
    if (std::find(answer.trust.pins.begin(), answer.trust.pins.end(), pin) == answer.trust.pins.end())
        return untrusted("its pins do not hold its own root");
    return ok();
}

Status check_certificate(const PairAnswer& answer, const crypto::PrivateKey& key, WallTime now) {
    const auto root = crypto::Certificate::from_pem(answer.trust.roots.front());
    const auto mine = crypto::Certificate::from_pem(answer.client_certificate);
    if (!root || !mine) return untrusted("the client certificate cannot be read");
    if (!mine->issued_by(*root))
        return untrusted("the client certificate is not signed by its root");
    if (mine->public_key().spki_sha256() != key.public_key().spki_sha256())
        return untrusted("the client certificate is for another key");
    const auto name = crypto::device_of(*mine);
    if (!name || name->tenant != answer.tenant || name->device_id != answer.device_id)
        return untrusted("the client certificate names another device");
    if (now > mine->not_after()) return untrusted("the client certificate is out of date");
    if (!answer.signing_kid.starts_with(answer.device_id + "#"))
        return untrusted("the signing key id is not ours");
    return ok();
}

Status check_studio(const PairAnswer& answer) {
    if (answer.trust.studio_keys.empty()) return untrusted("it names no signing key of its own");
    for (const auto& key : answer.trust.studio_keys) {
        if (!key.kid.starts_with("studio:") || !crypto::PublicKey::from_pem(key.pem))
            return untrusted("a signing key cannot be read");
    }
    for (const ChannelAddress& channel : answer.channels) {
        if (!channel.url.starts_with(channel.transport + "://"))
            return untrusted("its channel is not a secure address");
    }
    if (!answer.session_url.starts_with("https://"))
        return untrusted("its session address is not secure");
    for (const std::string& text : {answer.device_id, answer.tenant, answer.name,
                                    answer.signing_kid, answer.session_url}) {
        if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' '; }))
            return untrusted("a member holds control characters");
    }
    return ok();
}

// On a worker. The token travels in the body of a connection that its own pin secured.
Result<Identity> redeem(const Attempt& attempt, const AddressPolicy& policy) {
    const auto tls_key = crypto::PrivateKey::generate();
    const auto signing_key = crypto::PrivateKey::generate();
    net::FetchOptions request;
    request.method = "POST";
    request.url = attempt.studio_url + "/v1/bootstrap/pair";
    request.headers["content-type"] = "application/json";
    request.body = request_body(attempt, tls_key, signing_key);
    request.deadline_ms = deadline_ms;
    request.max_bytes = answer_limit;
    net::ClientTls tls;
    tls.pins.emplace_back(attempt.token.root_pin.begin(), attempt.token.root_pin.end());
    request.tls = tls;
    request.allow = [&policy](const std::string&, const std::string& address) {
        return policy.may_connect(address).ok();
    };
    const auto fetched = net::fetch(request);
    if (!fetched) return fetched.error();
    if (fetched->status != 201)
        return attempt.options.codec.read_problem(fetched->status, fetched->body);
    const auto answer = attempt.options.codec.read_answer(fetched->body);
    if (!answer) return answer.error();
    if (const Status good = check_root(*answer, attempt.token); !good) return good.error();
    if (const Status good = check_certificate(*answer, tls_key, attempt.now); !good)
        return good.error();
    if (const Status good = check_studio(*answer); !good) return good.error();
    return Identity{*answer, attempt.studio_url, tls_key.to_pem(), signing_key.to_pem()};
}

class HttpPairing final : public Pairing {
  public:
    HttpPairing(async::Loop& loop, async::WorkerPool& workers, const Clock& clock,
                const AddressPolicy& policy, PairingOptions options)
        : loop_(loop),
          workers_(workers),
          clock_(clock),
          policy_(policy),
          options_(std::move(options)) {}

    void pair(const std::string& token, const std::string& studio_url,
              std::function<void(Result<PairedAs>)> done) override {
        auto attempt = prepare(token, studio_url);
        if (!attempt) return done(attempt.error());
        busy_ = true;
        const bool queued = workers_.submit([this, attempt = *std::move(attempt), done] {
            loop_.post(
                [this, identity = redeem(attempt, policy_), done] { finish(identity, done); });
        });
        if (queued) return;
        busy_ = false;
        done(fail(ErrorCode::SYS_BUSY, "The appliance is busy; try again in a moment."));
    }

  private:
    // What can be refused without any network.
    Result<Attempt> prepare(const std::string& token, std::string studio_url) {
        if (options_.is_paired())
            return fail(
                ErrorCode::STA_TRANSITION,
                "The appliance is paired already; withdraw it in Studio before pairing anew.");
        if (busy_)
            return fail(ErrorCode::SYS_BUSY, "A pairing attempt is running; wait for its answer.");
        const auto parsed = crypto::parse_pairing_token(token);
        if (!parsed) return parsed.error();
        while (studio_url.ends_with('/')) studio_url.pop_back();
        const auto address = parse_address(studio_url);
        if (!address || address->scheme != "https" || address->userinfo || address->path != "/")
            return fail_at(ErrorCode::VAL_SCHEMA, "/studio_url",
                           "Studio's address reads https://host[:port].");
        if (const Status allowed = policy_.may_connect(address->host); !allowed)
            return fail_at(ErrorCode::VAL_SCHEMA, "/studio_url", allowed.error().message);
        return Attempt{*parsed, studio_url, options_, clock_.wall()};
    }

    void finish(const Result<Identity>& identity,
                const std::function<void(Result<PairedAs>)>& done) {
        busy_ = false;
        if (!identity) return done(identity.error());
        if (const Status kept = options_.keep(*identity); !kept) return done(kept.error());
        done(PairedAs{identity->granted.device_id, identity->granted.tenant,
                      identity->granted.name});
    }

    async::Loop& loop_;
    async::WorkerPool& workers_;
    const Clock& clock_;
    const AddressPolicy& policy_;
    PairingOptions options_;
    bool busy_ = false;
};

}  // namespace

std::unique_ptr<Pairing> make_pairing(async::Loop& loop, async::WorkerPool& workers,
                                      const Clock& clock, const AddressPolicy& policy,
                                      PairingOptions options) {
    return std::make_unique<HttpPairing>(loop, workers, clock, policy, std::move(options));
}

}  // namespace vistter::appliance
