"""Waiting with an end, and processes beside the measurement."""

import json
from pathlib import Path

import pytest

from hub.bench.helper import Helper, Signals, wait_for
from hub.errors import Unavailable


def answer(signals: Signals, result: Path, said: str) -> None:
    signals.ready.set()
    signals.go.wait()
    result.write_text(json.dumps({"said": said}))


def fail(signals: Signals, result: Path) -> None:
    raise SystemExit(3)


def test_helper_waits_for_the_start_and_leaves_a_result(tmp_path: Path) -> None:
    """It is ready first, then told to go."""
    helper = Helper("helper", answer, tmp_path / "result.json", "done")
    try:
        helper.until_ready()
        assert helper.is_running
        helper.signals.go.set()
        assert helper.result(30.0) == {"said": "done"}
    finally:
        helper.end()


def test_helper_that_fails_is_told_at_once(tmp_path: Path) -> None:
    """Nobody waits for what cannot come."""
    helper = Helper("helper", fail, tmp_path / "result.json")
    with pytest.raises(Unavailable) as raised:
        helper.until_ready()
    assert raised.value.code == "WAITED_IN_VAIN"


@pytest.mark.parametrize(
    ("gone", "told"), [(lambda: None, "the moon"), (lambda: "it is dead", "the moon (it is dead)")]
)
def test_waiting_ends_with_what_it_waited_for(gone: object, told: str) -> None:
    """When patience ends, or when it has become impossible: then it says why."""
    with pytest.raises(Unavailable) as raised:
        wait_for("the moon", lambda: False, 0.05, gone, poll_s=0.01)  # type: ignore[arg-type]
    assert raised.value.facts["what"] == told
