"""A family asks at a real portal that its child move to another province, agrees, and takes the request back."""

import time
from collections.abc import Iterator

from tests.browser.browsing import Visitor
from tests.browser.entering import log_in, look_up
from tests.browser.story import Family

__all__ = ["choose_school", "fill_in", "moving"]

_TO = "nghe-an"
_DECIDED_S = 60.0
_LIST = "/chuyen-truong"


def moving(reader: Visitor, of: Family) -> Iterator[str]:
    """Yield the name of each page of transfers that is open; the session is a new one."""
    look_up(reader, of)
    reader.go(f"{_LIST}/moi")
    reader.press("#de-nghi-guardian a")
    log_in(reader, "guardian", of.personal_id, f"{_LIST}/moi")
    yield "schools to choose from"
    choose_school(reader, _TO)
    yield "request to fill in"
    fill_in(reader, of.born)
    reader.page.wait_for_url(f"**{_LIST}")
    _until(reader, _LIST, "article.transfer:first-of-type[data-state=requested]")
    yield "transfers"
    reader.press("article.transfer:first-of-type h2 a")
    path = "/" + reader.page.url.partition("//")[2].partition("/")[2]
    yield "transfer without consent"
    reader.press("#dong-y-guardian button")
    reader.press("#dong-y-pupil a")
    log_in(reader, "pupil", of.personal_id, path)
    reader.press("#dong-y-pupil button")
    _until(reader, path, "#tinh-trang[data-state=consented]")
    yield "transfer with consent"
    reader.page.fill("#ly-do", "Gia đình ở lại")
    reader.press("#rut-de-nghi button")
    _until(reader, path, "#tinh-trang[data-state=withdrawn]")
    yield "transfer taken back"


def choose_school(reader: Visitor, so: str, name: str = "") -> None:
    """Search the schools of a Sở by a part of their name."""
    reader.page.select_option("#den-so", so)
    reader.page.fill("#den-ten", name)
    reader.press("#tim-truong button")


def fill_in(reader: Visitor, born: str) -> None:
    """Fill in the request to the first school that was found, and send it."""
    reader.page.select_option("#den", index=1)
    reader.page.fill("#ly-do", "Gia đình chuyển nơi ở")
    reader.page.fill("#ngay-sinh", born)
    reader.press("#de-nghi button")


def _until(reader: Visitor, path: str, selector: str) -> None:
    """Load a page again until Bộ has decided."""
    end = time.monotonic() + _DECIDED_S
    while not reader.page.locator(selector).count():
        assert time.monotonic() < end, f"no {selector}"
        time.sleep(0.5)
        reader.go(path)
