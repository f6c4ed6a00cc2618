"""A Sở's act on its way: made, signed by one and by another, kept in a file, sent as one command a school."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.client import (
    SignedAct,
    act_outbounds,
    agree_to_act,
    lock_act,
    read_act,
    read_unreported_of_schools,
    sign_act,
    write_act,
)
from hub.decision import set_root
from hub.domain.statements import RoundName, SoLock, SoLockItem, Unreported
from hub.domain.statements import read as read_statement
from hub.errors import Refused
from hub.kafka.headers import disagreement, read_headers
from hub.kafka.partition import partition_of
from hub.schemas import decode
from hub.topics import command
from hub.trust import read
from tests.unit.client.builders import ISSUED_AT, ISSUED_S, signer

SO, YEAR = "ha-noi", "2025-2026"
SCHOOLS = ("01010001", "01010002", "01010003")
ROUND = RoundName(cohort="completed", number=1)


def an_item(school: str, count: int = 3) -> SoLockItem:
    return SoLockItem(count=count, root=set_root([school.encode().rjust(32)]).hex(), school=school)


def an_act(
    *schools: str, number: str = "9/QĐ-SGDĐT", reason: str = "trường giải thể", at: datetime = ISSUED_AT
) -> SoLock:
    return lock_act(SO, YEAR, ROUND, [an_item(code) for code in schools or SCHOOLS], number, reason, at)


def signed(act: SoLock | None = None) -> SignedAct:
    return sign_act(act or an_act(), signer("lead"), ISSUED_S)


def test_every_school_gets_a_command_with_the_whole_act() -> None:
    """Its own key and id, the same statement and signatures, headers that agree with them."""
    act = agree_to_act(signed(), signer("officer"), "so_officer", ISSUED_S)
    outbounds = act_outbounds(act)
    assert [o.sending.key for o in outbounds] == [code.encode() for code in SCHOOLS]
    for outbound, school in zip(outbounds, SCHOOLS, strict=True):
        message = decode(outbound.sending.value, command(SO).messages)
        value = message.value
        assert (message.name, value["school"], value["command_id"]) == (
            "SoLock", school, f"{act.statement.command_id}.{school}"
        )  # fmt: skip
        assert (value["statement"], value["signature"]) == (act.payload, act.signature)
        assert value["second_signature"] == act.second_signature
        assert disagreement(read_headers(outbound.sending.headers), message) is None
        about = outbound.about
        assert (about["kind"], about["command_id"], about["school"]) == ("SoLock", value["command_id"], school)
        assert outbound.sending.part is None
        assert 0 <= partition_of(school.encode(), command(SO).partitions) < command(SO).partitions


def test_act_names_its_schools_in_order_and_says_the_same_for_the_same_set() -> None:
    """Whoever typed them how; another set is another act."""
    first, again = an_act(*SCHOOLS), an_act(*reversed(SCHOOLS))
    assert first == again
    assert [item.school for item in first.locks] == list(SCHOOLS)
    assert an_act(*SCHOOLS[:2]).command_id != first.command_id
    assert an_act(at=datetime(2026, 6, 16, tzinfo=UTC)).command_id != first.command_id
    assert read_statement(signed(first).payload, SoLock) == first


@pytest.mark.parametrize(
    ("schools", "changes", "code"),
    [
        ((), {}, "LOCK_ACT_EMPTY"),
        (("01010001", "01010001"), {}, "LOCK_ACT_SCHOOL_TWICE"),
        (("01010001",), {"number": ""}, "OPTION_WRONG"),
        (("01010001",), {"reason": "x"}, "OPTION_WRONG"),
    ],
)
def test_act_that_no_so_would_take_is_not_made(schools: tuple[str, ...], changes: dict[str, str], code: str) -> None:
    """It is told before anybody signs."""
    said = {"number": "9", "reason": "lý do"} | changes
    with pytest.raises(Refused) as refused:
        lock_act(SO, YEAR, ROUND, [an_item(school) for school in schools], said["number"], said["reason"], ISSUED_AT)
    assert refused.value.code == code


def test_act_that_no_message_carries_is_not_made() -> None:
    """Every command carries it whole."""
    pupils = tuple(Unreported(pupil=f"passport:FR:{n:0100d}", reason="moved") for n in range(2000))
    items = [SoLockItem(count=1, root="00" * 32, school=f"0101{n:04d}", unreported=pupils) for n in range(5)]
    with pytest.raises(Refused) as refused:
        lock_act(SO, YEAR, ROUND, items, "9", "lý do", ISSUED_AT)
    assert refused.value.code == "LOCK_ACT_TOO_LARGE"


def test_act_travels_to_the_second_person_in_a_file_that_can_be_read(tmp_path: Path) -> None:
    """Written by the first, signed by the second on a machine of their own, sent as it is."""
    path, first = tmp_path / "act.json", signed()
    write_act(path, first)
    assert SCHOOLS[1] in path.read_text(encoding="utf-8")
    agreed = agree_to_act(read_act(path), signer("officer"), "so_officer", ISSUED_S + 60)
    write_act(path, agreed)
    last = read_act(path)
    assert last == agreed
    assert (last.payload, last.signature) == (first.payload, first.signature)
    assert read(last.second_signature).header.hb_scope == {"owner": "so-ha-noi", "school_year": YEAR}
    assert read(last.second_signature).header.hb_role == "so_officer"


def test_who_signed_first_cannot_agree() -> None:
    """By certificate: two of one person are Sở's to notice."""
    with pytest.raises(Refused) as refused:
        agree_to_act(signed(), signer("lead"), "so_lead", ISSUED_S)
    assert refused.value.code == "LOCK_SECOND_PERSON_SAME"


@pytest.mark.parametrize("what", ["no JSON", "a statement", "a signature", "more"])
def test_file_that_was_changed_by_hand_is_refused(tmp_path: Path, what: str) -> None:
    """Nothing of it is signed or sent."""
    path = tmp_path / "act.json"
    write_act(path, signed())
    file = json.loads(path.read_text(encoding="utf-8"))
    file |= {
        "a statement": {"statement": file["statement"].replace('"count":3', '"count": 3', 1)},
        "a signature": {"signature": "none"},
        "more": {"note": "gấp"},
    }.get(what, {})
    path.write_text(json.dumps(file) if what != "no JSON" else "{", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read_act(path)
    assert refused.value.code == "LOCK_ACT_FILE_WRONG"


def test_pupils_who_are_not_reported_are_listed_by_school(tmp_path: Path) -> None:
    """The school's own codes are read as that school's."""
    path = tmp_path / "unreported.csv"
    path.write_text("school,pupil,reason\n01010002,HS9,moved\n01010001,HS1,left\n01010002,HS1,left\n", "utf-8")
    assert read_unreported_of_schools(path) == {
        "01010002": (
            Unreported(pupil="school:01010002:HS1", reason="left"),
            Unreported(pupil="school:01010002:HS9", reason="moved"),
        ),
        "01010001": (Unreported(pupil="school:01010001:HS1", reason="left"),),
    }
    path.write_text('[{"pupil":"HS1","reason":"left"}]', "utf-8")
    with pytest.raises(Refused) as refused:
        read_unreported_of_schools(path)
    assert refused.value.facts["reason"] == "1: school"
