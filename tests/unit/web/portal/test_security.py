"""What holds for every request, whoever sends it."""

import asyncio
import logging

import pytest

from hub.domain.slip import printed_secret
from hub.web.portal.security import network_of
from tests.unit.web.portal.world import LOCATOR, SECRET, YEAR, World


@pytest.mark.parametrize("path", ["/tra-cuu", "/kiem-tra", "/chia-se", "/chia-se/thu-hoi", "/thoat", "/nhan/x"])
@pytest.mark.parametrize("token", ["", "0" * 64, "ế"])
def test_form_without_its_token_does_nothing(path: str, token: str) -> None:
    async def main() -> None:
        world = World()
        reader = world.reader()
        await reader.look_up()
        await reader.get("/")
        reader.token = token
        answer = await reader.send(path, locator=LOCATOR)
        assert (answer.status_code, "PORTAL_FORM_STALE" in answer.text) == (403, True)
        assert (await reader.get("/hoc-ba")).status_code == 200

    asyncio.run(main())


def test_token_of_another_reader_does_nothing() -> None:
    async def main() -> None:
        world = World()
        first, second = world.reader(), world.reader()
        await first.get("/")
        await second.get("/")
        second.token = first.token
        assert (await second.send("/tra-cuu")).status_code == 403

    asyncio.run(main())


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"},
                                     {"origin": "null"}])  # fmt: skip
def test_post_from_another_site_is_refused(headers: dict[str, str]) -> None:
    async def main() -> None:
        answer = await World().reader().client.post("/tra-cuu", headers=headers)
        assert (answer.status_code, answer.text) == (403, "403")

    asyncio.run(main())


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:9999", ""])
def test_unknown_host_is_refused(host: str) -> None:
    async def main() -> None:
        answer = await World().reader().client.get("/", headers={"host": host})
        assert answer.status_code == 421

    asyncio.run(main())


def test_cookies_are_closed_to_scripts_and_other_sites() -> None:
    async def main() -> None:
        reader = World().reader()
        set_by = [await reader.get("/?lang=en"), await reader.look_up()]
        cookies = [value for answer in set_by for value in answer.headers.get_list("set-cookie")]
        assert len(cookies) >= 3
        for cookie in cookies:
            assert "HttpOnly" in cookie, cookie
            assert "samesite=strict" in cookie.lower(), cookie
        assert len(reader.client.cookies["phien"]) == 64

    asyncio.run(main())


def test_cookies_are_for_https_alone_where_the_portal_is() -> None:
    async def main() -> None:
        world = World()
        object.__setattr__(world.portal.settings, "address", "https://hocba.example")
        answer = await world.reader().get("/")
        assert "Secure" in answer.headers["set-cookie"]

    asyncio.run(main())


def test_no_secret_stands_in_a_url_or_a_log(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        world = World()
        reader = world.reader()
        answer = await reader.look_up()
        pages = [answer, await reader.get("/hoc-ba"), await reader.get(f"/hoc-ba/{YEAR}")]
        for one in pages:
            for secret in (SECRET, printed_secret(SECRET), reader.client.cookies["phien"]):
                assert secret not in str(one.url) + one.headers.get("location", "") + one.text

    with caplog.at_level(logging.DEBUG):
        asyncio.run(main())
    assert SECRET not in caplog.text
    assert printed_secret(SECRET) not in caplog.text


def test_form_larger_than_a_form_is_refused() -> None:
    async def main() -> None:
        world = World()
        reader = world.reader()
        await reader.get("/")
        answer = await reader.send("/tra-cuu", locator="x" * 20_000)
        assert (answer.status_code, "PORTAL_UPLOAD_TOO_LARGE" in answer.text) == (413, True)

        async def body():  # type: ignore[no-untyped-def]
            for _ in range(40):
                yield b"x" * 1_000

        streamed = await reader.client.post(
            "/tra-cuu", content=body(), headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert streamed.status_code == 413
        assert world.store.failures == []

    asyncio.run(main())


class _Asked:
    """As much of a request as its network needs."""

    def __init__(self, host: str, forwarded: str = "") -> None:
        self.headers = {"x-forwarded-for": forwarded} if forwarded else {}
        self.client = type("Client", (), {"host": host})


@pytest.mark.parametrize(
    ("host", "forwarded", "trusts", "network"),
    [
        ("203.0.113.77", "", False, "203.0.113.0/24"), ("2001:db8:1:2::3", "", False, "2001:db8:1::/48"),
        ("203.0.113.77", "198.51.100.9", False, "203.0.113.0/24"),
        ("127.0.0.1", "192.0.2.1, 198.51.100.9", True, "198.51.100.0/24"), ("127.0.0.1", "junk", True, "unknown"),
    ],
)  # fmt: skip
def test_network_is_the_proxys_word_only_where_settings_say_so(
    host: str, forwarded: str, trusts: bool, network: str
) -> None:
    assert network_of(_Asked(host, forwarded), trusts) == network  # type: ignore[arg-type]


def test_form_of_a_page_that_tells_no_referrer_is_taken_where_the_browser_says_that_it_is_ours() -> None:
    """Browsers send `Origin: null` with it; a frame of a stranger sends the same, but another Sec-Fetch-Site."""

    async def main() -> None:
        world = World()
        for site, status in (("same-origin", 303), ("cross-site", 403), ("same-site", 403)):
            reader = world.reader()
            reader.client.headers.update({"origin": "null", "sec-fetch-site": site})
            assert (await reader.look_up()).status_code == status

    asyncio.run(main())
