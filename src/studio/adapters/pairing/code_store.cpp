// One row a serial; a row that can no longer be used does no harm and goes with the next code.
#include "studio/adapters/pairing/code_store.hpp"

namespace vistter::studio {
namespace {

constexpr std::size_t salt_key_size = 32;

class SqlCodeStore final : public CodeStore {
  public:
    SqlCodeStore(store::Database& database, Random& random)
        : database_(database), random_(random) {}

    void put(const std::string& serial, const KeptCode& code) override {
        database_
            .prepare(
                "INSERT OR REPLACE INTO pairing_codes (serial, secret_hash, verifier, expires_ms) "
                "VALUES (?, ?, ?, ?)")
            .bind(serial)
            .bind(code.secret_hash)
            .bind(to_base64url(code.verifier))
            .bind(code.expires_at.ms)
            .run();
    }

    std::optional<KeptCode> find(const std::string& serial) const override {
        auto row = database_.prepare(
            "SELECT secret_hash, verifier, expires_ms FROM pairing_codes WHERE serial = ?");
        row.bind(serial);
        if (!row.step()) return std::nullopt;
        return KeptCode{row.text(0), from_base64url(row.text(1)).value_or(Bytes()),
                        WallTime{row.integer(2)}};
    }

    int take_try(const std::string& secret_hash) override {
        change_tries(secret_hash,
                     "UPDATE pairing_tokens SET tries_left = tries_left - 1 "
                     "WHERE secret_hash = ? AND tries_left > 0");
        auto row = database_.prepare("SELECT tries_left FROM pairing_tokens WHERE secret_hash = ?");
        row.bind(secret_hash);
        return row.step() ? static_cast<int>(row.integer(0)) : 0;
    }

    void give_back_try(const std::string& secret_hash) override {
        change_tries(secret_hash,
                     "UPDATE pairing_tokens SET tries_left = tries_left + 1 WHERE secret_hash = ?");
    }

    Bytes salt_key() override {
        auto row = database_.prepare("SELECT salt_key FROM pairing_code_salt WHERE id = 1");
        if (row.step()) return from_base64url(row.text(0)).value_or(Bytes());
        Bytes key(salt_key_size);
        random_.fill(key);
        database_.prepare("INSERT INTO pairing_code_salt (id, salt_key) VALUES (1, ?)")
            .bind(to_base64url(key))
            .run();
        return key;
    }

  private:
    void change_tries(const std::string& secret_hash, const char* sql) {
        database_.prepare(sql).bind(secret_hash).run();
    }

    store::Database& database_;
    Random& random_;
};

}  // namespace

std::unique_ptr<CodeStore> make_code_store(store::Database& database, Random& random) {
    return std::make_unique<SqlCodeStore>(database, random);
}

}  // namespace vistter::studio
