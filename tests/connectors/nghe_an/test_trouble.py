"""Faults on request, as `hub connector simulate --fault …` names them: each shows what it promises."""

import asyncio
import time

import pytest

from hub.connectors.nghe_an import trouble
from hub.connectors.simulating import parse_faults
from hub.errors import HubError, Unavailable
from tests.connectors.nghe_an.systems import Reader, playing

QUIET = ["window-open", "unlock-requests", "key-changed", "record-deleted", "late-commit"]


async def until(reader, enough):
    """Pull until it is enough; a server that is away is waited for."""
    ends, codes = time.monotonic() + 60, set()
    while not enough(reader) and time.monotonic() < ends:
        try:
            await reader.page()
        except Unavailable:
            await asyncio.sleep(0.2)
        except HubError as refused:
            codes.add(refused.code)
            return codes
    assert enough(reader)
    return codes


def test_what_happens_on_request_happens_and_nothing_is_lost(monkeypatch):
    """Drafts at first, then everything; a new key and a deletion are told, a late commit comes, requests are there."""
    monkeypatch.setattr(trouble, "_SOON_S", 2.0)

    async def run():
        async with playing(faults=parse_faults(QUIET)) as system:
            reader = Reader(system.settings)
            await reader.all()
            changed = f"{system.keys[1]}-2"
            await until(
                reader, lambda r: {"SOURCE_KEY_CHANGED", "SOURCE_RECORD_DELETED"} <= set(r.codes) and changed in r.keys
            )
            late = system.keys[0]
            await until(reader, lambda r: any(one.key == late and one.value["lop"].endswith("L") for one in r.records))
            assert set(system.keys) <= set(reader.keys)
            assert {one.record_key for one in reader.requests} == set(system.keys[:5])

    asyncio.run(run())


@pytest.mark.long
def test_a_server_that_is_killed_again_and_again_gives_everything_and_a_lost_slot_stops(monkeypatch):
    """The one is waited out, the other is for people."""
    monkeypatch.setattr(trouble, "_SOON_S", 3.0)

    async def run():
        async with playing(faults=parse_faults(["restarts"]), count=60) as system:
            reader = Reader(system.settings)
            assert await until(reader, lambda r: set(system.keys) <= set(r.keys)) == set()
        async with playing(faults=parse_faults(["slot-lost"])) as system:
            reader = Reader(system.settings)
            assert await until(reader, lambda r: False) == {"SLOT_LOST"}

    asyncio.run(run())
