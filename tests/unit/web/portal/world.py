"""A portal in memory: one pupil with two versions of a year, a clock and a beat that tests hold in their hands."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache

import httpx

from hub.domain.locator import derive
from hub.domain.slip import commitment_of, printed_secret, secret_of
from hub.evidence import Bundle, bundle_bytes, read_file, register_of
from hub.web.identity import Identity, Pending
from hub.web.portal import Checker, Key, Portal, PortalSettings, Sessions, StoredVersion, portal_app
from hub.web.portal.keys import stored_hmac
from tests.unit.evidence import builders
from tests.unit.print.sheets import SEALED_AT, an_issuer, authority
from tests.unit.web.portal.fake_store import FakeOpened, FakeStore

ADDRESS = "http://127.0.0.1:8088"
LOCATOR = derive(b"key", "01", "pupil", 0)
SECRET = secret_of(b"0123456789")
BORN = date(2017, 3, 14)
SLIP_KEY = b"\3" * 32
NAME = "Nguyễn Văn Mẫu"
NOW = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
YEAR = "2025-2026"


@cache
def bundles() -> tuple[tuple[builders.Locked, bytes], tuple[builders.Locked, bytes]]:
    """The first version, and the one that took its place."""
    first = builders.a_locked()
    second, _, place = builders.corrected(first)
    parts = builders.parts_of(second, place=place, register=(*builders.a_register(), builders.crls(builders.LATER_AT)))
    return (first, builders.good()), (second, bundle_bytes(**parts))


def stored(one: builders.Locked, effective_on: date, log_index: int) -> StoredVersion:
    sha256 = hashlib.sha256(one.document).digest()
    return StoredVersion(
        builders.SO, one.document, sha256, one.signatures, one.leaf.version, LOCATOR, effective_on, log_index, NOW
    )


def the_key() -> Key:
    return Key(LOCATOR, stored_hmac(SLIP_KEY, commitment_of(LOCATOR, SECRET)), BORN)


def a_store() -> FakeStore:
    (first, old), (second, new) = bundles()
    versions = [stored(first, date(2026, 6, 20), 4), stored(second, date(2026, 6, 23), 9)]
    made = {versions[0].document_sha256: old, versions[1].document_sha256: new}
    return FakeStore(the_key(), FakeOpened(BORN, versions, made), register_of(read_file(builders.good(), Bundle)))


@dataclass
class Logins:
    """A way to log in at which whoever is next in line comes back."""

    coming: list[Identity] = field(default_factory=list)

    def begin(self, party):  # type: ignore[no-untyped-def]
        return f"{ADDRESS}/dang-nhap/ve?code=1&state=2", Pending(party, "2", "3", "4")

    def finish(self, answer: str, pending: Pending, now: int) -> Identity:
        return self.coming.pop(0)

    def close(self) -> None:
        pass


class World:
    """One portal; `beats` are the pauses that it took, `now` its clock."""

    def __init__(self, **settings: object) -> None:
        self.store, self.logins, self.now = a_store(), Logins(), NOW
        self.beats: list[float] = []
        self.passed, self.drawn = 0.0, 0
        known = PortalSettings(ADDRESS, SLIP_KEY, b"\4" * 32, frozenset({"127.0.0.1:8088"}), **settings)  # type: ignore[arg-type]
        self.portal = Portal(
            store=self.store, settings=known, checks=Checker(builders.roots()), issue=self.issue,
            identity=self.logins, clock=lambda: self.now, chance=self.chance, monotonic=lambda: self.passed,
            pause=self.pause, sessions=Sessions(self.chance),
        )  # fmt: skip
        self.app = portal_app(self.portal)

    def chance(self, count: int) -> bytes:
        self.drawn += 1
        return hashlib.sha512(b"%d" % self.drawn).digest()[:count]

    async def pause(self, seconds: float) -> None:
        self.beats.append(seconds)

    def issue(self, bundle: bytes, at: datetime) -> bytes:
        with authority() as url:
            return an_issuer("bo", url).issue(bundle, SEALED_AT)

    def reader(self, address: str = ADDRESS) -> "Reader":
        return Reader(httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=address))

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


class Reader:
    """A browser without scripts: keeps cookies, sends forms with the token of the page it is on."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client, self.token = client, ""

    async def get(self, path: str, **more) -> httpx.Response:  # type: ignore[no-untyped-def]
        return self._seen(await self.client.get(path, **more))

    async def send(self, path: str, files=None, **fields) -> httpx.Response:  # type: ignore[no-untyped-def]
        return self._seen(await self.client.post(path, data={"token": self.token} | fields, files=files))

    async def look_up(self, locator: str = LOCATOR, secret: str = "", birth: str = "14/03/2017") -> httpx.Response:
        await self.get("/")
        secret = secret or printed_secret(SECRET)
        return await self.send("/tra-cuu", locator=locator, secret=secret, birth=birth)

    def _seen(self, answer: httpx.Response) -> httpx.Response:
        found = re.search(r'name="token" value="([0-9a-f]{64})"', answer.text) if answer.text else None
        self.token = found[1] if found else self.token
        return answer
