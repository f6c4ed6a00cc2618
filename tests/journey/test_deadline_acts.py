"""Before a deadline the Sở extends it and opens a further round; schools are reminded once, whoever starts again."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg.types.json import Jsonb

from hub.agents.reminding import remind_once
from hub.cli import main
from hub.client import extension_entry
from hub.domain.statements import RoundName
from hub.local.pki import PASSWORD
from hub.store import open_connection
from hub.topics import lock_command, reminder
from tests.journey.alone import Alone
from tests.journey.world import COMPLETED, World, eventually

SO = "nghe-an"
DECISION = "21/QĐ-SGDĐT"
Run = Callable[..., tuple[int, list[dict[str, Any]]]]
_ENTRY = """
INSERT INTO register_entry
    (so, version, kind, entry_id, issued_at, valid_from, payload, statement, signature, appended_at)
VALUES (%s, %s, %s, %s, now(), now() - interval '1 day', %s, '', '', now())
"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command as a person would; returns exit code and the JSON lines on standard output."""

    def typed(*arguments: object) -> tuple[int, list[dict[str, Any]]]:
        monkeypatch.setattr(sys, "argv", ["hub", *map(str, arguments), "--json"])
        monkeypatch.setenv("HUB_KEY_PASSWORD", PASSWORD)
        code: object = 0
        try:
            main()
        except SystemExit as left:
            code = left.code
        said = capsys.readouterr()
        assert said.out, said.err
        return int(code or 0), [json.loads(line) for line in said.out.splitlines()]  # type: ignore[call-overload]

    return typed


def _registrar(world: World) -> Path:
    return world.hub.secrets / "persons" / f"DK-{SO}-001.p12"


@pytest.fixture
def extended(world: World, run: Run) -> Iterator[Callable[[], dict[str, Any]]]:
    """Extend the deadline when called; it ends with the test."""
    year, said = world.population.school_year, list[str]()

    def extend() -> dict[str, Any]:
        said.append((datetime.now(UTC) + timedelta(days=60)).date().isoformat())
        code, (entry,) = run(
            "deadline", "extend", SO, "--year", year, "--cohort", "completed", "--to", said[0], "--decision", DECISION,
            "--key", _registrar(world), "--yes", "--data", world.hub.data,
        )  # fmt: skip
        assert code == 0
        return entry

    yield extend
    entry = extension_entry(SO, year, "completed", said[0], DECISION, datetime.now(UTC))
    ended = msgspec.structs.replace(entry, valid_to=entry.valid_from)
    (place,) = world.send(world.register(ended))
    world.until_done(SO, "register", place)
    assert world.quarantine_code(SO, "register", place) is None


def _handed_in_late(world: World) -> bool:
    """Hand in one pupil of the first round and tell whether Sở noted it as late."""
    school = world.school(SO)
    document = world.signed(world.pupil(school))
    (answer,) = world.ask(world.submission(school, [document], COMPLETED))
    assert answer.outcome == "accepted"
    row = world.database(SO).execute(
        "SELECT late FROM document WHERE document_sha256 = %s", (bytes.fromhex(document.sha256),)
    ).fetchone()  # fmt: skip
    assert row is not None
    return bool(row[0])


def test_document_is_late_until_the_deadline_is_extended(
    world: World, run: Run, extended: Callable[[], dict[str, Any]]
) -> None:
    """By a numbered decision that the registrar signs; the table shows it, and what the Sở may do next."""
    year = world.population.school_year
    assert world.at > datetime(int(year[5:9]), 7, 1, tzinfo=UTC), "the law's own date has to be over"
    assert _handed_in_late(world)
    entry = extended()
    assert (entry["kind"], entry["payload"]["decision"]) == ("calendar", DECISION)
    assert not _handed_in_late(world)
    _, lines = run("deadline", SO, "--year", year, "--data", world.hub.data)
    totals, actions = lines[-1]["totals"], {action["name"]: action for action in lines[-1]["actions"]}
    assert (totals["extended"], totals["decision"]) == (True, DECISION)
    assert actions["extend"]["command"].startswith(f"hub deadline extend {SO} --year {year} --cohort completed --to ")


def test_opened_round_takes_a_pupil_who_was_never_reported_and_locks(world: World, run: Run) -> None:
    """The next free number; whoever stands in another round stays there."""
    school, year = world.school(SO, 1), world.population.school_year
    first = world.hand_in(school, 1, COMPLETED)
    code, (entry,) = run(
        "deadline", "open", SO, "--school", school.code, "--year", year, "--cohort", "completed", "--decision",
        DECISION, "--reason", "Báo cáo sót", "--key", _registrar(world), "--yes", "--data", world.hub.data,
    )  # fmt: skip
    assert code == 0
    name = RoundName(cohort="completed", number=entry["payload"]["number"])
    assert name.number >= 2
    moved = world.signed(
        msgspec.structs.replace(first.transcripts[0], reason="Ghi lại", supersedes=first.documents[0].sha256)
    )
    (refused,) = world.ask(world.submission(school, [moved], name))
    assert refused.documents[moved.sha256] == ("refused", {"ROUND_PUPIL_REPORTED"})
    locked = world.lock_in(school, 1, name)
    assert world.states(SO, [locked.documents[0].sha256]) == {locked.documents[0].sha256: "locked"}
    assert world.states(SO, [first.documents[0].sha256]) == {first.documents[0].sha256: "open"}
    row = world.database("bo").execute(
        "SELECT count(*) FROM document WHERE lock_id = %s", (locked.lock_id,)
    ).fetchone()  # fmt: skip
    assert row == (1,)


def test_reminder_stands_once_in_table_and_topic_whoever_looks_at_it_again(world: World, run: Run) -> None:
    """At a time that is given: two days before the law's date, from two connections; codes and counts alone."""
    year = world.population.school_year
    at, topic = datetime(int(year[5:9]), 6, 27, 17, tzinfo=UTC), reminder(SO)
    told = remind_once(world.database(SO), SO, at)
    assert told >= 1
    with open_connection(world.hub.so_url(SO)) as connection:
        assert remind_once(connection, SO, at + timedelta(hours=3)) == 0
    _, lines = run("deadline", SO, "--year", year, "--reminders", "--data", world.hub.data)
    own = [line for line in lines if line["at"] == f"{at:%Y-%m-%dT%H:%M:%SZ}"]
    assert len(own) == told
    assert {line["threshold"] for line in own} == {"3"}
    tail = world.tail(topic)
    wanted = {line["school"] for line in own}

    def sent() -> list[dict[str, Any]]:
        tail.read()
        values = [r.decoded(topic).value for r in tail.records]
        return [v for v in values if v["school_year"] == year and v["threshold"] == "3"]

    found = eventually("the reminders", lambda: f if len(f := sent()) >= told else None)
    assert Counter(v["school"] for v in found) == Counter(wanted)
    assert all(r.key == r.decoded(topic).value["school"].encode() for r in tail.records)


@pytest.mark.long
def test_worker_that_starts_again_reminds_nobody_twice(world: World) -> None:
    """The scheduler runs beside the sequencer; a later deadline shows that it looked again."""
    so = "dong-thap"
    alone, topic = Alone(world, so, "lock", lock_command(so)), reminder(so)
    schools = ["87010001", "87010002"]
    with alone.owner() as owner:
        for n, code in enumerate(schools):
            said = {"code": code, "name": f"Trường {code}", "province": "87", "grades": [1, 5], "so": so}
            owner.execute(_ENTRY, (so, n + 1, "school", code, Jsonb(said)))
    first = _extend(alone, 10, timedelta(days=2))
    ids = _reminded_after_a_start(alone, first)
    second = _extend(alone, 11, timedelta(days=2, hours=5))
    more = _reminded_after_a_start(alone, second)
    assert len(ids) == len(more) == len(schools)
    assert ids.isdisjoint(more)
    tail = world.tail(topic)

    def all_sent() -> bool:
        tail.read()
        return len(tail.records) >= len(ids | more)

    eventually("the topic", all_sent)
    assert Counter(r.decoded(topic).value["reminder_id"] for r in tail.records) == Counter(ids | more)
    with alone.owner() as owner:  # what was told is final, even for who migrates
        for table in ("reminder", "reminder_look"):
            for change in (f"UPDATE {table} SET threshold = '1'", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with pytest.raises(psycopg.Error) as refused:
                    owner.execute(change.encode())
                assert refused.value.sqlstate == "HB001", change


def _extend(alone: Alone, version: int, left: timedelta) -> datetime:
    """Let the last school year end so soon; the later of two decisions counts."""
    due = datetime.now(UTC).replace(microsecond=0) + left
    year = f"{due.year - 1}-{due.year}"
    deadline = {"school_year": year, "cohort": "completed", "extended_to": f"{due:%Y-%m-%dT%H:%M:%SZ}"}
    said = {"by": "so", "decision": f"QĐ-{version}", "deadlines": [deadline]}
    with alone.owner() as owner:
        owner.execute(_ENTRY, (alone.so, version, "calendar", f"so.{version}", Jsonb(said)))
    return due


def _reminded_after_a_start(alone: Alone, due: datetime) -> set[str]:
    """Start the worker, wait until it has reminded of this date, end it; return the ids."""

    def found() -> set[str]:
        with alone.database() as connection:
            rows = connection.execute("SELECT reminder_id FROM reminder WHERE due_at = %s", (due,)).fetchall()
        return {str(row[0]) for row in rows}

    def sent() -> bool:
        with alone.database() as connection:
            row = connection.execute("SELECT count(*) FROM outbox WHERE sent_at IS NULL").fetchone()
        return row == (0,)

    alone.start()
    try:
        ids: set[str] = eventually("reminders", found, 60.0)
        eventually("the relay", sent, 60.0)
    finally:
        alone.stop()
    return ids
