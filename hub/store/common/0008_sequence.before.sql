-- In which order messages were decided: their times of sending do not tell, since a late relay sends many in one moment.

ALTER TABLE recovered ADD COLUMN sequence bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN recovered.sequence IS 'Its row in the outbox, as its header tells; 0 when a hub sent it that did not tell.';
