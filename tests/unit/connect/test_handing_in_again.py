"""Commands that came to nothing: their documents are signed for again, and none is left behind."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hub.client import Outbound
from hub.connect import add_signal, signals
from hub.domain import finding, render
from hub.domain.statements import ReceiptStatement
from tests.unit.client.test_preparing import _leaving
from tests.unit.connect.world import SCHOOL, SO, World, a_pupil, a_value, sha256

AT = "2026-06-15T03:00:00Z"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path).start()


class Way:
    """The way to Sở, on which commands lie until they are let on or grew too old."""

    def __init__(self, world: World) -> None:
        self._world, self._send, self.lying = world, world.door.send, list[Outbound]()
        world.door.send = self._hold  # type: ignore[method-assign]

    async def _hold(self, so: str, batch: Sequence[Outbound]) -> None:
        self.lying += batch

    def open(self) -> None:
        """Let what comes from now on through."""
        self._world.door.send = self._send  # type: ignore[method-assign]

    def let_on(self, n: int) -> None:
        """Let one command through."""
        asyncio.run(self._send(SO, [self.lying[n]]))

    def grow_old(self, n: int) -> None:
        """Let Sở answer that a command is too old."""
        command_id = str(self.lying[n].about["command_id"])
        statement = ReceiptStatement(
            at="2026-06-15T03:06:00.000Z", command_id=command_id, documents=(), kind="Submission", outcome="refused",
            findings=(render(finding("COMMAND_TOO_OLD")),), register_version=1, school=SCHOOL.code, so=SO,
            type="vn.hocba.receipt/1",
        )  # fmt: skip
        self._world.door._write(SO, f"old/{command_id}", statement)


def _two_on_their_way(world: World) -> Way:
    """Let two leaving pupils of a class be signed, each with a round and so with a command of their own."""
    for n in (1, 2):
        world.system.put(f"k{n}", a_value(_leaving(a_pupil(n))))
    world.work()
    way = Way(world)
    world.sign()
    world.work()
    assert (len(way.lying), world.states()) == (2, {"sent": 2})
    return way


@pytest.mark.parametrize("stale_first", [True, False])
def test_stale_command_is_signed_anew_though_another_of_its_batch_is_answered(world: World, stale_first: bool) -> None:
    """A batch is answered when none of its documents waits, in whatever order Sở answers."""
    way = _two_on_their_way(world)
    for stale in (stale_first, not stale_first):
        if stale:
            way.grow_old(0)
        else:
            way.let_on(1)
        world.work()
    assert world.states() == {"accepted": 1, "batched": 1}
    assert world.look().waiting_batches == 1
    way.open()
    world.settle()
    assert (world.states(), world.look().waiting_batches, world.look().notices) == ({"accepted": 2}, 0, ())


def test_newer_version_overtakes_what_a_stale_command_left_and_not_what_is_on_its_way(world: World) -> None:
    """The batch is taken apart only after Sở has answered the rest of it."""
    way = _two_on_their_way(world)
    way.grow_old(0)
    world.work()
    _age_signatures(world)
    world.system.put("k1", a_value(replace(_leaving(a_pupil(1)), remarks="Em ngoan.")))
    world.system.put("k2", a_value(replace(_leaving(a_pupil(2)), remarks="Em ngoan.")))
    world.clock_s += 5
    world.work()
    assert world.states() == {"sent": 1, "batched": 1, "pulled": 2}
    way.open()
    way.let_on(1)
    world.settle()
    assert world.states() == {"accepted": 3, "overtaken": 1}


def test_id_that_grew_stale_in_another_batch_is_not_used_again(world: World) -> None:
    """The same document with the same signatures gives it again: persons sign under the next number."""
    way = _two_on_their_way(world)
    for n in (0, 1):
        way.grow_old(n)
    world.work()
    _age_signatures(world)
    changed = replace(_leaving(a_pupil(2)), remarks="Em ngoan.")
    world.system.put("k2", a_value(changed))
    world.clock_s += 5
    way.open()
    world.settle()
    assert world.states() == {"accepted": 2, "overtaken": 1}
    old = {outbound.about["command_id"] for outbound in way.lying}
    new = [line["command_id"] for line in world.door.attempts()]
    assert old.isdisjoint(new)
    assert [command_id.removesuffix("-1") in old for command_id in sorted(new)] == [True, False]


def _age_signatures(world: World) -> None:
    for path in world.folder.glob("batches/*/signatures/*.jws"):
        os.utime(path, (0, 0))


@pytest.mark.parametrize("classmates", [0, 1])
def test_document_that_was_turned_down_can_be_handed_in_again(world: World, classmates: int) -> None:
    """A certificate that was not registered yet says nothing of the record; Sở decides anew about another command."""
    decide, first = world.door._decide, a_value(a_pupil(0))

    def refuse(so: str, document: bytes, known: Any) -> dict[str, Any]:
        if document.decode() != first["document"]:
            return decide(so, document, known)
        about = {"document_sha256": sha256(document), "identity": "x"}
        return about | {"codes": ["SUPERSEDES_MISSING"], "outcome": "refused"}

    world.door._decide = refuse  # type: ignore[method-assign]
    world.system.put("k0", first)
    for n in range(classmates):
        world.system.put(f"c{n}", a_value(a_pupil(9 + n)))
    world.settle()
    assert world.states()["turned_down"] == 1
    world.door._decide = decide  # type: ignore[method-assign]
    add_signal(world.state, "resend", AT, {"refused": True})
    world.settle()
    assert signals(world.state)[0]["outcome"] == "map 1, write 0"
    assert world.states() == {"accepted": 1 + classmates}
    assert len({line["command_id"] for line in world.door.attempts()}) == 2
    assert [answer.outcome for answer in world.system.said() if answer.record_key == "k0"] == ["refused", "accepted"]
