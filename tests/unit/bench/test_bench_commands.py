"""`hub bench` as a person types it."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from hub.cli import bench, main
from hub.cli.bench import app


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def typed(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hub", "bench", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        shown = capsys.readouterr()
        return int(left.value.code or 0), shown.out, shown.err

    return typed


def test_bench_has_a_command_for_each_measurement() -> None:
    """And each says in a sentence what it measures."""
    named = {
        command.callback.__name__: command.callback.__doc__ for command in app.registered_commands if command.callback
    }
    assert set(named) == {"journey", "latency", "portal", "scale", "peers", "profile", "plot", "merkle"}
    assert all(named.values())


@pytest.mark.parametrize(
    "arguments",
    [
        ("journey", "--signatures", 4),
        ("scale", "--workers", "1,x"),
        ("profile", "--part", "moon"),
        ("latency", "--rate", 0),
        ("portal", "--families", 1),
    ],
)
def test_bench_refuses_what_cannot_be_measured(run: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    """Wrong use is 2, and nothing is started."""
    code, out, _ = run(*arguments)
    assert (code, out) == (2, "")


@pytest.mark.parametrize(("holds", "code"), [(True, 0), (False, 4)])
def test_a_run_that_lost_anything_ends_with_four(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, holds: bool, code: int
) -> None:
    """The report is printed all the same."""
    report = {"journey_rps": 1.0, "ok": holds, "balance": {"problems": [] if holds else ["lost = 1"]}}
    monkeypatch.setattr(bench, "measure_journey", lambda *_: report)
    found, out, _ = run("journey", "--transcripts", 50, "--json")
    assert found == code
    assert '"journey_rps": 1.0' in out
