"""An address of a share that is none gets the page of one that nobody has."""

import asyncio

import pytest

from tests.unit.web.portal.test_sharing import agreed
from tests.unit.web.portal.world import World

UNKNOWN = "00000000-0000-4000-8000-00000000abcd"
CODE = "0000-0000-0000-0000-0"


@pytest.mark.parametrize("path", ["x", "%00", "0" * 36, "{" + UNKNOWN + "}", UNKNOWN.upper(), UNKNOWN + "0" * 100])
def test_address_that_is_no_uuid_gets_the_page_of_an_unknown_one(path: str) -> None:
    """Asked for and answered alike, with a code or without; the database would break on it."""

    async def main() -> None:
        world = World()
        reader = world.reader()
        shown, usual = await reader.get(f"/nhan/{path}"), await reader.get(f"/nhan/{UNKNOWN}")
        assert (shown.status_code, 'id="nhan"' in shown.text) == (usual.status_code, True)
        for code in (CODE, "x"):
            answer, like = (
                await reader.send(f"/nhan/{path}", code=code),
                await reader.send(f"/nhan/{UNKNOWN}", code=code),
            )
            assert (answer.status_code, 'id="khong-mo-duoc"' in answer.text) == (403, True), answer.text
            assert (answer.status_code, len(world.beats) % 2) == (like.status_code, 0)
        assert len(world.store.failures) == 4

    asyncio.run(main())


def test_share_that_is_none_is_not_revoked() -> None:
    async def main() -> None:
        world = World()
        reader = world.reader()
        await reader.look_up()
        await agreed(world, reader)
        answer = await reader.send("/chia-se/thu-hoi", share_id="x")
        assert (answer.status_code, "PORTAL_NOTHING_THERE" in answer.text) == (404, True)

    asyncio.run(main())
