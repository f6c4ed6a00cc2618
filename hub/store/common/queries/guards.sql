-- Whether what keeps rows from changing still stands: triggers, functions, owners, rights.

-- name: guards_standing
-- Every trigger of ours with its table and whether it fires for everybody.
SELECT c.relname, t.tgname, t.tgenabled IN ('O', 'A') FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace

-- name: guard_functions
-- What our functions say, and whether they act with the rights of their owner.
SELECT proname, prosrc, prosecdef FROM pg_proc WHERE pronamespace = 'public'::regnamespace

-- name: guard_surprises
-- Rules, child tables and row policies: ways round a trigger that no migration of ours makes.
SELECT c.relname, 'rule' FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind <> 'v'
UNION ALL
SELECT i.inhparent::regclass::text, 'child' FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
UNION ALL
SELECT relname, 'row security' FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity
UNION ALL
SELECT tablename, 'row policy' FROM pg_policies WHERE schemaname = 'public' AND NOT (permissive = 'PERMISSIVE'
    AND (policyname = 'portal' OR (policyname = 'worker' AND qual = 'true' AND with_check = 'true')))

-- name: guard_rights
-- Rights of those who do not own a table, on it and on its columns.
SELECT c.relname, a.privilege_type, NULL FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v') AND a.grantee <> c.relowner
UNION ALL
SELECT c.relname, a.privilege_type, t.attname FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid
CROSS JOIN LATERAL aclexplode(t.attacl) a
WHERE c.relnamespace = 'public'::regnamespace AND NOT t.attisdropped AND a.grantee <> c.relowner

-- name: guard_policies
-- Row policies that are not as the grants of Bộ make them; the worker asks. Conditions as PostgreSQL writes them out.
SELECT tablename, policyname FROM pg_policies
WHERE schemaname = 'public' AND NOT coalesce(permissive = 'PERMISSIVE' AND tablename IN ('document', 'register_entry') AND CASE policyname
    WHEN 'worker' THEN roles = ARRAY[current_user]::name[] AND cmd = 'ALL' AND qual = 'true' AND with_check = 'true'
    WHEN 'portal' THEN cardinality(roles) = 1 AND NOT roles && ARRAY['public', current_user]::name[] AND cmd = 'SELECT'
        AND regexp_replace(qual, '\s', '', 'g') = CASE tablename
            WHEN 'register_entry' THEN '(kind<>''roster''::text)'
            ELSE '((pupil=ANY((SELECTportal_pupils()ASportal_pupils)::text[]))AND(((SELECTportal_years()ASportal_years)ISNULL)'
                 'OR(school_year=ANY((SELECTportal_years()ASportal_years)::text[]))))' END
    ELSE false END, false) ORDER BY 1, 2

-- name: guard_grantees
-- Rights of those who do not own a table or view, on it or on a column, by role, and whether that is who asks.
SELECT c.relname, a.privilege_type, coalesce(g.rolname, 'PUBLIC'), coalesce(g.rolname = current_user, false)
FROM pg_class c CROSS JOIN LATERAL (
    SELECT privilege_type, grantee FROM aclexplode(c.relacl)
    UNION SELECT x.privilege_type, x.grantee FROM pg_attribute t CROSS JOIN LATERAL aclexplode(t.attacl) x
    WHERE t.attrelid = c.oid AND NOT t.attisdropped
) a LEFT JOIN pg_roles g ON g.oid = a.grantee
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v') AND a.grantee <> c.relowner ORDER BY 1, 2, 3

-- name: guard_callers
-- Who may call a function that acts with its owner's rights, beside the owner, and whether that is who asks.
SELECT p.proname, coalesce(g.rolname, 'PUBLIC'), coalesce(g.rolname = current_user, false)
FROM pg_proc p CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
LEFT JOIN pg_roles g ON g.oid = a.grantee
WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND a.grantee <> p.proowner ORDER BY 1, 2

-- name: guard_transitions
-- The transitions that the triggers allow.
SELECT machine, from_state, to_state FROM transition

-- name: register_signed
-- What was signed for a Sở, by version; rosters judge no signature.
SELECT version, statement FROM register_entry WHERE so = %s AND kind <> 'roster' ORDER BY version

-- name: register_statements
-- Every register entry with what was signed.
SELECT so, version, kind, entry_id, issued_at, valid_from, valid_to, payload, statement, signature FROM register_entry
