-- Stream keys and camera credentials, apart from what is shown, each encrypted to the key in
-- secrets-key.pem beside this database.
CREATE TABLE secret (
    owner TEXT PRIMARY KEY,                      -- destination:<id>, camera:<id>
    sealed TEXT NOT NULL                         -- JWE compact
) STRICT, WITHOUT ROWID;
