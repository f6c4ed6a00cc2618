"""`hub so close`: published once, never while something would stay open, never changed once it is in force."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from hub.cli import so_group
from hub.errors import Refused
from hub.operate import ClosingState

SO, NEXT, PAPER = "tien-giang", "dong-thap", "202/2025/QH15"
OPEN = ClosingState(
    SO, "open", None, None, None, None, None, {"rounds": 1, "locks": 0, "aside": 0}, {"documents": 0, "corrections": 0}
)
PAST, FUTURE = datetime(2025, 6, 30, 17, tzinfo=UTC), datetime.now(UTC) + timedelta(days=9)


class Hub:
    """A hub that needs no servers: `state` is what it says, `published` what was published."""

    def __init__(self) -> None:
        self.state, self.published = OPEN, list[Any]()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    made = Hub()

    @contextmanager
    def opened(*_: object, **__: object) -> Iterator[Any]:
        yield SimpleNamespace(slugs=(SO,))

    monkeypatch.setattr(so_group, "connected", opened)
    monkeypatch.setattr(so_group, "open_owner", opened)
    monkeypatch.setattr(so_group, "chosen_so", lambda _, slug: slug)
    monkeypatch.setattr(so_group, "load_key", lambda *_: None)
    monkeypatch.setattr(so_group, "closing_state", lambda *_: made.state)
    monkeypatch.setattr(so_group, "publish", lambda *said: made.published.append(said[2]))
    return made


def close(*more: str, successor: str = NEXT, decision: str = PAPER) -> Any:
    named = ["--so", SO, "--successor", successor, "--decision", decision, "--key", "k.p12", "--yes", "--json"]
    done = CliRunner().invoke(so_group.app, ["close", *named, *more])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return json.loads(done.stdout)


def refused(*more: str, **named: str) -> str:
    with pytest.raises(Refused) as caught:
        close(*more, **named)
    return caught.value.code


def standing(since: datetime) -> ClosingState:
    return replace(OPEN, state="announced", successor=NEXT, decision=PAPER, since=since)


def test_first_decision_is_published_with_its_day(hub: Hub) -> None:
    """A civil day begins at midnight in Việt Nam; without one it is from now on."""
    close("--from", "2025-07-01")
    close()
    first, second = hub.published
    assert (first.kind, first.entry_id, first.valid_from) == ("log_closing", SO, "2025-06-30T17:00:00Z")
    assert first.payload == {"decision": PAPER, "so": SO, "successor": NEXT}
    assert second.valid_from == second.issued_at


def test_rounds_on_their_way_are_finished_and_shown(hub: Hub) -> None:
    """They refuse nothing."""
    assert close()["finishing"] == {"rounds": 1, "locks": 0, "aside": 0}


@pytest.mark.parametrize("left", [{"documents": 3, "corrections": 0}, {"documents": 0, "corrections": 1}])
def test_what_would_never_be_locked_refuses_unless_it_is_left_on_purpose(hub: Hub, left: dict[str, int]) -> None:
    """Nothing is published."""
    hub.state = replace(OPEN, left_open=left)
    assert refused() == "SO_CLOSING_LEAVES"
    assert hub.published == []
    close("--leave-open")
    assert len(hub.published) == 1


@pytest.mark.parametrize("since", [PAST, FUTURE])
def test_same_decision_again_publishes_nothing(hub: Hub, since: datetime) -> None:
    """With its day or without."""
    hub.state = standing(since)
    assert close()["successor"] == NEXT
    close("--from", f"{since:%Y-%m-%dT%H:%M:%S}Z") if since == PAST else close()
    assert hub.published == []


def test_decision_in_force_is_not_changed(hub: Hub) -> None:
    """Neither who follows, nor from when on, nor its number."""
    hub.state = standing(PAST)
    assert refused(successor="vinh-long") == refused("--from", "2025-08-01") == "LOG_CLOSING_FINAL"
    assert refused(decision="another") == "LOG_CLOSING_FINAL"
    assert hub.published == []


def test_decision_that_is_not_in_force_yet_is_put_off(hub: Hub) -> None:
    """By a newer version of the same entry."""
    hub.state = standing(FUTURE)
    close("--from", "2099-01-01", successor="vinh-long")
    (entry,) = hub.published
    assert (entry.entry_id, entry.payload["successor"]) == (SO, "vinh-long")


@pytest.mark.parametrize(
    "text", ["tomorrow", "2025-13-01", "01/07/2025", "2025-07-01T00:00:00", "20250701xx", "0001-01-01"]
)
def test_day_that_is_none_is_refused(hub: Hub, text: str) -> None:
    """Before anything is asked."""
    assert refused("--from", text) == "OPTION_WRONG"


def test_so_cannot_follow_itself(hub: Hub) -> None:
    """Refused before it is signed."""
    assert refused(successor=SO) == "LOG_CLOSING_WRONG"
