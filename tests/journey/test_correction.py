"""Corrections on real servers: teacher, principal, school, Sở, a new version, its lock, and Bộ."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from hub.store import Connection
from hub.topics import bo_transcript
from tests.journey.correcting import Correcting, corrected
from tests.journey.world import LockedRound, World, eventually

SO = "ha-noi"


@pytest.fixture
def locked(world: World) -> LockedRound:
    """A locked round of two pupils, ingested at Bộ."""
    return world.lock_in(world.school(SO), 2)


def _later(hours: float = 1.0) -> datetime:
    return (datetime.now(UTC) + timedelta(hours=hours)).replace(microsecond=0)


def _leaves(connection: Connection, digest: str) -> list[tuple[str, Any, Any]]:
    rows = connection.execute(
        "SELECT f.action, f.leaf_sha256, convert_from(f.leaf, 'UTF8')::jsonb ->> 'previous_leaf' FROM leaf f "
        "JOIN document d ON d.message_sha256 = f.message_sha256 AND d.n = f.document_n "
        "JOIN lock l USING (lock_id) WHERE d.document_sha256 = %s ORDER BY l.locked_at",
        (bytes.fromhex(digest),),
    )
    return [(str(action), bytes(leaf).hex(), previous) for action, leaf, previous in rows.fetchall()]


def test_correction_goes_from_teacher_to_bo_and_leaves_both_versions(world: World, locked: LockedRound) -> None:
    """Signed steps open one window; the lock ends the old version, puts the new one in its place, and Bộ agrees."""
    correction, answer = Correcting.request(world, locked)
    assert (answer.outcome, correction.states) == ("accepted", ["requested", "requested"])
    name = correction.opened(_later())
    new = [world.signed(corrected(t, d)) for t, d in zip(locked.transcripts, locked.documents, strict=True)]
    (handed_in,) = world.ask(world.submission(locked.school, new, name))
    assert [handed_in.states[d.sha256] for d in new] == ["open", "open"]
    assert correction.states == ["resubmitted", "resubmitted"]
    old = [d.sha256 for d in locked.documents]
    assert set(world.states(SO, old).values()) == {"locked"}, "the old version counts until the new one is locked"
    (asked,) = world.ask(world.lock(locked.school, [d.sha256 for d in new], name))
    assert asked.outcome == "accepted", asked
    made = LockedRound(locked.school, name, locked.transcripts, tuple(new), handed_in, asked, b"")
    lock_id = world.lock_id(made)
    assert asked.statement is not None
    told = world.receipt(SO, asked.statement.command_id, "locked").statement
    assert told is not None
    assert isinstance(told.facts, dict)
    assert {(v["document_sha256"], v["supersedes"], v["version"]) for v in told.facts["versions"]} == {
        (n.sha256, o, 2) for n, o in zip(new, old, strict=True)
    }
    world.receipt(SO, lock_id.hex(), "ingested")
    assert set(world.states(SO, old).values()) == {"superseded"}
    assert set(world.states(SO, [d.sha256 for d in new]).values()) == {"locked"}
    assert correction.states == ["relocked", "relocked"]
    _both_versions_are_proved(world, lock_id, old[0], new[0].sha256)
    _new_version_alone_is_published(world, lock_id, {d.sha256 for d in new})
    people = [step[1:3] for step in correction.steps() if step[0] == 0]
    assert people == [
        ("request", "homeroom_teacher"), ("confirm", "principal"), ("submit", "school_seal"), ("approve", "so_officer"),
        ("resubmit", "principal"), ("relock", "principal"),
    ]  # fmt: skip
    assert all(person for *_, person in correction.steps())
    again, second = Correcting.request(world, made)
    assert (second.outcome, again.states) == ("accepted", ["requested"] * 2), "the new version can be corrected too"


def _both_versions_are_proved(world: World, lock_id: bytes, old: str, new: str) -> None:
    first, unlocked = _leaves(world.database(SO), old)
    (after,) = _leaves(world.database(SO), new)
    assert (first[0], unlocked[0], after[0]) == ("LOCK", "UNLOCK", "SUPERSEDES")
    assert (first[2], unlocked[2], after[2]) == (None, first[1], unlocked[1])
    rows = world.database("bo").execute(
        "SELECT action, document_sha256 FROM document WHERE lock_id = %s AND document_sha256 = ANY(%s) ORDER BY action",
        (lock_id, [bytes.fromhex(old), bytes.fromhex(new)]),
    ).fetchall()  # fmt: skip
    assert [(a, bytes(d).hex()) for a, d in rows] == [("SUPERSEDES", new), ("UNLOCK", old)]


def _new_version_alone_is_published(world: World, lock_id: bytes, new: set[str]) -> None:
    topic, tail = bo_transcript(), world.tail(bo_transcript())
    wanted = lambda r: r.value_in(topic).get("lock_id") == lock_id.hex()  # noqa: E731
    tail.until("the new version in the national stream", wanted)
    found = [r.decoded(topic).value for r in tail.records if wanted(r)]
    assert {bytes(v["document_sha256"]).hex() for v in found} <= new
    assert {v["version"] for v in found} == {2}


def test_correction_is_refused_step_by_step_where_it_may_not_go(world: World, locked: LockedRound) -> None:
    """Each forbidden step has its own code and changes nothing."""
    correction, _ = Correcting.request(world, locked)
    _, second = Correcting.request(world, locked, of=slice(1))
    assert second.codes == {"CORRECTION_ALREADY_OPEN"}
    early, foreign = world.ask(correction.submit(), correction.approve(_later(), so="nghe-an"))
    assert early.codes == {"CORRECTION_STEP_NOT_ALLOWED"}
    assert (foreign.outcome, foreign.codes) == ("refused", {"SIGNER_UNKNOWN"})
    assert correction.states == ["requested"] * 2
    (own,) = world.ask(correction.confirm(person=correction.teacher))
    assert own.codes == {"SIGNER_ROLE_WRONG"}
    for step in (correction.confirm(), correction.submit()):
        assert world.ask(step)[0].outcome == "accepted"
    past, far = world.ask(correction.approve(_later(-1)), correction.approve(_later(24 * 31)))
    assert (past.codes, far.codes) == ({"CORRECTION_WINDOW_PAST"}, {"CORRECTION_WINDOW_TOO_LONG"})
    assert world.ask(correction.approve(_later()))[0].outcome == "accepted"
    (late,) = world.ask(correction.withdraw())
    assert late.codes == {"CORRECTION_STEP_NOT_ALLOWED"}


def test_version_beyond_what_was_approved_is_refused_and_told_by_path(world: World, locked: LockedRound) -> None:
    """Another field, another pupil, another base, no reason, no window: each its own code; the locked one stays."""
    school, stranger = locked.school, world.lock_in(locked.school)
    correction, _ = Correcting.request(world, locked, of=slice(1))
    name = correction.opened(_later())
    transcript, base = locked.transcripts[0], locked.documents[0]
    cases = {
        "CORRECTION_FIELD_NOT_APPROVED": corrected(transcript, base, remarks="Đã sửa.", class_="1Z"),
        "CORRECTION_OTHER_PUPIL": corrected(stranger.transcripts[0], stranger.documents[0]),
        "CORRECTION_BASE_STALE": corrected(transcript, stranger.documents[0]),
        "CORRECTION_NOTHING_CHANGED": corrected(transcript, base, class_=transcript.class_),
    }
    for code, version in cases.items():
        document = world.signed(version)
        (answer,) = world.ask(world.submission(school, [document], name))
        assert answer.documents[document.sha256] == ("refused", {code})
        if code == "CORRECTION_FIELD_NOT_APPROVED":
            assert answer.statement is not None
            (found,) = answer.statement.documents[0].findings or ()
            assert (found["facts"]["fields"], found["facts"]["approved"]) == ("$.class", "$.remarks")
    good = world.signed(corrected(transcript, base))
    outside, nowhere = world.ask(
        world.submission(school, [good], world.round_of()),
        world.submission(school, [good], name.__class__(cohort="correction", number=9_000)),
    )
    assert outside.documents[good.sha256] == ("refused", {"RECORD_LOCKED"})
    assert nowhere.documents[good.sha256] == ("refused", {"CORRECTION_NO_WINDOW"})
    assert world.states(SO, [base.sha256, good.sha256]) == {base.sha256: "locked"}
    assert correction.states == ["approved"]


def test_resubmission_may_be_replaced_and_recalled_beside_the_locked_version(world: World, locked: LockedRound) -> None:
    """What is open hides nothing: the locked version counts through replacement and recall, and the window stays."""
    correction, _ = Correcting.request(world, locked, of=slice(1))
    name = correction.opened(_later())
    transcript, base = locked.transcripts[0], locked.documents[0]
    first, second = (world.signed(corrected(transcript, base, remarks=text)) for text in ("Một.", "Hai."))
    for document in (first, second):
        assert world.ask(world.submission(locked.school, [document], name))[0].outcome == "accepted"
    (recalled,) = world.ask(world.recall(locked.school, second.sha256, name))
    assert recalled.outcome == "accepted", recalled
    assert world.states(SO, [first.sha256, second.sha256, base.sha256]) == {
        first.sha256: "replaced", second.sha256: "recalled", base.sha256: "locked"
    }  # fmt: skip
    assert correction.states == ["approved"]
    (outside,) = world.ask(world.submission(locked.school, [second], world.round_of()))
    assert outside.documents[second.sha256] == ("refused", {"RECORD_LOCKED"})
    (again,) = world.ask(world.submission(locked.school, [second], name))
    assert again.states == {second.sha256: "open"}


def test_window_that_closes_unused_is_told_and_takes_nothing_more(world: World, locked: LockedRound) -> None:
    """The scheduler of Sở says so once, by a command of its own; then the record can be asked for anew."""
    correction, _ = Correcting.request(world, locked, of=slice(1))
    closes_at = _later(5 / 3600)
    name = correction.opened(closes_at)
    eventually("the window to close", lambda: correction.states == ["expired"])
    late = world.signed(corrected(locked.transcripts[0], locked.documents[0]))
    (answer,) = world.ask(world.submission(locked.school, [late], name))
    assert answer.documents[late.sha256] == ("refused", {"CORRECTION_WINDOW_CLOSED"})
    rows = world.database(SO).execute(
        "SELECT i.outcome, i.codes, i.appended_at >= %s FROM inbox i JOIN correction_step s USING (message_sha256) "
        "WHERE s.correction_id = %s AND s.event = 'expire' AND i.kind = 'WindowClosed'",
        (closes_at, correction.asked.statement.command_id),
    ).fetchall()  # fmt: skip
    assert rows == [("accepted", ["CORRECTION_WINDOW_UNUSED"], True)]
    _, anew = Correcting.request(world, locked, of=slice(1))
    assert anew.outcome == "accepted"


@pytest.mark.parametrize(("way", "state"), [("reject", "rejected"), ("withdraw", "withdrawn")])
def test_correction_that_ends_early_leaves_the_record_free(
    world: World, locked: LockedRound, way: str, state: str
) -> None:
    """Rejected by Sở or withdrawn by who asked: nothing was opened, and another request may come."""
    correction, _ = Correcting.request(world, locked)
    for step in (correction.confirm(), correction.submit(), getattr(correction, way)()):
        assert world.ask(step)[0].outcome == "accepted"
    assert correction.states == [state] * 2
    assert correction.rows()[0][1:] == (None, None)
    _, anew = Correcting.request(world, locked)
    assert anew.outcome == "accepted"


_ROW = (
    "INSERT INTO document SELECT message_sha256, n + 1000, document_sha256, envelope_sha256, school, pupil, "
    "student_code, school_year, period, 'correction', %(number)s, version + 1, 'open', codes, late, appended_at, "
    "document, signatures FROM document WHERE document_sha256 = %(document)s"
)
_OF = "WHERE correction_id = %(correction)s"
_ATTACKS = {
    "another closing time": (f"UPDATE correction SET closes_at = now() + interval '1 year' {_OF}", "HB001"),
    "another round": (f"UPDATE correction SET round_number = 77 {_OF}", "HB001"),
    "back to submitted": (f"UPDATE correction SET state = 'submitted' {_OF}", "HB002"),
    "relocked without a lock": (
        f"UPDATE correction SET state = 'resubmitted' {_OF}; UPDATE correction SET state = 'relocked' {_OF}", "HB002"
    ),
    "other fields": (f"UPDATE correction SET fields = '{{$}}' {_OF}", "42501"),
    "removed": (f"DELETE FROM correction {_OF}", "42501"),
    "emptied": ("TRUNCATE correction CASCADE", "42501"),
    "another who": (f"UPDATE correction_step SET person = 'x' {_OF}", "42501"),
    "a step removed": (f"DELETE FROM correction_step {_OF}", "42501"),
    "superseded by itself": ("UPDATE document SET state = 'superseded' WHERE document_sha256 = %(document)s", "HB002"),
    "a version without a window": (_ROW.replace("%(number)s", "9000"), "HB002"),
}  # fmt: skip


@pytest.fixture(scope="module")
def opened(world: World) -> tuple[LockedRound, Correcting]:
    """A locked round with an open window."""
    made = world.lock_in(world.school(SO))
    correction, _ = Correcting.request(world, made)
    correction.opened(_later())
    return made, correction


@pytest.mark.parametrize(("text", "code"), _ATTACKS.values(), ids=_ATTACKS.keys())
def test_worker_cannot_go_round_the_path_by_sql(
    world: World, opened: tuple[LockedRound, Correcting], text: str, code: str
) -> None:
    """Windows, persons and versions are guarded in the database too, under the worker's own role."""
    made, correction = opened
    values = {
        "correction": correction.asked.statement.command_id, "document": bytes.fromhex(made.documents[0].sha256),
        "number": correction.name.number,
    }  # fmt: skip
    with pytest.raises(psycopg.Error) as caught:
        _attack(world.database(SO), text.split("; "), values)
    assert caught.value.sqlstate == code


def _attack(connection: Connection, statements: list[str], values: dict[str, Any]) -> None:
    with connection.transaction(force_rollback=True):
        for statement in statements:
            connection.execute(statement.encode(), values)
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
