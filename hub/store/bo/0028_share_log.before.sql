-- Shares, consents and what was taken back hang in a chain of hashes, as reads do: a row that is changed or gone is found.

CREATE TABLE share_log (
    n          bigint PRIMARY KEY CHECK (n > 0),
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind       text   NOT NULL CHECK (kind IN ('share', 'consent', 'share_revoked')),
    share_id   uuid   NOT NULL,
    row_sha256 bytea  NOT NULL, -- of the row as it was written; it holds the share's HMAC, so it tells nothing
    previous   bytea  NOT NULL,
    sha256     bytea  NOT NULL
);
COMMENT ON TABLE share_log IS 'One row for each row of share, consent and share_revoked, in the order in which they were written.';
CREATE TRIGGER share_log_is_final BEFORE UPDATE OR DELETE ON share_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER share_log_is_kept BEFORE TRUNCATE ON share_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- How a row is hashed; a column that is added later must be left out here for the rows of before.
CREATE FUNCTION share_row(said jsonb) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT sha256(convert_to(said::text, 'UTF8'))
$$;

CREATE FUNCTION share_note(kind_ text, id uuid, said jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    number bigint;
    before bytea;
    digest bytea := share_row(said);
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('share_log'));
    SELECT l.n, l.sha256 INTO number, before FROM share_log l ORDER BY l.n DESC LIMIT 1;
    number := coalesce(number, 0) + 1;
    before := coalesce(before, ''::bytea);
    INSERT INTO share_log (n, kind, share_id, row_sha256, previous, sha256)
    VALUES (number, kind_, id, digest, before, sha256(before || convert_to(
        jsonb_build_array(number, kind_, id, encode(digest, 'hex'))::text, 'UTF8')));
END $$;

CREATE FUNCTION share_is_noted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex' AS $$
BEGIN
    PERFORM share_note(TG_TABLE_NAME, new.share_id, to_jsonb(new));
    RETURN NULL;
END $$;

-- What stands there now, by kind, share and hash: enough to hold it against the log, without telling whose it is.
CREATE FUNCTION share_rows() RETURNS TABLE (kind text, share_id uuid, row_sha256 bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex' AS $$
    SELECT 'share', s.share_id, share_row(to_jsonb(s)) FROM share s
    UNION ALL SELECT 'consent', c.share_id, share_row(to_jsonb(c)) FROM consent c
    UNION ALL SELECT 'share_revoked', r.share_id, share_row(to_jsonb(r)) FROM share_revoked r
$$;
REVOKE ALL ON FUNCTION share_row, share_note, share_is_noted, share_rows FROM PUBLIC;

DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT * FROM share_rows() ORDER BY kind = 'share' DESC, share_id, kind LOOP -- what was made before
        PERFORM set_config('timezone', 'UTC', true), set_config('bytea_output', 'hex', true);
        PERFORM share_note(one.kind, one.share_id, CASE one.kind
            WHEN 'share' THEN (SELECT to_jsonb(s) FROM share s WHERE s.share_id = one.share_id)
            WHEN 'share_revoked' THEN (SELECT to_jsonb(r) FROM share_revoked r WHERE r.share_id = one.share_id)
            ELSE (SELECT to_jsonb(c) FROM consent c
                  WHERE c.share_id = one.share_id AND share_row(to_jsonb(c)) = one.row_sha256) END);
    END LOOP;
END $$;

CREATE TRIGGER share_is_noted AFTER INSERT ON share FOR EACH ROW EXECUTE FUNCTION share_is_noted();
CREATE TRIGGER consent_is_noted AFTER INSERT ON consent FOR EACH ROW EXECUTE FUNCTION share_is_noted();
CREATE TRIGGER share_revoked_is_noted AFTER INSERT ON share_revoked FOR EACH ROW EXECUTE FUNCTION share_is_noted();
