-- Since when a message waits: the age of the oldest unsent one tells a slow relay from one that has stopped.

ALTER TABLE outbox ADD COLUMN queued_at timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN outbox.queued_at IS 'When the effect was written; messages older than this column carry the time of its migration.';
