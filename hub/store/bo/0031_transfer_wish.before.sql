-- What families say of a transfer at the portal: a wish, which Bộ's clock signs and puts on the log of steps, once.
-- The portal's role writes one by one function alone, about the pupil whose record it opened and nobody else.

CREATE TABLE transfer_wish (
    wish_id        uuid   PRIMARY KEY,
    n              bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    kind           text   NOT NULL CHECK (kind IN ('TransferRequest', 'TransferConsent', 'TransferWithdrawal')),
    transfer_id    text   CHECK (transfer_id ~ '^[0-9a-f]{64}$'),       -- NULL: the request makes it
    request_sha256 text   CHECK (request_sha256 ~ '^[0-9a-f]{64}$'),
    pupil          text   NOT NULL, -- whose record the key opened
    birth_date     date,
    school_year    text   CHECK (school_year ~ '^[0-9]{4}-[0-9]{4}$'),
    grade          integer CHECK (grade BETWEEN 1 AND 12),
    receiving_so   text   NOT NULL,
    receiving      text   NOT NULL,
    sending_so     text   NOT NULL,
    sending        text   NOT NULL,
    reason         text   CHECK (length(reason) BETWEEN 3 AND 500),
    parties        text[] NOT NULL CHECK (cardinality(parties) > 0 AND parties <@ ARRAY['pupil', 'guardian']),
    slip           bytea  NOT NULL, -- by which the record was opened
    at             timestamptz NOT NULL,
    said_at        timestamptz,     -- when it was queued for the log
    CHECK ((kind = 'TransferRequest') = (transfer_id IS NULL)),
    CHECK ((transfer_id IS NULL) = (request_sha256 IS NULL)),
    CHECK (kind <> 'TransferRequest' OR num_nulls(birth_date, school_year, grade, reason) = 0),
    CHECK (kind <> 'TransferWithdrawal' OR reason IS NOT NULL)
);
CREATE INDEX transfer_wish_pupil ON transfer_wish (pupil);
CREATE INDEX transfer_wish_unsaid ON transfer_wish (n) WHERE said_at IS NULL;
COMMENT ON TABLE transfer_wish IS 'What a family said at the portal; its step is named family-<wish_id>, and what became of it stands in transfer_step.';

CREATE TABLE transfer_wish_party (
    wish_id uuid NOT NULL REFERENCES transfer_wish,
    party   text NOT NULL CHECK (party IN ('pupil', 'guardian')),
    issuer  text NOT NULL, -- who names the subject
    subject text NOT NULL,
    PRIMARY KEY (wish_id, party),
    UNIQUE (wish_id, issuer, subject) -- nobody speaks for two
);
COMMENT ON TABLE transfer_wish_party IS 'Who had logged in when a wish was made.';

CREATE FUNCTION refuse_wish_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'said_at') IS DISTINCT FROM (to_jsonb(OLD) - 'said_at') OR OLD.said_at IS NOT NULL THEN
        RAISE EXCEPTION 'a wish is said once, as it was made' USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transfer_wish_is_final BEFORE UPDATE ON transfer_wish FOR EACH ROW EXECUTE FUNCTION refuse_wish_change();
CREATE TRIGGER transfer_wish_stays BEFORE DELETE ON transfer_wish FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfer_wish_is_kept BEFORE TRUNCATE ON transfer_wish FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfer_wish_party_is_final BEFORE UPDATE OR DELETE ON transfer_wish_party
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfer_wish_party_is_kept BEFORE TRUNCATE ON transfer_wish_party
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Wishes hang in the chain of the shares: what is changed or gone afterwards is found in the same way.
ALTER TABLE share_log DROP CONSTRAINT share_log_kind_check;
ALTER TABLE share_log ADD CONSTRAINT share_log_kind_check
    CHECK (kind IN ('share', 'consent', 'share_revoked', 'transfer_wish', 'transfer_wish_party'));
COMMENT ON TABLE share_log IS 'One row for each row of share, consent, share_revoked, transfer_wish and transfer_wish_party, in the order in which they were written.';

CREATE FUNCTION wish_is_noted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex' AS $$
BEGIN
    PERFORM share_note(TG_TABLE_NAME, new.wish_id, to_jsonb(new) - 'said_at');
    RETURN NULL;
END $$;
CREATE TRIGGER transfer_wish_is_noted AFTER INSERT ON transfer_wish FOR EACH ROW EXECUTE FUNCTION wish_is_noted();
CREATE TRIGGER transfer_wish_party_is_noted AFTER INSERT ON transfer_wish_party FOR EACH ROW EXECUTE FUNCTION wish_is_noted();

-- What stands there now, by kind, share and hash: enough to hold it against the log, without telling whose it is.
CREATE OR REPLACE FUNCTION share_rows() RETURNS TABLE (kind text, share_id uuid, row_sha256 bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex' AS $$
    SELECT 'share', s.share_id, share_row(to_jsonb(s)) FROM share s
    UNION ALL SELECT 'consent', c.share_id, share_row(to_jsonb(c)) FROM consent c
    UNION ALL SELECT 'share_revoked', r.share_id, share_row(to_jsonb(r)) FROM share_revoked r
    UNION ALL SELECT 'transfer_wish', w.wish_id, share_row(to_jsonb(w) - 'said_at') FROM transfer_wish w
    UNION ALL SELECT 'transfer_wish_party', p.wish_id, share_row(to_jsonb(p)) FROM transfer_wish_party p
$$;

CREATE TYPE portal_wish AS (kind text, transfer_id text, receiving_so text, receiving text, sending_so text, sending text,
                            school_year text, grade integer, birth_date date, reason text);
COMMENT ON TYPE portal_wish IS 'What a family says; of a transfer that stands only its id counts, schools and request are its own.';

-- The pupil of the family whose look the open transaction shows; a recipient of a share is no family.
CREATE FUNCTION portal_family() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT pupils FROM look
    WHERE ticket_sha256 = sha256(convert_to(current_setting('hub.look', true), 'UTF8')) AND who = 'slip'
      AND written_in IS DISTINCT FROM pg_current_xact_id_if_assigned()
      AND clock_timestamp() < written_at + interval '1 minute'
$$;

-- The transfers of the looked-at pupil, newest first, each with its accepted steps in their order.
CREATE FUNCTION portal_transfers()
RETURNS TABLE (transfer_id text, receiving_so text, receiving text, sending_so text, sending text, school_year text, grade integer,
               state text, procedure text, opened_at timestamptz, awaited text, due_at timestamptz, is_overdue boolean,
               consents text[], reason text, steps jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT t.transfer_id, t.receiving_so, t.receiving, t.sending_so, t.sending, t.school_year, t.grade, t.state, t.procedure,
           t.opened_at, t.awaited, t.due_at, t.is_overdue, t.consents,
           (SELECT convert_from(r.statement, 'UTF8')::jsonb ->> 'reason' FROM transfer_step r
            WHERE r.statement_sha256 = t.request_sha256),
           (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                'kind', s.kind, 'so', s.so, 'school', s.school, 'at', s.received_at, 'by', said -> 'by',
                'decision', said -> 'decision', 'number', said -> 'number', 'reason', said -> 'reason',
                'parties', said -> 'parties', 'awaited', said -> 'awaited', 'count', said -> 'count')) ORDER BY s.place), '[]')
            FROM transfer_step s CROSS JOIN LATERAL (SELECT convert_from(s.statement, 'UTF8')::jsonb) AS read (said)
            WHERE s.transfer_id = t.transfer_id AND s.outcome = 'accepted')
    FROM transfer t WHERE t.pupil = ANY(portal_family()) ORDER BY t.place DESC LIMIT 50
$$;

-- What the family said that Bộ has not decided yet, or has refused lately, newest first.
CREATE FUNCTION portal_wishes()
RETURNS TABLE (kind text, transfer_id text, receiving_so text, receiving text, sending_so text, sending text, parties text[],
               at timestamptz, outcome text, codes text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT w.kind, w.transfer_id, w.receiving_so, w.receiving, w.sending_so, w.sending, w.parties, w.at, s.outcome, s.codes
    FROM transfer_wish w LEFT JOIN transfer_step s ON s.so = 'bo' AND s.command_id = 'family-' || w.wish_id
    WHERE w.pupil = ANY(portal_family()) AND s.outcome IS DISTINCT FROM 'accepted'
      AND (s.outcome IS NULL OR w.at > clock_timestamp() - interval '60 days')
    ORDER BY w.n DESC LIMIT 20
$$;

-- Keep a wish: '' when it is kept, or the same one waits already; else the code that says why not. Another pupil's transfer
-- is like one that does not exist.
CREATE FUNCTION portal_transfer_wish(shown portal_shown, wish portal_wish, parties_ text[], issuers text[], subjects text[],
                                     at_ timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    one text;
    actor bytea;
    person text[];
    needs text[];
    t transfer;
    id uuid := gen_random_uuid();
BEGIN
    SELECT pupil_, slip_ INTO one, actor FROM portal_key(shown, at_);
    IF one IS NULL THEN
        RETURN 'PORTAL_SESSION_OVER';
    END IF;
    person := portal_person(one);
    PERFORM pg_advisory_xact_lock(hashtext('transfer_wish'), hashtext(person[1]));
    needs := portal_needs(one, at_);
    IF cardinality(parties_) = 0 OR NOT parties_ <@ needs
       OR (wish.kind = 'TransferRequest' AND 'guardian' = ANY(needs) AND NOT 'guardian' = ANY(parties_)) THEN
        RETURN 'PORTAL_CONSENT_MISSING';
    END IF;
    IF wish.kind = 'TransferRequest' THEN
        IF (SELECT count(DISTINCT (r.so, r.entry_id)) FROM register_entry r WHERE r.kind = 'school'
            AND (r.so, r.entry_id) IN ((wish.receiving_so, wish.receiving), (wish.sending_so, wish.sending))) < 2 THEN
            RETURN 'TRANSFER_SCHOOL_UNKNOWN';
        END IF;
        IF EXISTS (SELECT FROM document d WHERE d.pupil = ANY(person) AND d.action <> 'UNLOCK' AND NOT starts_with(
                       wish.birth_date::text, convert_from(d.document, 'UTF8')::jsonb #>> '{student,birth_date}')
                   AND NOT EXISTS (SELECT FROM document e WHERE e.action = 'UNLOCK'
                                   AND (e.school, e.pupil, e.school_year, e.period, e.version)
                                     = (d.school, d.pupil, d.school_year, d.period, d.version))) THEN
            RETURN 'TRANSFER_BIRTH_DATE_DIFFERS';
        END IF;
    ELSE
        SELECT x.* INTO t FROM transfer x WHERE x.transfer_id = wish.transfer_id AND x.pupil = ANY(person);
        IF NOT FOUND THEN
            RETURN 'PORTAL_NOTHING_THERE';
        END IF;
        wish.receiving_so := t.receiving_so;
        wish.receiving := t.receiving;
        wish.sending_so := t.sending_so;
        wish.sending := t.sending;
    END IF;
    IF EXISTS (SELECT FROM transfer_wish w WHERE w.pupil = ANY(person) AND w.kind = wish.kind
               AND w.transfer_id IS NOT DISTINCT FROM wish.transfer_id AND (wish.kind <> 'TransferConsent' OR w.parties @> parties_)
               AND (w.receiving_so, w.receiving, w.sending_so, w.sending)
                 = (wish.receiving_so, wish.receiving, wish.sending_so, wish.sending)
               AND NOT EXISTS (SELECT FROM transfer_step s WHERE s.so = 'bo' AND s.command_id = 'family-' || w.wish_id)) THEN
        RETURN '';
    END IF;
    IF EXISTS (SELECT FROM transfer_wish w JOIN transfer_wish_party p USING (wish_id)
               JOIN unnest(parties_, issuers, subjects) AS shown_by (party, issuer, subject) USING (issuer, subject)
               WHERE w.kind = 'TransferConsent' AND w.kind = wish.kind AND w.transfer_id = wish.transfer_id
                 AND p.party <> shown_by.party) THEN
        RETURN 'PORTAL_CONSENT_MISSING';
    END IF;
    IF (SELECT count(*) FROM transfer_wish w WHERE w.pupil = ANY(person) AND w.at > at_ - interval '1 day') >= 30 THEN
        RETURN 'PORTAL_TRANSFER_MANY';
    END IF;
    INSERT INTO transfer_wish (wish_id, kind, transfer_id, request_sha256, pupil, birth_date, school_year, grade, receiving_so,
                               receiving, sending_so, sending, reason, parties, slip, at)
    VALUES (id, wish.kind, t.transfer_id, t.request_sha256, one, wish.birth_date, wish.school_year, wish.grade,
            wish.receiving_so, wish.receiving, wish.sending_so, wish.sending, wish.reason, parties_, actor, at_);
    INSERT INTO transfer_wish_party SELECT id, * FROM unnest(parties_, issuers, subjects);
    RETURN '';
END $$;

REVOKE ALL ON FUNCTION refuse_wish_change, wish_is_noted, portal_family, portal_transfers, portal_wishes, portal_transfer_wish
    FROM PUBLIC;
