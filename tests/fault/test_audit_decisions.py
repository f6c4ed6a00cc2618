"""The oracle notices what is wrong with a Sở's decisions about pupils: rulings, links, and what came of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.audit import KafkaLog, Line, Record
from hub.domain.transcript import Transcript
from hub.local.hub import LocalHub
from hub.reconcile import Sums, reconcile
from hub.signing import COSIGNER, load_keyring
from hub.topics import bo_transcript
from tests.fault.test_audit_notices import Change, Finished
from tests.journey.conftest import a_world
from tests.journey.deciding import a_link, a_ruling, lock_this, same_pupil
from tests.journey.world import World, eventually

_CACHE = Path(__file__).parents[2] / ".hub" / "cache"
_SLUGS = ("ha-noi", "nghe-an")  # the third Sở of this world has no stages of its own
_SO, _DB, _BO = "ha-noi", "so_ha_noi", "bo"
_RECEIPTS, _STREAM, _LOCKED = (f"hocba.so-{_SO}.receipt.v1", bo_transcript().name, f"hocba.so-{_SO}.locked.v1")
_KINDS = ("command", "register", "lock-command", "receipt", "locked", "reminder", "quarantine")


@dataclass(frozen=True)
class _Two:
    """The hub as the audit is asked about it: of two Sở."""

    hub: LocalHub
    slugs: tuple[str, ...] = _SLUGS

    def __getattr__(self, name: str) -> Any:
        return getattr(self.hub, name)


@pytest.fixture(scope="module")
def decided() -> Iterator[Finished]:
    """Rule twice, link and separate, on real servers; stop the workers, remember the topics."""
    with a_world(_CACHE) as world:
        _story(world)
        hub: Any = _Two(world.hub)
        world.hub.stop_workers()
        with KafkaLog(hub.bootstrap) as log:
            names = [f"hocba.so-{so}.{kind}.v1" for so in _SLUGS for kind in _KINDS]
            names += ["hocba.bo.receipt.v1", _STREAM, "hocba.bo.quarantine.v1"]
            extents = {name: log.extent(name) for name in names}
            topics = {name: list(log.records(name)) for name in names}
        journal: list[Line] = []
        yield Finished(hub, topics, extents, journal)


def _story(world: World) -> None:
    """One pupil is locked rightly, refused elsewhere; one stands open beside a wrong lock; two persons are linked."""
    first, second = world.school(_SO), world.school(_SO, 4)
    _claimed(world, world.leaver(first))
    wrong = lock_this(world, second, world.leaver(second))
    mine = same_pupil(world, wrong.transcripts[0], first)
    _report(world, mine)
    _accepted(world, a_ruling(world, first, second, mine))
    old, new = lock_this(world, first, world.leaver(first)), lock_this(world, second, world.leaver(second))
    _accepted(world, a_link(world, first, old.transcripts[0], new.transcripts[0]))
    one, other = lock_this(world, first, world.leaver(first)), lock_this(world, second, world.leaver(second))
    _accepted(world, a_link(world, first, one.transcripts[0], other.transcripts[0], action="merge"))
    _accepted(world, a_link(world, first, one.transcripts[0], other.transcripts[0], action="separate"))
    eventually("Bộ's links", lambda: _count(world, _BO, "SELECT count(*) FROM identity_link") == 3)
    unsent = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
    eventually("the outboxes", lambda: [_count(world, of, unsent) for of in (_SO, "nghe-an", _BO)] == [0, 0, 0])


def _claimed(world: World, first: Transcript) -> None:
    right, wrong = world.school(_SO), world.school(_SO, 4)
    name = world.round_of()
    document = world.signed(first)
    _accepted(world, world.submission(right, [document], name))
    _report(world, same_pupil(world, first, wrong))
    _accepted(world, a_ruling(world, right, wrong, first))
    _accepted(world, world.lock(right, [document.sha256], name))
    eventually("the lock", lambda: world.states(_SO, [document.sha256]) == {document.sha256: "locked"})


def _report(world: World, transcript: Transcript) -> None:
    school = next(s for s in world.population.schools() if s.code == transcript.school.code)
    _accepted(world, world.submission(school, [world.signed(transcript)], world.round_of()))


def _accepted(world: World, record: Any) -> None:
    (answer,) = world.ask(record)
    assert answer.outcome == "accepted", answer


def _count(world: World, owner: str, query: str) -> int:
    row = world.database(owner).execute(query.encode()).fetchone()
    return int(row[0]) if row is not None else -1


_REFUSED = "state = 'refused'"
_ONE_LINK = "action = 'correct'"

# name: (checks that must fail, database, table, change)
_ROWS: dict[str, tuple[set[str], str, str, str]] = {
    "a ruling has another number than was signed": (
        {"decisions"}, _DB, "conflict_decision", "UPDATE conflict_decision SET number = 'another'",
    ),
    "rulings are forgotten: a pupil stands open whom another school claims": (
        {"decisions", "states"}, _DB, "conflict_decision", "DELETE FROM conflict_decision",
    ),
    "a ruling is turned round": (
        {"decisions", "states"}, _DB, "conflict_decision",
        "UPDATE conflict_decision SET school = not_of, not_of = school",
    ),
    "what a decision moved is forgotten, and was told": (
        {"decisions"}, _DB, "decided_document", "DELETE FROM decided_document",
    ),
    "a transcript that was ruled against stands again": (
        {"decisions"}, _DB, "document", f"UPDATE document SET state = 'held' WHERE {_REFUSED}",
    ),
    "a link names another person than was signed": (
        {"decisions"}, _DB, "identity_link", f"UPDATE identity_link SET present = 'id:000000000000' WHERE {_ONE_LINK}",
    ),
    "a link is forgotten at Sở": (
        {"decisions"}, _DB, "identity_link", f"DELETE FROM identity_link WHERE {_ONE_LINK}",
    ),
    "a link is forgotten at Bộ: its message has no effect, and the stream has two pupils as one": (
        {"decisions", "national_stream", "positions"}, _BO, "identity_link",
        f"DELETE FROM identity_link WHERE {_ONE_LINK}",
    ),
    "the end of a link is forgotten at Bộ": (
        {"decisions", "national_stream", "positions"}, _BO, "identity_link",
        "DELETE FROM identity_link WHERE action = 'separate'",
    ),
    "a link at Bộ has another signature": (
        {"decisions"}, _BO, "identity_link", "UPDATE identity_link SET signature = reverse(signature)",
    ),
    "a link that nobody signed stands at Bộ": (
        {"decisions", "national_stream"}, _BO, "identity_link",
        "INSERT INTO identity_link SELECT sha256('x'), so, action, p.former, p.present, 'x', signature, appended_at "
        "FROM identity_link, (SELECT min(pupil) AS former, max(pupil) AS present FROM document) p "
        f"WHERE {_ONE_LINK}",
    ),
    "a conflict is not opened": (
        {"bo_equals_so"}, _BO, "conflict", "DELETE FROM conflict",
    ),
}  # fmt: skip


def _without(topic: str, wanted: Any) -> Change:
    return lambda name, records: [r for r in records if not wanted(r)] if name == topic else records


def _is(kind: bytes) -> Any:
    return lambda record: dict(record.headers).get("ce_type") == kind


def _moved(record: Record) -> bool:
    return (dict(record.headers).get("ce_id") or b"").endswith(b"/moved")


def _follow_up(record: Record) -> bool:
    return b'"kind":"Conflict"' in (record.value or b"")


_TOPICS: dict[str, tuple[set[str], Change]] = {
    "the tombstones are gone: a transcript stands under two keys": ({"national_stream"}, _without(_STREAM, _moved)),
    "a link was never sent to Bộ": (
        {"outbox_and_topics"}, _without(_LOCKED, _is(b"vn.hocba.identity-link.v1")),
    ),
    "a school was not told what became of its transcript": (
        {"decisions", "outbox_and_topics"}, _without(_RECEIPTS, _follow_up),
    ),
}  # fmt: skip


def test_audit_is_clean_when_decisions_were_carried_out(decided: Finished) -> None:
    """Rulings, links, their receipts and the stream are all as they should be."""
    report = decided.audited()
    assert [(c.name, c.examples) for c in report.checks if c.violations] == []
    assert next(check.looked_at for check in report.checks if check.name == "decisions") > 10


@pytest.mark.parametrize("plant", _ROWS)
def test_audit_notices_when_a_decision_is_not_as_it_was_signed(decided: Finished, plant: str) -> None:
    """A change that only a superuser can make is found by its checks and by no other."""
    expected, database, table, statement = _ROWS[plant]
    with decided.planted(database, table, statement):
        report = decided.audited()
    assert set(report.broken) == expected, [(c.name, c.examples[:2]) for c in report.checks if c.violations]


@pytest.mark.parametrize("plant", _TOPICS)
def test_audit_notices_when_a_message_of_a_decision_is_missing(decided: Finished, plant: str) -> None:
    """What was decided must have been told."""
    expected, change = _TOPICS[plant]
    report = decided.audited(change)
    assert set(report.broken) == expected, [(c.name, c.examples[:2]) for c in report.checks if c.violations]


def test_reconciling_follows_a_transcript_to_the_key_that_a_link_gave_it(decided: Finished) -> None:
    """School, Sở, Bộ and the national stream hold the same, whatever moved in between."""
    hub, sums = decided.hub, Sums()
    secret = load_keyring(hub.secrets / "bo", COSIGNER).secret
    urls = {so: hub.so_url(so) for so in _SLUGS}
    assert list(reconcile(urls, hub.bo_url, hub.bootstrap, secret, sums)) == []
    assert sums.in_stream > 0
