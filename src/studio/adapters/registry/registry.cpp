// Tables pairing_tokens and devices.
#include "studio/adapters/registry/registry.hpp"

namespace vistter::studio {
namespace {

constexpr const char* grant_columns =
    "token_id, serial, secret_hash, secret_mark, created_by, created_ms, expires_ms, tries_left, "
    "used_ms, device_id, deleted_ms, tenant";
constexpr const char* device_columns =
    "device_id, tenant, serial, name, model, arch, paired_ms, key_number, certificate_pem, "
    "certificate_thumbprint, signing_key_pem, revoked, verdict, firmware_version";

PairingGrant read_grant(const store::Statement& row) {
    PairingGrant grant;
    grant.token_id = row.text(0);
    grant.serial = row.text(1);
    grant.secret_hash = row.text(2);
    grant.secret_mark = row.text(3);
    grant.created_by = row.text(4);
    grant.created_at = WallTime{row.integer(5)};
    grant.expires_at = WallTime{row.integer(6)};
    grant.tries_left = static_cast<int>(row.integer(7));
    if (!row.is_null(8)) grant.used_at = WallTime{row.integer(8)};
    if (!row.is_null(9)) grant.device_id = row.text(9);
    grant.deleted = !row.is_null(10);
    grant.tenant = row.text(11);
    return grant;
}

Device read_device(const store::Statement& row) {
    Device device;
    device.device_id = row.text(0);
    device.tenant = row.text(1);
    device.serial = row.text(2);
    device.name = row.text(3);
    device.model = row.text(4);
    device.arch = row.text(5);
    device.paired_at = WallTime{row.integer(6)};
    device.key_number = row.integer(7);
    device.certificate_pem = row.text(8);
    device.certificate_thumbprint = row.text(9);
    device.signing_key_pem = row.text(10);
    device.revoked = row.integer(11) != 0;
    device.verdict = row.text(12);
    device.firmware_version = row.text(13);
    return device;
}

class SqlRegistry final : public Registry {
  public:
    explicit SqlRegistry(store::Database& database) : database_(database) {}

    void add_grant(const PairingGrant& grant) override;
    std::vector<PairingGrant> grants(const std::string& tenant) const override;
    std::optional<PairingGrant> grant_by_hash(const std::string& secret_hash) const override;
    bool consume_grant(const std::string& secret_hash, const std::string& device_id,
                       WallTime now) override;
    int count_failed_try(const std::string& secret_mark, const std::string& serial,
                         WallTime now) override;
    bool delete_grant(const std::string& tenant, const std::string& token_id,
                      WallTime now) override;
    std::optional<Device> find_device(const std::string& device_id) const override {
        return one_device("device_id = ?1 AND ?2 = ''", device_id, "");
    }
    std::optional<Device> device_by_serial(const std::string& tenant,
                                           const std::string& serial) const override {
        return one_device("serial = ?1 AND tenant = ?2", serial, tenant);
    }
    std::vector<Device> devices(const std::string& tenant) const override;
    void put_device(const Device& device) override;
    std::optional<DeviceTrust> device(const std::string& device_id) const override;

  private:
    std::optional<Device> one_device(const std::string& where, const std::string& first,
                                     const std::string& second) const;

    store::Database& database_;
};

void SqlRegistry::add_grant(const PairingGrant& grant) {
    database_
        .prepare(
            "INSERT INTO pairing_tokens (token_id, serial, secret_hash, secret_mark, created_by, "
            "created_ms, expires_ms, tries_left, tenant) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(grant.token_id)
        .bind(grant.serial)
        .bind(grant.secret_hash)
        .bind(grant.secret_mark)
        .bind(grant.created_by)
        .bind(grant.created_at.ms)
        .bind(grant.expires_at.ms)
        .bind(std::int64_t{grant.tries_left})
        .bind(grant.tenant)
        .run();
}

std::vector<PairingGrant> SqlRegistry::grants(const std::string& tenant) const {
    auto row = database_.prepare(
        std::string("SELECT ") + grant_columns +
        " FROM pairing_tokens WHERE tenant = ? AND deleted_ms IS NULL ORDER BY token_id DESC LIMIT "
        "10000");
    row.bind(tenant);
    std::vector<PairingGrant> grants;
    while (row.step()) grants.push_back(read_grant(row));
    return grants;
}

std::optional<PairingGrant> SqlRegistry::grant_by_hash(const std::string& secret_hash) const {
    auto row = database_.prepare(std::string("SELECT ") + grant_columns +
                                 " FROM pairing_tokens WHERE secret_hash = ?");
    row.bind(secret_hash);
    if (!row.step()) return std::nullopt;
    return read_grant(row);
}

bool SqlRegistry::consume_grant(const std::string& secret_hash, const std::string& device_id,
                                WallTime now) {
    database_
        .prepare(
            "UPDATE pairing_tokens SET used_ms = ?, device_id = ? WHERE secret_hash = ? AND "
            "used_ms IS NULL AND deleted_ms IS NULL AND tries_left > 0 AND expires_ms > ?")
        .bind(now.ms)
        .bind(device_id)
        .bind(secret_hash)
        .bind(now.ms)
        .run();
    return database_.changes() == 1;
}

int SqlRegistry::count_failed_try(const std::string& secret_mark, const std::string& serial,
                                  WallTime now) {
    auto row = database_.prepare(
        "UPDATE pairing_tokens SET tries_left = tries_left - 1 WHERE (secret_mark = ? OR serial "
        "= ?) AND used_ms IS NULL AND deleted_ms IS NULL AND tries_left > 0 AND expires_ms > ? "
        "RETURNING tries_left");
    row.bind(secret_mark).bind(serial).bind(now.ms);
    int locked = 0;
    while (row.step()) locked += row.integer(0) == 0 ? 1 : 0;
    return locked;
}

bool SqlRegistry::delete_grant(const std::string& tenant, const std::string& token_id,
                               WallTime now) {
    database_
        .prepare(
            "UPDATE pairing_tokens SET deleted_ms = ? WHERE token_id = ? AND tenant = ? AND used_ms "
            "IS NULL AND deleted_ms IS NULL")
        .bind(now.ms)
        .bind(token_id)
        .bind(tenant)
        .run();
    return database_.changes() == 1;
}

std::vector<Device> SqlRegistry::devices(const std::string& tenant) const {
    auto row = database_.prepare(std::string("SELECT ") + device_columns +
                                 " FROM devices WHERE tenant = ? ORDER BY device_id");
    row.bind(tenant);
    std::vector<Device> devices;
    while (row.step()) devices.push_back(read_device(row));
    return devices;
}

void SqlRegistry::put_device(const Device& device) {
    database_
        .prepare(
            "INSERT INTO devices (device_id, tenant, serial, name, model, arch, paired_ms, "
            "key_number, certificate_pem, certificate_thumbprint, signing_key_pem, revoked, "
            "verdict) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (device_id) DO "
            "UPDATE SET name = excluded.name, model = excluded.model, arch = excluded.arch, "
            "paired_ms = excluded.paired_ms, key_number = excluded.key_number, certificate_pem = "
            "excluded.certificate_pem, certificate_thumbprint = excluded.certificate_thumbprint, "
            "signing_key_pem = excluded.signing_key_pem, revoked = excluded.revoked, verdict = "
            "excluded.verdict")
        .bind(device.device_id)
        .bind(device.tenant)
        .bind(device.serial)
        .bind(device.name)
        .bind(device.model)
        .bind(device.arch)
        .bind(device.paired_at.ms)
        .bind(device.key_number)
        .bind(device.certificate_pem)
        .bind(device.certificate_thumbprint)
        .bind(device.signing_key_pem)
        .bind(std::int64_t{device.revoked ? 1 : 0})
        .bind(device.verdict)
        .run();
}

std::optional<Device> SqlRegistry::one_device(const std::string& where, const std::string& first,
                                              const std::string& second) const {
    auto row = database_.prepare(std::string("SELECT ") + device_columns + " FROM devices WHERE " +
                                 where);
    row.bind(first).bind(second);
    if (!row.step()) return std::nullopt;
    return read_device(row);
}

std::optional<DeviceTrust> SqlRegistry::device(const std::string& device_id) const {
    const auto known = find_device(device_id);
    if (!known) return std::nullopt;
    return DeviceTrust{.device_id = known->device_id,
                       .tenant = known->tenant,
                       .signing_keys = {{signing_kid(*known), known->signing_key_pem}},
                       .certificate_thumbprints = {known->certificate_thumbprint},
                       .revoked = known->revoked};
}

}  // namespace

std::unique_ptr<Registry> make_registry(store::Database& database) {
    return std::make_unique<SqlRegistry>(database);
}

}  // namespace vistter::studio
