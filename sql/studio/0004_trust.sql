-- Credentials that change while their devices work: each one from its issue to its end, the rotations under way, and
-- what each device knows of Studio's own keys (docs/decisions/0008).

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
INSERT INTO device_credentials SELECT device_id, 'client_cert', key_number, certificate_thumbprint, certificate_pem,
    'current', paired_ms, 0, paired_ms + 34560000000, NULL FROM devices;
INSERT INTO device_credentials SELECT device_id, 'signing_key', key_number, device_id || '#' || key_number,
    signing_key_pem, 'current', paired_ms, 0, NULL, NULL FROM devices;

CREATE TABLE plain_devices (
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
INSERT INTO plain_devices SELECT device_id, tenant, serial, name, model, arch, paired_ms,
    CASE revoked WHEN 0 THEN NULL ELSE paired_ms END, verdict, '', '', firmware_version, last_hello, last_hello_ms
    FROM devices;
DROP TABLE devices;
ALTER TABLE plain_devices RENAME TO devices;

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
