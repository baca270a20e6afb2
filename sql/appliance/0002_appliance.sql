-- What the appliance keeps about itself: configuration, cameras, documents, runs, streams, the local account.

CREATE TABLE config (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    revision INTEGER NOT NULL,
    device_name TEXT NOT NULL
) STRICT;

CREATE TABLE destination (
    destination_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    path TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE encoding_profile (
    profile_id TEXT PRIMARY KEY,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    rate_num INTEGER NOT NULL,
    rate_den INTEGER NOT NULL,
    video_bitrate_kbps INTEGER NOT NULL,
    keyframe_interval_s INTEGER NOT NULL,
    preset TEXT NOT NULL,
    audio_bitrate_kbps INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE camera (
    camera_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    protocol TEXT NOT NULL,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    path TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Ready documents only: the newest revision and, for an instant way back, the one before it.
CREATE TABLE timeline (
    timeline_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    name TEXT NOT NULL,
    doc_sha256 TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    body TEXT NOT NULL,
    ready_ms INTEGER NOT NULL,
    PRIMARY KEY (timeline_id, revision)
) STRICT;

CREATE TABLE overlay (
    overlay_id TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    ocl_text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Overlays shown outside any run, one a slot.
CREATE TABLE overlay_claim (
    slot TEXT PRIMARY KEY,
    overlay_id TEXT NOT NULL,
    scene_id TEXT NOT NULL,
    z INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,                -- -1: until hidden
    shown_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE overlay_claim_token (
    slot TEXT NOT NULL REFERENCES overlay_claim (slot) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('null', 'boolean', 'number', 'text')),
    value TEXT NOT NULL,                         -- numbers as hexadecimal floats: the same bits back
    PRIMARY KEY (slot, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    run_id TEXT PRIMARY KEY,
    command_id TEXT NOT NULL UNIQUE,
    correlation_id TEXT NOT NULL,
    timeline_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    state TEXT NOT NULL,
    start_frame INTEGER NOT NULL,
    first_run_frame INTEGER NOT NULL,
    paused INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    planned_start_ms INTEGER NOT NULL,
    known_run_frame INTEGER NOT NULL,
    known_ms INTEGER NOT NULL,
    made INTEGER NOT NULL                        -- order of making
) STRICT, WITHOUT ROWID;
CREATE INDEX run_live ON run (made) WHERE state IN ('arming', 'playing', 'paused');

CREATE TABLE stream (
    stream_id TEXT PRIMARY KEY,
    profile_id TEXT NOT NULL,
    wanted INTEGER NOT NULL,
    was_live INTEGER NOT NULL,
    command_id TEXT NOT NULL,
    correlation_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE stream_destination (
    stream_id TEXT NOT NULL REFERENCES stream (stream_id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    destination_id TEXT NOT NULL,
    PRIMARY KEY (stream_id, position)
) STRICT, WITHOUT ROWID;

-- How often a long command was begun, while it has no terminal PROGRESS.
CREATE TABLE command_attempt (
    command_id TEXT PRIMARY KEY,
    attempts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE local_account (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    password_hash TEXT NOT NULL
) STRICT;

CREATE TABLE local_session (
    token_hash TEXT PRIMARY KEY,
    csrf_token TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
