"""The way through every page, as one reader goes it: guest, family, recipient of a share."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from hub.domain.slip import printed_secret
from hub.print.parts import parts_of
from tests.browser.browsing import Visitor
from tests.unit.print.sheets import good_sheet
from tests.unit.web.portal.test_sharing import PUPIL_ID
from tests.unit.web.portal.world import LOCATOR, SECRET, YEAR

__all__ = ["PAGES", "a_sheet", "look_up", "walk"]

PAGES = (
    "look-up", "wrong look-up", "page that is not there", "session over", "verify", "sheet that is valid",
    "sheet that was changed", "QR code", "history", "history as of a day", "history before the first lock", "year",
    "superseded version", "sharing without consent", "log-in", "sharing with consent", "share made", "shares",
    "who looked", "share asked for", "wrong code", "share received",
)  # fmt: skip


def walk(reader: Visitor) -> Iterator[str]:
    """Yield the name of each page of PAGES while it is open."""
    yield from _guest(reader)
    yield from _verifying(reader)
    yield from _family(reader)
    yield from _sharing(reader)


@cache
def a_sheet() -> bytes:
    """Return a sealed sheet; made in a thread of its own, since the browser's driver has a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(good_sheet, "bo").result()


def look_up(reader: Visitor, secret: str = "") -> None:
    """Fill in the slip and send it."""
    reader.go("/")
    reader.page.fill("#ma-tra-cuu", LOCATOR)
    reader.page.fill("#ma-bi-mat", secret or printed_secret(SECRET))
    reader.page.fill("#ngay-sinh", "14/03/2017")
    reader.press("#tra-cuu button")


def _guest(reader: Visitor) -> Iterator[str]:
    reader.go(f"/?lang={reader.mode.language}")
    yield "look-up"
    look_up(reader, "0000-0000-0000-0000-0")
    yield "wrong look-up"
    reader.go("/nowhere")
    yield "page that is not there"
    reader.go("/hoc-ba")
    yield "session over"


def _verifying(reader: Visitor) -> Iterator[str]:
    reader.go("/kiem-tra")
    yield "verify"
    sheet = a_sheet()
    at = sheet.index(b"endobj") - 3
    changed = sheet[:at] + bytes((sheet[at] ^ 1,)) + sheet[at + 1 :]
    for name, data in (("sheet that is valid", sheet), ("sheet that was changed", changed)):
        reader.go("/kiem-tra")
        reader.page.set_input_files("#tep", {"name": "x.pdf", "mimeType": "application/pdf", "buffer": data})
        reader.press("#kiem-tra-tep button")
        yield name
    reader.go("/kiem-tra")
    reader.page.fill("#ma-qr", parts_of(sheet).qr)
    reader.press("#kiem-tra-qr button")
    yield "QR code"


def _family(reader: Visitor) -> Iterator[str]:
    look_up(reader)
    yield "history"
    reader.page.fill("#tai-ngay", "22/06/2026")
    reader.press("form.inline button")
    yield "history as of a day"
    reader.go("/hoc-ba?tai-ngay=19/06/2026")
    yield "history before the first lock"
    reader.go(f"/hoc-ba/{YEAR}")
    yield "year"
    reader.go(f"/hoc-ba/{YEAR}/year/1")
    yield "superseded version"


def _sharing(reader: Visitor) -> Iterator[str]:
    reader.go("/chia-se")
    yield "sharing without consent"
    reader.press("#dong-y-pupil a")
    yield "log-in"
    _log_in(reader, "pupil")
    reader.press("#dong-y-guardian a")
    _log_in(reader, "guardian")
    yield "sharing with consent"
    reader.page.fill("#noi-nhan", "Trường Trung học cơ sở Mẫu")
    reader.page.fill("#muc-dich", "xét tuyển lớp 6")
    reader.page.check("input[name=years]")
    reader.press("#chia-se-moi button")
    yield "share made"
    address, code = (reader.page.inner_text(place) for place in ("#dia-chi", "#ma-chia-se"))
    reader.go("/chia-se")
    yield "shares"
    reader.go("/ai-da-xem")
    yield "who looked"
    yield from _receiving(reader, address, code)


def _log_in(reader: Visitor, party: str) -> None:
    """Say who one is at the development log-in, and go on until the portal's page of shares is open."""
    reader.page.check(f"input[value={party}]")
    reader.page.fill("#so-dinh-danh", PUPIL_ID)
    reader.press("button")
    if reader.page.locator("main a.button").count():  # a browser that brought no cookie from elsewhere is asked
        reader.press("main a.button")
    reader.page.wait_for_url("**/chia-se")


def _receiving(reader: Visitor, address: str, code: str) -> Iterator[str]:
    reader.go(address)
    yield "share asked for"
    for typed, name in (("0000-0000-0000-0000-0", "wrong code"), (code, "share received")):
        reader.page.fill("#ma", typed)
        reader.press("#nhan button")
        yield name
