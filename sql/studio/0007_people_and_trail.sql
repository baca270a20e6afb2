-- A user's name is unique within the organisation, which has a handle to sign in by (docs/decisions/0015); keys for
-- tools; an audit trail that can only grow. Everybody signs in again.

ALTER TABLE orgs ADD COLUMN handle TEXT NOT NULL DEFAULT '';  -- "bob@<handle>" signs in; '': the home organisation
UPDATE orgs SET handle = lower(substr(org_id, 5)) WHERE home = 0;
CREATE UNIQUE INDEX orgs_by_handle ON orgs(handle) WHERE handle <> '';

DROP TABLE sign_ins;
CREATE TABLE new_users (
    user_id       TEXT PRIMARY KEY,          -- opaque pseudonym, the only name that travels to devices
    tenant        TEXT NOT NULL,
    username      TEXT NOT NULL COLLATE NOCASE,
    password_hash TEXT NOT NULL,             -- scrypt$...
    role          TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'producer', 'admin', 'emergency')),
    revision      INTEGER NOT NULL,
    created_ms    INTEGER NOT NULL,
    UNIQUE (tenant, username)
) STRICT;
INSERT INTO new_users SELECT user_id, tenant, username, password_hash, role, revision, created_ms FROM users;
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

CREATE TABLE api_keys (
    key_id       TEXT PRIMARY KEY,
    tenant       TEXT NOT NULL,
    name         TEXT NOT NULL,
    role         TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'producer', 'admin', 'emergency')),
    key_hash     TEXT NOT NULL UNIQUE,       -- SHA-256 of the key; the key itself is never stored
    created_by   TEXT NOT NULL,              -- user_id
    created_ms   INTEGER NOT NULL,
    expires_ms   INTEGER NOT NULL,
    last_used_ms INTEGER,                    -- to the minute
    revoked_ms   INTEGER
) STRICT;
CREATE INDEX api_keys_by_tenant ON api_keys(tenant, key_id);

ALTER TABLE audit ADD COLUMN correlation_id TEXT NOT NULL DEFAULT '';  -- of the request, where one caused it
CREATE INDEX audit_by_tenant ON audit(tenant, n);
-- What is written stays as it is; a row of an organisation goes when it is 400 days old. Only a row nobody owned yet
-- (tenant '') may be given an owner.
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
WHEN OLD.tenant <> '' OR NEW.n <> OLD.n OR NEW.at_ms <> OLD.at_ms OR NEW.actor <> OLD.actor
    OR NEW.action <> OLD.action OR NEW.target <> OLD.target OR NEW.outcome <> OLD.outcome
    OR NEW.correlation_id <> OLD.correlation_id
BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END;
CREATE TRIGGER audit_keeps BEFORE DELETE ON audit
WHEN OLD.tenant <> '' AND OLD.at_ms > (SELECT at_ms FROM audit ORDER BY n DESC LIMIT 1) - 34560000000
BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END;
