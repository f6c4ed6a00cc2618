-- The ten-thousandth wrong key costs what the first did: counters are found by scope and place, and those whose time is
-- over by their beginning, however many there are. A plan made while there were few would read them all.

-- The time from which on a counter still counts is asked for once: within the condition it would be asked for at every row.
CREATE OR REPLACE FUNCTION portal_count(locator_hash bytea, network bytea, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    counts_from timestamptz := look_failure_ends(clock_timestamp());
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true); -- a counter lost with the machine is no evidence
    DELETE FROM look_failure WHERE ctid = ANY (ARRAY(
        SELECT f.ctid FROM look_failure f WHERE f.begun_at < counts_from
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

-- A window is told by how long before this one it began, since thousands of counters share the time at which they began.
CREATE OR REPLACE FUNCTION portal_is_over(scope_ text, of_ bytea, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
    SELECT coalesce(sum(f.count * CASE WHEN f.begun_at = l.begun_at THEN 1
                                  ELSE 1 - extract(epoch FROM at - l.begun_at) / l.window_s END) >= min(l.count_max), false)
    FROM (SELECT portal_window(scope_, at) AS begun_at, window_s, count_max FROM look_limit WHERE scope = scope_) l
    JOIN look_failure f ON f.scope = scope_ AND f.of = of_
                       AND l.begun_at - f.begun_at IN (make_interval(), make_interval(secs => l.window_s))
$$;
