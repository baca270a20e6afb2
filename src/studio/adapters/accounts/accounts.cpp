// Tables orgs, users and sign_ins.
#include "studio/adapters/accounts/accounts.hpp"

namespace vistter::studio {
namespace {

constexpr const char* select_user =
    "SELECT user_id, tenant, username, password_hash, role, revision FROM users";
constexpr const char* select_org = "SELECT org_id, name, home, created_ms, handle FROM orgs";

User read_user(const store::Statement& row) {
    return {row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.integer(5)};
}
Org read_org(const store::Statement& row) {
    return {row.text(0), row.text(1), row.integer(2) != 0, WallTime{row.integer(3)}, row.text(4)};
}

class SqlAccounts final : public Accounts {
  public:
    explicit SqlAccounts(store::Database& database) : database_(database) {}

    bool any_user() const override {
        return database_.prepare("SELECT 1 FROM users LIMIT 1").step();
    }
    std::optional<User> find_user(const SignInName& name) const override {
        auto row = database_.prepare(
            std::string(select_user) +
            " WHERE username = ? AND tenant = (SELECT org_id FROM orgs WHERE handle = ? AND "
            "home = (handle = ''))");
        row.bind(name.username).bind(name.handle);
        if (!row.step()) return std::nullopt;
        return read_user(row);
    }
    Status add_first_user(const User& user, WallTime now) override;
    std::vector<Org> orgs() const override;
    std::optional<Org> find_org(const std::string& org_id) const override {
        auto row = database_.prepare(std::string(select_org) + " WHERE org_id = ?");
        row.bind(org_id);
        if (!row.step()) return std::nullopt;
        return read_org(row);
    }
    Status add_org(const Org& org, const User& first_admin) override;
    std::vector<User> members(const std::string& tenant) const override;
    std::optional<User> member(const std::string& tenant,
                               const std::string& user_id) const override;
    Status add_member(const User& user, WallTime now) override;
    Status change_member(const User& user) override;
    Status remove_member(const User& user) override;
    Status change_password(const User& user, const std::string& kept_token_hash) override;
    void open_sign_in(const std::string& token_hash, const std::string& user_id,
                      WallTime now) override;
    std::optional<SignIn> sign_in(const std::string& token_hash, WallTime now) const override;
    void close_sign_in(const std::string& token_hash) override {
        database_.prepare("DELETE FROM sign_ins WHERE token_hash = ?").bind(token_hash).run();
    }

    void make_home(const std::string& home, WallTime now);

  private:
    void insert_org(const Org& org);
    bool insert_user(const User& user, WallTime now);
    Status check_change(const User& user, bool stays_admin) const;

    store::Database& database_;
};

void SqlAccounts::make_home(const std::string& home, WallTime now) {
    database_.transaction([&] {
        if (database_.prepare("SELECT 1 FROM orgs LIMIT 1").step()) return;
        insert_org({home, home, true, now});
        for (const char* table : {"users", "pairing_tokens", "audit", "assets", "timelines"}) {
            database_.prepare(std::string("UPDATE ") + table + " SET tenant = ? WHERE tenant = ''")
                .bind(home)
                .run();
        }
    });
}

void SqlAccounts::insert_org(const Org& org) {
    database_
        .prepare("INSERT INTO orgs (org_id, name, home, created_ms, handle) VALUES (?, ?, ?, ?, ?)")
        .bind(org.org_id)
        .bind(org.name)
        .bind(org.home ? 1 : 0)
        .bind(org.created_at.ms)
        .bind(org.handle)
        .run();
}

bool SqlAccounts::insert_user(const User& user, WallTime now) {
    database_
        .prepare(
            "INSERT INTO users (user_id, tenant, username, password_hash, role, revision, "
            "created_ms) VALUES (?, ?, ?, ?, ?, 1, ?) ON CONFLICT (tenant, username) DO NOTHING")
        .bind(user.user_id)
        .bind(user.tenant)
        .bind(user.username)
        .bind(user.password_hash)
        .bind(user.role)
        .bind(now.ms)
        .run();
    return database_.changes() == 1;
}

Status SqlAccounts::add_first_user(const User& user, WallTime now) {
    bool added = false;
    database_.transaction([&] {
        if (any_user()) return;
        auto home = database_.prepare("SELECT org_id FROM orgs WHERE home = 1");
        User first = user;
        if (home.step()) first.tenant = home.text(0);
        added = insert_user(first, now);
    });
    if (!added)
        return fail(ErrorCode::STA_IN_USE, "Studio has been set up already; sign in instead");
    return ok();
}

std::vector<Org> SqlAccounts::orgs() const {
    auto row = database_.prepare(std::string(select_org) + " ORDER BY org_id");
    std::vector<Org> orgs;
    while (row.step()) orgs.push_back(read_org(row));
    return orgs;
}

Status SqlAccounts::add_org(const Org& org, const User& first_admin) {
    bool added = false;
    database_.transaction([&] {
        auto taken = database_.prepare("SELECT 1 FROM orgs WHERE handle = ?");
        taken.bind(org.handle);
        if (taken.step()) return;
        insert_org(org);
        added = insert_user(first_admin, org.created_at);
    });
    if (!added)
        return fail_at(ErrorCode::STA_IN_USE, "/handle", "another organisation has this handle");
    return ok();
}

std::vector<User> SqlAccounts::members(const std::string& tenant) const {
    auto row = database_.prepare(std::string(select_user) + " WHERE tenant = ? ORDER BY user_id");
    row.bind(tenant);
    std::vector<User> members;
    while (row.step()) members.push_back(read_user(row));
    return members;
}

std::optional<User> SqlAccounts::member(const std::string& tenant,
                                        const std::string& user_id) const {
    auto row = database_.prepare(std::string(select_user) + " WHERE tenant = ? AND user_id = ?");
    row.bind(tenant).bind(user_id);
    if (!row.step()) return std::nullopt;
    return read_user(row);
}

Status SqlAccounts::add_member(const User& user, WallTime now) {
    if (insert_user(user, now)) return ok();
    return fail_at(ErrorCode::STA_IN_USE, "/username", "another member has this user name already");
}

Status SqlAccounts::check_change(const User& user, bool stays_admin) const {
    const auto known = member(user.tenant, user.user_id);
    if (!known || known->revision != user.revision) {
        return fail(ErrorCode::STA_PRECONDITION,
                    "the member has changed since you read it; read it again");
    }
    if (known->role != "admin" || stays_admin) return ok();
    auto other = database_.prepare(
        "SELECT 1 FROM users WHERE tenant = ? AND role = 'admin' AND user_id <> ?");
    other.bind(user.tenant).bind(user.user_id);
    if (other.step()) return ok();
    return fail(ErrorCode::STA_IN_USE,
                "this is the organisation's last admin; make another one first");
}

Status SqlAccounts::change_member(const User& user) {
    Status changed = ok();
    database_.transaction([&] {
        changed = check_change(user, user.role == "admin");
        if (!changed) return;
        database_
            .prepare(
                "UPDATE users SET role = ?, password_hash = ?, revision = revision + 1 WHERE "
                "user_id = ?")
            .bind(user.role)
            .bind(user.password_hash)
            .bind(user.user_id)
            .run();
        database_.prepare("DELETE FROM sign_ins WHERE user_id = ?").bind(user.user_id).run();
    });
    return changed;
}

Status SqlAccounts::remove_member(const User& user) {
    Status removed = ok();
    database_.transaction([&] {
        removed = check_change(user, false);
        if (!removed) return;
        database_.prepare("DELETE FROM users WHERE user_id = ?").bind(user.user_id).run();
    });
    return removed;
}

Status SqlAccounts::change_password(const User& user, const std::string& kept_token_hash) {
    bool changed = false;
    database_.transaction([&] {
        database_
            .prepare(
                "UPDATE users SET password_hash = ?, revision = revision + 1 WHERE user_id = ? AND "
                "revision = ?")
            .bind(user.password_hash)
            .bind(user.user_id)
            .bind(user.revision)
            .run();
        changed = database_.changes() == 1;
        if (!changed) return;
        database_.prepare("DELETE FROM sign_ins WHERE user_id = ? AND token_hash <> ?")
            .bind(user.user_id)
            .bind(kept_token_hash)
            .run();
    });
    if (changed) return ok();
    return fail(ErrorCode::STA_PRECONDITION, "your account was changed meanwhile; try again");
}

void SqlAccounts::open_sign_in(const std::string& token_hash, const std::string& user_id,
                               WallTime now) {
    database_.transaction([&] {
        database_.prepare("DELETE FROM sign_ins WHERE expires_ms <= ?").bind(now.ms).run();
        database_
            .prepare(
                "INSERT INTO sign_ins (token_hash, user_id, created_ms, expires_ms) VALUES (?, ?, "
                "?, ?)")
            .bind(token_hash)
            .bind(user_id)
            .bind(now.ms)
            .bind(now.ms + sign_in_lifetime_ms)
            .run();
    });
}

std::optional<SignIn> SqlAccounts::sign_in(const std::string& token_hash, WallTime now) const {
    auto row = database_.prepare(
        "SELECT user_id, tenant, username, password_hash, role, revision, expires_ms, home FROM "
        "sign_ins JOIN users USING (user_id) JOIN orgs ON org_id = tenant WHERE token_hash = ? "
        "AND expires_ms > ?");
    row.bind(token_hash).bind(now.ms);
    if (!row.step()) return std::nullopt;
    return SignIn{read_user(row), WallTime{row.integer(6)}, row.integer(7) != 0, false};
}

}  // namespace

std::unique_ptr<Accounts> make_accounts(store::Database& database, const std::string& home,
                                        WallTime now) {
    auto accounts = std::make_unique<SqlAccounts>(database);
    accounts->make_home(home, now);
    return accounts;
}

}  // namespace vistter::studio
