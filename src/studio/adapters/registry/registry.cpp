// Tables pairing_tokens, devices and device_credentials.
#include "studio/adapters/registry/registry.hpp"

namespace vistter::studio {
namespace {

constexpr const char* grant_columns =
    "token_id, serial, secret_hash, secret_mark, created_by, created_ms, expires_ms, tries_left, "
    "used_ms, device_id, deleted_ms, tenant";
constexpr const char* device_columns =
    "device_id, tenant, serial, name, model, arch, paired_ms, revoked_ms, verdict, studio_kid, "
    "trust_mark, firmware_version";
constexpr const char* credential_columns =
    "device_id, kind, number, name, content, state, issued_ms, overlap_ms, not_after_ms, ends_ms";

std::optional<WallTime> time_at(const store::Statement& row, int column) {
    const auto ms = row.optional_integer(column);
    return ms ? std::optional(WallTime{*ms}) : std::nullopt;
}

std::optional<std::int64_t> ms_of(const std::optional<WallTime>& time) {
    return time ? std::optional(time->ms) : std::nullopt;
}

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
    grant.used_at = time_at(row, 8);
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
    device.revoked_at = time_at(row, 7);
    device.verdict = row.text(8);
    device.studio_kid = row.text(9);
    device.trust_mark = row.text(10);
    device.firmware_version = row.text(11);
    return device;
}

Credential read_credential(const store::Statement& row) {
    Credential credential;
    credential.device_id = row.text(0);
    credential.kind = credential_kind_from(row.text(1)).value_or(CredentialKind::client_cert);
    credential.number = row.integer(2);
    credential.name = row.text(3);
    credential.content = row.text(4);
    credential.state = credential_state_from(row.text(5));
    credential.issued_at = WallTime{row.integer(6)};
    credential.overlap_ms = row.integer(7);
    credential.not_after = time_at(row, 8);
    credential.ends_at = time_at(row, 9);
    return credential;
}

void show_current(Device& device, const Credential& credential) {
    if (credential.state != CredentialState::current) return;
    switch (credential.kind) {
        case CredentialKind::client_cert:
            device.certificate_pem = credential.content;
            device.certificate_thumbprint = credential.name;
            device.certificate_ends = credential.not_after;
            break;
        case CredentialKind::signing_key:
            device.signing_key_pem = credential.content;
            device.key_number = credential.number;
            break;
        case CredentialKind::sealing_key:
            device.sealing_jwk = credential.content;
            device.sealing_number = credential.number;
            break;
    }
}

class SqlRegistry final : public Registry {
  public:
    SqlRegistry(store::Database& database, const Clock& clock)
        : database_(database), clock_(clock) {}

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
    std::vector<std::string> device_ids() const override;
    void put_device(const Device& device) override;
    void revoke(const std::string& device_id, WallTime now) override;
    void trusts(const std::string& device_id, const std::string& trust_mark,
                const std::string& studio_kid) override;

    std::vector<Credential> credentials(const std::string& device_id) const override;
    std::vector<Credential> credentials(const std::string& device_id,
                                        CredentialKind kind) const override;
    std::int64_t next_number(const std::string& device_id, CredentialKind kind) const override;
    void put_credential(const Credential& credential) override;

    std::optional<DeviceTrust> device(const std::string& device_id) const override;
    void proven(const std::string& device_id, const std::string& thumbprint,
                const std::string& kid) override;

  private:
    std::optional<Device> one_device(const std::string& where, const std::string& first,
                                     const std::string& second) const;
    void make_current(const Device& device, CredentialKind kind, std::int64_t number,
                      const std::string& name, const std::string& content,
                      std::optional<WallTime> not_after);

    store::Database& database_;
    const Clock& clock_;
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
            "UPDATE pairing_tokens SET deleted_ms = ? WHERE token_id = ? AND tenant = ? AND "
            "used_ms "
            "IS NULL AND deleted_ms IS NULL")
        .bind(now.ms)
        .bind(token_id)
        .bind(tenant)
        .run();
    return database_.changes() == 1;
}

std::vector<Device> SqlRegistry::devices(const std::string& tenant) const {
    std::vector<Device> devices;
    {
        auto row = database_.prepare(std::string("SELECT ") + device_columns +
                                     " FROM devices WHERE tenant = ? ORDER BY device_id");
        row.bind(tenant);
        while (row.step()) devices.push_back(read_device(row));
    }
    for (Device& device : devices) {
        for (const Credential& each : credentials(device.device_id)) show_current(device, each);
    }
    return devices;
}

std::vector<std::string> SqlRegistry::device_ids() const {
    auto row = database_.prepare("SELECT device_id FROM devices ORDER BY device_id");
    std::vector<std::string> ids;
    while (row.step()) ids.push_back(row.text(0));
    return ids;
}

void SqlRegistry::put_device(const Device& device) {
    database_.transaction([&] {
        database_
            .prepare(
                "INSERT INTO devices (device_id, tenant, serial, name, model, arch, paired_ms, "
                "revoked_ms, verdict, studio_kid, trust_mark) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
                "?, ?) ON CONFLICT (device_id) DO UPDATE SET name = excluded.name, model = "
                "excluded.model, arch = excluded.arch, paired_ms = excluded.paired_ms, revoked_ms "
                "= excluded.revoked_ms, verdict = excluded.verdict, studio_kid = "
                "excluded.studio_kid, trust_mark = excluded.trust_mark")
            .bind(device.device_id)
            .bind(device.tenant)
            .bind(device.serial)
            .bind(device.name)
            .bind(device.model)
            .bind(device.arch)
            .bind(device.paired_at.ms)
            .bind(ms_of(device.revoked_at))
            .bind(device.verdict)
            .bind(device.studio_kid)
            .bind(device.trust_mark)
            .run();
        database_.prepare("UPDATE device_credentials SET state = 'ended' WHERE device_id = ?")
            .bind(device.device_id)
            .run();
        make_current(device, CredentialKind::client_cert,
                     next_number(device.device_id, CredentialKind::client_cert),
                     device.certificate_thumbprint, device.certificate_pem,
                     device.certificate_ends);
        make_current(device, CredentialKind::signing_key, device.key_number, signing_kid(device),
                     device.signing_key_pem, {});
        if (!device.sealing_jwk.empty())
            make_current(device, CredentialKind::sealing_key, device.sealing_number,
                         sealing_kid(device), device.sealing_jwk, {});
    });
}

void SqlRegistry::make_current(const Device& device, CredentialKind kind, std::int64_t number,
                               const std::string& name, const std::string& content,
                               std::optional<WallTime> not_after) {
    Credential credential;
    credential.device_id = device.device_id;
    credential.kind = kind;
    credential.number = number;
    credential.name = name;
    credential.content = content;
    credential.issued_at = device.paired_at;
    credential.not_after = not_after;
    put_credential(credential);
}

void SqlRegistry::revoke(const std::string& device_id, WallTime now) {
    database_
        .prepare("UPDATE devices SET revoked_ms = ? WHERE device_id = ? AND revoked_ms IS NULL")
        .bind(now.ms)
        .bind(device_id)
        .run();
}

void SqlRegistry::trusts(const std::string& device_id, const std::string& trust_mark,
                         const std::string& studio_kid) {
    database_.prepare("UPDATE devices SET trust_mark = ?, studio_kid = ? WHERE device_id = ?")
        .bind(trust_mark)
        .bind(studio_kid)
        .bind(device_id)
        .run();
}

std::vector<Credential> SqlRegistry::credentials(const std::string& device_id) const {
    auto row = database_.prepare(
        std::string("SELECT ") + credential_columns +
        " FROM device_credentials WHERE device_id = ? ORDER BY kind, number DESC");
    row.bind(device_id);
    std::vector<Credential> all;
    while (row.step()) all.push_back(read_credential(row));
    return all;
}

std::vector<Credential> SqlRegistry::credentials(const std::string& device_id,
                                                 CredentialKind kind) const {
    std::vector<Credential> all = credentials(device_id);
    std::erase_if(all, [&](const Credential& each) { return each.kind != kind; });
    return all;
}

std::int64_t SqlRegistry::next_number(const std::string& device_id, CredentialKind kind) const {
    auto row = database_.prepare(
        "SELECT COALESCE(MAX(number), 0) + 1 FROM device_credentials WHERE device_id = ?1 AND "
        "(kind = 'client_cert') = (?2 = 'client_cert')");
    row.bind(device_id).bind(to_string(kind));
    return row.step() ? row.integer(0) : 1;
}

void SqlRegistry::put_credential(const Credential& credential) {
    database_
        .prepare(
            "UPDATE device_credentials SET state = ?, ends_ms = ? WHERE device_id = ? AND kind = ? "
            "AND number = ? AND name = ?")
        .bind(to_string(credential.state))
        .bind(ms_of(credential.ends_at))
        .bind(credential.device_id)
        .bind(to_string(credential.kind))
        .bind(credential.number)
        .bind(credential.name)
        .run();
    if (database_.changes() == 1) return;
    database_
        .prepare(
            "INSERT INTO device_credentials (device_id, kind, number, name, content, state, "
            "issued_ms, overlap_ms, not_after_ms, ends_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(credential.device_id)
        .bind(to_string(credential.kind))
        .bind(credential.number)
        .bind(credential.name)
        .bind(credential.content)
        .bind(to_string(credential.state))
        .bind(credential.issued_at.ms)
        .bind(credential.overlap_ms)
        .bind(ms_of(credential.not_after))
        .bind(ms_of(credential.ends_at))
        .run();
}

std::optional<Device> SqlRegistry::one_device(const std::string& where, const std::string& first,
                                              const std::string& second) const {
    std::optional<Device> device;
    {
        auto row = database_.prepare(std::string("SELECT ") + device_columns +
                                     " FROM devices WHERE " + where);
        row.bind(first).bind(second);
        if (!row.step()) return std::nullopt;
        device = read_device(row);
    }
    for (const Credential& each : credentials(device->device_id)) show_current(*device, each);
    return device;
}

std::optional<DeviceTrust> SqlRegistry::device(const std::string& device_id) const {
    const auto known = find_device(device_id);
    if (!known) return std::nullopt;
    DeviceTrust trust{.device_id = known->device_id,
                      .tenant = known->tenant,
                      .signing_keys = {},
                      .certificate_thumbprints = {},
                      .revoked = known->revoked(),
                      .studio_kid = known->studio_kid};
    const WallTime now = clock_.wall();
    for (const Credential& each : credentials(device_id)) {
        if (!is_accepted(each, now)) continue;
        if (each.kind == CredentialKind::client_cert)
            trust.certificate_thumbprints.push_back(each.name);
        if (each.kind == CredentialKind::signing_key)
            trust.signing_keys.push_back({each.name, each.content});
    }
    return trust;
}

void SqlRegistry::proven(const std::string& device_id, const std::string& thumbprint,
                         const std::string& kid) {
    for (const Credential& each : credentials(device_id)) {
        const bool seen = (each.kind == CredentialKind::client_cert && each.name == thumbprint) ||
                          (each.kind == CredentialKind::signing_key && each.name == kid);
        if (!seen || each.state != CredentialState::issued) continue;
        database_.transaction([&] {
            for (const Credential& change :
                 promoted(credentials(device_id, each.kind), each.number, clock_.wall()))
                put_credential(change);
        });
    }
}

}  // namespace

std::unique_ptr<Registry> make_registry(store::Database& database, const Clock& clock) {
    return std::make_unique<SqlRegistry>(database, clock);
}

}  // namespace vistter::studio
