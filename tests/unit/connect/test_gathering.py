"""Gathering: when a class becomes a batch, and what whoever signs it is told."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.client import load_batch, told_of
from hub.client.batch import REPORT
from hub.connect import batches_waiting
from hub.connectors.sdk import Page
from tests.unit.connect.world import System, World, a_pupil, a_value


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path).start()


def test_class_is_gathered_when_the_system_always_says_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """After ten minutes it waits for nobody else; before that the rest of the class may come."""
    pull = System.pull

    async def endless(system: System, cursor: str | None, limit: int) -> Page:
        system.put(f"k{system.pulls}", a_value(a_pupil(system.pulls, class_=f"3{'ABCDEFGH'[system.pulls % 8]}")))
        return replace(await pull(system, cursor, 1), more=True)

    monkeypatch.setattr(System, "pull", endless)
    for _ in range(8):
        world.turn()
        world.clock_s += 1.1
    assert world.waiting() == []
    world.now += timedelta(minutes=11)
    for _ in range(3):
        world.turn()
        world.clock_s += 1.1
    assert world.waiting()


def test_what_the_mapping_guessed_stands_in_the_report(world: World) -> None:
    """With its place, for the one who signs; in status as a code and a count."""
    world.system.put("k1", a_value(a_pupil(1), codes=["MAPPING_GUESSED"]))
    world.system.put("k2", a_value(a_pupil(2)))
    world.work()
    (folder,) = world.waiting()
    lines = {line["place"]: line for line in map(json.loads, (folder / REPORT).read_text().splitlines())}
    assert [found["code"] for found in lines["lop.xlsx!k1"]["findings"]] == ["MAPPING_GUESSED"]
    assert lines["lop.xlsx!k2"]["findings"] == []
    (shown,) = batches_waiting(world.state, folder.parent)
    assert (shown["findings"], shown["replaces"]) == ({"MAPPING_GUESSED": 1}, 0)


def test_what_a_document_replaces_stands_in_the_report(world: World) -> None:
    """The old hash and the reason, which may be one that the hub put in."""
    world.system.put("k", a_value(a_pupil(1)))
    world.settle()
    (old,) = world.state.all("record", n=1)
    world.system.put("k", a_value(a_pupil(1, remarks="Em ngoan.")))
    world.work()
    (folder,) = [folder for folder in world.waiting() if told_of(load_batch(folder))["replaces"]]
    (line,) = map(json.loads, (folder / REPORT).read_text().splitlines())
    assert line["supersedes"] == old["document_sha256"]
    assert line["reason"]


def test_what_was_told_is_forgotten_with_the_lock(world: World) -> None:
    """It may hold what a cell held."""
    world.system.put("k", a_value(a_pupil(1), codes=["MAPPING_GUESSED"]))
    world.settle()
    assert world.state.one("record", n=1)["told"]
    world.state.do("lock_record", n=1)
    assert world.state.one("record", n=1)["told"] is None
