// Botan does the arithmetic; the keys are derived here, over everything both ends saw.
#include "crypto/srp.hpp"

#include <botan/bigint.h>
#include <botan/exceptn.h>
#include <botan/rng.h>
#include <botan/srp6.h>

namespace vistter::crypto {
namespace {

const std::string group = "modp/srp/2048";
const std::string hash = "SHA-256";
constexpr std::size_t number_size = 256;

class BotanRandom final : public Botan::RandomNumberGenerator {
  public:
    explicit BotanRandom(Random& random) : random_(random) {}
    void randomize(std::uint8_t out[], std::size_t size) override { random_.fill({out, size}); }
    bool accepts_input() const override { return false; }
    void add_entropy(const std::uint8_t[], std::size_t) override {}
    std::string name() const override { return "vistter"; }
    void clear() override {}
    bool is_seeded() const override { return true; }

  private:
    Random& random_;
};

Bytes bytes_of(const Botan::BigInt& number) {
    const auto encoded = Botan::BigInt::encode_1363(number, number_size);
    return {encoded.begin(), encoded.end()};
}

Botan::BigInt number_of(ByteView bytes) {
    return {bytes.data(), bytes.size()};
}

Error refused() {
    return fail(ErrorCode::PAIR_INVALID, "the other end does not follow the pairing protocol");
}

void add(Bytes& text, ByteView part) {
    const auto size = static_cast<std::uint32_t>(part.size());
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        text.push_back(static_cast<std::uint8_t>(size >> shift));
    text.insert(text.end(), part.begin(), part.end());
}

// HKDF (RFC 5869) over the agreed number, salted with the whole transcript.
SrpKeys derive(const Botan::SymmetricKey& agreed, ByteView client, ByteView server,
               const SrpContext& context) {
    Bytes transcript;
    add(transcript, as_bytes("vistter-pairing-code-1"));
    add(transcript, as_bytes(context.serial));
    add(transcript, context.salt);
    add(transcript, context.connection);
    add(transcript, client);
    add(transcript, server);
    const Digest master =
        hmac_sha256(sha256(transcript), ByteView(agreed.begin(), agreed.length()));
    const std::string_view one("\1", 1);
    return {hmac_sha256(master, as_bytes(std::string("request").append(one))),
            hmac_sha256(master, as_bytes(std::string("answer").append(one)))};
}

}  // namespace

Digest srp_proof(const Digest& key, std::string_view message) {
    return hmac_sha256(key, as_bytes(message));
}

Bytes srp_verifier(std::string_view code, std::string_view serial, ByteView salt) {
    return bytes_of(Botan::generate_srp6_verifier(std::string(serial), std::string(code),
                                                  {salt.begin(), salt.end()}, group, hash));
}

struct SrpServer::State {
    Botan::SRP6_Server_Session session;
};

SrpServer::SrpServer(ByteView verifier, Random& random) : state_(std::make_unique<State>()) {
    BotanRandom source(random);
    offer_ = bytes_of(state_->session.step1(number_of(verifier), group, hash, source));
}

SrpServer::SrpServer(SrpServer&&) noexcept = default;
SrpServer& SrpServer::operator=(SrpServer&&) noexcept = default;
SrpServer::~SrpServer() = default;

Result<SrpKeys> SrpServer::agree(ByteView answer, const SrpContext& context) {
    if (!state_ || answer.size() != number_size) return refused();
    const auto state = std::move(state_);
    try {
        return derive(state->session.step2(number_of(answer)), answer, offer_, context);
    } catch (const Botan::Exception&) {
        return refused();
    }
}

Result<SrpAgreement> srp_agree(std::string_view code, ByteView offer, const SrpContext& context,
                               Random& random) {
    if (offer.size() != number_size) return refused();
    BotanRandom source(random);
    try {
        const auto [number, agreed] = Botan::srp6_client_agree(
            context.serial, std::string(code), group, hash, context.salt, number_of(offer), source);
        const Bytes answer = bytes_of(number);
        return SrpAgreement{answer, derive(agreed, answer, offer, context)};
    } catch (const Botan::Exception&) {
        return refused();
    }
}

}  // namespace vistter::crypto
