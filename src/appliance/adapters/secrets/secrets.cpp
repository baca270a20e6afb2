// Opening with the identity's keys, keeping with the machine's own.
#include "appliance/adapters/secrets/secrets.hpp"

#include <optional>

#include "base/file.hpp"
#include "crypto/sealed.hpp"

namespace vistter::appliance {
namespace {

constexpr std::uint64_t key_file_limit = 16 * 1024;
constexpr std::string_view rest_kid = "secrets";

class Secrets final : public SecretPort {
  public:
    Secrets(store::Database& database, Random& random, SecretsOptions options)
        : db_(database), random_(random), options_(std::move(options)) {}

    Result<std::string> open(const std::string& sealed) override {
        const auto kid = crypto::sealed_kid(sealed);
        if (!kid) return kid.error();
        std::string ours;
        for (const SealingKey& key : options_.keys()) {
            if (key.kid == *kid) return open_with(key, sealed);
            ours += (ours.empty() ? "" : " and ") + key.kid;
        }
        return fail(ErrorCode::SEC_BAD_SEAL,
                    "It is sealed to " + *kid + "; this appliance opens what is sealed to " +
                        (ours.empty() ? "no key: it is paired without one" : ours) + ".");
    }

    void keep(const std::string& owner, const std::string& secret) override {
        const auto key = rest_key(true);
        if (!key) throw store::StorageFailure(key.error());
        db_.prepare("INSERT OR REPLACE INTO secret VALUES (?, ?)")
            .bind(owner)
            .bind(crypto::seal(key->public_key(), rest_kid, secret, random_))
            .run();
    }

    void forget(const std::string& owner) override {
        db_.prepare("DELETE FROM secret WHERE owner = ?").bind(owner).run();
    }

    bool has(const std::string& owner) override {
        auto row = db_.prepare("SELECT 1 FROM secret WHERE owner = ?");
        row.bind(owner);
        return row.step();
    }

    Result<std::string> find(const std::string& owner) override {
        auto row = db_.prepare("SELECT sealed FROM secret WHERE owner = ?");
        row.bind(owner);
        if (!row.step()) return fail(ErrorCode::RES_NOT_FOUND, "No secret is kept for it.");
        const auto key = rest_key(false);
        const auto secret = key ? crypto::unseal(*key, rest_kid, row.text(0)) : key.error();
        if (secret) return secret;
        return fail(ErrorCode::SEC_BAD_SEAL,
                    "Its secret was kept with a key that this machine has no more; send it again.");
    }

  private:
    static Result<std::string> open_with(const SealingKey& key, const std::string& sealed) {
        const auto own = crypto::PrivateKey::from_pem(key.pem);
        if (!own) return own.error();
        return crypto::unseal(*own, key.kid, sealed);
    }

    // `make`: where there is none. One that is there and cannot be read is never replaced: what is
    // kept may need it again.
    Result<crypto::PrivateKey> rest_key(bool make) {
        if (key_) return *key_;
        const auto file = secrets_key_file(options_.state);
        const auto pem = read_file(file, key_file_limit);
        const bool none = !pem && pem.error().code == ErrorCode::RES_NOT_FOUND;
        auto known = pem ? crypto::PrivateKey::from_pem(*pem) : pem.error();
        if (none && make) {
            known = crypto::generate_at(options_.home);
            if (const Status kept = write_file(file, known->to_pem(), 0600); !kept)
                return kept.error();
        }
        if (known) key_ = *known;
        return known;
    }

    store::Database& db_;
    Random& random_;
    SecretsOptions options_;
    std::optional<crypto::PrivateKey> key_;
};

}  // namespace

std::unique_ptr<SecretPort> make_secrets(store::Database& database, Random& random,
                                         SecretsOptions options) {
    return std::make_unique<Secrets>(database, random, std::move(options));
}

std::filesystem::path secrets_key_file(const std::filesystem::path& state) {
    return state / "secrets-key.pem";
}

}  // namespace vistter::appliance
