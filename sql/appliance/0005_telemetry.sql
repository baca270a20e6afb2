-- A day of METRICS, so that a gap in the link is no gap in the record (contract B.9, G2.34).

CREATE TABLE metrics_history (
    n INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    window_s INTEGER NOT NULL,
    body TEXT NOT NULL,
    told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1))
) STRICT;
CREATE INDEX metrics_history_by_time ON metrics_history(at_ms);
CREATE INDEX metrics_history_untold ON metrics_history(n) WHERE told = 0;
