"""The whole way through the portal of a real hub, as a family and the recipient of a share go it, page by page.

A step that does not show what it must ends the walk. Without scripts, people type what a QR code or a link carries.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from hub.domain.civil import civil_date
from hub.domain.form import date_text
from hub.print.parts import parts_of
from tests.browser.browsing import Visitor
from tests.browser.entering import log_in, look_up
from tests.browser.hostile import hostile_sheets
from tests.browser.moving import moving
from tests.browser.story import Family

__all__ = ["NOBODYS", "PAGES", "Step", "verify_file", "walk"]

PAGES = (
    "look-up", "wrong look-up", "page that is not there", "session over", "history", "history as of a day",
    "history before the first lock", "year", "year at another school", "superseded version", "verify",
    "sheet that is valid", "sheet with one byte changed", "sheet that was superseded", "evidence file", "hostile PDF",
    "QR code", "sharing without consent", "log-in", "sharing with consent", "share made", "share asked for",
    "wrong code", "share received", "shares", "who looked", "share taken back", "shares after that",
    "schools to choose from", "request to fill in", "transfers", "transfer without consent", "transfer with consent",
    "transfer taken back", "left",
)  # fmt: skip
NOBODYS = "0000-0000-0000-0000-0"  # well-formed, and opens nothing
_RECIPIENT, _PURPOSE = "Trường Trung học cơ sở Mẫu", "xét tuyển lớp 6"

Step = tuple[str, Visitor]


def walk(family: Visitor, recipient: Visitor, of: Family, now: datetime) -> Iterator[Step]:
    """Yield the name of each page of PAGES with the window in which it is open."""
    yield from _guest(family, of)
    yield from _reading(family, of, civil_date(now))
    yield from _verifying(family, of)
    yield from _sharing(family, recipient, of)


def verify_file(reader: Visitor, data: bytes, verdict: str, name: str = "x.pdf") -> None:
    """Upload a file, and see that verdict."""
    reader.go("/kiem-tra")
    kind = "application/pdf" if name.endswith("pdf") else "application/json"
    reader.page.set_input_files("#tep", {"name": name, "mimeType": kind, "buffer": data})
    reader.press("#kiem-tra-tep button")
    reader.sees(f"[data-verdict={verdict}]")


def _guest(reader: Visitor, of: Family) -> Iterator[Step]:
    reader.go(f"/?lang={reader.mode.language}")
    yield "look-up", reader
    look_up(reader, of, NOBODYS)
    reader.sees("#khong-mo-duoc")
    yield "wrong look-up", reader
    reader.go("/nowhere")
    yield "page that is not there", reader
    reader.go("/hoc-ba")
    reader.sees("#loi")
    yield "session over", reader


def _reading(reader: Visitor, of: Family, today: date) -> Iterator[Step]:
    look_up(reader, of)
    _sees_years(reader, of.years)
    assert len(set(reader.page.locator("[data-province]").all_inner_texts())) == 2
    yield "history", reader
    reader.page.fill("#tai-ngay", date_text(today.isoformat()))
    reader.press("form.inline button")
    _sees_years(reader, of.years)
    yield "history as of a day", reader
    reader.go(f"/hoc-ba?tai-ngay={date_text((today - timedelta(days=1)).isoformat())}")
    reader.sees("#trong")
    _sees_years(reader, ())
    yield "history before the first lock", reader
    reader.go("/hoc-ba")
    reader.press("article:first-of-type h2 a")
    reader.sees(f"text={of.schools[0]}")
    yield "year at another school", reader
    reader.go(f"/hoc-ba/{of.years[-1]}")
    reader.sees(f"text={of.name}")
    yield "year", reader
    reader.go(f"/hoc-ba/{of.years[-1]}/{of.period}/1")
    reader.sees("#da-thay")
    yield "superseded version", reader


def _sees_years(reader: Visitor, years: tuple[str, ...]) -> None:
    told = [text.split()[0].replace("–", "-") for text in reader.page.locator("article h2").all_inner_texts()]
    assert tuple(told) == years


def _verifying(reader: Visitor, of: Family) -> Iterator[Step]:
    reader.go(f"/hoc-ba/{of.years[-1]}/{of.period}/1")
    old = reader.download("a[href*='to.pdf']")
    reader.go(f"/hoc-ba/{of.years[-1]}/{of.period}/2")
    sheet, evidence = (reader.download(f"main a[href*='{what}']") for what in ("to.pdf", "bang-chung.json"))
    reader.go("/kiem-tra")
    yield "verify", reader
    at = sheet.index(b"endobj") - 3
    changed = sheet[:at] + bytes((sheet[at] ^ 1,)) + sheet[at + 1 :]
    for name, data, verdict in (
        ("sheet that is valid", sheet, "valid"), ("sheet with one byte changed", changed, "invalid"),
        ("sheet that was superseded", old, "superseded"),
    ):  # fmt: skip
        verify_file(reader, data, verdict)
        yield name, reader
    verify_file(reader, evidence, "valid", "x.json")
    yield "evidence file", reader
    for hostile in hostile_sheets(sheet):
        verify_file(reader, hostile, "invalid")
    yield "hostile PDF", reader
    yield from _scanning(reader, parts_of(sheet).qr)


def _scanning(reader: Visitor, qr: str) -> Iterator[Step]:
    if reader.mode.scripts:
        reader.go("about:blank")
        reader.go("/kiem-tra#" + qr.partition("#")[2])
    else:
        reader.go("/kiem-tra")
        reader.page.fill("#ma-qr", qr)
        reader.press("#kiem-tra-qr button")
    reader.sees("[data-verdict=valid]")
    yield "QR code", reader


def _sharing(family: Visitor, recipient: Visitor, of: Family) -> Iterator[Step]:
    family.go("/chia-se")
    yield "sharing without consent", family
    family.press("#dong-y-pupil a")
    yield "log-in", family
    log_in(family, "pupil", of.personal_id)
    family.press("#dong-y-guardian a")
    log_in(family, "guardian", of.personal_id)
    yield "sharing with consent", family
    family.page.fill("#noi-nhan", _RECIPIENT)
    family.page.fill("#muc-dich", _PURPOSE)
    family.page.check(f"input[value='{of.years[-1]}']")
    family.press("#chia-se-moi button")
    yield "share made", family
    address, code = (family.page.inner_text(place) for place in ("#dia-chi", "#ma-chia-se"))
    yield from _receiving(recipient, address, code, of)
    family.go("/chia-se")
    yield "shares", family
    family.go("/ai-da-xem")
    family.sees(f"#ai-da-xem >> text={_RECIPIENT}")
    yield "who looked", family
    yield from _taking_back(family, lambda: recipient.go(address), recipient, of)


def _receiving(reader: Visitor, address: str, code: str, of: Family) -> Iterator[Step]:
    reader.go(f"{address}?lang={reader.mode.language}")
    yield "share asked for", reader
    reader.page.fill("#ma", NOBODYS)
    reader.press("#nhan button")
    reader.sees("#khong-mo-duoc")
    yield "wrong code", reader
    if reader.mode.scripts:
        reader.go("about:blank")
        reader.go(f"{address}#{code.replace('-', '')}")
    else:
        reader.page.fill("#ma", code)
        reader.press("#nhan button")
    reader.sees("[data-verdict=valid]")
    text = reader.page.inner_text("main")
    told = [year for year in of.years if year in text or year.replace("-", "–") in text]
    assert told == [of.years[-1]]
    yield "share received", reader


def _taking_back(family: Visitor, again: Callable[[], None], recipient: Visitor, of: Family) -> Iterator[Step]:
    family.go("/chia-se")
    family.press("article.share form button")
    again()
    recipient.sees("#khong-mo-duoc")
    assert of.name not in recipient.page.content()
    yield "share taken back", recipient
    assert family.page.locator("article.share form").count() == 0
    yield "shares after that", family
    for name in moving(family, of):
        yield name, family
    family.press(".aside form button")
    family.go("/hoc-ba")
    family.sees("#loi")
    yield "left", family
