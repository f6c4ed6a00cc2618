"""The portal as `hub up` starts it, on real servers: a family reads, prints, checks, shares, takes back."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from hub.client import command_sending
from hub.client.slips import locator_of_student, slip_issue
from hub.domain.form import date_text
from hub.domain.slip import printed_secret, secret_of
from hub.local.hub import portal_spec
from hub.local.ports import port_of
from tests.journey.deciding import lock_this
from tests.journey.world import World, eventually

SO, YEAR = "ha-noi", "2025-2026"
_TIMEOUT_S = 60


class Reader:
    """A browser without scripts: keeps cookies, follows links, sends forms with the token of the page it is on."""

    def __init__(self, address: str) -> None:
        self.client = httpx.Client(base_url=address, follow_redirects=True, timeout=_TIMEOUT_S)
        self.text, self.content, self.status = "", b"", 0

    def get(self, path: str) -> "Reader":
        return self._seen(self.client.get(path))

    def send(self, path: str, files=None, **fields) -> "Reader":  # type: ignore[no-untyped-def]
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', self.text))
        return self._seen(self.client.post(path, data=hidden | fields, files=files))

    def verdict(self, data: bytes, name: str) -> str:
        self.get("/kiem-tra").send("/kiem-tra", files={"file": (name, data)})
        return self.text.partition('data-verdict="')[2].partition('"')[0]

    def log_in(self, party: str, number: str) -> None:
        self.get(f"/dang-nhap?ben={party}")
        assert "Chỉ để phát triển" in self.text
        self.send("/dang-nhap-thu/authorize", party=party, personal_id=number)
        assert "đã đăng nhập trong phiên này" in self.text

    def _seen(self, answer: httpx.Response) -> "Reader":
        self.content, self.status = answer.content, answer.status_code
        self.text = "" if answer.headers.get("content-type") == "application/pdf" else answer.text
        return self


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    """Where the portal of this hub answers."""
    port = port_of(world.hub.data / "portal.port")
    url = f"http://127.0.0.1:{port}"
    spec = portal_spec(url)
    world.hub.start_workers([replace(spec, environment={**spec.environment, "HUB_PORTAL_PORT": str(port)})])

    def answers() -> bool:
        try:
            return httpx.get(url).status_code == 200
        except httpx.HTTPError:
            return False

    eventually("the portal", answers, 150)
    yield url
    kept = world.hub.worker("portal")
    kept.stop()
    world.hub.workers.remove(kept)


@pytest.fixture
def readers(address: str) -> Iterator[tuple[Reader, Reader, Reader]]:
    """Browsers of a family, a recipient, and a stranger."""
    opened = (Reader(address), Reader(address), Reader(address))
    yield opened
    for one in opened:
        one.client.close()


def test_family_reads_prints_checks_shares_and_takes_back(world: World, readers: tuple[Reader, Reader, Reader]) -> None:
    school = world.school(SO, 0)
    locked = lock_this(world, school, world.leaver(school))
    student = locked.transcripts[0].student
    secret = secret_of(secrets.token_bytes(10))
    locator = locator_of_student(world.database(SO), locked.school.code, student.student_code)
    said = slip_issue(SO, locked.school.code, YEAR, student.student_code, locator, secret, world.at)
    seal = world.people(f"DAU-{said.school}")
    assert world.ask(command_sending(SO, said, seal, "school_seal", world.iat))[0].outcome == "accepted"

    family, recipient, stranger = readers
    shown = {"locator": locator, "secret": printed_secret(secret), "birth": date_text(str(student.birth_date))}

    def opened() -> bool:
        return student.name in family.get("/").send("/tra-cuu", **shown).text

    eventually("the slip at Bộ", opened)
    assert "2025–2026" in family.text
    assert "<td" in family.get(f"/hoc-ba/{YEAR}").text
    path = re.search(r'href="(/hoc-ba/[^"]+)/to\.pdf', family.text)
    assert path is not None

    pdf = family.get(f"{path[1]}/to.pdf").content
    assert pdf.startswith(b"%PDF-")
    assert family.verdict(pdf, "x.pdf") == "valid", family.text
    at = pdf.index(b"endobj") - 3
    assert family.verdict(pdf[:at] + bytes((pdf[at] ^ 1,)) + pdf[at + 1 :], "x.pdf") == "invalid"
    bundle = family.get(f"{path[1]}/bang-chung.json").content
    assert family.verdict(bundle, "x.json") == "valid", family.text

    number = str(student.personal_id)
    family.get("/chia-se").log_in("pupil", number)
    family.log_in("guardian", number)
    family.send("/chia-se", recipient="Đại học Mẫu", purpose="xét tuyển", years=[YEAR], days="30")
    link = re.search(r'id="dia-chi">http://[^/]+(/nhan/[0-9a-f-]+)<', family.text)
    code = re.search(r'id="ma-chia-se">([^<]+)<', family.text)
    assert link is not None, family.text
    assert code is not None

    recipient.get(link[1]).send(link[1], code=code[1])
    assert 'data-verdict="valid"' in recipient.text
    assert recipient.get("/hoc-ba").status == 401
    assert "Đại học Mẫu" in family.get("/ai-da-xem").text
    family.get("/chia-se").send("/chia-se/thu-hoi", share_id=link[1].rpartition("/")[2])
    assert "đã thu hồi" in family.text
    assert recipient.get(link[1]).status == 403

    wrong = stranger.get("/").send("/tra-cuu", **shown | {"secret": "0000-0000-0000-0000-0"})
    assert (wrong.status, student.name in wrong.text) == (403, False)
    assert secret not in (world.hub.data / "logs" / "portal.log").read_text()
