-- The road: every command Studio sent us, and everything Studio has not yet receipted.

-- The journal. A row and its ACK are committed together, before the ACK leaves.
CREATE TABLE road_command (
    position INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of first acceptance: order within a lane
    message_id TEXT NOT NULL UNIQUE,
    correlation_id TEXT NOT NULL,
    type TEXT NOT NULL,
    payload TEXT NOT NULL,                       -- the verified envelope, as it was signed
    lane TEXT NOT NULL,
    state TEXT NOT NULL,                         -- link/command_life.hpp: deferred waiting running finished
    ack_status TEXT NOT NULL,
    progress_state TEXT NOT NULL DEFAULT '',
    progress_revision INTEGER NOT NULL DEFAULT 0,
    received_ms INTEGER NOT NULL,
    finished_ms INTEGER
) STRICT;
CREATE INDEX road_command_unfinished ON road_command (position) WHERE state <> 'finished';

-- The outbox. A row lives until its RECEIPT.
CREATE TABLE road_outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL UNIQUE,
    correlation_id TEXT NOT NULL,
    type TEXT NOT NULL,
    keep INTEGER NOT NULL,                       -- link/outbox.hpp: what an overflow drops first
    body TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX road_outbox_keep ON road_outbox (keep, position);

-- device_id of the pairing the rows belong to, and the last session's counters.
CREATE TABLE road_fact (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
