"""The wiring of a worker process: whatever goes wrong in it, the process leaves."""

import asyncio
from typing import NoReturn

import pytest
from aiokafka.errors import KafkaConnectionError

from hub import app
from hub.agents.stage import process
from hub.errors import HubError, Unavailable


class Left(BaseException):
    """Stands for the end of the process."""


async def _nothing(*_: object) -> None:
    return


async def _fails(*_: object) -> None:
    raise Unavailable("KAFKA_UNAVAILABLE", {"error": "KafkaConnectionError"})


def test_process_leaves_at_once_when_its_start_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Left to asyncio it would wait for tasks of the client that do not end, neither working nor leaving."""
    said: list[tuple[str, str]] = []

    def fatal(stage: str, error: HubError) -> NoReturn:
        said.append((stage, error.code))
        raise Left

    monkeypatch.setattr(app, "_not_behind", _nothing)
    monkeypatch.setattr(app, "run_process", _fails)
    monkeypatch.setattr(app, "fatal", fatal)
    with pytest.raises(Left):
        app._run("so-ha-noi", [], "", "", "0", None, [], 60.0)
    assert said == [("process", "KAFKA_UNAVAILABLE")]


def test_cluster_that_goes_away_during_the_start_is_an_outage() -> None:
    """The log says which server was not there."""

    class App:
        async def start(self) -> None:
            raise KafkaConnectionError

    with pytest.raises(Unavailable) as away:
        asyncio.run(process._start(App()))
    assert away.value.code == "KAFKA_UNAVAILABLE"
