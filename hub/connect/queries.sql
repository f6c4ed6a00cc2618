-- name: sync
-- Each commit is on the disk when it returns.
PRAGMA synchronous = FULL

-- name: wait
-- How long another process that writes a signal is waited for.
PRAGMA busy_timeout = 5000

-- name: begin
-- One transaction; the right to write is taken at once.
BEGIN IMMEDIATE

-- name: commit
-- All of it.
COMMIT

-- name: rollback
-- Nothing of it.
ROLLBACK

-- name: tables
-- What stands in the file.
SELECT name FROM sqlite_master

-- name: columns
-- What columns its tables of records and batches have.
SELECT name FROM pragma_table_info('record') UNION SELECT name FROM pragma_table_info('batch')

-- name: found
-- The first start.
INSERT INTO connector (id, name, so) VALUES (1, :name, :so) ON CONFLICT DO NOTHING

-- name: connector
-- The one row.
SELECT * FROM connector

-- name: started
-- One more start.
UPDATE connector SET epoch = epoch + 1

-- name: set_cluster
-- Where commands go, from the first time on.
UPDATE connector SET cluster_id = :cluster_id

-- name: beat
-- It lives, and this step is at work since then.
UPDATE connector SET heartbeat_at = :at, at_work = :at_work, at_work_since = :at_work_since

-- name: set_unchecked
-- Whether nobody could check the signature of what Sở said last.
UPDATE connector SET unchecked = :unchecked WHERE unchecked <> :unchecked

-- name: set_paused
-- Pulling and sending rest, or go on.
UPDATE connector SET paused = :paused

-- name: set_held
-- Back-pressure holds the pull, or lets it go.
UPDATE connector SET held = :held

-- name: begin_snapshot
-- Everything is read again from the beginning, beside what is new.
UPDATE connector SET snapshotting = 1, snapshot_cursor = NULL

-- name: forget_cursor
-- Reading begins anew.
UPDATE connector SET cursor = NULL

-- name: set_cursor
-- Where the next pull begins.
UPDATE connector SET cursor = :cursor, pulled_at = :at

-- name: set_lag
-- What the system keeps of its log until it is read; null where nobody knows.
UPDATE connector SET lag_bytes = :lag_bytes

-- name: set_snapshot_cursor
-- Where the next page of the snapshot begins, or that it has ended.
UPDATE connector SET snapshot_cursor = :cursor, snapshotting = :more, pulled_at = :at

-- name: steps
-- Which steps wait or failed.
SELECT * FROM step ORDER BY name

-- name: step_waits
-- A step could not do its work.
INSERT INTO step VALUES (:name, :failed, :code, :facts, :attempts, :next_at, :at)
ON CONFLICT (name) DO UPDATE SET failed = :failed, code = :code, facts = :facts, attempts = :attempts, next_at = :next_at

-- name: step_works
-- It did.
DELETE FROM step WHERE name = :name

-- name: forget_steps
-- A person says: try again at once.
DELETE FROM step

-- name: said_last
-- What a file said last of a record, else what the whole system did.
SELECT * FROM record WHERE key = :key
ORDER BY substr(place, 1, max(instr(place, '!') - 1, 0)) = :file DESC, n DESC LIMIT 1

-- name: same_version
-- When a version came last.
SELECT * FROM record WHERE key = :key AND version = :version ORDER BY again DESC LIMIT 1

-- name: add_version
-- One arrival of a version.
INSERT INTO record (key, version, again, place, value, value_sha256, findings, pulled_at, state, source_sha256)
VALUES (:key, :version, :again, :place, :value, :value_sha256, :findings, :at, 'pulled', :source_sha256)

-- name: add_source
-- What records rest on, once.
INSERT INTO source VALUES (:sha256, :data) ON CONFLICT DO NOTHING

-- name: source
-- It, byte for byte.
SELECT data FROM source WHERE sha256 = :sha256

-- name: forget_sources
-- No record that is still on its way, or may be mapped or handed in again, rests on these.
DELETE FROM source WHERE NOT EXISTS (
    SELECT 1 FROM record r WHERE r.source_sha256 = source.sha256 AND r.state NOT IN ('locked', 'overtaken'))

-- name: add_native_record
-- A document of a signed batch; the same one in another batch is another version.
INSERT INTO record (key, version, place, findings, pulled_at, state, so, school, school_year, class, round, identity,
                    document, document_sha256, batch_id)
VALUES (:key, :version, :place, :findings, :at, 'ready', :so, :school, :school_year, :class, :round, :identity,
        :document, :document_sha256, :batch_id)

-- name: overtake_loose
-- A version that was taken out of its batch gives way to one that comes in a signed batch.
UPDATE record SET state = 'overtaken' WHERE key = :key AND state = 'ready' AND batch_id IS NULL

-- name: record
-- One record.
SELECT * FROM record WHERE n = :n

-- name: waiting_records
-- How many records are on their way.
SELECT count(*) AS count FROM record WHERE state IN ('pulled', 'ready', 'batched', 'sent')

-- name: records_by_state
-- How many records stand where.
SELECT state, count(*) AS count FROM record GROUP BY state

-- name: records_to_map
-- The next pulled records of which no version is in flight. What came back waits for the end of a snapshot: a system
-- that lists its history says there last what counts. Where that would stop the pull, it does not wait.
SELECT * FROM record r WHERE state = 'pulled' AND NOT EXISTS (
    SELECT 1 FROM record f WHERE f.key = r.key AND f.state IN ('batched', 'sent'))
  AND (r.again = 0 OR (SELECT held OR NOT snapshotting FROM connector)) ORDER BY n LIMIT :limit

-- name: newer_version
-- Whether a later version of a record came, whatever became of it.
SELECT n FROM record WHERE key = :key AND n > :n LIMIT 1

-- name: current_version
-- What Sở has of a record.
SELECT * FROM record WHERE key = :key AND state IN ('accepted', 'unchanged', 'locked') ORDER BY n DESC LIMIT 1

-- name: overtake_ready
-- A version that no batch has gives way to a newer one.
UPDATE record SET state = 'overtaken' WHERE key = :key AND n < :n AND state = 'ready'

-- name: same_identity
-- Another record that is ready for the same pupil, year and period.
SELECT * FROM record WHERE identity = :identity AND key <> :key AND state = 'ready'

-- name: set_mapped
-- What became of a record by mapping and judging it, and what a person who signs it is told.
UPDATE record SET state = :state, so = :so, school = :school, school_year = :school_year, class = :class,
       identity = :identity, document = :document, document_sha256 = :document_sha256, content_sha256 = :content_sha256,
       mapping_version = :mapping_version, told = :told
WHERE n = :n

-- name: set_record_state
-- A record moves on.
UPDATE record SET state = :state WHERE n = :n

-- name: lock_record
-- A locked record needs its content no more here.
UPDATE record SET state = 'locked', value = NULL, told = NULL, document = NULL WHERE n = :n

-- name: forget_older
-- Nor do its older versions.
UPDATE record SET value = NULL, told = NULL, document = NULL WHERE key = :key AND n < :n
  AND state NOT IN ('pulled', 'ready', 'batched', 'sent')

-- name: correct_record
-- A correction took the place of what we handed in.
UPDATE record SET state = 'locked', value = NULL, told = NULL, document = NULL, document_sha256 = :document_sha256,
       content_sha256 = :content_sha256
WHERE n = :n

-- name: group_to_gather
-- The oldest class with records that are ready: enough of them, or one that came before an instant.
SELECT so, school, school_year, class, count(*) AS count FROM record WHERE state = 'ready' AND batch_id IS NULL
GROUP BY so, school, school_year, class HAVING count(*) >= :least OR min(pulled_at) <= :before
ORDER BY min(n) LIMIT 1

-- name: sealed_group_to_gather
-- The same for records that no person signs: all classes of a school together, by the mapping that their seal names.
SELECT so, school, school_year, '' AS class, mapping_version, count(*) AS count FROM record
WHERE state = 'ready' AND batch_id IS NULL GROUP BY so, school, school_year, mapping_version
HAVING count(*) >= :least OR min(pulled_at) <= :before ORDER BY min(n) LIMIT 1

-- name: sealed_records_to_gather
-- What goes into a batch of that school; those of one source beside each other.
SELECT * FROM record WHERE state = 'ready' AND batch_id IS NULL AND so = :so AND school = :school
  AND school_year = :school_year AND mapping_version = :mapping_version ORDER BY source_sha256, key LIMIT :limit

-- name: records_to_gather
-- What goes into a batch of that class.
SELECT * FROM record WHERE state = 'ready' AND batch_id IS NULL AND so = :so AND school = :school
  AND school_year = :school_year AND class = :class ORDER BY key LIMIT :limit

-- name: transfer_rounds
-- The rounds of leaving pupils that a school used.
SELECT DISTINCT round FROM record WHERE so = :so AND school = :school AND school_year = :school_year
  AND round LIKE 'transfer/%'

-- name: add_batch
-- A batch; the same documents make the same one.
INSERT INTO batch (batch_id, so, school, school_year, class, folder, native, state, made_at, sealed)
VALUES (:batch_id, :so, :school, :school_year, :class, :folder, :native, 'gathering', :at, :sealed)
ON CONFLICT (batch_id) DO UPDATE SET state = 'gathering'

-- name: put_into_batch
-- A record goes into a batch, in a round.
UPDATE record SET state = 'batched', batch_id = :batch_id, round = :round WHERE n = :n

-- name: batch
-- One batch.
SELECT * FROM batch WHERE batch_id = :batch_id

-- name: batches_in
-- Batches in a state, oldest first.
SELECT * FROM batch WHERE state = :state ORDER BY made_at, batch_id

-- name: set_batch_state
-- A batch moves on.
UPDATE batch SET state = :state WHERE batch_id = :batch_id

-- name: records_of_batch
-- What is in a batch.
SELECT * FROM record WHERE batch_id = :batch_id ORDER BY key

-- name: stands_under_other_key
-- Whether Sở has the same pupil, year and period from another record of the system.
SELECT 1 FROM record WHERE identity = :identity AND key <> :key AND state IN ('accepted', 'unchanged', 'locked') LIMIT 1

-- name: arrive_again
-- What Sở refused because it has another version arrives once more, unless a newer version did.
INSERT INTO record (key, version, again, place, value, value_sha256, findings, pulled_at, state, mapping_version,
                    source_sha256)
SELECT key, version, (SELECT max(again) + 1 FROM record a WHERE a.key = r.key AND a.version = r.version), place, value,
       value_sha256, findings, :at, 'pulled', mapping_version, source_sha256
FROM record r WHERE n = :n AND NOT EXISTS (SELECT 1 FROM record l WHERE l.key = r.key AND l.n > r.n)

-- name: stands
-- In its place stands what Sở has.
UPDATE record SET state = :state, value = NULL, told = NULL, document = NULL, document_sha256 = :document_sha256,
       content_sha256 = :content_sha256
WHERE n = :n

-- name: native_in_flight
-- Whether a signed batch has to wait for another version of one of its records.
SELECT 1 FROM record r JOIN record f USING (key)
WHERE r.batch_id = :batch_id AND r.n <> f.n AND f.state IN ('batched', 'sent') LIMIT 1

-- name: release_native
-- The records of a signed batch go into flight.
UPDATE record SET state = 'batched' WHERE batch_id = :batch_id AND state = 'ready'

-- name: overtaken_batches
-- Batches that nobody sent, with a record of which a newer version came. Signed ones are overtaken by signed ones.
SELECT DISTINCT b.* FROM batch b JOIN outdated USING (batch_id)
WHERE (b.state = 'waiting' OR (b.state = 'gathering' AND b.native)) AND NOT EXISTS (
    SELECT 1 FROM command c WHERE c.batch_id = b.batch_id AND c.state IN ('signed', 'sent'))

-- name: overtake_in_batch
-- The old versions among them.
UPDATE record SET state = 'overtaken' WHERE n IN (SELECT n FROM outdated WHERE batch_id = :batch_id)

-- name: take_out_of_batch
-- The others are gathered again.
UPDATE record SET state = 'ready', batch_id = NULL WHERE batch_id = :batch_id AND state IN ('batched', 'ready')

-- name: add_command
-- From here on a command may have been sent.
INSERT INTO command VALUES (:so, :school, :command_id, :statement_sha256, :batch_id, :documents, 'signed')
ON CONFLICT DO NOTHING

-- name: send_record
-- A document of that command is on its way.
UPDATE record SET state = 'sent' WHERE batch_id = :batch_id AND document_sha256 = :document_sha256 AND state = 'batched'

-- name: return_record
-- Its command grew old on the way: it waits for a new one.
UPDATE record SET state = 'batched' WHERE batch_id = :batch_id AND document_sha256 = :document_sha256 AND state = 'sent'

-- name: commands_in
-- Commands in a state.
SELECT * FROM command WHERE state = :state ORDER BY rowid LIMIT :limit

-- name: count_commands
-- How many commands are in a state.
SELECT count(*) AS count FROM command WHERE state = :state

-- name: command
-- One command.
SELECT * FROM command WHERE so = :so AND school = :school AND command_id = :command_id

-- name: open_in_batch
-- Whether a record of a batch still waits, for persons or for Sở.
SELECT 1 FROM record WHERE batch_id = :batch_id AND state IN ('batched', 'sent') LIMIT 1

-- name: set_command_state
-- A command moves on.
UPDATE command SET state = :state WHERE so = :so AND school = :school AND command_id = :command_id

-- name: record_of_document
-- The record behind a document that was sent.
SELECT * FROM record WHERE batch_id = :batch_id AND document_sha256 = :document_sha256 AND state = 'sent'

-- name: receipt_positions
-- Where the next receipts of a Sở begin.
SELECT part, next_offset FROM receipt_position WHERE so = :so

-- name: set_receipt_position
-- Receipts before this are done.
INSERT INTO receipt_position VALUES (:so, :part, :next_offset)
ON CONFLICT (so, part) DO UPDATE SET next_offset = :next_offset

-- name: schools
-- Schools whose records were handed in, or will be.
SELECT DISTINCT so, school FROM record WHERE school IS NOT NULL AND so IS NOT NULL ORDER BY so, school

-- name: schools_of_commands
-- Schools in whose name commands were signed: a successor hands in what another school issued.
SELECT DISTINCT so, school FROM command

-- name: handed_in
-- What Sở has of a school, or is being sent.
SELECT * FROM record WHERE so = :so AND school = :school AND state IN ('sent', 'accepted', 'unchanged') ORDER BY n

-- name: records_with_document
-- Who stands behind a document that a correction replaced.
SELECT * FROM record WHERE so = :so AND document_sha256 = :document_sha256
  AND state IN ('accepted', 'unchanged', 'locked') ORDER BY n

-- name: records_answered
-- Who stands behind a document about which Sở says something again.
SELECT * FROM record WHERE so = :so AND document_sha256 = :document_sha256
  AND state IN ('accepted', 'unchanged', 'turned_down') ORDER BY n

-- name: roster_positions
-- Up to where rosters were looked at.
SELECT school, version FROM roster_position WHERE so = :so

-- name: set_roster_position
-- They were looked at up to there.
INSERT INTO roster_position VALUES (:so, :school, :version) ON CONFLICT (so, school) DO UPDATE SET version = :version

-- name: lock_position
-- Up to where locks were looked at.
SELECT log_index FROM lock_position WHERE so = :so

-- name: set_lock_position
-- They were looked at up to there.
INSERT INTO lock_position VALUES (:so, :log_index) ON CONFLICT (so) DO UPDATE SET log_index = :log_index

-- name: add_answer
-- One answer, once.
INSERT INTO answer (answer_id, kind, "group", record_key, value, state)
VALUES (:answer_id, :kind, :group, :record_key, :value, :state) ON CONFLICT (answer_id) DO NOTHING

-- name: answer_again
-- The same answer is wanted again.
UPDATE answer SET state = 'waiting' WHERE answer_id = :answer_id AND state IN ('written', 'refused')

-- name: next_group
-- The oldest group with an answer that waits.
SELECT "group" FROM answer WHERE state = 'waiting' ORDER BY n LIMIT 1

-- name: answers_of_group
-- All of a group: they are written together.
SELECT * FROM answer WHERE "group" = :group AND state <> 'kept' ORDER BY n

-- name: set_group_state
-- A group was written, or the system said no.
UPDATE answer SET state = :state, written_at = :at WHERE "group" = :group AND state <> 'kept'

-- name: answers_by_state
-- How many answers stand where, by kind.
SELECT kind, state, count(*) AS count FROM answer GROUP BY kind, state

-- name: refusals
-- Why records were not taken: the newest such answer about those that stand so. An older version may be locked since.
SELECT r.n, r.place, r.state, a.value FROM record r JOIN answer a ON a.n = (
    SELECT max(n) FROM answer WHERE record_key = r.key
      AND json_extract(CAST(value AS TEXT), '$.outcome') IN ('not_sent', 'refused'))
WHERE r.state IN ('refused', 'held_back', 'turned_down')
ORDER BY r.n LIMIT :limit

-- name: add_signal
-- A person says what to do.
INSERT INTO signal (kind, arguments, sent_at) VALUES (:kind, :arguments, :at)

-- name: open_signals
-- What is not done yet, in order.
SELECT * FROM signal WHERE done_at IS NULL ORDER BY n

-- name: signals
-- The last signals, newest first.
SELECT * FROM signal ORDER BY n DESC LIMIT :limit

-- name: signal_done
-- It was done, or could not be.
UPDATE signal SET done_at = :at, outcome = :outcome WHERE n = :n

-- name: map_again
-- Refused and held back records of a range are mapped again.
UPDATE record SET state = 'pulled' WHERE state IN ('refused', 'held_back') AND value IS NOT NULL
  AND n BETWEEN :from_n AND :to_n AND (:school IS NULL OR school = :school)

-- name: hand_in_again
-- What Sở turned down, perhaps for a reason outside the record, is mapped again, for persons to hand in again.
UPDATE record SET state = 'pulled', batch_id = NULL WHERE state = 'turned_down' AND value IS NOT NULL
  AND n BETWEEN :from_n AND :to_n AND (:school IS NULL OR school = :school)

-- name: send_again
-- Commands without an answer go out again, in the same bytes.
UPDATE command SET state = 'signed' WHERE state = 'sent' AND (:school IS NULL OR school = :school) AND batch_id IN (
    SELECT batch_id FROM record WHERE n BETWEEN :from_n AND :to_n)

-- name: write_again
-- Answers about a range of records are written again.
UPDATE answer SET state = 'waiting' WHERE state IN ('written', 'refused') AND record_key IN (
    SELECT key FROM record WHERE n BETWEEN :from_n AND :to_n AND (:school IS NULL OR school = :school)
      AND state NOT IN ('pulled', 'refused', 'held_back'))

-- name: write_refused
-- Answers that the system refused are written again, those about no record of it too.
UPDATE answer SET state = 'waiting' WHERE state = 'refused'
  AND (:school IS NULL OR json_extract(CAST(value AS TEXT), '$.school') = :school)

-- name: add_loss
-- A record lost something in mapping.
INSERT INTO loss VALUES (:mapping_version, :kind, :direction, :path, :declared, 1, :first)
ON CONFLICT (mapping_version, kind, direction, path) DO UPDATE SET count = count + 1, declared = :declared

-- name: losses
-- The loss report of a mapping.
SELECT * FROM loss WHERE mapping_version = :mapping_version ORDER BY declared, kind, direction, path

-- name: every_loss
-- The loss reports of all mappings.
SELECT * FROM loss ORDER BY mapping_version, declared, kind, direction, path

-- name: set_declared
-- What a manifest declares may change without the mapping.
UPDATE loss SET declared = :declared
WHERE mapping_version = :mapping_version AND kind = :kind AND direction = :direction AND path = :path

-- name: add_notice
-- Something that a person should look at.
INSERT INTO notice VALUES (:code, :path, :severity, :facts, :at)
ON CONFLICT (code, path) DO UPDATE SET facts = :facts, at = :at

-- name: notices
-- What a person should look at.
SELECT * FROM notice ORDER BY at, code, path

-- name: forget_notice
-- It is over.
DELETE FROM notice WHERE code = :code AND path = :path

-- name: forget_notices_of
-- What was wrong there is right again.
DELETE FROM notice WHERE path = :path

-- name: forget_notices
-- A person has looked.
DELETE FROM notice

-- name: transfer_positions
-- Up to where `incoming` of a Sở was read for each school.
SELECT school, next_offset FROM transfer_position WHERE so = :so

-- name: set_transfer_position
-- What stands there before this is noted.
INSERT INTO transfer_position VALUES (:so, :school, :next_offset)
ON CONFLICT (so, school) DO UPDATE SET next_offset = :next_offset

-- name: add_transfer_notice
-- What Bộ told a school; of two with one number the first counts.
INSERT INTO transfer_notice VALUES (:so, :school, :transfer, :n, :statement, :signature, :at, :signed)
ON CONFLICT DO NOTHING

-- name: add_transfer_box
-- A sealed document; one that is sent again takes its place.
INSERT INTO transfer_box VALUES (:so, :school, :transfer, :delivery, :place, :count, :document_sha256, :key, :sealed)
ON CONFLICT DO UPDATE SET place = :place, count = :count, key = :key, sealed = :sealed

-- name: open_transfers
-- Of which transfers something was told that is not dealt with.
SELECT so, school, transfer, max(n) AS n FROM transfer_notice o GROUP BY so, school, transfer HAVING max(n) > coalesce((
    SELECT settled FROM transfer t WHERE (t.so, t.school, t.transfer) = (o.so, o.school, o.transfer)), 0)
ORDER BY min(o.rowid)

-- name: transfer_notices
-- All that a school was told of one transfer.
SELECT * FROM transfer_notice WHERE so = :so AND school = :school AND transfer = :transfer ORDER BY n

-- name: transfer_boxes
-- What came for it and is not opened.
SELECT * FROM transfer_box WHERE so = :so AND school = :school AND transfer = :transfer ORDER BY delivery, place

-- name: transfer_held
-- What is known here of one transfer.
SELECT * FROM transfer WHERE so = :so AND school = :school AND transfer = :transfer

-- name: settle_transfer
-- A transfer is dealt with up to a notice; without a delivery the one held stays.
INSERT INTO transfer VALUES (:so, :school, :transfer, :n, :delivery) ON CONFLICT (so, school, transfer)
DO UPDATE SET settled = :n, delivery = coalesce(:delivery, delivery)

-- name: forget_boxes
-- They are opened, or a later delivery takes their place, or nothing of it may be held.
DELETE FROM transfer_box WHERE so = :so AND school = :school AND transfer = :transfer AND delivery <= :delivery

-- name: answer_state
-- Where an answer stands.
SELECT state FROM answer WHERE answer_id = :answer_id

-- name: forget_answer
-- One that the system has not got is not wanted any more.
DELETE FROM answer WHERE answer_id = :answer_id AND state <> 'written'
