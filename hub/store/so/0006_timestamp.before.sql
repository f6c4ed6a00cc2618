-- The time-stamp over each head of the log. An empty token: none was to be had, or none was asked for.

ALTER TABLE checkpoint ADD COLUMN timestamp_token bytea NOT NULL DEFAULT '';
COMMENT ON COLUMN checkpoint.timestamp_token IS 'RFC 3161 token (CMS, DER) over the SHA-256 of text, as it was published.';
