-- A second local person, who may watch and run but not pair or unpair; sessions say whose they are.

CREATE TABLE local_operator (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    password_hash TEXT NOT NULL
) STRICT;

ALTER TABLE local_session ADD COLUMN role TEXT NOT NULL DEFAULT 'admin';
