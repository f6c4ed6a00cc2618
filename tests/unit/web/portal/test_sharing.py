"""A share needs everybody's consent, shows what it names, and ends when the family says so."""

import asyncio
import re

import pytest

from hub.web.identity import Identity
from tests.unit.web.portal.world import NAME, YEAR, Reader, World

PUPIL_ID = "001217000123"
PUPIL = Identity("https://id.example", "pupil-1", PUPIL_ID)
GUARDIAN = Identity("https://id.example", "guardian-1", None, frozenset({PUPIL_ID}))


async def logged_in(world: World, reader: Reader, party: str, who: Identity):  # type: ignore[no-untyped-def]
    world.logins.coming.append(who)
    answer = await reader.get(f"/dang-nhap?ben={party}")
    return await reader.get(answer.headers["location"])


async def agreed(world: World, reader: Reader) -> None:
    for party, who in (("pupil", PUPIL), ("guardian", GUARDIAN)):
        answer = await logged_in(world, reader, party, who)
        assert answer.headers["location"] == "/chia-se", answer.text
    await reader.get("/chia-se")


async def shared(reader: Reader, **changes):  # type: ignore[no-untyped-def]
    fields = {"recipient": "Đại học Mẫu", "purpose": "xét tuyển", "years": [YEAR], "days": "30"} | changes
    return await reader.send("/chia-se", **fields)


async def code_of(world: World) -> tuple[Reader, str, str]:
    reader = world.reader()
    await reader.look_up()
    await agreed(world, reader)
    text = (await shared(reader)).text
    address = re.search(r'id="dia-chi">http://127.0.0.1:8088(/nhan/[0-9a-f-]+)<', text)
    code = re.search(r'id="ma-chia-se">([^<]+)<', text)
    assert address is not None
    assert code is not None
    return reader, address[1], code[1]


def test_consent_of_one_is_not_enough_from_seven_on() -> None:
    async def main() -> None:
        world = World()
        reader = world.reader()
        await reader.look_up()
        await logged_in(world, reader, "guardian", GUARDIAN)
        text = (await reader.get("/chia-se")).text
        assert "đã đăng nhập" in text
        assert 'id="chia-se-moi"' not in text
        answer = await shared(reader)
        assert (answer.status_code, "PORTAL_CONSENT_MISSING" in answer.text) == (403, True)
        assert world.store.kept == {}

    asyncio.run(main())


@pytest.mark.parametrize(
    ("party", "who"),
    [
        ("pupil", GUARDIAN), ("guardian", PUPIL), ("pupil", Identity("i", "s", "001217000999")),
        ("guardian", Identity("i", "s", None, frozenset({"001217000999"}))),
    ],
)  # fmt: skip
def test_log_in_of_somebody_else_agrees_to_nothing(party: str, who: Identity) -> None:
    async def main() -> None:
        world = World()
        reader = world.reader()
        await reader.look_up()
        assert (await logged_in(world, reader, party, who)).status_code == 403

    asyncio.run(main())


def test_consents_are_kept_with_the_share() -> None:
    async def main() -> None:
        world = World()
        await code_of(world)
        [(share, _)] = world.store.kept.values()
        assert {(one.party, one.subject) for one in share.agreed} == {("pupil", "pupil-1"), ("guardian", "guardian-1")}

    asyncio.run(main())


def test_recipient_sees_validity_and_what_was_shared_and_nothing_else() -> None:
    async def main() -> None:
        world = World()
        family, path, code = await code_of(world)
        recipient = world.reader()
        assert 'id="nhan"' in (await recipient.get(path)).text
        assert (await recipient.send(path, code=code)).headers["location"] == path
        text = (await recipient.get(path)).text
        assert 'data-verdict="valid"' in text
        assert NAME in text
        for closed in ("/hoc-ba", f"/hoc-ba/{YEAR}", "/ai-da-xem", "/chia-se"):
            assert (await recipient.get(closed)).status_code == 401
            assert f'href="{closed}' not in text
        assert "Đại học Mẫu" in (await family.get("/ai-da-xem")).text

    asyncio.run(main())


def test_revoked_share_opens_nothing_from_then_on() -> None:
    async def main() -> None:
        world = World()
        family, path, code = await code_of(world)
        recipient = world.reader()
        await recipient.get(path)
        await recipient.send(path, code=code)
        await family.get("/chia-se")
        answer = await family.send("/chia-se/thu-hoi", share_id=path.rpartition("/")[2])
        assert answer.headers["location"] == "/chia-se"
        assert "đã thu hồi" in (await family.get("/chia-se")).text
        assert (await recipient.get(path)).status_code == 403
        assert (await recipient.send(path, code=code)).status_code == 403

    asyncio.run(main())


def test_share_ends_with_its_time() -> None:
    async def main() -> None:
        world = World()
        _, path, code = await code_of(world)
        world.later(days=30)
        recipient = world.reader()
        await recipient.get(path)
        assert (await recipient.send(path, code=code)).status_code == 403

    asyncio.run(main())


@pytest.mark.parametrize("code", ["0000-0000-0000-0000-0", "x", "", "<b>"])
def test_wrong_codes_get_one_page(code: str) -> None:
    async def main() -> None:
        world = World()
        _, path, _ = await code_of(world)
        recipient = world.reader()
        await recipient.get(path)
        usual = await recipient.send(path, code="0000-0000-0000-0000-0")
        answer = await recipient.send(path, code=code)
        assert (answer.status_code, answer.content) == (403, usual.content)

    asyncio.run(main())


@pytest.mark.parametrize(
    "wrong",
    [{"recipient": " "}, {"purpose": ""}, {"days": "91"}, {"days": "0"}, {"years": ["1999-2000"]}, {"years": []},
     {"recipient": "x" * 121}, {"days": "many"}],
)  # fmt: skip
def test_share_that_lacks_something_is_not_made(wrong: dict[str, object]) -> None:
    async def main() -> None:
        world = World()
        reader = world.reader()
        await reader.look_up()
        await agreed(world, reader)
        assert (await shared(reader, **wrong)).status_code == 422
        assert world.store.kept == {}

    asyncio.run(main())


def test_answer_of_the_provider_without_our_cookie_asks_to_go_on() -> None:
    """A browser that comes from another site brings no SameSite=Strict cookie."""

    async def main() -> None:
        answer = await World().reader().get("/dang-nhap/ve?code=1&state=2")
        assert 'href="/dang-nhap/ve?code=1&amp;state=2"' in answer.text

    asyncio.run(main())
