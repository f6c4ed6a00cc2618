-- Shares: a named recipient sees chosen years for a purpose and a time, while everybody who must has agreed.

CREATE TABLE share (
    share_id   uuid  PRIMARY KEY,
    code_hmac  bytea NOT NULL CHECK (octet_length(code_hmac) = 32),
    pupil      text  NOT NULL,
    recipient  text  NOT NULL,
    purpose    text  NOT NULL,
    years      text[] NOT NULL CHECK (cardinality(years) > 0),
    created_by bytea NOT NULL, -- the slip by which it was made
    created_at timestamptz NOT NULL,
    until      timestamptz NOT NULL CHECK (until > created_at)
);
CREATE INDEX share_pupil ON share (pupil);
CREATE TRIGGER share_is_final BEFORE UPDATE OR DELETE ON share FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER share_is_kept BEFORE TRUNCATE ON share FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE consent (
    share_id uuid NOT NULL REFERENCES share,
    party    text NOT NULL CHECK (party IN ('pupil', 'guardian')),
    issuer   text NOT NULL, -- who names the subject
    subject  text NOT NULL,
    at       timestamptz NOT NULL,
    PRIMARY KEY (share_id, party),
    UNIQUE (share_id, issuer, subject) -- nobody agrees for two
);
CREATE TRIGGER consent_is_final BEFORE UPDATE OR DELETE ON consent FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER consent_is_kept BEFORE TRUNCATE ON consent FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE share_revoked (share_id uuid PRIMARY KEY REFERENCES share, by bytea NOT NULL, at timestamptz NOT NULL);
CREATE TRIGGER share_revoked_is_final BEFORE UPDATE OR DELETE ON share_revoked FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER share_revoked_is_kept BEFORE TRUNCATE ON share_revoked FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Full years of age on the civil day (UTC+7), by the newest transcript; who was born on 29 February is older on 1 March.
CREATE FUNCTION portal_age(one text, at timestamptz) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT extract(year FROM today)::integer - extract(year FROM born)::integer
           - (to_char(today, 'MMDD') < to_char(born, 'MMDD'))::integer
    FROM (SELECT (at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS today,
                 (convert_from(d.document, 'UTF8')::jsonb #>> '{student,birth_date}')::date AS born
          FROM document d WHERE d.pupil = ANY(portal_person(one))
          ORDER BY d.school_year DESC, d.effective_on DESC, d.version DESC, d.n LIMIT 1) newest
$$;

-- Who must agree: the guardian under 7, both from 7 on, from 18 on the pupil alone (hub.domain.consent).
CREATE FUNCTION portal_needs(one text, at timestamptz) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN age >= 18 THEN ARRAY['pupil'] WHEN age >= 7 THEN ARRAY['pupil', 'guardian'] ELSE ARRAY['guardian'] END
    FROM (SELECT portal_age(one, at) AS age) of
$$;

-- The share that a code opens: NULL for whatever does not, after the same queries, counted like a wrong secret.
CREATE FUNCTION portal_share_key(id uuid, code bytea, id_hash bytea, network bytea, at timestamptz) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    decoy look_decoy;
    h share;
    over_ boolean;
    agreed boolean;
    matches boolean;
BEGIN
    PERFORM portal_clock(at);
    over_ := portal_is_over('locator', id_hash, at);
    over_ := portal_is_over('network', coalesce(network, ''), at) OR over_;
    over_ := portal_is_over('all', '', at) OR over_;
    SELECT * INTO STRICT decoy FROM look_decoy LIMIT 1;
    SELECT s.* INTO h FROM share s WHERE s.share_id = id;
    agreed := portal_needs(coalesce(h.pupil, decoy.pupil), h.created_at) <@
              ARRAY(SELECT c.party FROM consent c WHERE c.share_id = id);
    -- what a guardian alone agreed to has no ground any more when the pupil is of age
    agreed := (EXISTS (SELECT FROM consent c WHERE c.share_id = id AND c.party = 'pupil')
               OR coalesce(portal_age(coalesce(h.pupil, decoy.pupil), at) < 18, false)) AND agreed;
    agreed := NOT EXISTS (SELECT FROM share_revoked r WHERE r.share_id = id) AND agreed;
    matches := coalesce(h.code_hmac, decoy.commitment_hmac) = code AND h.share_id IS NOT NULL;
    IF matches AND agreed AND at < h.until AND NOT over_ THEN
        RETURN h.share_id;
    END IF;
    PERFORM portal_count(id_hash, network, at);
    RETURN NULL;
END $$;

-- A recipient looks: logged with the years of the share, and no others are opened.
CREATE FUNCTION portal_look_share(id uuid, code bytea, id_hash bytea, network bytea, record_ text, purpose_ text, years_ text[],
                                  ticket_sha256 bytea, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    h share;
    seen text[];
BEGIN
    SELECT s.* INTO h FROM share s WHERE s.share_id = portal_share_key(id, code, id_hash, network, at);
    IF h.share_id IS NULL THEN
        RETURN false;
    END IF;
    seen := CASE WHEN cardinality(years_) > 0 THEN ARRAY(SELECT unnest(years_) INTERSECT SELECT unnest(h.years) ORDER BY 1)
                 ELSE h.years END;
    PERFORM portal_log('share', convert_to(h.share_id::text, 'UTF8'), h.pupil, seen, network, record_, purpose_, ticket_sha256, at);
    RETURN true;
END $$;

CREATE FUNCTION portal_shared(one text, id uuid)
RETURNS TABLE (share_id uuid, recipient text, purpose text, years text[], created_at timestamptz, until timestamptz,
               revoked_at timestamptz, view_count bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT h.share_id, h.recipient, h.purpose, h.years, h.created_at, h.until, r.at,
           (SELECT count(*) FROM look l WHERE l.who = 'share' AND l.actor = convert_to(h.share_id::text, 'UTF8'))
    FROM share h LEFT JOIN share_revoked r USING (share_id)
    WHERE h.share_id = id OR h.pupil = ANY(portal_person(one)) ORDER BY h.created_at DESC, h.share_id
$$;

-- The shares of a record, NULL columns when the key opens nothing; the first column tells.
CREATE FUNCTION portal_shares(shown portal_shown, at timestamptz)
RETURNS TABLE (opened boolean, share_id uuid, recipient text, purpose text, years text[], created_at timestamptz,
               until timestamptz, revoked_at timestamptz, view_count bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT k.pupil_ IS NOT NULL, s.* FROM portal_key(shown, at) k LEFT JOIN LATERAL portal_shared(k.pupil_, NULL) s ON true
$$;

CREATE FUNCTION portal_share_of(id uuid, code bytea, id_hash bytea, at timestamptz)
RETURNS TABLE (share_id uuid, recipient text, purpose text, years text[], created_at timestamptz, until timestamptz,
               revoked_at timestamptz, view_count bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.* FROM portal_share_key(id, code, id_hash, NULL, at) k CROSS JOIN LATERAL portal_shared(NULL, k) s
$$;

-- Who looked, newest first; the first column tells whether the key opens anything.
CREATE FUNCTION portal_looks(shown portal_shown, at_ timestamptz, count_max integer)
RETURNS TABLE (opened boolean, at timestamptz, who text, recipient text, record text, purpose text, years text[])
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT k.pupil_ IS NOT NULL, l.* FROM portal_key(shown, at_) k LEFT JOIN LATERAL (
        SELECT l.at, l.who, h.recipient, l.record, l.purpose, l.years FROM look l
        LEFT JOIN share h ON l.who = 'share' AND convert_to(h.share_id::text, 'UTF8') = l.actor
        WHERE l.pupil = ANY(portal_person(k.pupil_)) ORDER BY l.at DESC, l.chain, l.n DESC LIMIT count_max
    ) l ON true
$$;

-- Keep a share with its consents; false when the key opens nothing or somebody has not agreed.
CREATE FUNCTION portal_add_share(shown portal_shown, id uuid, code bytea, recipient text, purpose text, years text[],
                                 until timestamptz, parties text[], issuers text[], subjects text[], ats timestamptz[],
                                 at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    one text;
    actor bytea;
BEGIN
    SELECT pupil_, slip_ INTO one, actor FROM portal_key(shown, at);
    IF one IS NULL OR NOT portal_needs(one, at) <@ parties THEN
        RETURN false;
    END IF;
    INSERT INTO share VALUES (id, code, one, recipient, purpose, years, actor, at, until);
    INSERT INTO consent SELECT id, * FROM unnest(parties, issuers, subjects, ats);
    RETURN true;
END $$;

CREATE FUNCTION portal_revoke(shown portal_shown, id uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    one text;
    actor bytea;
BEGIN
    SELECT pupil_, slip_ INTO one, actor FROM portal_key(shown, at);
    INSERT INTO share_revoked SELECT h.share_id, actor, at FROM share h
    WHERE h.share_id = id AND h.pupil = ANY(portal_person(one)) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;

DO $$
DECLARE one regprocedure;
BEGIN
    FOR one IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'portal\_%' LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', one);
    END LOOP;
END $$;
