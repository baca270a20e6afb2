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
    progress_revision INTEGER NOT NULL DEFAULT 0
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
