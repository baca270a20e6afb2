-- Organisations (tenants): people, pairing tokens, devices, assets, timelines and the audit trail each belong to one.
-- The first organisation has the name of this Studio's environment; rows from before belong to it (tenant '' until
-- the next start names it). Everybody signs in again.

CREATE TABLE orgs (
    org_id     TEXT PRIMARY KEY,             -- the tenant in certificates and topics
    name       TEXT NOT NULL,
    home       INTEGER NOT NULL,             -- 1: the organisation that runs this Studio
    created_ms INTEGER NOT NULL
) STRICT;

DROP TABLE sign_ins;
CREATE TABLE new_users (
    user_id       TEXT PRIMARY KEY,          -- opaque pseudonym, the only name that travels to devices
    tenant        TEXT NOT NULL,
    username      TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password_hash TEXT NOT NULL,             -- scrypt$...
    role          TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'producer', 'admin', 'emergency')),
    revision      INTEGER NOT NULL,
    created_ms    INTEGER NOT NULL
) STRICT;
INSERT INTO new_users SELECT user_id, '', username, password_hash, role, 1, created_ms FROM users;
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;
CREATE INDEX users_by_tenant ON users(tenant, user_id);
CREATE TABLE sign_ins (
    token_hash TEXT PRIMARY KEY,             -- SHA-256 of the token; the token itself is never stored
    user_id    TEXT NOT NULL REFERENCES users(user_id) ON DELETE CASCADE,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_ins_by_expiry ON sign_ins(expires_ms);

ALTER TABLE pairing_tokens ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN tenant TEXT NOT NULL DEFAULT '';

-- A serial is unique within an organisation: what another one has paired is nobody else's business.
CREATE TABLE new_devices (
    device_id              TEXT PRIMARY KEY,
    tenant                 TEXT NOT NULL,
    serial                 TEXT NOT NULL,
    name                   TEXT NOT NULL,
    model                  TEXT NOT NULL,
    arch                   TEXT NOT NULL,
    paired_ms              INTEGER NOT NULL,
    key_number             INTEGER NOT NULL, -- n of the signing kid "<device_id>#<n>"
    certificate_pem        TEXT NOT NULL,
    certificate_thumbprint TEXT NOT NULL,    -- base64url SHA-256 of the DER
    signing_key_pem        TEXT NOT NULL,
    revoked                INTEGER NOT NULL DEFAULT 0,
    verdict                TEXT NOT NULL DEFAULT 'ok',
    firmware_version       TEXT NOT NULL DEFAULT '',
    last_hello             TEXT NOT NULL DEFAULT '',
    last_hello_ms          INTEGER,
    UNIQUE (tenant, serial)
) STRICT;
INSERT INTO new_devices SELECT device_id, tenant, serial, name, model, arch, paired_ms, key_number, certificate_pem,
    certificate_thumbprint, signing_key_pem, revoked, verdict, firmware_version, last_hello, last_hello_ms FROM devices;
DROP TABLE devices;
ALTER TABLE new_devices RENAME TO devices;

-- The bytes of an asset are kept once; each organisation has a row of its own for them.
CREATE TABLE new_assets (
    tenant     TEXT NOT NULL,
    asset_id   TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, asset_id),
    UNIQUE (tenant, sha256)
) STRICT;
INSERT INTO new_assets SELECT '', asset_id, sha256, name, media_type, size_bytes, created_ms FROM assets;
DROP TABLE assets;
ALTER TABLE new_assets RENAME TO assets;

CREATE TABLE new_timelines (
    tenant      TEXT NOT NULL,
    timeline_id TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    name        TEXT NOT NULL,
    document    TEXT NOT NULL,               -- JSON text as stored by PUT /v1/timelines/{t}
    updated_ms  INTEGER NOT NULL,
    PRIMARY KEY (tenant, timeline_id)
) STRICT;
INSERT INTO new_timelines SELECT '', timeline_id, revision, name, document, updated_ms FROM timelines;
DROP TABLE timelines;
ALTER TABLE new_timelines RENAME TO timelines;
