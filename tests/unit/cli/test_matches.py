"""`hub matches` without servers: what it shows and hides, and what it refuses before it asks."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from hub.cli import matches
from hub.errors import Refused
from hub.operate import Match
from hub.operate.matches import Named

AT = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)
CANARY, NUMBER = "Nguyễn Thị Chim", "001217000123"


def a_match(number: int = 17, state: str = "open", *, standing: bool = True, code: str = "0100000123") -> Match:
    named = Named("0101001", code, CANARY, "2017-03-04", "female", f"id:{NUMBER}")
    decided = (None, None, None) if state == "open" else ("lan", AT, "giấy khai sinh")
    return Match(number, ("id_one_digit", "name_same"), AT, state, *decided, standing, named, named)


@pytest.fixture(name="done", autouse=True)
def no_servers(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """A hub that needs none; what is decided is noted."""
    done: list[tuple[Any, ...]] = []

    @contextmanager
    def opened(*_: object, **__: object) -> Iterator[Any]:
        yield SimpleNamespace(slugs=("ha-noi",))

    def found(_: object, states: Any, _limit: int) -> list[Match]:
        every = [a_match(), a_match(18, "different"), a_match(19, standing=False), a_match(20, code=f"TAM-{NUMBER}")]
        return [m for m in every if m.state in states]

    monkeypatch.setattr(matches, "connected", opened)
    monkeypatch.setattr(matches, "open_owner", opened)
    monkeypatch.setattr(matches, "chosen_so", lambda _, slug: slug)
    monkeypatch.setattr(matches, "matches_of", found)
    monkeypatch.setattr(matches, "decide_match", lambda _, *said: done.append(said))
    return done


def typed(*arguments: object) -> Any:
    return CliRunner().invoke(matches.app, [str(a) for a in arguments])


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_list_shows_pairs_that_wait_and_no_personal_data(form: list[str]) -> None:
    """Schools, codes and reasons; names and numbers only when asked for, not even inside a temporary code."""
    shown = typed("list", *form)
    assert shown.exit_code == 0
    assert "so-ha-noi/17" in shown.output.replace("\n", "")
    assert not any(word in shown.output for word in ("Chim", NUMBER, "2017-03-04", "so-ha-noi/18", "so-ha-noi/19"))
    assert "Chim" in typed("list", "--persons", *form).output


def test_list_in_json_has_one_object_a_line() -> None:
    """With state, reasons, trail and both pupils."""
    lines = [json.loads(line) for line in typed("list", "--all", "--json", "--so", "ha-noi").output.splitlines()]
    assert [line["id"] for line in lines] == [f"so-ha-noi/{n}" for n in (17, 18, 19, 20)]
    assert (lines[1]["state"], lines[1]["decided_by"], lines[1]["reason"]) == ("different", "lan", "giấy khai sinh")
    assert lines[0]["pupils"] == [{"school": "0101001", "student_code": "0100000123"}] * 2
    assert lines[3]["pupils"][0]["student_code"] == "TAM-…"


@pytest.mark.parametrize(("verdict", "state"), [("same", "same_person"), ("different", "different")])
def test_decision_is_noted_with_who_and_why(done: list[tuple[Any, ...]], verdict: str, state: str) -> None:
    """Under the number of the pair."""
    told = typed("decide", "so-ha-noi/17", verdict, "--by", "lan", "--reason", " giấy khai sinh ")
    assert (told.exit_code, told.output) == (0, f"so-ha-noi/17 {state}\n")
    assert done == [(17, state, "lan", "giấy khai sinh")]


@pytest.mark.parametrize(
    "arguments",
    [("so-ha-noi/17", "maybe", "--reason", "x"), ("bo/17", "same", "--reason", "x"), ("17", "same", "--reason", "x"),
     ("so-ha-noi/17", "same", "--reason", " "), ("so-ha-noi/17", "same", "--reason", "x" * 501)],
)  # fmt: skip
def test_wrong_use_is_refused_before_anything_is_asked(done: list[tuple[Any, ...]], arguments: tuple[str, ...]) -> None:
    """A verdict of two, a pair of a Sở, a reason that says something."""
    told = typed("decide", *arguments)
    assert isinstance(told.exception, Refused)
    assert told.exception.code == "OPTION_WRONG"
    assert done == []
