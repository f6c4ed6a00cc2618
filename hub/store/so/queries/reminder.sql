-- What schools are reminded of before a date, and were.

-- name: reminder_moment
-- The time of the database, which every worker shares.
SELECT now()

-- name: reminder_alone
-- One scheduler at a time looks.
SELECT pg_advisory_xact_lock(hashtext('reminder'))

-- name: reminder_calendar
-- The decisions on deadlines of the register, and the one that closes the log.
SELECT kind, entry_id, valid_from, valid_to, payload, version FROM register_entry
WHERE so = %s AND kind IN ('calendar', 'log_closing') ORDER BY version

-- name: reminder_looked
-- Whether the schools of a round were looked at for this threshold.
SELECT EXISTS (SELECT FROM reminder_look WHERE school_year = %s AND cohort = %s AND due_at = %s AND threshold = %s)

-- name: add_reminder_look
-- Once, and noted with what came of it.
INSERT INTO reminder_look (school_year, cohort, due_at, threshold, looked_at) VALUES (%s, %s, %s, %s, %s)

-- name: reminder_windows
-- Approved corrections whose window closes within two weeks, with how many of their pupils were not handed in again.
SELECT school, school_year, correction_id, round_number, closes_at, count(*) FROM correction
WHERE state = 'approved' AND closes_at > %(at)s AND closes_at <= %(at)s + interval '14 days'
GROUP BY school, school_year, correction_id, round_number, closes_at ORDER BY closes_at, school, correction_id

-- name: reminders_known
-- Which of these were told already.
SELECT reminder_id FROM reminder WHERE reminder_id = ANY(%s)

-- name: add_reminder
-- One reminder, beside the message that tells it.
INSERT INTO reminder (reminder_id, school, school_year, cohort, number, kind, threshold, due_at, noticed_at, message)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING

-- name: reminders_of_year
-- What was told in a school year, newest first.
SELECT school, cohort, number, kind, threshold, due_at, noticed_at, message FROM reminder
WHERE school_year = %s AND (cohort = %s OR cohort = 'correction') ORDER BY noticed_at DESC, school, reminder_id
