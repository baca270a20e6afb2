// Configuration, cameras, attempts and the local account in SQL.
#include "appliance/adapters/store/stores.hpp"

namespace vistter::appliance {
namespace {

class SqlConfigStore final : public ConfigStore {
  public:
    explicit SqlConfigStore(store::Database& database) : db_(database) {}

    Config load() override {
        Config config;
        auto row = db_.prepare("SELECT revision, device_name FROM config");
        if (row.step()) {
            config.revision = row.integer(0);
            config.device_name = row.text(1);
        }
        auto destinations = db_.prepare("SELECT destination_id, kind, url, path FROM destination");
        while (destinations.step())
            config.destinations[destinations.text(0)] = {destinations.text(1), destinations.text(2),
                                                         destinations.text(3)};
        auto profiles = db_.prepare(
            "SELECT profile_id, width, height, rate_num, rate_den, video_bitrate_kbps, "
            "keyframe_interval_s, preset, "
            "audio_bitrate_kbps FROM encoding_profile");
        while (profiles.step()) {
            const auto number = [&](int column) {
                return static_cast<int>(profiles.integer(column));
            };
            config.encoding_profiles[profiles.text(0)] = {number(1),        number(2), number(3),
                                                          number(4),        number(5), number(6),
                                                          profiles.text(7), number(8)};
        }
        return config;
    }

    void save(const Config& config) override {
        db_.transaction([&] {
            db_.prepare(
                   "INSERT INTO config (only, revision, device_name) VALUES (1, ?, ?) ON CONFLICT "
                   "(only) DO UPDATE "
                   "SET revision = excluded.revision, device_name = excluded.device_name")
                .bind(config.revision)
                .bind(config.device_name)
                .run();
            db_.prepare("DELETE FROM destination").run();
            for (const auto& [id, destination] : config.destinations)
                db_.prepare("INSERT INTO destination VALUES (?, ?, ?, ?)")
                    .bind(id)
                    .bind(destination.kind)
                    .bind(destination.url)
                    .bind(destination.path)
                    .run();
            db_.prepare("DELETE FROM encoding_profile").run();
            for (const auto& [id, profile] : config.encoding_profiles) insert(id, profile);
        });
    }

  private:
    void insert(const std::string& id, const contract::EncodingProfile& profile) {
        db_.prepare("INSERT INTO encoding_profile VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(id)
            .bind(std::int64_t{profile.width})
            .bind(std::int64_t{profile.height})
            .bind(std::int64_t{profile.rate_num})
            .bind(std::int64_t{profile.rate_den})
            .bind(std::int64_t{profile.video_bitrate_kbps})
            .bind(std::int64_t{profile.keyframe_interval_s})
            .bind(profile.preset)
            .bind(std::int64_t{profile.audio_bitrate_kbps})
            .run();
    }

    store::Database& db_;
};

class SqlCameraStore final : public CameraStore {
  public:
    explicit SqlCameraStore(store::Database& database) : db_(database) {}

    std::vector<Camera> all() override {
        std::vector<Camera> out;
        auto rows = db_.prepare(
            "SELECT camera_id, name, kind, protocol, host, port, path FROM camera ORDER BY "
            "camera_id");
        while (rows.step()) out.push_back(read(rows));
        return out;
    }
    std::optional<Camera> find(const std::string& camera_id) override {
        auto row = db_.prepare(
            "SELECT camera_id, name, kind, protocol, host, port, path FROM camera WHERE camera_id "
            "= ?");
        row.bind(camera_id);
        if (!row.step()) return std::nullopt;
        return read(row);
    }
    void put(const Camera& camera) override {
        db_.prepare("INSERT OR REPLACE INTO camera VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(camera.camera_id)
            .bind(camera.spec.name)
            .bind(camera.spec.kind)
            .bind(camera.spec.protocol)
            .bind(camera.spec.host)
            .bind(std::int64_t{camera.spec.port})
            .bind(camera.spec.path)
            .run();
    }
    void remove(const std::string& camera_id) override {
        db_.prepare("DELETE FROM camera WHERE camera_id = ?").bind(camera_id).run();
    }

  private:
    static Camera read(const store::Statement& row) {
        return {row.text(0),
                {row.text(1), row.text(2), row.text(3), row.text(4),
                 static_cast<int>(row.integer(5)), row.text(6)}};
    }
    store::Database& db_;
};

class SqlAttemptStore final : public AttemptStore {
  public:
    explicit SqlAttemptStore(store::Database& database) : db_(database) {}
    int begin(const std::string& command_id) override {
        auto row = db_.prepare(
            "INSERT INTO command_attempt VALUES (?, 1) ON CONFLICT (command_id) DO UPDATE "
            "SET attempts = attempts + 1 RETURNING attempts");
        row.bind(command_id);
        const int attempts = row.step() ? static_cast<int>(row.integer(0)) : 1;
        while (row.step()) {
        }
        return attempts;
    }
    void forget(const std::string& command_id) override {
        db_.prepare("DELETE FROM command_attempt WHERE command_id = ?").bind(command_id).run();
    }

  private:
    store::Database& db_;
};

class SqlAccountStore final : public AccountStore {
  public:
    explicit SqlAccountStore(store::Database& database) : db_(database) {}
    std::optional<std::string> password_hash() override {
        auto row = db_.prepare("SELECT password_hash FROM local_account");
        if (!row.step()) return std::nullopt;
        return row.text(0);
    }
    void set_password_hash(const std::string& hash) override {
        db_.prepare("INSERT OR REPLACE INTO local_account VALUES (1, ?)").bind(hash).run();
    }
    std::optional<std::string> operator_hash() override {
        auto row = db_.prepare("SELECT password_hash FROM local_operator");
        if (!row.step()) return std::nullopt;
        return row.text(0);
    }
    void set_operator_hash(const std::optional<std::string>& hash) override {
        db_.transaction([&] {
            db_.execute("DELETE FROM local_operator");
            db_.execute("DELETE FROM local_session WHERE role = 'operator'");
            if (hash) db_.prepare("INSERT INTO local_operator VALUES (1, ?)").bind(*hash).run();
        });
    }
    void change_password(const std::string& role, const std::string& hash,
                         const std::string& kept_csrf_token) override {
        const char* table = role == local_operator ? "local_operator" : "local_account";
        db_.transaction([&] {
            db_.prepare(std::string("UPDATE ") + table + " SET password_hash = ?").bind(hash).run();
            db_.prepare("DELETE FROM local_session WHERE role = ? AND csrf_token <> ?")
                .bind(role)
                .bind(kept_csrf_token)
                .run();
        });
    }
    void put_session(const std::string& token_hash, const LocalSession& session,
                     WallTime expires) override {
        db_.prepare(
               "INSERT OR REPLACE INTO local_session (token_hash, csrf_token, role, "
               "expires_ms) VALUES (?, ?, ?, ?)")
            .bind(token_hash)
            .bind(session.csrf_token)
            .bind(session.role)
            .bind(expires.ms)
            .run();
    }
    std::optional<LocalSession> session_of(const std::string& token_hash, WallTime now) override {
        auto row = db_.prepare(
            "SELECT csrf_token, role FROM local_session WHERE token_hash = ? AND expires_ms > ?");
        row.bind(token_hash).bind(now.ms);
        if (!row.step()) return std::nullopt;
        return LocalSession{row.text(0), row.text(1)};
    }
    void remove_session(const std::string& token_hash) override {
        db_.prepare("DELETE FROM local_session WHERE token_hash = ?").bind(token_hash).run();
    }

  private:
    store::Database& db_;
};

}  // namespace

std::unique_ptr<ConfigStore> make_config_store(store::Database& database) {
    return std::make_unique<SqlConfigStore>(database);
}
std::unique_ptr<CameraStore> make_camera_store(store::Database& database) {
    return std::make_unique<SqlCameraStore>(database);
}
std::unique_ptr<AttemptStore> make_attempt_store(store::Database& database) {
    return std::make_unique<SqlAttemptStore>(database);
}
std::unique_ptr<AccountStore> make_account_store(store::Database& database) {
    return std::make_unique<SqlAccountStore>(database);
}

}  // namespace vistter::appliance
