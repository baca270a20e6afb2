// Table api_keys.
#include "studio/adapters/accounts/api_keys.hpp"

namespace vistter::studio {
namespace {

constexpr std::int64_t use_noted_ms = 60'000;  // so that a busy key is not a write a request

std::optional<WallTime> time_at(const store::Statement& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return WallTime{row.integer(column)};
}

class SqlApiKeys final : public ApiKeys {
  public:
    explicit SqlApiKeys(store::Database& database) : database_(database) {}

    void add(const ApiKey& key, const std::string& key_hash) override {
        database_
            .prepare(
                "INSERT INTO api_keys (key_id, tenant, name, role, key_hash, created_by, "
                "created_ms, expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(key.key_id)
            .bind(key.tenant)
            .bind(key.name)
            .bind(key.role)
            .bind(key_hash)
            .bind(key.created_by)
            .bind(key.created_at.ms)
            .bind(key.expires_at.ms)
            .run();
    }

    std::vector<ApiKey> list(const std::string& tenant) const override {
        auto row = database_.prepare(
            "SELECT key_id, tenant, name, role, created_by, created_ms, expires_ms, last_used_ms, "
            "revoked_ms FROM api_keys WHERE tenant = ? ORDER BY key_id");
        row.bind(tenant);
        std::vector<ApiKey> keys;
        while (row.step()) {
            keys.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4),
                            WallTime{row.integer(5)}, WallTime{row.integer(6)}, time_at(row, 7),
                            time_at(row, 8)});
        }
        return keys;
    }

    bool revoke(const std::string& tenant, const std::string& key_id, WallTime now) override {
        database_
            .prepare(
                "UPDATE api_keys SET revoked_ms = ?1 WHERE tenant = ?2 AND key_id = ?3 AND "
                "revoked_ms IS NULL AND expires_ms > ?1")
            .bind(now.ms)
            .bind(tenant)
            .bind(key_id)
            .run();
        return database_.changes() == 1;
    }

    std::optional<SignIn> use(const std::string& key_hash, WallTime now) override {
        auto row = database_.prepare(
            "SELECT key_id, tenant, k.name, role, expires_ms, home, coalesce(last_used_ms, 0) FROM "
            "api_keys k JOIN orgs ON org_id = tenant WHERE key_hash = ? AND revoked_ms IS NULL AND "
            "expires_ms > ?");
        row.bind(key_hash).bind(now.ms);
        if (!row.step()) return std::nullopt;
        SignIn who;
        who.user.user_id = row.text(0);
        who.user.tenant = row.text(1);
        who.user.username = row.text(2);
        who.user.role = row.text(3);
        who.expires_at = WallTime{row.integer(4)};
        who.home = row.integer(5) != 0;
        who.by_key = true;
        if (now.ms - row.integer(6) >= use_noted_ms) note_use(who.user.user_id, now);
        return who;
    }

  private:
    void note_use(const std::string& key_id, WallTime now) {
        database_.prepare("UPDATE api_keys SET last_used_ms = ? WHERE key_id = ?")
            .bind(now.ms)
            .bind(key_id)
            .run();
    }

    store::Database& database_;
};

}  // namespace

std::unique_ptr<ApiKeys> make_api_keys(store::Database& database) {
    return std::make_unique<SqlApiKeys>(database);
}

}  // namespace vistter::studio
