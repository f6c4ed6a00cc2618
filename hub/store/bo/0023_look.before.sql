-- The portal's side of Bộ's database: who looked, how often somebody guessed, and what a look opens.
-- The portal's role owns nothing and writes through these functions alone. It reads the transcripts of one look, and
-- only after that look is committed: what is not in the log was not shown.

CREATE TABLE look (
    chain         smallint NOT NULL CHECK (chain BETWEEN 0 AND 15),
    n             bigint   NOT NULL CHECK (n > 0),
    at            timestamptz NOT NULL,
    who           text     NOT NULL CHECK (who IN ('slip', 'share')),
    actor         bytea    NOT NULL, -- hash of the slip's statement, or the share's id
    record        text     NOT NULL, -- what was looked at: history, year, sheet, bundle, share
    purpose       text     NOT NULL,
    pupil         text     NOT NULL, -- the identifier that the key found
    pupils        text[]   NOT NULL, -- every identifier of the person, as they were linked then
    years         text[],            -- NULL: all
    network       bytea    NOT NULL, -- HMAC of the /24 or /48
    ticket_sha256 bytea    NOT NULL UNIQUE CHECK (octet_length(ticket_sha256) = 32),
    previous      bytea    NOT NULL,
    sha256        bytea    NOT NULL,
    written_in    xid8     NOT NULL DEFAULT pg_current_xact_id(),
    written_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (chain, n)
);
CREATE INDEX look_pupil ON look (pupil);
CREATE INDEX look_actor ON look (actor);
COMMENT ON TABLE look IS 'Every read of the portal; sixteen chains of hashes, so that not every read waits for every other.';
CREATE TRIGGER look_is_final BEFORE UPDATE OR DELETE ON look FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER look_is_kept BEFORE TRUNCATE ON look FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE look_limit (
    scope     text PRIMARY KEY CHECK (scope IN ('locator', 'network', 'all')),
    count_max integer NOT NULL CHECK (count_max > 0),
    window_s  integer NOT NULL CHECK (window_s > 0)
);
INSERT INTO look_limit VALUES ('locator', 10, 900), ('network', 60, 900), ('all', 20000, 900);
COMMENT ON TABLE look_limit IS 'How many look-ups may fail in a window of time before every one fails until it ends.';

CREATE TABLE look_failure (
    scope    text   NOT NULL REFERENCES look_limit,
    of       bytea  NOT NULL, -- HMAC of the locator or network, empty for all
    begun_at timestamptz NOT NULL,
    count    bigint NOT NULL,
    PRIMARY KEY (scope, of, begun_at)
);
COMMENT ON TABLE look_failure IS 'Look-ups that did not match, by window; several processes of the portal count as one.';
CREATE TRIGGER look_failure_stays BEFORE DELETE ON look_failure FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER look_failure_is_kept BEFORE TRUNCATE ON look_failure FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE look_decoy (pupil text PRIMARY KEY, commitment_hmac bytea NOT NULL, document bytea NOT NULL);
COMMENT ON TABLE look_decoy IS 'What a look-up works on where its locator finds nothing, so that it does the same work.';
INSERT INTO look_decoy SELECT 'decoy', sha256(convert_to(gen_random_uuid()::text, 'UTF8')), convert_to(jsonb_build_object(
    'student', jsonb_build_object('birth_date', '0000-00-00'), 'remarks', repeat('x', 1500))::text, 'UTF8');
CREATE TRIGGER look_decoy_is_final BEFORE UPDATE OR DELETE ON look_decoy FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER look_decoy_is_kept BEFORE TRUNCATE ON look_decoy FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TYPE portal_shown AS (locator text, commitment_hmac bytea, birth_date text, locator_hash bytea, network bytea);
COMMENT ON TYPE portal_shown IS 'What a reader showed; network NULL where it was counted before.';

-- Every identifier of the person, by the links that stand: the rule of the query links_of and of hub.domain.linking.
CREATE FUNCTION portal_person(identifier text) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE near (one) AS (
        SELECT identifier
        UNION
        SELECT CASE WHEN l.former = n.one THEN l.present ELSE l.former END
        FROM near n JOIN identity_link l ON l.former = n.one OR l.present = n.one
    ), standing AS (
        SELECT former, present FROM (
            SELECT DISTINCT ON (former) former, present, action FROM identity_link
            WHERE former IN (SELECT one FROM near)
            ORDER BY former, max(appended_at) OVER (PARTITION BY former, so) DESC, so DESC, record_offset DESC NULLS LAST,
                     appended_at DESC, statement_sha256 DESC
        ) newest WHERE action <> 'separate'
    ), person (one) AS (
        SELECT identifier
        UNION
        SELECT CASE WHEN s.former = p.one THEN s.present ELSE s.former END
        FROM person p JOIN standing s ON s.former = p.one OR s.present = p.one
    )
    SELECT array_agg(one ORDER BY one) FROM person
$$;

-- Whom the open transaction may read: the look whose ticket it shows, committed before it began, under a minute old.
CREATE FUNCTION portal_pupils() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT pupils FROM look
    WHERE ticket_sha256 = sha256(convert_to(current_setting('hub.look', true), 'UTF8'))
      AND written_in IS DISTINCT FROM pg_current_xact_id_if_assigned()
      AND clock_timestamp() < written_at + interval '1 minute'
$$;

-- Which school years of theirs; NULL for all.
CREATE FUNCTION portal_years() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT years FROM look WHERE ticket_sha256 = sha256(convert_to(current_setting('hub.look', true), 'UTF8'))
$$;

-- A caller's clock that is not the database's would bring windows and shares back that are over.
CREATE FUNCTION portal_clock(at timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF at IS NULL OR abs(extract(epoch FROM clock_timestamp() - at)) > 300 THEN
        RAISE EXCEPTION 'the clock of the portal is not that of the database' USING ERRCODE = '22023';
    END IF;
END $$;

-- Write one look at the end of its chain; what is hashed begins with the hash of the one before.
CREATE FUNCTION portal_log(who text, actor bytea, one text, years text[], network bytea, record_ text, purpose text,
                           ticket_sha256 bytea, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    persons text[] := portal_person(one);
    place smallint := get_byte(sha256(convert_to(one, 'UTF8')), 0) & 15;
    number bigint;
    before bytea;
    said text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('look'), place);
    SELECT l.n, l.sha256 INTO number, before FROM look l WHERE l.chain = place ORDER BY l.n DESC LIMIT 1;
    number := coalesce(number, 0) + 1;
    before := coalesce(before, ''::bytea);
    said := jsonb_build_array(
        place, number, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), who, encode(actor, 'hex'), record_,
        purpose, one, persons, years, encode(network, 'hex'), encode(ticket_sha256, 'hex'))::text;
    INSERT INTO look (chain, n, at, who, actor, record, purpose, pupil, pupils, years, network, ticket_sha256, previous, sha256)
    VALUES (place, number, at, who, actor, record_, purpose, one, persons, years, network, ticket_sha256, before,
            sha256(before || convert_to(said, 'UTF8')));
END $$;

-- Since when the window runs in which something at this time is counted.
CREATE FUNCTION portal_window(scope_ text, at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT to_timestamp(floor(extract(epoch FROM at) / window_s) * window_s) FROM look_limit WHERE scope = scope_
$$;

CREATE FUNCTION portal_is_over(scope_ text, of_ bytea, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((SELECT f.count >= l.count_max FROM look_failure f JOIN look_limit l USING (scope)
                     WHERE f.scope = scope_ AND f.of = of_ AND f.begun_at = portal_window(scope_, at)), false)
$$;

-- Count one failure in every scope; the common counter comes last, so that it is held for the shortest time.
CREATE FUNCTION portal_count(locator_hash bytea, network bytea, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO look_failure VALUES ('locator', locator_hash, portal_window('locator', at), 1)
    ON CONFLICT (scope, of, begun_at) DO UPDATE SET count = look_failure.count + 1;
    INSERT INTO look_failure VALUES ('network', coalesce(network, ''), portal_window('network', at), 1)
    ON CONFLICT (scope, of, begun_at) DO UPDATE SET count = look_failure.count + 1;
    INSERT INTO look_failure VALUES ('all', '', portal_window('all', at), 1)
    ON CONFLICT (scope, of, begun_at) DO UPDATE SET count = look_failure.count + 1;
END $$;

-- Whose record the key opens, and by which slip: NULL for whatever does not match, after the same queries, counted.
CREATE FUNCTION portal_key(shown portal_shown, at timestamptz, OUT pupil_ text, OUT slip_ bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    decoy look_decoy;
    one text;
    document_ bytea;
    kept bytea;
    over_ boolean;
    known boolean;
    matches boolean;
BEGIN
    PERFORM portal_clock(at);
    over_ := portal_is_over('locator', shown.locator_hash, at);
    over_ := portal_is_over('network', coalesce(shown.network, ''), at) OR over_;
    over_ := portal_is_over('all', '', at) OR over_;
    SELECT * INTO STRICT decoy FROM look_decoy LIMIT 1;
    SELECT d.pupil, d.document INTO one, document_ FROM document d
    WHERE d.locator = shown.locator ORDER BY d.school_year DESC, d.effective_on DESC, d.version DESC, d.n LIMIT 1;
    known := FOUND;
    one := coalesce(one, decoy.pupil);
    document_ := coalesce(document_, decoy.document);
    SELECT s.commitment_hmac, s.statement_sha256 INTO kept, slip_ FROM slip s
    WHERE s.locator IN (SELECT shown.locator
                        UNION SELECT d.locator FROM document d WHERE d.pupil = ANY(portal_person(one)))
    ORDER BY s.appended_at DESC, s.so, s.record_offset DESC LIMIT 1;
    known := FOUND AND known;
    matches := coalesce(kept, decoy.commitment_hmac) = shown.commitment_hmac;
    matches := (convert_from(document_, 'UTF8')::jsonb #>> '{student,birth_date}') IS NOT DISTINCT FROM shown.birth_date
               AND matches;
    IF known AND matches AND NOT over_ THEN
        pupil_ := one;
    ELSE
        slip_ := NULL;
        PERFORM portal_count(shown.locator_hash, shown.network, at);
    END IF;
END $$;

-- Whether a key opens a record; nothing is shown, so nothing but a failure is written.
CREATE FUNCTION portal_knows(shown portal_shown, at timestamptz) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (portal_key(shown, at)).pupil_ IS NOT NULL
$$;

-- A look: logged for a reader whose key opens the record; the ticket opens it once this is committed.
CREATE FUNCTION portal_look(shown portal_shown, network bytea, record_ text, purpose text, years text[],
                            ticket_sha256 bytea, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    one text;
    actor bytea;
BEGIN
    SELECT pupil_, slip_ INTO one, actor FROM portal_key(shown, at);
    IF one IS NULL THEN
        RETURN false;
    END IF;
    PERFORM portal_log('slip', actor, one, nullif(years, '{}'), network, record_, purpose, ticket_sha256, at);
    RETURN true;
END $$;

-- How a document stands, for whoever holds its hash: its version, and the newest of its record.
CREATE FUNCTION portal_standing(digest bytea, OUT version_ integer, OUT newest integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT d.version, (SELECT max(e.version) FROM document e
                       WHERE (e.school, e.pupil, e.school_year, e.period) = (d.school, d.pupil, d.school_year, d.period)
                         AND e.action <> 'UNLOCK')
    FROM document d WHERE d.document_sha256 = digest AND d.action <> 'UNLOCK' ORDER BY d.version DESC LIMIT 1
$$;
CREATE INDEX document_sha256 ON document (document_sha256);

CREATE VIEW lock_leaf AS SELECT so, lock_id, n, leaf_sha256 FROM document;
COMMENT ON VIEW lock_leaf IS 'The leaf hashes of a lock: what its root is made of; they tell nothing of anybody.';

ALTER TABLE document ENABLE ROW LEVEL SECURITY;
ALTER TABLE register_entry ENABLE ROW LEVEL SECURITY;
