"""`hub lock`: without a word of its own it asks to lock, as it always did."""

import pytest
from typer.testing import CliRunner

from hub.cli.main import app

RUN = CliRunner()


@pytest.mark.parametrize("words", [["lock", "--so", "ha-noi"], ["lock", "request", "--so", "ha-noi"], ["lock"]])
def test_lock_alone_asks_to_lock(words: list[str]) -> None:
    """The options of the request are asked for, whichever way it is called."""
    found = RUN.invoke(app, words)
    assert found.exit_code == 2
    assert "Missing option" in found.output


_OF_ROUND = ["--school", "1", "--year", "2025-2026", "--cohort", "completed"]


@pytest.mark.parametrize(("word", "more"), [("retry", []), ("resend", _OF_ROUND)])
def test_what_an_operator_does_to_a_lock_needs_a_reason(word: str, more: list[str]) -> None:
    """It is kept for ever."""
    found = RUN.invoke(app, ["lock", word, "--so", "ha-noi", *more])
    assert (found.exit_code, "Missing option '--reason'" in found.output) == (2, True)
    assert word in RUN.invoke(app, ["lock", "--help"]).output


def test_unknown_word_is_no_request() -> None:
    """A slip of the pen locks nothing."""
    assert "No such command" in RUN.invoke(app, ["lock", "retyr", "--so", "ha-noi"]).output
