"""Pages that a good day does not show: empty, busy, refused; each brought about in a portal with a store in memory."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hub.domain.slip import printed_secret
from hub.errors import Unavailable
from tests.browser.browsing import Visitor
from tests.browser.entering import log_in, look_up
from tests.browser.moving import choose_school, fill_in
from tests.browser.story import Family
from tests.unit.web.portal.test_sharing import PUPIL_ID
from tests.unit.web.portal.transfers import ID, a_step, a_transfer, a_wish
from tests.unit.web.portal.world import LOCATOR, NAME, SECRET, YEAR, World

__all__ = ["STATES", "State"]

FAMILY = Family(NAME, LOCATOR, printed_secret(SECRET), "14/03/2017", PUPIL_ID, (YEAR,), (), "year")
State = Callable[[World, Visitor], None]


def _nothing_locked(world: World, reader: Visitor) -> None:
    world.store.record.found = []
    look_up(reader, FAMILY)
    reader.sees("#trong")


def _between_two_versions(_world: World, reader: Visitor) -> None:
    look_up(reader, FAMILY)
    reader.go("/hoc-ba?tai-ngay=22/06/2026")
    reader.sees(f"article a[href^='/hoc-ba/{YEAR}/year/1']")
    assert reader.page.locator(f"article a[href^='/hoc-ba/{YEAR}/year/2']").count() == 0


def _nobody_looked(world: World, reader: Visitor) -> None:
    look_up(reader, FAMILY)
    world.store.rows.clear()
    reader.go("/ai-da-xem")
    reader.sees("#trong")


def _busy(world: World, reader: Visitor) -> None:
    reader.go("/")
    world.store.is_down = True
    look_up(reader, FAMILY)
    reader.sees("#loi >> text=PORTAL_BUSY")


def _checker_busy(world: World, reader: Visitor) -> None:
    def check(_data: bytes) -> dict[str, Any]:
        raise Unavailable("PORTAL_BUSY")

    world.portal.checks.check = check  # type: ignore[method-assign, assignment]
    _upload(reader, b"%PDF-1.7")
    reader.sees("#loi >> text=PORTAL_BUSY")


def _nothing_sent(_world: World, reader: Visitor) -> None:
    reader.go("/kiem-tra")
    reader.page.fill("#ma-qr", " ")
    reader.press("#kiem-tra-qr button")
    reader.sees("#loi >> text=PORTAL_UPLOAD_EMPTY")


def _no_qr_code_of_ours(_world: World, reader: Visitor) -> None:
    reader.go("/kiem-tra")
    reader.page.fill("#ma-qr", "https://example.org/x")
    reader.press("#kiem-tra-qr button")
    reader.sees("[data-verdict=invalid]")


def _stale_form(_world: World, reader: Visitor) -> None:
    reader.go("/kiem-tra")
    reader.page.context.clear_cookies(name="dau")
    reader.page.fill("#ma-qr", "x")
    reader.press("#kiem-tra-qr button")
    reader.sees("#loi >> text=PORTAL_FORM_STALE")


def _no_such_day(_world: World, reader: Visitor) -> None:
    look_up(reader, FAMILY)
    reader.go("/hoc-ba?tai-ngay=31/02/2026")
    reader.sees("#loi >> text=PORTAL_DATE_WRONG")


def _year_that_is_not_there(_world: World, reader: Visitor) -> None:
    look_up(reader, FAMILY)
    reader.go("/hoc-ba/1999-2000")
    reader.sees("#loi >> text=PORTAL_NOTHING_THERE")


def _somebody_elses_log_in(_world: World, reader: Visitor) -> None:
    look_up(reader, FAMILY)
    reader.go("/dang-nhap?ben=pupil")
    _say_who(reader, "001217000999")
    if reader.page.locator("main a.button").count() and not reader.page.locator("#loi").count():
        reader.press("main a.button")
    reader.sees("#loi >> text=IDENTITY_OTHER")


def _number_of_no_person(_world: World, reader: Visitor) -> None:
    look_up(reader, FAMILY)
    reader.go("/dang-nhap?ben=pupil")
    _say_who(reader, "12")
    reader.sees("#loi")


def _log_in_to_go_on_from(_world: World, reader: Visitor) -> None:
    """A browser that came back from another site has brought no cookie."""
    reader.go("/dang-nhap/ve?code=1&state=2")
    reader.sees("main a.button")


def _share_that_ended(world: World, reader: Visitor) -> None:
    look_up(reader, FAMILY)
    for party in ("pupil", "guardian"):
        reader.go(f"/dang-nhap?ben={party}")
        log_in(reader, party, PUPIL_ID)
    reader.page.fill("#noi-nhan", "Trường Trung học cơ sở Mẫu")
    reader.page.fill("#muc-dich", "xét tuyển lớp 6")
    reader.page.check("input[name=years]")
    reader.press("#chia-se-moi button")
    world.later(days=60)
    look_up(reader, FAMILY)
    reader.go("/chia-se")
    assert reader.page.locator("article.share").count() == 1
    assert reader.page.locator("article.share form").count() == 0


def _share_without_a_purpose(_world: World, reader: Visitor) -> None:
    look_up(reader, FAMILY)
    for party in ("pupil", "guardian"):
        reader.go(f"/dang-nhap?ben={party}")
        log_in(reader, party, PUPIL_ID)
    reader.page.fill("#noi-nhan", "x")
    reader.page.fill("#muc-dich", " ")
    reader.press("#chia-se-moi button")
    reader.sees("#loi >> text=PORTAL_SHARE_WRONG")


def _portal_without_log_in(world: World, reader: Visitor) -> None:
    known = world.app.state.portal
    known.identity.close()
    world.app.state.portal = replace(known, identity=None)
    look_up(reader, FAMILY)
    reader.go("/chia-se")
    assert reader.page.locator("#dong-y-pupil a").count() == 0


def _no_transfer(_world: World, reader: Visitor) -> None:
    look_up(reader, FAMILY)
    reader.go("/chuyen-truong")
    reader.sees("#trong")


def _no_school_found(_world: World, reader: Visitor) -> None:
    look_up(reader, FAMILY)
    reader.go("/chuyen-truong/moi")
    choose_school(reader, "nghe-an", "không có")
    reader.sees("#trong")


def _school_found_before_the_log_in(_world: World, reader: Visitor) -> None:
    look_up(reader, FAMILY)
    reader.go("/chuyen-truong/moi")
    choose_school(reader, "nghe-an", "dang thai")
    reader.sees("#chua-dang-nhap")


def _request_with_another_birth_date(_world: World, reader: Visitor) -> None:
    look_up(reader, FAMILY)
    reader.go("/dang-nhap?ben=guardian&ve=moi")
    log_in(reader, "guardian", PUPIL_ID, "/chuyen-truong/moi")
    choose_school(reader, "nghe-an")
    fill_in(reader, "15/03/2017")
    reader.sees("#loi >> text=TRANSFER_BIRTH_DATE_DIFFERS")
    assert reader.page.input_value("#ngay-sinh") == "15/03/2017"


def _request_on_its_way(world: World, reader: Visitor) -> None:
    world.store.record.wishes = [a_wish("TransferRequest", transfer_id=None)]
    look_up(reader, FAMILY)
    reader.go("/chuyen-truong")
    reader.sees("[data-wish=waiting]")


def _request_that_bo_refused(world: World, reader: Visitor) -> None:
    world.store.record.wishes = [a_wish("TransferRequest", "TRANSFER_ASKED_ALREADY", transfer_id=None)]
    look_up(reader, FAMILY)
    reader.go("/chuyen-truong")
    reader.sees("[data-wish=refused]")


def _transfer_overdue(world: World, reader: Visitor) -> None:
    agreed = frozenset({"pupil", "guardian"})
    late = a_step("TransferOverdue", by="bo", awaited="answer")
    row = a_transfer(state="consented", awaited="answer", consents=agreed, is_overdue=True, steps=(a_step(), late))
    world.store.record.moves = [row]
    world.later(days=20)
    look_up(reader, FAMILY)
    reader.go("/chuyen-truong")
    reader.sees(".late")
    reader.go(f"/chuyen-truong/{ID}")
    reader.sees(".late")


def _transfer_refused(world: World, reader: Visitor) -> None:
    steps = (a_step(), a_step("TransferAnswer", decision="refuse", reason="Hết chỗ học"))
    world.store.record.moves = [a_transfer(state="refused", awaited=None, due_at=None, steps=steps)]
    look_up(reader, FAMILY)
    reader.go(f"/chuyen-truong/{ID}")
    reader.sees("text=Hết chỗ học")


def _transfer_of_two_schools_at_once(world: World, reader: Visitor) -> None:
    world.store.record.moves = [a_transfer(state="contested", awaited="decision")]
    look_up(reader, FAMILY)
    reader.go(f"/chuyen-truong/{ID}")
    reader.sees("#tinh-trang[data-state=contested]")


def _transfer_of_another_pupil(_world: World, reader: Visitor) -> None:
    look_up(reader, FAMILY)
    reader.go(f"/chuyen-truong/{ID}")
    reader.sees("#loi >> text=PORTAL_NOTHING_THERE")


def _consent_on_its_way(world: World, reader: Visitor) -> None:
    world.store.record.moves, world.store.record.wishes = [a_transfer()], [a_wish(), a_wish("TransferWithdrawal")]
    look_up(reader, FAMILY)
    reader.go(f"/chuyen-truong/{ID}")
    reader.sees("[data-wish=waiting]")


def _transfers_while_busy(world: World, reader: Visitor) -> None:
    look_up(reader, FAMILY)
    world.store.is_down = True
    reader.go("/chuyen-truong")
    reader.sees("#loi >> text=PORTAL_BUSY")


def _upload(reader: Visitor, data: bytes) -> None:
    reader.go("/kiem-tra")
    reader.page.set_input_files("#tep", {"name": "x.pdf", "mimeType": "application/pdf", "buffer": data})
    reader.press("#kiem-tra-tep button")


def _say_who(reader: Visitor, number: str) -> None:
    reader.page.check("input[value=pupil]")
    reader.page.fill("#so-dinh-danh", number)
    reader.press("button")


STATES: Mapping[str, State] = {
    "nothing locked yet": _nothing_locked, "as of a day between two versions": _between_two_versions,
    "nobody looked": _nobody_looked, "busy": _busy, "checker busy": _checker_busy,
    "nothing sent": _nothing_sent, "no QR code of ours": _no_qr_code_of_ours, "stale form": _stale_form,
    "no such day": _no_such_day, "year that is not there": _year_that_is_not_there,
    "somebody else's log-in": _somebody_elses_log_in, "number of no person": _number_of_no_person,
    "log-in to go on from": _log_in_to_go_on_from, "share that ended": _share_that_ended,
    "share without a purpose": _share_without_a_purpose, "portal without log-in": _portal_without_log_in,
    "no transfer": _no_transfer, "no school found": _no_school_found,
    "school found before the log-in": _school_found_before_the_log_in,
    "request with another birth date": _request_with_another_birth_date, "request on its way": _request_on_its_way,
    "request that Bộ refused": _request_that_bo_refused, "transfer overdue": _transfer_overdue,
    "transfer refused": _transfer_refused, "transfer of two schools at once": _transfer_of_two_schools_at_once,
    "transfer of another pupil": _transfer_of_another_pupil, "consent on its way": _consent_on_its_way,
    "transfers while busy": _transfers_while_busy,
}  # fmt: skip
