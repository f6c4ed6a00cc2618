-- Recovery of a Sở.

-- name: keep_locator
-- A locator that was given out in a lock that is to be decided again.
INSERT INTO locator (locator, pupil, counter) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING
