"""`hub lock act` without servers: what it shows, what it refuses before anybody signs, and how an act is agreed to."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hub.cli import lock_act, main
from hub.client import read_act
from hub.decision import set_root
from hub.local.pki import PASSWORD, Pki
from hub.operate import LockPlan, SchoolPlan
from hub.trust import LockPolicy

AT = datetime(2026, 6, 15, tzinfo=UTC)
ROOT = set_root([b"\1" * 32]).hex()
MAY = LockPolicy("warn", frozenset(), "QĐ-1", so_cohorts=frozenset({"completed"}), second_person_above=1)
PLACE = ("lock", "act", "--so", "ha-noi", "--year", "2025-2026", "--cohort", "completed")
DECISION = ("--decision", "9/QĐ-SGDĐT", "--reason", "Trường giải thể")
Run = Callable[..., tuple[int, list[dict[str, Any]], str]]


def a_row(school: str, *blocking: str, **changes: Any) -> SchoolPlan:
    fields: dict[str, Any] = {
        "school": school, "name": "", "state": "open", "count": 3, "root": ROOT, "pending": 0, "held": 0, "refused": 0,
        "expected": 3, "missing": 0, "blocking": blocking, "told": (),
    }  # fmt: skip
    return SchoolPlan(**fields | changes)


ROWS = (
    a_row("01010001"), a_row("01010002"), a_row("01010003", "ROUND_UNKNOWN", count=0, root="", state="none"),
    a_row("01010004", told=("LOCK_ROSTER_INCOMPLETE",), missing=2, expected=5), a_row("01010005", held=1),
)  # fmt: skip


@pytest.fixture(autouse=True)
def no_servers(monkeypatch: pytest.MonkeyPatch) -> Callable[[LockPolicy], None]:
    """A Sở with five schools, under the policy that is asked for."""
    policy = [MAY]

    @contextmanager
    def opened(*_: object, **__: object) -> Iterator[Any]:
        yield SimpleNamespace(slugs=("ha-noi",))

    def plan(_: object, so: str, *, schools: Any = None, **__: object) -> LockPlan:
        rows = [row for row in ROWS if schools is None or row.school in schools]
        return LockPlan(so, policy[0], tuple(rows))

    monkeypatch.setattr(lock_act, "connected", opened)
    monkeypatch.setattr(lock_act, "open_owner", opened)
    monkeypatch.setattr(lock_act, "chosen_so", lambda _, so: so)
    monkeypatch.setattr(lock_act, "lock_plan", plan)

    def under(other: LockPolicy) -> None:
        policy[0] = other

    return under


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    pki, folder, made = Pki.create(AT), tmp_path_factory.mktemp("keys"), dict[str, Path]()
    for name in ("lead", "officer"):
        made[name] = folder / f"{name}.p12"
        made[name].write_bytes(pki.issue(name, "person", "ES256", AT, datetime(2027, 6, 15, tzinfo=UTC)).p12())
    return made


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def typed(*arguments: object) -> tuple[int, list[dict[str, Any]], str]:
        monkeypatch.setattr(sys, "argv", ["hub", *map(str, arguments)])
        monkeypatch.setenv("HUB_KEY_PASSWORD", PASSWORD)
        code: object = 0
        try:
            main()
        except SystemExit as left:
            code = left.code
        said = capsys.readouterr()
        lines = [json.loads(line) for line in said.out.splitlines()] if "--json" in arguments else []
        return int(code or 0), lines, said.err + ("" if lines else said.out)  # type: ignore[call-overload]

    return typed


def test_dry_run_shows_what_each_school_lacks_and_signs_nothing(run: Run) -> None:
    """No key is asked for; every school of the Sở unless some are named."""
    code, (*rows, last), _ = run(*PLACE, "--dry-run", "--json")
    assert (code, [row["school"] for row in rows]) == (0, [row.school for row in ROWS])
    assert rows[2]["blocking"] == ["ROUND_UNKNOWN"]
    assert (last["plan"]["ready"], last["plan"]["schools"]) == (2, 5)
    assert last["plan"]["policy"]["so_cohorts"] == ["completed"]
    _, _, shown = run(*PLACE, "--dry-run")
    for word in ("01010003", "ROUND_UNKNOWN", "LOCK_ROSTER_INCOMPLETE", "QĐ-1"):
        assert word in shown


def test_dry_run_of_schools_that_are_not_ready_says_so_with_its_exit_code(run: Run) -> None:
    """A script may ask first."""
    assert run(*PLACE, "--schools", "01010001,01010003", "--dry-run", "--json")[0] == 1
    assert run(*PLACE, "--schools", "01010001,01010004", "--dry-run", "--json")[0] == 0


def test_all_ready_takes_those_that_lack_nothing(run: Run) -> None:
    """Neither the silent one, nor the one with gaps, nor the one with a pupil who is held."""
    _, (*rows, last), _ = run(*PLACE, "--all-ready", "--dry-run", "--json")
    assert [row["school"] for row in rows if row["chosen"]] == ["01010001", "01010002"]
    assert last["plan"]["documents"] == 6


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ((), "OPTION_WRONG"),
        (("--schools", "01010001", "--all-ready"), "OPTION_WRONG"),
        (("--schools", "01010001,01010003"), "LOCK_ACT_NOT_READY"),
        (("--schools", "01010001,01010002"), "LOCK_SECOND_PERSON_MISSING"),
        (("--schools", "01010001"), "OPTION_WRONG"),  # no key
    ],
)
def test_act_is_refused_before_anything_is_signed(run: Run, more: tuple[str, ...], code: str) -> None:
    """What Sở would refuse afterwards is told at once."""
    _, _, told = run(*PLACE, *more, *DECISION, "--yes")
    assert told.lstrip().find(code) >= 0
    assert "Traceback" not in told


def test_act_is_refused_where_the_policy_lets_the_so_lock_nothing(
    run: Run, no_servers: Callable[[LockPolicy], None]
) -> None:
    """It says which entry would have to be registered."""
    no_servers(LockPolicy("warn", frozenset()))
    code, _, told = run(*PLACE, "--all-ready", *DECISION, "--yes")
    assert code == 1
    assert "LOCK_NOT_BY_SO" in told
    assert "so_may_lock" in told


def test_act_is_written_agreed_to_elsewhere_and_kept(run: Run, keys: dict[str, Path], tmp_path: Path) -> None:
    """The lead's file, the officer's signature; who signed first cannot agree."""
    path = tmp_path / "act.json"
    code, _, told = run(*PLACE, "--all-ready", *DECISION, "--key", keys["lead"], "--out", path)
    assert code == 0, told
    act = read_act(path)
    assert [item.school for item in act.statement.locks] == ["01010001", "01010002"]
    assert act.statement.number == "9/QĐ-SGDĐT"
    code, _, told = run("lock", "act-agree", path, "--key", keys["lead"], "--yes")
    assert (code, "LOCK_SECOND_PERSON_SAME" in told) == (1, True)
    code, (shown,), _ = run("lock", "act-agree", path, "--key", keys["officer"], "--yes", "--json")
    assert (code, shown["act"]["documents"], shown["act"]["signatures"]) == (0, 6, 1)
    assert read_act(path).second_signature


def test_act_that_is_not_agreed_to_stays_as_it_was(
    run: Run, keys: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second person looks and says no."""
    path = tmp_path / "act.json"
    run(*PLACE, "--all-ready", *DECISION, "--key", keys["lead"], "--out", path)
    before = path.read_bytes()
    monkeypatch.setattr(lock_act.typer, "confirm", lambda *_, **__: False)
    assert run("lock", "act-agree", path, "--key", keys["officer"])[0] == 1
    assert path.read_bytes() == before
