"""What may be wrong in the tables: each violation with the checks that must notice it, and no other."""

__all__ = ["ROWS"]

_BO = "bo"
_DB = "so_ha_noi"
_RECALLED = "state = 'recalled'"
_FLIP = "set_byte({0}, {1}, get_byte({0}, {1}) # 1)"
_REFUSED_LOCK = "kind = 'LockRequest' AND 'ROUND_UNKNOWN' = ANY(codes)"
_COPY_OF_COMMAND = f"""
INSERT INTO inbox
SELECT sha256(message_sha256), topic, part, record_offset, school, command_id, kind, statement, signature,
  statement_sha256, false, outcome, codes, transcript_count, register_version, appended_at, receipt_id, receipt
FROM inbox WHERE {_REFUSED_LOCK}"""
_SWAPPED = "array[signatures[1], signatures[2], reverse(signatures[3])]"
_REOPENED = "UPDATE round SET state = 'open', lock_id = NULL WHERE ctid = (SELECT min(ctid) FROM round)"
_LAST_LEAF = "(lock_id, n) = (SELECT lock_id, n FROM leaf WHERE n > 0 ORDER BY n DESC LIMIT 1)"
_ONE_LOCK = "lock_id = (SELECT lock_id FROM lock ORDER BY 1 LIMIT 1)"
_ONE_SLIP = "ctid = (SELECT min(ctid) FROM slip)"
_CHUNKS = {"outbox_and_topics"}  # chunks in the topic carry what the rows no longer say

# name: (checks that must fail, database, table, change). Where several fail, the later ones follow from the first.
ROWS: dict[str, tuple[set[str], str, str, str]] = {
    "a command is removed: lost, the sum lacks it, its receipt answers nothing, its position moved without it": (
        {"handled_once", "sums", "receipts", "positions"}, _DB, "inbox", f"DELETE FROM inbox WHERE {_REFUSED_LOCK}",
    ),
    "a command is doubled: there is no record for the second, and the sum has one too many": (
        {"handled_once", "sums"}, _DB, "inbox", _COPY_OF_COMMAND,
    ),
    "a command was received at another time than the broker says": (
        {"handled_once"}, _DB, "inbox",
        "UPDATE inbox SET appended_at = appended_at - interval '1 day' WHERE kind = 'Recall'",
    ),
    "an answer is removed": (
        {"one_outcome"}, _DB, "answer", "DELETE FROM answer WHERE ctid = (SELECT min(ctid) FROM answer)",
    ),
    "an answer is doubled by a second outcome": (
        {"one_outcome"}, _DB, "answer",
        "INSERT INTO answer SELECT message_sha256, n, document_sha256, 'refused', '{}' FROM document LIMIT 1",
    ),
    "an answer says another thing than the receipt": (
        {"one_outcome"}, _DB, "answer", "UPDATE answer SET outcome = 'unchanged' WHERE outcome = 'refused'",
    ),
    "a document slips into another round": (
        {"sums"}, _DB, "document", f"UPDATE document SET cohort = 'supplementary' WHERE {_RECALLED}",
    ),
    "a version is skipped": (
        {"one_version"}, _DB, "document", f"UPDATE document SET version = 7 WHERE {_RECALLED}",
    ),
    "a recalled document becomes a replaced one": (
        {"states"}, _DB, "document", f"UPDATE document SET state = 'replaced' WHERE {_RECALLED}",
    ),
    "a locked round opens again": (
        {"states"}, _DB, "round", _REOPENED,
    ),
    "the database lets a locked document open": (
        {"states"}, _DB, "transition", "INSERT INTO transition VALUES ('document', 'locked', 'open')",
    ),
    "a byte of a document is flipped": (
        {"signed_bytes"}, _DB, "document",
        f"UPDATE document SET document = {_FLIP.format('document', 90)} WHERE {_RECALLED}",
    ),
    "a signature of a document is another one, from which no grade follows": (
        {"signed_bytes", "evidence"}, _DB, "document", f"UPDATE document SET signatures = {_SWAPPED} WHERE {_RECALLED}",
    ),
    "a signature of a command is another one": (
        {"signed_bytes"}, _DB, "inbox", "UPDATE inbox SET signature = reverse(signature) WHERE kind = 'Recall'",
    ),
    "a byte of a locked document is flipped: Bộ and the chunk on its way have the true one": (
        {"signed_bytes", "bo_equals_so"} | _CHUNKS, _DB, "document",
        f"UPDATE document SET document = {_FLIP.format('document', 90)} WHERE state = 'locked' AND school = "
        "(SELECT max(school) FROM document)",
    ),
    "the signature in a stored receipt is flipped": (
        {"receipts"}, _DB, "inbox",
        f"UPDATE inbox SET receipt = {_FLIP.format('receipt', 'length(receipt) - 9')} WHERE kind = 'Recall'",
    ),
    "the signature of a manifest is another one": (
        {"manifest_roots"}, _DB, "lock", f"UPDATE lock SET signature = reverse(signature) WHERE {_ONE_LOCK}",
    ),
    "a leaf is withheld: its document is locked by nothing, Bộ has one more, the chunk carries it": (
        {"states", "manifest_roots", "bo_equals_so"} | _CHUNKS, _DB, "leaf", f"DELETE FROM leaf WHERE {_LAST_LEAF}",
    ),
    "a byte of a leaf is flipped: Bộ and the chunk have the true one": (
        {"manifest_roots", "bo_equals_so"} | _CHUNKS, _DB, "leaf",
        f"UPDATE leaf SET leaf = {_FLIP.format('leaf', 60)} WHERE {_LAST_LEAF}",
    ),
    "the root of a lock is another one: Bộ and the receipt told the true one": (
        {"manifest_roots", "bo_equals_so", "receipts"}, _DB, "lock",
        f"UPDATE lock SET root = {_FLIP.format('root', 0)} WHERE {_ONE_LOCK}",
    ),
    "the signature of a head is another one": (
        {"checkpoints"}, _DB, "checkpoint", "UPDATE checkpoint SET signature = reverse(signature)",
    ),
    "the root of a head is another one: Bộ has the true one": (
        {"checkpoints", "bo_equals_so"}, _DB, "checkpoint", f"UPDATE checkpoint SET root = {_FLIP.format('root', 0)}",
    ),
    "the time-stamp of a head is gone: Bộ and the topic have it": (
        {"checkpoints", "bo_equals_so"}, _DB, "checkpoint", "UPDATE checkpoint SET timestamp_token = ''",
    ),
    "the request behind a lock has another signature": (
        {"lock_requests"}, _BO, "lock_request", "UPDATE lock_request SET signature = reverse(signature)",
    ),
    "the request behind a lock is another one": (
        {"lock_requests"}, _BO, "lock_request",
        "UPDATE lock_request SET statement = convert_to(replace(convert_from(statement, 'UTF8'), '\"count\":', "
        "'\"count\":1'), 'UTF8')",
    ),
    "the request behind a later lock is gone": (
        {"lock_requests"}, _BO, "lock_request",
        "DELETE FROM lock_request r USING manifest m WHERE (m.so, m.lock_id) = (r.so, r.lock_id) AND m.log_index > 0",
    ),
    "two histories of one log are kept": (
        {"checkpoints"}, _BO, "fork",
        "INSERT INTO fork (so, kind, code, sha256, first_place, first_text, first_signature, second_place, second_text,"
        " second_signature, seen_at) "
        "VALUES ('ha-noi', 'checkpoint', 'CHECKPOINT_ROOT_DIFFERS', '', 1, 'a', '', 1, 'b', '', now())",
    ),
    "a transcript at Bộ has another signature: no grade follows, the stream told the true one": (
        {"bo_equals_so", "evidence", "national_stream"}, _BO, "document",
        f"UPDATE document SET signatures = {_SWAPPED} WHERE n = 0",
    ),
    "a cosignature is another one: the receipts of its locks carry the true one": (
        {"bo_equals_so"}, _BO, "checkpoint", "UPDATE checkpoint SET cosignature = replace(cosignature, 'A', 'B')",
    ),
    "a transcript is missing at Bộ: the sum of its lock and its request too, and the stream has one too many": (
        {"sums", "bo_equals_so", "lock_requests", "national_stream"}, _BO, "document",
        "DELETE FROM document WHERE (lock_id, n) = (SELECT lock_id, n FROM document WHERE n > 1 ORDER BY 1, 2 LIMIT 1)",
    ),
    "a grade of evidence is lowered at Sở": (
        {"evidence"}, _DB, "document",
        f"UPDATE document SET evidence = 'attested', source_sha256 = sha256('x') WHERE {_RECALLED}",
    ),
    "a grade of evidence is lowered at Bộ": (
        {"evidence"}, _BO, "document",
        "UPDATE document SET evidence = 'derived' WHERE ctid = (SELECT min(ctid) FROM document)",
    ),
    "a source is kept that no document rests on": (
        {"evidence"}, _DB, "source_document",
        "INSERT INTO source_document SELECT sha256('x'), 'x', message_sha256 FROM inbox LIMIT 1",
    ),
    "a look-up slip is gone at Bộ": ({"slips"}, _BO, "slip", f"DELETE FROM slip WHERE {_ONE_SLIP}"),
    "a look-up slip is for another locator": (
        {"slips"}, _BO, "slip", f"UPDATE slip SET locator = reverse(locator) WHERE {_ONE_SLIP}",
    ),
    "a look-up slip has another commitment": (
        {"slips"}, _BO, "slip",
        f"UPDATE slip SET commitment_hmac = {_FLIP.format('commitment_hmac', 0)} WHERE {_ONE_SLIP}",
    ),
    "an older look-up slip became the newest": (
        {"slips"}, _BO, "slip", f"UPDATE slip SET appended_at = appended_at + interval '1 day' WHERE {_ONE_SLIP}",
    ),
    "a look-up slip took another place among those of one moment": (
        {"slips"}, _BO, "slip", f"UPDATE slip SET record_offset = record_offset + 1000 WHERE {_ONE_SLIP}",
    ),
    "a look-up slip stands at Bộ that nobody issued": (
        {"slips"}, _BO, "slip",
        "INSERT INTO slip SELECT sha256(statement_sha256), so, locator, school, commitment_hmac, now(), 999 FROM slip "
        "LIMIT 1",
    ),
    "a position is moved back": (
        {"positions"}, _DB, "position",
        "UPDATE position SET next_offset = next_offset - 1 WHERE stage = 'validate' AND next_offset > 0",
    ),
    "a position is moved ahead": (
        {"positions"}, _BO, "position", "UPDATE position SET next_offset = next_offset + 5 WHERE stage = 'ingest'",
    ),
    "another record stands where the last one was done": (
        {"positions"}, _DB, "position",
        f"UPDATE position SET last_sha256 = {_FLIP.format('last_sha256', 0)} WHERE stage = 'lock'",
    ),
    "a message was never sent": (
        {"outbox_and_topics"}, _DB, "outbox", "UPDATE outbox SET sent_at = NULL WHERE kind = 'Checkpoint'",
    ),
    "the outbox says another thing than the topic": (
        {"outbox_and_topics"}, _DB, "outbox",
        f"UPDATE outbox SET value = {_FLIP.format('value', 9)} WHERE kind = 'LockOrder'",
    ),
    "an entry of the register ends earlier": (
        {"register"}, _BO, "register_entry", "UPDATE register_entry SET valid_to = now() WHERE kind = 'school'",
    ),
    "an entry of the register is missing": (
        {"register"}, _BO, "register_entry", "DELETE FROM register_entry WHERE kind = 'revocation'",
    ),
}  # fmt: skip
