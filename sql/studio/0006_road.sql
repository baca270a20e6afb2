-- The road, followed: what became of every command step by step, every session, the chained ledger of
-- each appliance, and answers nobody asked for.

ALTER TABLE road_command ADD COLUMN requires TEXT NOT NULL DEFAULT '';      -- feature ids, one a line
ALTER TABLE road_command ADD COLUMN cancelled_by TEXT NOT NULL DEFAULT '';  -- the COMMAND_CANCEL under way
ALTER TABLE road_command ADD COLUMN finished_ms INTEGER;
ALTER TABLE road_command ADD COLUMN promised_ms INTEGER;                    -- when the next PROGRESS is due
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
