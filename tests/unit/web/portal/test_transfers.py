"""A family sees its own pupil's transfers, says what it may, and nothing is said for it."""

import asyncio
import re
from datetime import date, timedelta
from typing import Any

import pytest

from tests.unit.web.portal.test_sharing import GUARDIAN, logged_in
from tests.unit.web.portal.transfers import ID, a_step, a_transfer, a_wish, family, says_who
from tests.unit.web.portal.world import World

STRANGERS = "cd" * 32


def test_transfer_is_told_with_schools_who_is_awaited_and_until_when() -> None:
    async def main() -> None:
        _, reader = await family(a_transfer(state="consented", awaited="answer", consents=frozenset({"pupil"})))
        for path in ("/chuyen-truong", f"/chuyen-truong/{ID}"):
            text = (await reader.get(path)).text
            for told in ("Trường Tiểu học Mẫu 1", "Trường Tiểu học Đặng Thai Mai", "Sở Giáo dục và Đào tạo Nghệ An",
                         "Trường tiếp nhận", "trả lời", "đến hết ngày 14/07/2026", "còn 9 ngày làm việc"):  # fmt: skip
                assert told in re.sub(r"<[^>]+>|\s+", " ", text).replace("  ", " ") or told in text, (path, told)
        assert "trả lời trong 8 ngày làm việc; chuyển trả trong 3 ngày làm việc" in re.sub(r"\s+", " ", text)

    asyncio.run(main())


def test_days_left_leave_out_what_the_register_declares_free() -> None:
    async def main() -> None:
        world, reader = await family(a_transfer())
        world.store.off = frozenset({date(2026, 7, 2), date(2026, 7, 3)})
        assert "còn 7" in (await reader.get(f"/chuyen-truong/{ID}")).text

    asyncio.run(main())


def test_transfer_that_waits_too_long_is_told_as_overdue() -> None:
    async def main() -> None:
        world, reader = await family(a_transfer(is_overdue=True))
        world.now += timedelta(minutes=1)
        text = (await reader.get(f"/chuyen-truong/{ID}")).text
        assert "đã quá hạn" in text

    asyncio.run(main())


def test_steps_are_told_newest_first_with_their_reasons() -> None:
    async def main() -> None:
        steps = (
            a_step(), a_step("TransferConsent", by="school", parties=["pupil", "guardian"]),
            a_step("TransferOverdue", by="bo", awaited="answer"),
            a_step("TransferAnswer", decision="refuse", reason="Hết <b>chỗ</b> học"),
        )  # fmt: skip
        _, reader = await family(a_transfer(state="refused", awaited=None, due_at=None, steps=steps))
        text = (await reader.get(f"/chuyen-truong/{ID}")).text
        told = ["Trường tiếp nhận từ chối", "Hết &lt;b&gt;chỗ", "Quá hạn: chờ trường tiếp nhận trả lời",
                "Học sinh và người giám hộ đồng ý (đơn giấy", "Gia đình đề nghị chuyển trường"]  # fmt: skip
        assert [text.index(one) for one in told] == sorted(text.index(one) for one in told)
        assert 'id="rut"' not in text

    asyncio.run(main())


@pytest.mark.parametrize("path", [STRANGERS, "x", "%00", "AB" * 32, "0" * 2_000])
def test_id_of_a_stranger_gets_the_page_of_one_that_is_not_there(path: str) -> None:
    """Reading, consenting and withdrawing alike; nothing is kept."""

    async def main() -> None:
        world, reader = await family(a_transfer())
        await says_who(world, reader, "pupil", "guardian")
        usual = await reader.get("/chuyen-truong/" + "ee" * 32)
        answer = await reader.get(f"/chuyen-truong/{path}")
        assert (answer.status_code, "PORTAL_NOTHING_THERE" in answer.text) == (404, True)
        assert answer.text.partition("<main")[2] == usual.text.partition("<main")[2]
        await reader.get(f"/chuyen-truong/{ID}")
        for what, fields in (("dong-y", {"party": "pupil"}), ("rut", {"reason": "Ở lại"})):
            assert (await reader.send(f"/chuyen-truong/{path}/{what}", **fields)).status_code == 404
        assert world.store.said == []

    asyncio.run(main())


def test_store_that_knows_no_such_transfer_of_the_pupil_is_told_alike() -> None:
    """The database looks again: what was read a moment ago is no right."""

    async def main() -> None:
        world, reader = await family(a_transfer())
        await says_who(world, reader, "pupil")
        world.store.answer = "PORTAL_NOTHING_THERE"
        await reader.get(f"/chuyen-truong/{ID}")
        answer = await reader.send(f"/chuyen-truong/{ID}/dong-y", party="pupil")
        assert (answer.status_code, "PORTAL_NOTHING_THERE" in answer.text) == (404, True)

    asyncio.run(main())


def test_each_party_consents_for_itself_and_only_who_has_logged_in() -> None:
    async def main() -> None:
        world, reader = await family(a_transfer())
        text = (await reader.get(f"/chuyen-truong/{ID}")).text
        assert f'href="/dang-nhap?ben=pupil&amp;ve={ID}"' in text
        assert (await reader.send(f"/chuyen-truong/{ID}/dong-y", party="pupil")).status_code == 403
        await says_who(world, reader, "pupil")
        text = (await reader.get(f"/chuyen-truong/{ID}")).text
        forms = re.findall(r'<form method="post" action="([^"]+)"', text)
        assert forms[1:] == [f"/chuyen-truong/{ID}/dong-y", f"/chuyen-truong/{ID}/rut"]
        assert (await reader.send(f"/chuyen-truong/{ID}/dong-y", party="guardian")).status_code == 403
        answer = await reader.send(f"/chuyen-truong/{ID}/dong-y", party="pupil")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/chuyen-truong/{ID}")
        [said] = world.store.said
        assert (said.kind, said.transfer_id, [one[0] for one in said.agreed]) == ("TransferConsent", ID, ["pupil"])

    asyncio.run(main())


def test_log_in_leads_back_to_the_transfer_and_nowhere_else() -> None:
    async def main() -> None:
        world, reader = await family(a_transfer())
        for back, place in ((ID, f"/chuyen-truong/{ID}"), ("moi", "/chuyen-truong/moi"), ("", "/chia-se"),
                            ("//evil.example", "/chia-se"), (f"{ID}/rut", "/chia-se")):  # fmt: skip
            world.logins.coming.append(GUARDIAN)
            answer = await reader.get("/dang-nhap", params={"ben": "guardian", "ve": back})
            assert (await reader.get(answer.headers["location"])).headers["location"] == place

    asyncio.run(main())


@pytest.mark.parametrize(("born", "party", "asks"), [(date(2008, 7, 1), "pupil", ["pupil"]),
                                                     (date(2020, 7, 1), "guardian", ["guardian"])])  # fmt: skip
def test_consent_is_asked_of_whom_the_age_says(born: date, party: str, asks: list[str]) -> None:
    """From 18 on the pupil alone; under 7 the guardian alone. Who has no say is not offered a log-in."""

    async def main() -> None:
        world, reader = await family(a_transfer())
        world.store.record.birth_date = born
        text = (await reader.get(f"/chuyen-truong/{ID}")).text
        assert sorted(set(re.findall(r"ben=(\w+)&", text))) == asks
        await says_who(world, reader, party)
        await reader.get(f"/chuyen-truong/{ID}")
        assert (await reader.send(f"/chuyen-truong/{ID}/dong-y", party=party)).status_code == 303

    asyncio.run(main())


def test_guardian_of_an_adult_pupil_has_no_say() -> None:
    async def main() -> None:
        world, reader = await family(a_transfer())
        world.store.record.birth_date = date(2008, 7, 1)
        assert (await logged_in(world, reader, "guardian", GUARDIAN)).status_code == 403
        await reader.get(f"/chuyen-truong/{ID}")
        assert (await reader.send(f"/chuyen-truong/{ID}/rut", reason="Ở lại")).status_code == 403
        assert world.store.said == []

    asyncio.run(main())


def test_what_was_sent_is_told_as_on_its_way_and_not_asked_again() -> None:
    async def main() -> None:
        world, reader = await family(a_transfer())
        world.store.record.wishes = [a_wish(), a_wish("TransferWithdrawal")]
        await says_who(world, reader, "pupil", "guardian")
        text = (await reader.get(f"/chuyen-truong/{ID}")).text
        assert text.count('data-wish="waiting"') == 2
        assert 'name="party" value="pupil"' not in text
        assert 'name="party" value="guardian"' in text
        assert 'id="rut-de-nghi"' not in text

    asyncio.run(main())


@pytest.mark.parametrize("code", ["TRANSFER_ENDED", "TRANSFER_CONSENT_STANDS", "TRANSFER_SCHOOL_UNKNOWN"])
def test_refusal_of_bo_comes_back_in_plain_words_with_its_code(code: str) -> None:
    async def main() -> None:
        world, reader = await family(a_transfer())
        world.store.record.wishes = [a_wish("TransferRequest", code, transfer_id=None)]
        text = (await reader.get("/chuyen-truong")).text
        assert f"<code>{code}</code>" in text
        assert "{" not in re.sub(r"<[^>]+>", "", text)
        assert 'data-wish="refused"' in text

    asyncio.run(main())


def test_withdrawal_needs_a_reason_and_somebody_with_a_say() -> None:
    async def main() -> None:
        world, reader = await family(a_transfer(state="accepted", awaited="release"))
        await reader.get(f"/chuyen-truong/{ID}")
        assert (await reader.send(f"/chuyen-truong/{ID}/rut", reason="Gia đình ở lại")).status_code == 403
        await says_who(world, reader, "guardian")
        for reason in ("", "  ", "ab", "x" * 501, "a\x00bc", "ab\u202ecd"):
            await reader.get(f"/chuyen-truong/{ID}")
            assert (await reader.send(f"/chuyen-truong/{ID}/rut", reason=reason)).status_code == 422, repr(reason)
        await reader.send(f"/chuyen-truong/{ID}/rut", reason="  Gia đình  ở lại ")
        [said] = world.store.said
        assert (said.kind, said.reason) == ("TransferWithdrawal", "Gia đình ở lại")

    asyncio.run(main())


@pytest.mark.parametrize("path", [f"{ID}/dong-y", f"{ID}/rut", ""])
def test_form_of_elsewhere_says_nothing(path: str) -> None:
    async def main() -> None:
        world, reader = await family(a_transfer())
        await says_who(world, reader, "pupil", "guardian")
        await reader.get(f"/chuyen-truong/{ID}")
        reader.token = "0" * 64
        fields: dict[str, Any] = {"party": "pupil", "reason": "Gia đình ở lại"}
        answer = await reader.send(f"/chuyen-truong/{path}".rstrip("/"), **fields)
        assert (answer.status_code, "PORTAL_FORM_STALE" in answer.text) == (403, True)
        assert world.store.said == []

    asyncio.run(main())


def test_every_page_of_transfers_is_logged_and_told_to_the_family() -> None:
    async def main() -> None:
        world, reader = await family(a_transfer())
        for path in ("/chuyen-truong", f"/chuyen-truong/{ID}", "/chuyen-truong/moi", "/chuyen-truong/" + STRANGERS):
            world.store.rows.clear()
            await reader.get(path)
            assert [one.what for one in world.store.rows] == ["transfer"], path
        assert "Xem việc chuyển trường" in (await reader.get("/ai-da-xem")).text

    asyncio.run(main())


@pytest.mark.parametrize("path", ["/chuyen-truong", f"/chuyen-truong/{ID}", "/chuyen-truong/moi"])
def test_transfers_open_for_a_family_alone(path: str) -> None:
    """Without a session, and after it."""

    async def main() -> None:
        world, reader = await family(a_transfer())
        assert (await World().reader().get(path)).status_code == 401
        world.later(minutes=15)
        assert (await reader.get(path)).status_code == 401

    asyncio.run(main())


def test_family_without_a_transfer_is_told_so() -> None:
    async def main() -> None:
        _, reader = await family()
        assert 'id="trong"' in (await reader.get("/chuyen-truong")).text

    asyncio.run(main())
