-- Pupils of whose birth only the year or the month is known ("2014", "2014-05") can be looked up and have an age.

-- The day from which a pupil is surely as old as a birth date says: its last, so that nobody is of age too early.
CREATE FUNCTION portal_born(birth_date text) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE length(birth_date) WHEN 4 THEN make_date(birth_date::integer, 12, 31)
                WHEN 7 THEN ((birth_date || '-01')::date + interval '1 month' - interval '1 day')::date
                ELSE birth_date::date END
$$;
REVOKE ALL ON FUNCTION portal_born FROM PUBLIC;

-- Full years of age on the civil day (UTC+7), by the newest transcript; who was born on 29 February is older on 1 March.
CREATE OR REPLACE FUNCTION portal_age(one text, at timestamptz) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT extract(year FROM today)::integer - extract(year FROM born)::integer
           - (to_char(today, 'MMDD') < to_char(born, 'MMDD'))::integer
    FROM (SELECT (at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS today,
                 portal_born(convert_from(d.document, 'UTF8')::jsonb #>> '{student,birth_date}') AS born
          FROM document d WHERE d.pupil = ANY(portal_person(one))
          ORDER BY d.school_year DESC, d.effective_on DESC, d.version DESC, d.n LIMIT 1) newest
$$;

-- Whose record the key opens, and by which slip: NULL for whatever does not match, after the same queries, counted.
-- A birth date is right as far as the transcript has it. A locator that finds nothing is worked on with the next one that
-- does, so on a real record with real links and slips.
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
    matches := coalesce(starts_with(shown.birth_date, convert_from(document_, 'UTF8')::jsonb #>> '{student,birth_date}'), false)
               AND matches;
    IF known AND matches AND NOT limited THEN
        pupil_ := one;
    ELSE
        slip_ := NULL;
        PERFORM portal_count(shown.locator_hash, shown.network, at);
    END IF;
END $$;
