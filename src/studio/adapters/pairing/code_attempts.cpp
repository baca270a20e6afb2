// A serial without a code gets a verifier nobody knows a code for: the same work, the same answer.
#include "studio/adapters/pairing/code_attempts.hpp"

#include <algorithm>
#include <list>
#include <utility>

#include "crypto/pairing_code.hpp"
#include "crypto/srp.hpp"

namespace vistter::studio {
namespace {

constexpr std::size_t salt_size = 16;

class SrpAttempt final : public CodeAttempt {
  public:
    SrpAttempt(std::optional<KeptCode> code, crypto::SrpServer server, crypto::SrpContext context)
        : code_(std::move(code)), server_(std::move(server)), context_(std::move(context)) {}

    const KeptCode* code() const override { return code_ ? &*code_ : nullptr; }

    std::optional<Bytes> check(ByteView answer, ByteView proof, std::string_view message) override {
        const auto keys = server_.agree(answer, context_);
        if (!keys) return std::nullopt;
        const auto expected = crypto::srp_proof(keys->request, message);
        if (!crypto::equal_constant_time(expected, proof) || !code_) return std::nullopt;
        return Bytes(keys->answer.begin(), keys->answer.end());
    }

    const crypto::SrpContext& context() const { return context_; }

  private:
    std::optional<KeptCode> code_;
    crypto::SrpServer server_;
    crypto::SrpContext context_;
};

class OpenAttempts final : public CodeAttempts {
  public:
    OpenAttempts(Bytes salt_key, Random& random)
        : salt_key_(std::move(salt_key)),
          random_(random),
          nobodys_verifier_(crypto::srp_verifier(crypto::make_pairing_code(random), "", Bytes())) {}

    MintedCode mint(const std::string& serial) override {
        const std::string code = crypto::make_pairing_code(random_);
        return {crypto::format_pairing_code(code),
                crypto::srp_verifier(code, serial, salt_of(serial))};
    }

    CodeOffer begin(const Bytes& connection, const std::string& serial,
                    const std::optional<KeptCode>& code, SteadyTime now) override {
        forget(connection, now);
        crypto::SrpServer server(code ? code->verifier : nobodys_verifier_, random_);
        CodeOffer offer{salt_of(serial), server.offer()};
        open_.push_back({now, std::make_unique<SrpAttempt>(
                                  code, std::move(server),
                                  crypto::SrpContext{serial, offer.salt, connection})});
        if (open_.size() > most_code_attempts) open_.pop_front();
        return offer;
    }

    std::unique_ptr<CodeAttempt> take(const Bytes& connection, const std::string& serial,
                                      SteadyTime now) override {
        forget_old(now);
        const auto found = find(connection);
        if (found == open_.end()) return nullptr;
        auto attempt = std::move(found->attempt);
        open_.erase(found);
        if (attempt->context().serial != serial) return nullptr;
        return attempt;
    }

  private:
    struct Open {
        SteadyTime since;
        std::unique_ptr<SrpAttempt> attempt;
    };

    Bytes salt_of(const std::string& serial) const {
        const auto digest = crypto::hmac_sha256(salt_key_, as_bytes(serial));
        return {digest.begin(), digest.begin() + salt_size};
    }

    std::list<Open>::iterator find(const Bytes& connection) {
        return std::find_if(open_.begin(), open_.end(), [&](const Open& open) {
            return open.attempt->context().connection == connection;
        });
    }

    void forget(const Bytes& connection, SteadyTime now) {
        forget_old(now);
        if (const auto found = find(connection); found != open_.end()) open_.erase(found);
    }

    void forget_old(SteadyTime now) {
        while (!open_.empty() && now.ns - open_.front().since.ns > code_attempt_ms * 1'000'000)
            open_.pop_front();
    }

    Bytes salt_key_;
    Random& random_;
    Bytes nobodys_verifier_;
    std::list<Open> open_;  // oldest first
};

}  // namespace

std::unique_ptr<CodeAttempts> make_code_attempts(Bytes salt_key, Random& random) {
    return std::make_unique<OpenAttempts>(std::move(salt_key), random);
}

}  // namespace vistter::studio
