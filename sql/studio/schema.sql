-- The whole schema of Studio's database, as its migrations make it; a test compares the two.

-- The road: every command Studio accepted, and the ids of everything its appliances have said.

-- The ledger. A row is durable before its submitter hears of it.
CREATE TABLE road_command (
    position INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of acceptance: order of sending
    message_id TEXT NOT NULL UNIQUE,
    device_id TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_role TEXT NOT NULL,
    ocl_version TEXT,
    accepted_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    not_before_ms INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    phase TEXT NOT NULL,                         -- link/delivery.hpp: queued sent accepted finished
    state TEXT NOT NULL,                         -- queued, sent, the ACK's status, the PROGRESS state, or expired
    ack TEXT NOT NULL DEFAULT '',
    progress_revision INTEGER NOT NULL DEFAULT 0,
    requires TEXT NOT NULL DEFAULT '',           -- feature ids, one a line
    cancelled_by TEXT NOT NULL DEFAULT '',       -- the COMMAND_CANCEL under way
    finished_ms INTEGER,
    promised_ms INTEGER                          -- when the next PROGRESS is due
) STRICT;
CREATE INDEX road_command_device ON road_command (device_id, position);
CREATE INDEX road_command_open ON road_command (device_id, position) WHERE phase <> 'finished';

CREATE TABLE road_progress (
    message_id TEXT NOT NULL REFERENCES road_command (message_id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (message_id, revision)
) STRICT, WITHOUT ROWID;

-- The inbox: what was let in, so that a resent report changes nothing.
CREATE TABLE road_inbox (
    device_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    PRIMARY KEY (device_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX road_inbox_age ON road_inbox (received_ms);

CREATE INDEX road_command_cancelled ON road_command (cancelled_by) WHERE cancelled_by <> '';

-- One row a thing that happened to a command; studio/core/channel.hpp: TraceEntry.
CREATE TABLE road_trace (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    device_id TEXT NOT NULL,
    command_id TEXT NOT NULL,            -- empty: an EVENT of the command's flow
    correlation_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    direction TEXT NOT NULL,
    what TEXT NOT NULL,
    message_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    transport TEXT NOT NULL,
    state TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX road_trace_flow ON road_trace (correlation_id, device_id, n);
CREATE INDEX road_trace_age ON road_trace (at_ms);

CREATE TABLE road_orphan (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    device_id TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    type TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
    command_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX road_orphan_device ON road_orphan (device_id, n);

CREATE TABLE road_session (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id TEXT NOT NULL UNIQUE,
    device_id TEXT NOT NULL,
    transport TEXT NOT NULL,
    firmware_version TEXT NOT NULL,
    connected_ms INTEGER NOT NULL,
    ended_ms INTEGER,                    -- null: it lasts
    close_code INTEGER NOT NULL DEFAULT 0,
    cause TEXT NOT NULL DEFAULT '',
    received_seq INTEGER NOT NULL DEFAULT 0  -- everything up to here was let in, known when it ended
) STRICT;
CREATE INDEX road_session_device ON road_session (device_id, n);
CREATE INDEX road_session_open ON road_session (n) WHERE ended_ms IS NULL;

-- link/ledger_chain.hpp: each row holds the hash of the one before.
CREATE TABLE road_ledger (
    device_id TEXT NOT NULL,
    n INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    direction TEXT NOT NULL,
    type TEXT NOT NULL,
    message_id TEXT NOT NULL,
    content TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (device_id, n)
) STRICT;

-- The newest head of its own ledger an appliance has told.
CREATE TABLE road_peer (
    device_id TEXT PRIMARY KEY,
    rows INTEGER NOT NULL,
    head TEXT NOT NULL,
    kid TEXT NOT NULL                    -- the signing key it said so with
) STRICT, WITHOUT ROWID;

-- What Studio itself keeps: organisations, people, pairing, devices, assets, timelines, and what devices told it.
-- All *_ms columns are milliseconds since 1970-01-01T00:00:00Z.

CREATE TABLE orgs (
    org_id     TEXT PRIMARY KEY,             -- the tenant in certificates and topics
    name       TEXT NOT NULL,
    home       INTEGER NOT NULL,             -- 1: the organisation that runs this Studio
    created_ms INTEGER NOT NULL,
    handle     TEXT NOT NULL DEFAULT ''      -- "bob@<handle>" signs in; '': the home organisation
) STRICT;
CREATE UNIQUE INDEX orgs_by_handle ON orgs(handle) WHERE handle <> '';

CREATE TABLE users (
    user_id       TEXT PRIMARY KEY,          -- opaque pseudonym, the only name that travels to devices
    tenant        TEXT NOT NULL,
    username      TEXT NOT NULL COLLATE NOCASE,
    password_hash TEXT NOT NULL,             -- scrypt$...
    role          TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'producer', 'admin', 'emergency')),
    revision      INTEGER NOT NULL,
    created_ms    INTEGER NOT NULL,
    UNIQUE (tenant, username)
) STRICT;
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

CREATE TABLE pairing_tokens (
    token_id    TEXT PRIMARY KEY,
    serial      TEXT NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,        -- over serial and secret: only the right pair finds the row
    secret_mark TEXT NOT NULL UNIQUE,        -- over the secret alone: finds the row a foreign serial tried
    created_by  TEXT NOT NULL,
    created_ms  INTEGER NOT NULL,
    expires_ms  INTEGER NOT NULL,
    tries_left  INTEGER NOT NULL,
    used_ms     INTEGER,
    device_id   TEXT,
    deleted_ms  INTEGER,
    tenant      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX pairing_tokens_by_serial ON pairing_tokens(serial);

CREATE TABLE devices (
    device_id        TEXT PRIMARY KEY,
    tenant           TEXT NOT NULL,
    serial           TEXT NOT NULL,
    name             TEXT NOT NULL,
    model            TEXT NOT NULL,
    arch             TEXT NOT NULL,
    paired_ms        INTEGER NOT NULL,
    revoked_ms       INTEGER,                -- since then nothing of it is accepted
    verdict          TEXT NOT NULL DEFAULT 'ok',
    studio_kid       TEXT NOT NULL DEFAULT '', -- Studio's newest message key it knows; '': the first
    trust_mark       TEXT NOT NULL DEFAULT '', -- of the trust bundle it has
    firmware_version TEXT NOT NULL DEFAULT '',
    last_hello       TEXT NOT NULL DEFAULT '',
    last_hello_ms    INTEGER,
    UNIQUE (tenant, serial)
) STRICT;

CREATE TABLE audit (
    n       INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms   INTEGER NOT NULL,
    actor   TEXT NOT NULL,                   -- user_id, or "device:<serial>" before it has an identity
    action  TEXT NOT NULL,
    target  TEXT NOT NULL,
    outcome TEXT NOT NULL,
    tenant  TEXT NOT NULL DEFAULT '',
    correlation_id TEXT NOT NULL DEFAULT ''  -- of the request, where one caused it
) STRICT;
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

CREATE TABLE answered_requests (
    user_id         TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_hash    TEXT NOT NULL,
    status          INTEGER NOT NULL,
    location        TEXT NOT NULL,
    body            TEXT NOT NULL,
    answered_ms     INTEGER NOT NULL,
    PRIMARY KEY (user_id, idempotency_key)
) STRICT;
CREATE INDEX answered_requests_by_age ON answered_requests(answered_ms);

CREATE TABLE assets (
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

CREATE TABLE timelines (
    tenant      TEXT NOT NULL,
    timeline_id TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    name        TEXT NOT NULL,
    document    TEXT NOT NULL,               -- JSON text as stored by PUT /v1/timelines/{t}
    updated_ms  INTEGER NOT NULL,
    PRIMARY KEY (tenant, timeline_id)
) STRICT;

CREATE TABLE device_events (
    n           INTEGER PRIMARY KEY AUTOINCREMENT,
    device_id   TEXT NOT NULL,
    event_id    TEXT NOT NULL,
    event_type  TEXT NOT NULL,
    severity    TEXT NOT NULL,
    occurred_ms INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    body        TEXT NOT NULL,
    UNIQUE (device_id, event_id)
) STRICT;
CREATE INDEX device_events_by_device ON device_events(device_id, n);

CREATE TABLE device_metrics (
    n         INTEGER PRIMARY KEY AUTOINCREMENT,
    device_id TEXT NOT NULL,
    at_ms     INTEGER NOT NULL,
    body      TEXT NOT NULL
) STRICT;
CREATE INDEX device_metrics_by_time ON device_metrics(device_id, at_ms);

CREATE TABLE device_states (
    device_id   TEXT PRIMARY KEY,
    received_ms INTEGER NOT NULL,
    last_event  INTEGER NOT NULL,            -- n of the newest event when the report came
    body        TEXT NOT NULL
) STRICT;

-- Credentials that change while their devices work (docs/decisions/0008).

CREATE TABLE device_credentials (
    device_id    TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('client_cert', 'signing_key', 'sealing_key')),
    number       INTEGER NOT NULL,           -- from 1, never used again; n of a key's kid
    name         TEXT NOT NULL,              -- thumbprint of a certificate (base64url SHA-256 of the DER), kid of a key
    content      TEXT NOT NULL,              -- certificate or public key in PEM, a sealing key as JWK
    state        TEXT NOT NULL CHECK (state IN ('issued', 'current', 'former', 'ended')),
    issued_ms    INTEGER NOT NULL,
    overlap_ms   INTEGER NOT NULL,           -- how long the one before stays good beside it
    not_after_ms INTEGER,                    -- of a certificate
    ends_ms      INTEGER,                    -- former: accepted until then
    PRIMARY KEY (device_id, kind, number)
) STRICT;

CREATE TABLE rotations (
    rotation_id TEXT PRIMARY KEY,
    device_id   TEXT NOT NULL,
    credential  TEXT NOT NULL,               -- CREDENTIAL_REFRESH's credential
    step        TEXT NOT NULL CHECK (step IN ('asked', 'answered', 'proving', 'done', 'failed')),
    command_id  TEXT NOT NULL,               -- the command whose answer is awaited, or was the last
    challenge   TEXT NOT NULL,
    answer      TEXT NOT NULL,               -- answered: the request (PEM) or the key (JWK) the device made
    number      INTEGER NOT NULL,            -- of the credential issued; 0: none yet
    studio_kid  TEXT NOT NULL,               -- trust_bundle: what the device knows once it has it
    trust_mark  TEXT NOT NULL,
    overlap_s   INTEGER NOT NULL,
    actor_kind  TEXT NOT NULL,
    actor_id    TEXT NOT NULL,
    actor_role  TEXT NOT NULL,
    reason      TEXT NOT NULL,               -- failed: why
    started_ms  INTEGER NOT NULL,
    ended_ms    INTEGER
) STRICT;
CREATE UNIQUE INDEX rotations_open ON rotations(device_id, credential)
    WHERE step IN ('asked', 'answered', 'proving');

CREATE INDEX rotations_by_command ON rotations(command_id);

CREATE TABLE pairing_codes (
    serial      TEXT PRIMARY KEY,            -- the newest code of a serial is the only one
    secret_hash TEXT NOT NULL,               -- of the pairing token it is the short form of
    verifier    TEXT NOT NULL,               -- base64url, SRP-6a
    expires_ms  INTEGER NOT NULL
) STRICT;

-- The salt of every serial comes from this, so that asking tells nobody which serials have a code.
CREATE TABLE pairing_code_salt (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    salt_key TEXT NOT NULL                   -- base64url, 32 bytes
) STRICT;
