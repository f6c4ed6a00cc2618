"""The portal as `hub up` starts it, on real servers: a family reads, prints, checks, shares, takes back."""

import re
import secrets
from collections.abc import Iterator

import pytest

from hub.client import command_sending
from hub.client.slips import locator_of_student, slip_issue
from hub.domain.form import date_text
from hub.domain.slip import printed_secret, secret_of
from tests.journey.deciding import lock_this
from tests.journey.portal_readers import Reader, portal_of
from tests.journey.world import World, eventually

SO, YEAR = "ha-noi", "2025-2026"


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    """Where the portal of this hub answers."""
    with portal_of(world) as url:
        yield url


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
    for party in ("pupil", "guardian"):
        assert "đã đăng nhập trong phiên này" in family.log_in(party, number).text
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

    assert stranger.get("/nhan/x").send("/nhan/x", code=code[1]).status == 403
    wrong = stranger.get("/").send("/tra-cuu", **shown | {"secret": "0000-0000-0000-0000-0"})
    assert (wrong.status, student.name in wrong.text) == (403, False)
    assert secret not in (world.hub.data / "logs" / "portal.log").read_text()
