-- The short form of pairing tokens: what proves a typed code, never the code (crypto/srp.hpp).

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
