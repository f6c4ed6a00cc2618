-- The time-stamp over each head, as the Sở sent it, and the time that it states where Bộ could judge it.

ALTER TABLE checkpoint
    ADD COLUMN timestamp_token bytea NOT NULL DEFAULT '',
    ADD COLUMN stamped_at timestamptz,
    ADD CONSTRAINT checkpoint_stamped CHECK (stamped_at IS NULL OR timestamp_token <> '');
COMMENT ON COLUMN checkpoint.timestamp_token IS 'RFC 3161 token (CMS, DER) over the SHA-256 of text; empty where there is none.';
COMMENT ON COLUMN checkpoint.stamped_at IS 'genTime of a token that verified; NULL without one, or where no root was named.';
