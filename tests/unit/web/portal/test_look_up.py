"""Whoever holds the slip reads; everybody else gets one page, at one time."""

import asyncio
from datetime import date

import pytest

from hub.web.portal.sessions import SESSION_TIME
from hub.web.portal.wording import born_on
from tests.unit.web.portal.world import LOCATOR, NAME, World

WRONG_SECRET = "0000-0000-0000-0000-0"


def test_slip_opens_the_record() -> None:
    async def main() -> None:
        reader = World().reader()
        answer = await reader.look_up()
        assert (answer.status_code, answer.headers["location"]) == (303, "/hoc-ba")
        assert NAME in (await reader.get("/hoc-ba")).text

    asyncio.run(main())


@pytest.mark.parametrize(
    "wrong",
    [
        {"locator": "01ABCDEFGHK"}, {"locator": "nonsense"}, {"secret": WRONG_SECRET}, {"secret": "x"},
        {"birth": "15/03/2017"}, {"birth": "no date"}, {"locator": "<script>", "secret": "ế", "birth": ""},
    ],
)  # fmt: skip
def test_failed_look_up_gets_one_page_at_one_time(wrong: dict[str, str]) -> None:
    """Byte for byte what a wrong secret gets, after the same beat."""

    async def main() -> None:
        world = World()
        reader = world.reader()
        world.passed = 5.0
        usual = await reader.look_up(secret=WRONG_SECRET)
        answer = await reader.look_up(**wrong)
        assert (answer.status_code, answer.content) == (usual.status_code, usual.content)
        assert sorted(answer.headers.items()) == sorted(usual.headers.items())
        assert world.beats[0] == world.beats[1]
        assert len(world.store.failures) == 2
        assert (await reader.get("/hoc-ba")).status_code == 401

    asyncio.run(main())


def test_answer_leaves_on_the_beat_however_long_it_took() -> None:
    async def main() -> None:
        world = World(answer_s=0.25)
        reader = world.reader()
        await reader.get("/")
        real = world.store.look_up

        def slow(*arguments):  # type: ignore[no-untyped-def]
            world.passed += 0.3
            return real(*arguments)

        world.store.look_up = slow  # type: ignore[method-assign]
        await reader.send("/tra-cuu", locator=LOCATOR, secret=WRONG_SECRET, birth="1/1/2017")
        assert world.beats == [pytest.approx(0.2)]

    asyncio.run(main())


def test_nothing_that_was_typed_comes_back() -> None:
    async def main() -> None:
        answer = await World().reader().look_up(locator="CANARY-LOCATOR", secret="CANARY-SECRET", birth="CANARY-BIRTH")
        assert "CANARY" not in answer.text + str(answer.headers)

    asyncio.run(main())


def test_session_ends_after_its_time() -> None:
    async def main() -> None:
        world = World()
        reader = world.reader()
        await reader.look_up()
        world.later(seconds=SESSION_TIME.total_seconds() - 1)
        assert (await reader.get("/hoc-ba")).status_code == 200
        world.later(seconds=1)
        answer = await reader.get("/hoc-ba")
        assert (answer.status_code, "PORTAL_SESSION_OVER" in answer.text) == (401, True)

    asyncio.run(main())


def test_leaving_ends_the_session_at_once() -> None:
    async def main() -> None:
        reader = World().reader()
        await reader.look_up()
        name = reader.client.cookies["phien"]
        await reader.get("/hoc-ba")
        await reader.send("/thoat")
        reader.client.cookies.set("phien", name)
        assert (await reader.get("/hoc-ba")).status_code == 401

    asyncio.run(main())


def test_session_gets_a_new_name_at_each_look_up() -> None:
    """A name that was planted in a browser is worth nothing."""

    async def main() -> None:
        reader = World().reader()
        reader.client.cookies.set("phien", "f" * 64)
        answer = await reader.look_up()
        assert "f" * 64 not in answer.headers["set-cookie"]

    asyncio.run(main())


def test_new_slip_ends_sessions_of_the_old_one() -> None:
    async def main() -> None:
        world = World()
        reader = world.reader()
        await reader.look_up()
        world.store.key = type(world.store.key)(LOCATOR, b"another", world.store.key.birth_date)
        assert (await reader.get("/hoc-ba")).status_code == 401

    asyncio.run(main())


def test_database_that_is_away_is_told_as_busy() -> None:
    async def main() -> None:
        world = World()
        world.store.is_down = True
        answer = await world.reader().look_up()
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert "PORTAL_BUSY" in answer.text

    asyncio.run(main())


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("14/03/2017", date(2017, 3, 14)), ("2017-03-14", date(2017, 3, 14)), ("2017", date(2017, 12, 31)),
        (" 2/2016 ", date(2016, 2, 29)), ("02.2017", date(2017, 2, 28)), ("13/2017", None), ("0000", None),
        ("17", None), ("9" * 5000, None), ("٢٠١٧", None),
    ],
)  # fmt: skip
def test_year_or_month_of_birth_is_enough(typed: str, found: date | None) -> None:
    """Of some pupils no more is known; the last day stands for all of it."""
    assert born_on(typed) == found
