"""Near matches on real servers: found beside the journey, told, decided with a trail, and never in anybody's way."""

import hashlib
import time
from collections.abc import Iterable
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from hub.agents.matching import match_page
from hub.domain import canonical, pupil_of
from hub.domain.transcript import Transcript
from hub.errors import Refused
from hub.operate import MATCH_STATES, Match, decide_match, matches_of
from hub.store import Connection
from hub.topics import command
from tests.journey.alone import Alone
from tests.journey.world import COMPLETED, World, eventually
from tests.matching import match_all

SO = "ha-noi"
_CHANGES = (
    "UPDATE near_match_decision SET reason = 'x'", "DELETE FROM near_match_decision", "TRUNCATE near_match_decision",
    "UPDATE near_match SET pupil_a = ''", "DELETE FROM near_match", "TRUNCATE near_match CASCADE",
)  # fmt: skip
_INBOX = """
INSERT INTO inbox VALUES (%s, 'test', 0, %s, 'S', %s, 'Submission', '', '', '', true, 'accepted', '{}', %s, 1, now(),
                          '', '')
"""
_ROUND = "INSERT INTO round VALUES ('S', '2025-2026', 'completed', 1, 'open') ON CONFLICT DO NOTHING"
_DOCUMENT = """
INSERT INTO document VALUES (%s, %s, %s, '', 'S', %s, %s, '2025-2026', 'year', 'completed', 1, 1, 'open', '{}', false,
                             now(), %s, '{}')
"""


def _twin(made: Transcript, **changes: Any) -> Transcript:
    """Return the same pupil, written otherwise."""
    return replace(made, student=replace(made.student, student_code=f"{made.student.student_code}B", **changes))


def _between(connection: Connection, *transcripts: Transcript) -> list[Match]:
    pupils = {pupil_of(t) for t in transcripts}
    return [m for m in matches_of(connection, MATCH_STATES, 100_000) if {m.a.pupil, m.b.pupil} == pupils]


def _swapped(number: str) -> str:
    """Return a number with two different neighbours of its last six digits swapped."""
    at = next(k for k in range(6, 11) if number[k] != number[k + 1])
    return number[:at] + number[at + 1] + number[at] + number[at + 2 :]


def test_pair_is_found_told_and_decided(world: World) -> None:
    """Both transcripts stand, the pair waits for a person, and the decision stays with who and why."""
    school, connection = world.school(SO), world.database(SO)
    first = world.pupil(school)
    number = str(first.student.personal_id)
    second = _twin(first, personal_id=_swapped(number), name=first.student.name.upper())
    answers = world.ask(
        world.submission(school, [world.signed(first)], COMPLETED),
        world.submission(school, [world.signed(second)], COMPLETED),
    )
    assert [a.outcome for a in answers] == ["accepted", "accepted"]

    (match,) = eventually("the pair", lambda: _between(connection, first, second))
    assert match.reasons == ("id_swapped_digits", "name_spelling", "birth_date_same")
    assert (match.state, match.standing) == ("open", True)
    assert first.student.name not in str(match.shown(persons=False))
    assert number not in str(match.shown(persons=False))

    decide_match(connection, match.id, "different", "lan", "hai anh em")
    decide_match(connection, match.id, "same_person", "lan", "giấy khai sinh")
    (decided,) = _between(connection, first, second)
    assert (decided.state, decided.decided_by, decided.reason) == ("same_person", "lan", "giấy khai sinh")
    assert connection.execute(
        "SELECT verdict, reason FROM near_match_decision WHERE near_match_id = %s ORDER BY id", (match.id,)
    ).fetchall() == [("different", "hai anh em"), ("same_person", "giấy khai sinh")]  # fmt: skip
    with pytest.raises(Refused, match="MATCH_UNKNOWN"):
        decide_match(connection, 10**9, "different", "lan", "x")
    with psycopg.connect(world.hub.servers.so_urls(SO).owner_url or "", autocommit=True) as owner:
        for change in _CHANGES:
            with pytest.raises(psycopg.Error, match="never change"):
                owner.execute(change.encode())

    recall = world.recall(school, next(iter(answers[1].documents)), COMPLETED)
    assert world.ask(recall)[0].outcome == "accepted"
    assert [m.standing for m in _between(connection, first, second)] == [False]


@pytest.fixture
def alone(world: World) -> Alone:
    """A database of a Sở without a worker."""
    made = Alone(world, "hau-giang", "validate", command("hau-giang"), missing=True)
    made.found_database()
    return made


def _hand_in(connection: Connection, number: int, transcripts: Iterable[Transcript]) -> None:
    """Write one accepted command as validate does."""
    message = hashlib.sha256(str(number).encode()).digest()
    documents = [canonical(t) for t in transcripts]
    rows = [
        (message, n, hashlib.sha256(data).digest(), pupil_of(t), t.student.student_code, data)
        for n, (t, data) in enumerate(zip(transcripts, documents, strict=True))
    ]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(_ROUND)
        cursor.execute(_INBOX.encode(), (message, number, f"c{number}", len(rows)))
        cursor.executemany(_DOCUMENT, rows)


def test_ten_thousand_pupils_take_seconds_and_each_pair_is_found_once(world: World, alone: Alone) -> None:
    """Also when it starts again in the middle, and when two begin at once."""
    base = world.pupil(world.school(SO))
    pupils = [_numbered(base, n) for n in range(10_000)]
    pupils[9_999] = replace(pupils[9_999], student=replace(pupils[3].student, personal_id="001217999999",
                                                           student_code="last"))  # fmt: skip
    with alone.database() as connection, alone.database() as other:
        for start in range(0, len(pupils), 500):
            _hand_in(connection, start, pupils[start : start + 500])
        begun = time.monotonic()
        assert match_page(connection) is not None
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(7042027)")
            assert match_page(other) is None  # somebody else is at it
        assert match_all(other) + match_all(connection) >= 0
        took_s = time.monotonic() - begun
        found = matches_of(connection, ("open",), 100)
        assert [{m.a.pupil, m.b.pupil} for m in found] == [{pupil_of(pupils[3]), "id:001217999999"}]
        assert match_all(connection) == 0
        assert matches_of(connection, ("open",), 100) == found
    assert took_s < 30


def _numbered(base: Transcript, n: int) -> Transcript:
    """Return a pupil with a name and a number of his own, born on one of 300 days."""
    words = "".join("abcdeghikl"[int(digit)] for digit in f"{n:05d}")
    born = f"2017-{n % 12 + 1:02d}-{n % 25 + 1:02d}"
    student = replace(base.student, name=f"Nguyễn Văn {words.capitalize()}", personal_id=f"0012170{n:05d}",
                      birth_date=born, student_code=f"T{n}")  # fmt: skip
    return replace(base, student=student)
