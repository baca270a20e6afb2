-- What proves the road's rows: a checksum in every row, a place for damaged ones, and the chained
-- ledger of commands and answers (docs/decisions/0009).

ALTER TABLE road_command ADD COLUMN checksum TEXT NOT NULL DEFAULT '';  -- '': from before this change
ALTER TABLE road_outbox ADD COLUMN checksum TEXT NOT NULL DEFAULT '';

CREATE TABLE road_ledger (
    n INTEGER PRIMARY KEY,                       -- 1.. without gaps
    at_ms INTEGER NOT NULL,
    direction TEXT NOT NULL,                     -- in, out
    type TEXT NOT NULL,
    message_id TEXT NOT NULL,
    subject TEXT NOT NULL,                       -- message_id of the command it is about; not in the hash
    content TEXT NOT NULL,                       -- in: the compact JWS; out: the body
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE INDEX road_ledger_subject ON road_ledger (subject);

-- Rows whose checksum did not hold, as they were found.
CREATE TABLE road_quarantine (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,                        -- road_command, road_outbox
    message_id TEXT NOT NULL,
    found_ms INTEGER NOT NULL,
    content TEXT NOT NULL
) STRICT;
