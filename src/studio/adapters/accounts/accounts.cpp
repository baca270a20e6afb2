// Tables users and sign_ins.
#include "studio/adapters/accounts/accounts.hpp"

namespace vistter::studio {
namespace {

class SqlAccounts final : public Accounts {
  public:
    explicit SqlAccounts(store::Database& database) : database_(database) {}

    bool any_user() const override {
        return database_.prepare("SELECT 1 FROM users LIMIT 1").step();
    }

    std::optional<User> find_user(const std::string& username) const override {
        auto row = database_.prepare(
            "SELECT user_id, username, password_hash, role FROM users WHERE username = ?");
        row.bind(username);
        if (!row.step()) return std::nullopt;
        return User{row.text(0), row.text(1), row.text(2), row.text(3)};
    }

    Status add_first_user(const User& user, WallTime now) override {
        bool added = false;
        database_.transaction([&] {
            database_
                .prepare(
                    "INSERT INTO users (user_id, username, password_hash, role, created_ms) "
                    "SELECT ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM users)")
                .bind(user.user_id)
                .bind(user.username)
                .bind(user.password_hash)
                .bind(user.role)
                .bind(now.ms)
                .run();
            added = database_.changes() == 1;
        });
        if (!added)
            return fail(ErrorCode::STA_IN_USE, "Studio has been set up already; sign in instead");
        return ok();
    }

    void open_sign_in(const std::string& token_hash, const std::string& user_id,
                      WallTime now) override {
        database_.transaction([&] {
            database_.prepare("DELETE FROM sign_ins WHERE expires_ms <= ?").bind(now.ms).run();
            database_
                .prepare(
                    "INSERT INTO sign_ins (token_hash, user_id, created_ms, expires_ms) VALUES "
                    "(?, ?, ?, ?)")
                .bind(token_hash)
                .bind(user_id)
                .bind(now.ms)
                .bind(now.ms + sign_in_lifetime_ms)
                .run();
        });
    }

    std::optional<SignIn> sign_in(const std::string& token_hash, WallTime now) const override {
        auto row = database_.prepare(
            "SELECT user_id, username, password_hash, role, expires_ms FROM sign_ins JOIN users "
            "USING (user_id) WHERE token_hash = ? AND expires_ms > ?");
        row.bind(token_hash).bind(now.ms);
        if (!row.step()) return std::nullopt;
        return SignIn{{row.text(0), row.text(1), row.text(2), row.text(3)},
                      WallTime{row.integer(4)}};
    }

    void close_sign_in(const std::string& token_hash) override {
        database_.prepare("DELETE FROM sign_ins WHERE token_hash = ?").bind(token_hash).run();
    }

  private:
    store::Database& database_;
};

}  // namespace

std::unique_ptr<Accounts> make_accounts(store::Database& database) {
    return std::make_unique<SqlAccounts>(database);
}

}  // namespace vistter::studio
