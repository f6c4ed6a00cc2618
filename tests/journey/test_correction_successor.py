"""A school that has closed is corrected by the one that succeeds it, on real servers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.domain.statements import RegisterEntry
from hub.local.population import SyntheticSchool
from hub.local.population.signed import instant_text
from tests.journey.correcting import Correcting, corrected
from tests.journey.world import LockedRound, World, eventually

SO, CLOSES, SUCCEEDS = "nghe-an", 4, 0


@pytest.fixture
def closed(world: World) -> Iterator[SyntheticSchool]:
    """A school that the test closes; for the others it stands again afterwards."""
    school = world.school(SO, CLOSES)
    yield school
    _register(world, school)


def _close(world: World, school: SyntheticSchool, successor: str) -> None:
    _register(world, school, closed_on="2026-01-01", successor=successor)


def _register(world: World, school: SyntheticSchool, **closing: str) -> None:
    grades = school.level.grades
    payload: dict[str, Any] = {
        "code": school.code, "grades": [grades[0], grades[-1]], "name": school.name,
        "province": school.province(world.population.school_year), "so": school.so, **closing,
    }  # fmt: skip
    entry = RegisterEntry(
        entry_id=school.code, issued_at=instant_text(world.at), kind="school", payload=payload, so=school.so,
        type="vn.hocba.register-entry/1", valid_from="2026-01-01T00:00:00Z",
    )  # fmt: skip
    (place,) = world.send(world.register(entry))
    for owner in (school.so, "bo"):
        world.until_done(owner, "register", place)


def test_successor_corrects_what_a_closed_school_had_locked(world: World, closed: SyntheticSchool) -> None:
    """Record and round keep the issuing school; the successor's people sign, and it hears of the lock."""
    successor = world.school(SO, SUCCEEDS)
    made = world.lock_in(closed)
    _close(world, closed, successor.code)
    stranger = Correcting.request(world, made, acting=world.school(SO, 3))[1]
    assert stranger.codes == {"CORRECTION_ISSUER_WRONG"}
    correction, answer = Correcting.request(world, made, acting=successor)
    assert answer.outcome == "accepted", answer
    name = correction.opened((datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0))
    version = corrected(made.transcripts[0], made.documents[0])
    (refused,) = world.ask(world.submission(successor, [world.signed(version)], name))
    assert refused.every_code == {"SIGNER_SCHOOL_WRONG"}
    new = world.signed(version, successor)
    (handed_in,) = world.ask(world.submission(successor, [new], name))
    assert handed_in.states == {new.sha256: "open"}, handed_in
    (asked,) = world.ask(world.lock(successor, [new.sha256], name))
    assert asked.outcome == "accepted", asked
    assert asked.statement is not None
    world.receipt(SO, asked.statement.command_id, "locked")
    again = LockedRound(closed, name, made.transcripts, (new,), handed_in, asked, b"")
    lock_id = world.lock_id(again)
    row = eventually(
        "Bộ to decide",
        lambda: world.database("bo").execute(
            "SELECT outcome, codes, school FROM lock WHERE lock_id = %s", (lock_id,)
        ).fetchone(),
    )  # fmt: skip
    assert row == ("ingested", [], closed.code)
    told = world.receipt(SO, lock_id.hex(), "ingested").statement
    assert told is not None
    assert told.school == successor.code, "who acts hears what Bộ says"
    assert world.states(SO, [made.documents[0].sha256, new.sha256]) == {
        made.documents[0].sha256: "superseded", new.sha256: "locked"
    }  # fmt: skip
    assert correction.states == ["relocked"]
