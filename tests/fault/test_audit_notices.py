"""The oracle notices: after a clean demonstration each planted violation makes exactly its checks fail."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from hub.audit import CHECKS, Database, KafkaLog, Line, Record, Report, audit, read_journal
from hub.local.demo import play
from hub.local.founding import found_keys
from hub.local.hub import LocalHub
from hub.local.organisations import ADMINISTRATOR, Organisations
from hub.local.population import Population
from tests.fault.windows import ask_for_windows

_CACHE = Path(__file__).parents[2] / ".hub" / "cache"
_SO = "ha-noi"
_RECEIPTS, _STREAM = f"hocba.so-{_SO}.receipt.v1", "hocba.bo.transcript.v1"
_QUARANTINE = f"hocba.so-{_SO}.quarantine.v1"

Change = Callable[[str, list[Record]], list[Record]]
Extra = Callable[[list[Line]], list[Line]]


@dataclass
class Remembered:
    """All topics, read once; `change` is what a test does to them."""

    topics: Mapping[str, list[Record]]
    extents: Mapping[str, Mapping[int, tuple[int, int]]]
    change: Change = field(default=lambda _, records: records)

    def extent(self, topic: str) -> Mapping[int, tuple[int, int]]:
        """As the broker said."""
        return self.extents.get(topic, {})

    def records(self, topic: str) -> Iterator[Record]:
        """As the broker said, but for the change."""
        yield from self.change(topic, list(self.topics.get(topic, ())))


@dataclass(frozen=True)
class Finished:
    """A finished demonstration: databases that run, topics that are remembered, the journal."""

    hub: LocalHub
    topics: Mapping[str, list[Record]]
    extents: Mapping[str, Mapping[int, tuple[int, int]]]
    journal: list[Line]

    def audited(self, change: Change | None = None, journal: Extra | None = None) -> Report:
        """Audit what stands there now."""
        log = Remembered(self.topics, self.extents)
        log.change = change or log.change
        lines = journal(list(self.journal)) if journal else self.journal
        with ExitStack() as stack:
            so = {slug: stack.enter_context(Database(self.hub.so_url(slug))) for slug in self.hub.slugs}
            bo = stack.enter_context(Database(self.hub.bo_url))
            return audit(self.hub.slugs, so, bo, log, lambda: lines)

    @contextmanager
    def planted(self, database: str, table: str, statement: str) -> Iterator[None]:
        """Change a table as only a superuser can, past every trigger, and put it back as it was."""
        postgres = self.hub.servers.postgres
        assert postgres is not None
        url = Organisations(postgres.port, postgres.passwords).url(ADMINISTRATOR, database)
        name, saved = sql.Identifier(table), sql.Identifier(f"saved_{table}")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(saved, name))
            try:
                changed = connection.execute(statement.encode()).rowcount
                assert changed > 0, "nothing was planted"
                yield
            finally:
                connection.execute(sql.SQL("DELETE FROM {}").format(name))
                connection.execute(sql.SQL("INSERT INTO {} OVERRIDING SYSTEM VALUE TABLE {}").format(name, saved))
                connection.execute(sql.SQL("DROP TABLE {}").format(saved))


@pytest.fixture(scope="module")
def finished() -> Iterator[Finished]:
    """Play the demonstration once, stop the workers, remember the topics."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-audit-", ignore_cleanup_errors=True)))
        folder.chmod(0o711)
        hub = stack.enter_context(LocalHub(folder / "data", (_SO, "nghe-an"), _CACHE))
        hub.make_stores()
        at = datetime.now(UTC).replace(microsecond=0)
        population = Population(7, pupil_count=400, at=at, school_year="2025-2026", school_count=8, sos=hub.slugs)
        founded = found_keys(population, hub.secrets)
        hub.start_workers()
        asyncio.run(play(hub, population, founded, lambda *_: None))
        ask_for_windows(hub, _SO, population, founded)
        hub.stop_workers()
        with KafkaLog(hub.bootstrap) as log:
            names = [f"hocba.so-{so}.{kind}.v1" for so in hub.slugs for kind in _KINDS]
            extents: dict[str, Mapping[int, tuple[int, int]]] = {}
            topics: dict[str, list[Record]] = {}
            for name in [*names, "hocba.bo.receipt.v1", _STREAM, "hocba.bo.quarantine.v1"]:
                extents[name], topics[name] = log.extent(name), list(log.records(name))
        yield Finished(hub, topics, extents, list(read_journal([hub.data / "journal.jsonl"])))


_OTHERWISE = "decisions"  # the demonstration has none about pupils; test_audit_decisions.py looks at them
_KINDS = ("command", "register", "lock-command", "receipt", "locked", "quarantine")
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
_CHUNKS = {"outbox_and_topics"}  # chunks in the topic carry what the rows no longer say

# name: (checks that must fail, database, table, change). Where several fail, the later ones follow from the first.
_ROWS: dict[str, tuple[set[str], str, str, str]] = {
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
    "a signature of a document is another one": (
        {"signed_bytes"}, _DB, "document", f"UPDATE document SET signatures = {_SWAPPED} WHERE {_RECALLED}",
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
    "a transcript at Bộ has another signature": (
        {"bo_equals_so"}, _BO, "document", f"UPDATE document SET signatures = {_SWAPPED} WHERE n = 0",
    ),
    "a cosignature is another one: the receipts of its locks carry the true one": (
        {"bo_equals_so"}, _BO, "checkpoint", "UPDATE checkpoint SET cosignature = replace(cosignature, 'A', 'B')",
    ),
    "a transcript is missing at Bộ: the sum of its lock too, and the stream has one too many": (
        {"sums", "bo_equals_so", "national_stream"}, _BO, "document",
        "DELETE FROM document WHERE ctid = (SELECT min(ctid) FROM document)",
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


def _withhold_first(topic: str) -> Change:
    return lambda name, records: [r for r in records if r.headers != records[0].headers] if name == topic else records


def _add_under(topic: str, headers: Mapping[str, bytes], key: bytes) -> Change:
    """Add a copy of the first message under another id and key."""

    def change(name: str, records: list[Record]) -> list[Record]:
        if name != topic:
            return records
        renamed = tuple((h, headers.get(h, data)) for h, data in records[0].headers)
        return [*records, records[0]._replace(offset=10**6, headers=renamed, key=key)]

    return change


def _stream_id(finished: Finished) -> bytes:
    """An id of a lock that there is, and of a leaf that there is not."""
    ids = dict(finished.topics[_STREAM][0].headers)["ce_id"] or b""
    return ids.split(b"/")[0] + b"/" + b"0" * 64


_TOPICS: dict[str, tuple[set[str], Callable[[Finished], Change]]] = {
    "a receipt is removed: what was sent is not there": (
        {"receipts", "outbox_and_topics"}, lambda _: _withhold_first(_RECEIPTS),
    ),
    "a published transcript is removed": ({"national_stream"}, lambda _: _withhold_first(_STREAM)),
    "a transcript is published under another key": (
        {"national_stream"}, lambda f: _add_under(_STREAM, {"ce_id": _stream_id(f)}, b"another"),
    ),
    "a quarantined message stands in the topic that nobody sent": (
        {"outbox_and_topics"}, lambda _: _add_under(_QUARANTINE, {"__connect.errors.offset": b"999"}, b"another"),
    ),
}  # fmt: skip


def _lost_line(lines: list[Line]) -> list[Line]:
    last = next(line for line in reversed(lines) if line["step"] == "acknowledged")
    return [*lines, {**last, "offset": last["offset"] + 100, "record_sha256": "00" * 32}]


def _more_transcripts(lines: list[Line]) -> list[Line]:
    return [{**line, "transcripts": line["transcripts"] + 1} if line["decodes"] else line for line in lines]


_JOURNALS: dict[str, tuple[set[str], Extra]] = {
    "an acknowledged record is nowhere": ({"handled_once"}, _lost_line),
    "the client sent more transcripts than were counted": ({"handled_once"}, _more_transcripts),
}


def test_audit_is_clean_when_the_demonstration_is_finished(finished: Finished) -> None:
    """Every check looked at something and found nothing broken."""
    report = finished.audited()
    assert [(c.name, c.examples) for c in report.checks if c.violations] == []
    assert report.as_json()["ok"] is True
    assert all(check.looked_at > 0 for check in report.checks if check.name != _OTHERWISE)


@pytest.mark.parametrize("plant", _ROWS)
def test_audit_notices_exactly_when_a_row_is_wrong(finished: Finished, plant: str) -> None:
    """A change that only a superuser can make is found by its checks and by no other."""
    expected, database, table, statement = _ROWS[plant]
    with finished.planted(database, table, statement):
        report = finished.audited()
    assert set(report.broken) == expected, [(c.name, c.examples[:2]) for c in report.checks if c.violations]


@pytest.mark.parametrize("plant", _TOPICS)
def test_audit_notices_exactly_when_a_topic_is_wrong(finished: Finished, plant: str) -> None:
    """A message that is missing or too many is found by its checks and by no other."""
    expected, change = _TOPICS[plant]
    report = finished.audited(change(finished))
    assert set(report.broken) == expected, [(c.name, c.examples[:2]) for c in report.checks if c.violations]


@pytest.mark.parametrize("plant", _JOURNALS)
def test_audit_notices_exactly_when_the_journal_tells_of_more(finished: Finished, plant: str) -> None:
    """What the client was promised and nobody has is found."""
    expected, journal = _JOURNALS[plant]
    report = finished.audited(journal=journal)
    assert set(report.broken) == expected, [(c.name, c.examples[:2]) for c in report.checks if c.violations]


def test_every_check_has_a_plant_that_only_it_notices() -> None:
    """A check that never fails alone would prove nothing that another does not."""
    alone: set[str] = set()
    every: list[Any] = [*_ROWS.values(), *_TOPICS.values(), *_JOURNALS.values()]
    for expected, *_ in every:
        alone |= expected if len(expected) == 1 else set()
    assert alone == {name for name, _, _ in CHECKS} - {_OTHERWISE}
