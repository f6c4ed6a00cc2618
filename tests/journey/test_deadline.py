"""Rosters on real servers: whom a lock leaves out, what the Sở's policy makes of it, and the table of a deadline."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from hub.domain import pupil_of
from hub.domain.statements import RegisterEntry, Unreported
from hub.domain.transcript import Transcript
from hub.local.population import SyntheticSchool
from hub.local.population.signed import instant_text
from hub.operate import Outlook, SchoolDeadline, completeness_of, deadline_report
from hub.trust import roster_id
from tests.journey.world import COMPLETED, LockedRound, World

SO, NTH = "ha-noi", 2  # this school is ours alone
_WINDOW = timedelta(hours=6)


def _register(world: World, kind: str, entry_id: str, payload: dict[str, Any]) -> None:
    entry = RegisterEntry(
        entry_id=entry_id, issued_at=instant_text(world.at), kind=kind, payload=payload, so=SO,  # type: ignore[arg-type]
        type="vn.hocba.register-entry/1", valid_from=instant_text(world.at - timedelta(days=1)),
    )  # fmt: skip
    (place,) = world.send(world.register(entry))
    world.until_done(SO, "register", place)
    assert world.quarantine_code(SO, "register", place) is None


@pytest.fixture
def completeness_demanded(world: World) -> Iterator[None]:
    """The Sở's policy refuses a lock that leaves pupils out, until the test is over."""
    said = {"completeness": "refuse", "decision": "QĐ-7/SGDĐT"}
    _register(world, "lock_policy", "lock-policy", said)
    yield
    _register(world, "lock_policy", "lock-policy", said | {"completeness": "warn"})


def _hand_in(world: World, school: SyntheticSchool, transcript: Transcript) -> str:
    document = world.signed(transcript)
    (answer,) = world.ask(world.submission(school, [document], COMPLETED))
    assert answer.outcome == "accepted", answer
    return document.sha256


def _row(world: World, school: SyntheticSchool) -> SchoolDeadline:
    year = world.population.school_year
    report = deadline_report(world.database(SO), SO, year, "completed", datetime.now(UTC), _WINDOW)
    return next(row for row in report.schools if row.school == school.code)


@pytest.mark.usefixtures("completeness_demanded")
def test_lock_that_leaves_pupils_out_is_refused_until_each_has_a_reason(world: World) -> None:
    """The newest roster counts, under the policy in force; the table follows every step, and the lists of names too."""
    school, neighbour = world.school(SO, NTH), world.school(SO)
    year, code = world.population.school_year, school.code
    (of,) = school.classes
    assert _row(world, school).counts.expected == of.size  # the population's own roster
    first, second, third = (world.pupil(school) for _ in range(3))
    pupils = [pupil_of(t) for t in (first, second, third)]
    payload = {"class": of.name, "pupils": pupils, "school": code, "school_year": year}
    _register(world, "roster", roster_id(code, year, of.name), payload)

    hashes = [_hand_in(world, school, first)]
    (refused,) = world.ask(world.lock(school, hashes, COMPLETED))
    assert (refused.outcome, refused.codes) == ("refused", {"LOCK_ROSTER_INCOMPLETE"})
    assert refused.statement is not None
    assert refused.statement.findings[0]["facts"] == {"expected": "3", "explained": "0", "missing": "2"}
    counts = _row(world, school).counts
    assert (counts.expected, counts.missing, counts.accepted, counts.submitted, counts.state) == (3, 2, 1, 1, "open")

    other = world.signed(msgspec.structs.replace(first, remarks="Khác."))
    (again,) = world.ask(world.submission(school, [other], COMPLETED))
    assert again.outcome == "refused"
    moved = msgspec.structs.replace(world.pupil(neighbour), student=third.student)
    _hand_in(world, neighbour, moved)
    found = completeness_of(world.database(SO), code, year, datetime.now(UTC))
    assert found is not None
    assert (found.reported, found.missing, found.elsewhere) == ((pupils[0],), (pupils[1],), (pupils[2],))

    hashes.append(_hand_in(world, school, second))
    row = _row(world, school)
    assert (row.counts.refused, row.counts.causes) == (1, (("SUPERSEDES_MISSING", 1),))
    assert row.counts.recent == 2
    reasons = [Unreported(pupil=pupils[2], reason="moved")]
    (accepted,) = world.ask(world.lock(school, hashes, COMPLETED, reasons))
    assert (accepted.outcome, accepted.codes) == ("accepted", frozenset())
    lock_id = world.lock_id(LockedRound(school, COMPLETED, (), (), accepted, accepted, b""))
    world.receipt(SO, lock_id.hex(), "ingested")
    row = _row(world, school)
    assert row.forecast.outlook is Outlook.DONE
    assert (row.counts.expected, row.counts.missing, row.counts.locked, row.counts.ingested) == (2, 0, 2, 2)
