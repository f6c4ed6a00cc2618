-- Limits of failed look-ups: windows that slide, what one network may get wrong at one locator, networks that a key has
-- opened from before, and counters that go when their time is over. A key that opens nothing is worked on to the end
-- with the record next to the one it names, so that all that is wrong takes the same steps.

ALTER TABLE look_limit DROP CONSTRAINT look_limit_scope_check;
ALTER TABLE look_limit ADD CONSTRAINT look_limit_scope_check CHECK (scope IN ('pair', 'locator', 'network', 'all'));
INSERT INTO look_limit VALUES ('pair', 10, 900);
UPDATE look_limit SET count_max = 100 WHERE scope = 'locator' AND count_max = 10; -- as it was made; an owner's choice stays
COMMENT ON TABLE look_limit IS 'How many look-ups may fail in a window of time, by network and locator together, and each.';
COMMENT ON TABLE look_failure IS 'Look-ups that did not match, by window, up to the limit; gone when their window is over.';
CREATE INDEX look_failure_begun_at ON look_failure (begun_at);
CREATE INDEX look_seen_from ON look (actor, network);

-- From when on a counter says nothing any more: neither its window nor the next can be asked for, by any clock let in.
CREATE FUNCTION look_failure_ends(at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT at - make_interval(secs => 2 * max(window_s) + 300) FROM look_limit
$$;

CREATE FUNCTION look_failure_must_be_over() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF old.begun_at >= look_failure_ends(clock_timestamp()) THEN
        RAISE EXCEPTION 'refused: this counter still counts' USING ERRCODE = '23514';
    END IF;
    RETURN old;
END $$;
DROP TRIGGER look_failure_stays ON look_failure;
CREATE TRIGGER look_failure_stays_while_it_counts BEFORE DELETE ON look_failure
    FOR EACH ROW EXECUTE FUNCTION look_failure_must_be_over();

-- Whether the failures of this window, with the part of the one before that a window back from now still holds, are too many.
CREATE OR REPLACE FUNCTION portal_is_over(scope_ text, of_ bytea, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(sum(f.count * CASE WHEN f.begun_at = w.begun_at THEN 1
                                  ELSE 1 - extract(epoch FROM at - w.begun_at) / l.window_s END) >= min(l.count_max), false)
    FROM look_limit l CROSS JOIN LATERAL (SELECT portal_window(l.scope, at) AS begun_at) w
    JOIN look_failure f ON f.scope = l.scope AND f.of = of_
                       AND f.begun_at IN (w.begun_at, w.begun_at - make_interval(secs => l.window_s))
    WHERE l.scope = scope_
$$;

-- Count one more, up to the limit: so what came after it does not keep the door shut for longer.
CREATE FUNCTION portal_add(scope_ text, of_ bytea, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF of_ IS NOT NULL AND NOT portal_is_over(scope_, of_, at) THEN
        INSERT INTO look_failure VALUES (scope_, of_, portal_window(scope_, at), 1)
        ON CONFLICT (scope, of, begun_at) DO UPDATE SET count = look_failure.count + 1;
    END IF;
END $$;

-- Count one failure. What a network gets wrong beyond its own limits counts against nobody else: alone it shuts out
-- nobody. A few counters whose time is over go with each that comes. The common counter is last, held for the shortest time.
CREATE OR REPLACE FUNCTION portal_count(locator_hash bytea, network bytea, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true); -- a counter lost with the machine is no evidence
    DELETE FROM look_failure WHERE ctid = ANY (ARRAY(
        SELECT f.ctid FROM look_failure f WHERE f.begun_at < look_failure_ends(clock_timestamp())
        ORDER BY f.begun_at LIMIT 8 FOR UPDATE SKIP LOCKED));
    IF portal_is_over('network', network, at) THEN
        RETURN;
    END IF;
    IF NOT portal_is_over('pair', locator_hash || network, at) THEN
        PERFORM portal_add('pair', locator_hash || network, at);
        PERFORM portal_add('locator', locator_hash, at);
    END IF;
    PERFORM portal_add('network', network, at);
    PERFORM portal_add('all', '', at);
END $$;

-- Whether a key opens nothing now, right or wrong. From a network that it has opened from before, only what that network
-- got wrong counts: others cannot shut a family out at home. In a session (no network) the key was right already.
CREATE FUNCTION portal_limited(locator_hash bytea, network_ bytea, actor_ bytea, at timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    own boolean;
    others boolean;
    is_known boolean;
BEGIN
    own := portal_is_over('pair', locator_hash || network_, at);
    own := portal_is_over('network', network_, at) OR own;
    others := portal_is_over('locator', locator_hash, at);
    others := portal_is_over('all', '', at) OR others;
    is_known := EXISTS (SELECT FROM look l WHERE l.actor = actor_ AND l.network = network_);
    RETURN own OR (others AND network_ IS NOT NULL AND NOT is_known);
END $$;

-- Whose record the key opens, and by which slip: NULL for whatever does not match, after the same queries, counted.
-- A locator that finds nothing is worked on with the next one that does, so on a real record with real links and slips.
CREATE OR REPLACE FUNCTION portal_key(shown portal_shown, at timestamptz, OUT pupil_ text, OUT slip_ bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    decoy look_decoy;
    near text;
    one text;
    document_ bytea;
    kept bytea;
    limited boolean;
    known boolean;
    matches boolean;
BEGIN
    PERFORM portal_clock(at);
    SELECT * INTO STRICT decoy FROM look_decoy LIMIT 1;
    SELECT d.locator INTO one FROM document d ORDER BY d.locator LIMIT 1;
    SELECT d.locator INTO near FROM document d WHERE d.locator >= shown.locator ORDER BY d.locator LIMIT 1;
    near := coalesce(near, one);
    known := coalesce(near = shown.locator, false);
    SELECT d.pupil, d.document INTO one, document_ FROM document d
    WHERE d.locator = near ORDER BY d.school_year DESC, d.effective_on DESC, d.version DESC, d.n LIMIT 1;
    one := coalesce(one, decoy.pupil);
    document_ := coalesce(document_, decoy.document);
    SELECT s.commitment_hmac, s.statement_sha256 INTO kept, slip_ FROM slip s
    WHERE s.locator IN (SELECT near UNION SELECT d.locator FROM document d WHERE d.pupil = ANY(portal_person(one)))
    ORDER BY s.appended_at DESC, s.so, s.record_offset DESC LIMIT 1;
    known := FOUND AND known;
    limited := portal_limited(shown.locator_hash, shown.network, coalesce(slip_, decoy.commitment_hmac), at);
    matches := coalesce(kept, decoy.commitment_hmac) = shown.commitment_hmac;
    matches := (convert_from(document_, 'UTF8')::jsonb #>> '{student,birth_date}') IS NOT DISTINCT FROM shown.birth_date
               AND matches;
    IF known AND matches AND NOT limited THEN
        pupil_ := one;
    ELSE
        slip_ := NULL;
        PERFORM portal_count(shown.locator_hash, shown.network, at);
    END IF;
END $$;

-- The share that a code opens: NULL for whatever does not, after the same queries, counted like a wrong secret.
-- An id that no share has is worked on with the next one that has.
CREATE OR REPLACE FUNCTION portal_share_key(id uuid, code bytea, id_hash bytea, network bytea, at timestamptz) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    decoy look_decoy;
    h share;
    near uuid;
    first_ uuid;
    limited boolean;
    agreed boolean;
    matches boolean;
BEGIN
    PERFORM portal_clock(at);
    limited := portal_limited(id_hash, network, convert_to(id::text, 'UTF8'), at);
    SELECT * INTO STRICT decoy FROM look_decoy LIMIT 1;
    SELECT s.share_id INTO first_ FROM share s ORDER BY s.share_id LIMIT 1;
    SELECT s.share_id INTO near FROM share s WHERE s.share_id >= id ORDER BY s.share_id LIMIT 1;
    SELECT s.* INTO h FROM share s WHERE s.share_id = coalesce(near, first_);
    agreed := portal_needs(coalesce(h.pupil, decoy.pupil), h.created_at) <@
              ARRAY(SELECT c.party FROM consent c WHERE c.share_id = h.share_id);
    -- what a guardian alone agreed to has no ground any more when the pupil is of age
    agreed := (EXISTS (SELECT FROM consent c WHERE c.share_id = h.share_id AND c.party = 'pupil')
               OR coalesce(portal_age(coalesce(h.pupil, decoy.pupil), at) < 18, false)) AND agreed;
    agreed := NOT EXISTS (SELECT FROM share_revoked r WHERE r.share_id = h.share_id) AND agreed;
    matches := coalesce(h.code_hmac, decoy.commitment_hmac) = code AND h.share_id IS NOT DISTINCT FROM id;
    IF matches AND agreed AND at < h.until AND NOT limited THEN
        RETURN h.share_id;
    END IF;
    PERFORM portal_count(id_hash, network, at);
    RETURN NULL;
END $$;

REVOKE ALL ON FUNCTION look_failure_ends, look_failure_must_be_over, portal_add, portal_limited FROM PUBLIC;
