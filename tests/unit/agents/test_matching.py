"""The task beside validate: compares page by page, notes each pair once, and waits out an absent database."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from hub.agents import matching as task
from hub.agents.matching import match_page
from hub.domain import pupil_of
from hub.domain.transcript import Transcript
from hub.errors import Unavailable
from hub.metrics import NEAR_MATCHES_OPEN
from hub.store.queries import queries_of
from tests.matching import match_all
from tests.unit.agents.world import Answer, FakeConnection
from tests.unit.domain.builders import a_student, a_transcript, document_of

_SQL = queries_of("so")
FIRST, SECOND = "001217000123", "001217000132"


@dataclass
class Database:
    """Commands with their transcripts; persons and keys as they were noted."""

    commands: dict[bytes, list[Transcript]]
    lead: bool = True
    read: list[bytes] = field(default_factory=list)
    persons: list[tuple[Any, ...]] = field(default_factory=list)
    keys: list[tuple[int, int]] = field(default_factory=list)

    def connection(self) -> FakeConnection:
        return FakeConnection(self._answer)

    def _answer(self, sql: str, parameters: Any) -> Answer:
        if sql == _SQL["match_lead"]:
            return Answer([(self.lead,)])
        if sql == _SQL["match_unread"]:
            return Answer([(c,) for c in self.commands if c not in self.read][: parameters[0]])
        if sql == _SQL["match_documents"]:
            made = [t for c in parameters[0] for t in self.commands[c]]
            return Answer([(pupil_of(t), t.school.code, t.student.student_code, document_of(t)) for t in made])
        if sql == _SQL["match_person"]:
            return Answer(self._note(parameters))
        if sql == _SQL["match_key"]:
            self.keys += list(zip(*parameters, strict=True))
        if sql == _SQL["match_candidates"]:
            return Answer(self._candidates(parameters[1]))
        if sql == _SQL["match_read"]:
            self.read += parameters[0]
        return Answer([(7,)] if sql == _SQL["matches_open_count"] else [])

    def _note(self, columns: Any) -> list[tuple[Any, ...]]:
        known = {p[1:5] for p in self.persons}
        new = [row for row in zip(*columns, strict=True) if row[:4] not in known]
        rows = [(len(self.persons) + n + 1, *row[:5]) for n, row in enumerate(new)]
        self.persons += rows
        return rows

    def _candidates(self, wanted: list[int]) -> list[tuple[Any, ...]]:
        pairs = {(n, o) for key, n in self.keys for other, o in self.keys if key == other and o < n and n in wanted}
        return [(n, *self.persons[o - 1]) for n, o in sorted(pairs)]


def pairs(connection: FakeConnection) -> list[Any]:
    return [parameters for sql, parameters in connection.calls if sql == _SQL["match_add"]]


def a_pupil(number: str, **changes: Any) -> Transcript:
    return a_transcript(student=a_student(personal_id=number, **changes))


def test_pair_of_one_page_is_noted_with_its_reasons_in_order() -> None:
    """The smaller key stands first; the note that the command is done is in the same transaction."""
    connection = Database({b"m": [a_pupil(SECOND), a_pupil(FIRST)]}).connection()
    assert match_page(connection) == 1
    ((a, b, _, _, reasons),) = pairs(connection)
    assert (a, b) == (f"id:{FIRST}", f"id:{SECOND}")
    assert reasons == ["id_swapped_digits", "name_same", "birth_date_same"]
    names = connection.names()
    assert (names[0], names[-1]) == ("begin", "commit")
    assert names.index(_SQL["match_add"]) < names.index(_SQL["match_read"])


def test_pair_over_pages_is_found_and_nothing_is_compared_twice() -> None:
    """The later one finds the earlier one; a second run has nothing to do."""
    database = Database({bytes([n]): [a_pupil(number)] for n, number in enumerate((FIRST, "079217000999"))})
    database.commands[b"x"] = [a_pupil(SECOND), a_pupil(SECOND)]
    connection = database.connection()
    found = match_all(connection)
    assert found == len(pairs(connection)) == 3  # each of the three with each: one name, one birth date
    assert match_all(connection) == 0
    assert len(database.persons) == 3


def test_one_number_with_two_names_is_a_pair_of_one_pupil() -> None:
    """Its keys are equal."""
    connection = Database({b"m": [a_pupil(FIRST), a_pupil(FIRST, name="Trần Thị Khác")]}).connection()
    assert match_page(connection) == 1
    ((a, b, one, two, reasons),) = pairs(connection)
    assert (a, b, one != two) == (f"id:{FIRST}", f"id:{FIRST}", True)
    assert reasons[:2] == ["id_same", "name_different"]


def test_commands_without_accepted_documents_are_passed() -> None:
    """A recall, a lock request, or documents that were recalled meanwhile."""
    database = Database({b"m": []})
    connection = database.connection()
    assert match_all(connection) == 0
    assert database.read == [b"m"]
    assert pairs(connection) == []


def test_only_one_worker_compares() -> None:
    """The others look again later."""
    database = Database({b"m": [a_pupil(FIRST)]}, lead=False)
    assert match_page(database.connection()) is None
    assert database.read == []


class Opened:
    """A connection that is given out, or refused as often as wanted."""

    def __init__(self, connection: FakeConnection, refusals: int) -> None:
        self.connection, self.refusals, self.asked = connection, refusals, 0

    def __call__(self, _url: str) -> "Opened":
        self.asked += 1
        if self.asked <= self.refusals:
            raise Unavailable("DATABASE_UNAVAILABLE")
        return self

    def __enter__(self) -> FakeConnection:
        return self.connection

    def __exit__(self, *_: object) -> None:
        return None


def test_absent_database_is_waited_out_and_the_open_pairs_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The task goes on by itself; what it logs has no name and no number of a pupil."""
    database = Database({b"m": [a_pupil(FIRST), a_pupil(SECOND)]})
    opened = Opened(database.connection(), refusals=2)
    monkeypatch.setattr(task, "open_connection", opened)
    monkeypatch.setattr(task, "_POLL_S", 0.001)

    async def run() -> None:
        running = asyncio.create_task(task.matching("test-so", "url"))
        while opened.asked < 5:
            await asyncio.sleep(0.001)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(asyncio.wait_for(run(), 10))
    assert database.read == [b"m"]
    assert NEAR_MATCHES_OPEN.labels("test-so")._value.get() == 7
    told = "".join(capsys.readouterr())
    assert "matching_waits" in told
    assert not any(word in told for word in (FIRST, SECOND, "Nguyễn"))
