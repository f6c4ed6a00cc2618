"""A family asks for a transfer: schools from the register, and nothing is sent that lacks something."""

import asyncio
import re
from datetime import date

import pytest

from hub.web.portal import subject
from tests.unit.web.portal.test_sharing import PUPIL, logged_in
from tests.unit.web.portal.transfers import FORM, NEW, OLD, family, says_who

SEARCH = "/chuyen-truong/moi?den-so=nghe-an&den-ten="


def choices(text: str, name: str) -> list[str]:
    """Return the values of one list of the page."""
    listed = re.search(rf'<select id="{name}".*?</select>', text, re.DOTALL)
    return re.findall(r'value="([^"]+)"', listed[0]) if listed else []


@pytest.mark.parametrize(
    ("typed", "found"),
    [("", ["nghe-an/40000002", "nghe-an/40000001"]), ("dang thai", ["nghe-an/40000001"]),
     ("MAI ĐẶNG", ["nghe-an/40000001"]), ("40000002", ["nghe-an/40000002"]), ("giai the", []), ("zzz", [])],
)  # fmt: skip
def test_open_schools_of_a_province_are_found_without_accents(typed: str, found: list[str]) -> None:
    """By every word of name or code; a closed school takes nobody."""

    async def main() -> None:
        world, reader = await family()
        await says_who(world, reader, "guardian")
        text = (await reader.get(SEARCH + typed)).text
        assert sorted(choices(text, "den")) == sorted(found)
        assert ('id="trong"' in text) == (not found)

    asyncio.run(main())


def test_present_school_is_that_of_the_record_or_one_that_is_searched_for() -> None:
    async def main() -> None:
        world, reader = await family()
        await says_who(world, reader, "guardian")
        assert choices((await reader.get(SEARCH)).text, "tu") == ["ha-noi/0101001"]
        text = (await reader.get(SEARCH + "&tu-so=ha-noi&tu-ten=nguyen")).text
        assert choices(text, "tu") == ["ha-noi/0101001", "ha-noi/01000002"]

    asyncio.run(main())


def test_request_is_kept_as_it_was_filled_in() -> None:
    async def main() -> None:
        world, reader = await family()
        await says_who(world, reader, "guardian")
        await reader.get(SEARCH)
        answer = await reader.send("/chuyen-truong", **FORM)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/chuyen-truong"), answer.text
        [said] = world.store.said
        assert (said.receiving, said.sending, said.school_year, said.grade) == (NEW, OLD, "2026-2027", 4)
        assert (said.birth_date, said.reason) == (date(2017, 3, 14), FORM["reason"])
        assert [party for party, _, _ in said.agreed] == ["guardian"]

    asyncio.run(main())


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"den": ""}, "PORTAL_TRANSFER_WRONG"), ({"tu": "x"}, "PORTAL_TRANSFER_WRONG"),
        ({"year": "1999-2000"}, "PORTAL_TRANSFER_WRONG"), ({"grade": "13"}, "PORTAL_TRANSFER_WRONG"),
        ({"reason": " "}, "PORTAL_TRANSFER_WRONG"), ({"birth": "31/02/2017"}, "TRANSFER_BIRTH_DATE_WRONG"),
        ({"birth": "02/07/2026"}, "TRANSFER_BIRTH_DATE_WRONG"),
        ({"birth": "15/03/2017"}, "TRANSFER_BIRTH_DATE_DIFFERS"),
        ({"den": "ha-noi/0101001"}, "TRANSFER_SAME_SCHOOL"), ({"den": "nghe-an/99"}, "TRANSFER_SCHOOL_UNKNOWN"),
        ({"den": "nghe-an/40000003"}, "TRANSFER_SCHOOL_UNKNOWN"), ({"den": "nowhere/1"}, "TRANSFER_SCHOOL_UNKNOWN"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_above_the_form_which_stays(wrong: dict[str, str], code: str) -> None:
    async def main() -> None:
        world, reader = await family()
        await says_who(world, reader, "guardian")
        await reader.get(SEARCH)
        answer = await reader.send("/chuyen-truong", **FORM | wrong)
        assert (answer.status_code, f"<code>{code}</code>" in answer.text) == (422, True), answer.text
        assert choices(answer.text, "den") == ["nghe-an/40000002", "nghe-an/40000001"]
        typed = (FORM | wrong)["reason"]
        assert f'value="{typed}"' in answer.text
        assert world.store.said == []

    asyncio.run(main())


def test_pupil_whom_no_step_can_name_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pupil code with Đ, without a personal number: the school has to give another one first."""

    async def main() -> None:
        world, reader = await family()
        await says_who(world, reader, "guardian")
        monkeypatch.setattr(subject, "pupil_of", lambda _: "school:0101001:HĐ1")
        await reader.get(SEARCH)
        answer = await reader.send("/chuyen-truong", **FORM)
        assert (answer.status_code, "TRANSFER_PUPIL_MALFORMED" in answer.text) == (422, True)
        assert world.store.said == []

    asyncio.run(main())


def test_pupil_of_nine_does_not_ask_alone() -> None:
    """From 7 to 18 the guardian asks; the pupil consents."""

    async def main() -> None:
        world, reader = await family()
        await logged_in(world, reader, "pupil", PUPIL)
        assert 'id="de-nghi"' not in (await reader.get(SEARCH)).text
        answer = await reader.send("/chuyen-truong", **FORM)
        assert "PORTAL_CONSENT_MISSING" in answer.text
        assert world.store.said == []

    asyncio.run(main())


def test_pupil_of_eighteen_asks_alone() -> None:
    async def main() -> None:
        world, reader = await family()
        world.store.record.birth_date = date(2008, 7, 1)
        await logged_in(world, reader, "pupil", PUPIL)
        await reader.get(SEARCH)
        assert (await reader.send("/chuyen-truong", **FORM)).status_code == 303

    asyncio.run(main())


def test_family_that_sent_too_much_is_told_so() -> None:
    async def main() -> None:
        world, reader = await family()
        await says_who(world, reader, "guardian")
        world.store.answer = "PORTAL_TRANSFER_MANY"
        await reader.get(SEARCH)
        assert "PORTAL_TRANSFER_MANY" in (await reader.send("/chuyen-truong", **FORM)).text

    asyncio.run(main())
