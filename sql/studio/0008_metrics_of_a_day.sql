-- METRICS told after a gap arrive later than newer ones: they are kept and read by when they were measured.

DROP INDEX device_metrics_by_device;
CREATE INDEX device_metrics_by_time ON device_metrics(device_id, at_ms);
