"""A Sở's act as a record: its two signatures, its place in the act, and further rounds that the Sở opened."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from msgspec.structs import replace as with_fields

from hub.agents.preparing import prepare_command
from hub.agents.stage import Record
from hub.client.so_lock import SignedAct, act_outbounds, agree_to_act, sign_act
from hub.decision import Prepared, set_root
from hub.domain.statements import RoundName, SoLock, SoLockItem, Unreported, encode
from hub.kafka.partition import partition_of
from hub.topics import REQUEST_BYTES_MAX
from hub.trust import ChainCache, Entry, round_opening_id
from tests.unit.agents.world import (
    AT,
    CLOSED_SCHOOL,
    SO,
    TOPIC,
    YEAR,
    Desk,
    a_lock_request,
    codes_of,
    record_of,
    with_value,
)
from tests.unit.trust.trust_world import SCHOOL, YEAR_END, YEAR_START, World, a_certificate, an_entry, an_office

IAT = int(AT.timestamp())
ROOT = set_root([b"\1" * 32]).hex()
Prepare = Callable[[Record], Prepared]


@pytest.fixture(scope="session")
def department(world: World) -> World:
    """The world with a lead of the Sở, and a policy that lets the Sở lock."""
    lead = world.pki.issue("lead ha-noi", "person", "ES256", YEAR_START, YEAR_END)
    said = {"completeness": "warn", "decision": "QĐ-1", "so_may_lock": True, "second_person_above": 1}
    made = world.with_(
        an_office("lead", lead, "so_lead", SO, "LD-HN-01"), a_certificate(lead),
        an_entry("lock_policy", "lock-policy", said, version=2),
    )  # fmt: skip
    made.issued["lead"] = lead
    return made


@pytest.fixture
def preparing(department: World) -> Prepare:
    return preparing_in(department)


def preparing_in(world: World) -> Prepare:
    snapshot, cache = world.snapshot(), ChainCache()
    return lambda record: prepare_command(record, TOPIC, snapshot, cache)


def an_act(*schools: str, **changes: object) -> SoLock:
    items = tuple(SoLockItem(count=1, root=ROOT, school=code) for code in schools or (SCHOOL,))
    made = SoLock(
        command_id="act-0001", issued_at="2026-06-20T02:59:00Z", locks=items, number="QĐ-9", reason="trường giải thể",
        round=RoundName(cohort="completed", number=1), school_year=YEAR, so=SO, type="vn.hocba.so-lock/1",
    )  # fmt: skip
    return with_fields(made, **changes)


def signed(world: World, act: SoLock, second: str | None = "officer") -> SignedAct:
    made = sign_act(act, world.issued["lead"].signer, IAT)
    return made if second is None else agree_to_act(made, world.issued[second].signer, "so_officer", IAT)


def record_in(act: SignedAct, school: str = SCHOOL) -> Record:
    sending = next(o.sending for o in act_outbounds(act) if o.sending.key == school.encode())
    return record_of(sending)


def test_act_stands_for_a_school_as_its_own_lock_request(department: World, preparing: Prepare) -> None:
    """Under an id of its own, by the office of who signed for the Sở, with both persons noted."""
    act = signed(department, an_act(SCHOOL, "010202"))
    prepared = preparing(record_in(act))
    assert (prepared.stands, codes_of(prepared)) == (True, [])
    assert (prepared.kind, prepared.command_id, prepared.school) == ("SoLock", f"act-0001.{SCHOOL}", SCHOOL)
    assert prepared.command == a_lock_request(command_id=f"act-0001.{SCHOOL}", root=ROOT)
    assert (prepared.statement, prepared.signer) == (act.payload, "so_lead so-ha-noi")
    assert prepared.act is not None
    assert prepared.act.second is not None
    assert [s.person for s in (prepared.act.first, prepared.act.second)] == ["LD-HN-01", "CB-HN-01"]
    assert prepared.lock_policy.so_cohorts == {"completed", "supplementary"}


def test_act_over_many_schools_is_nobodys_word_until_a_second_person_signed(
    department: World, preparing: Prepare
) -> None:
    """Its id is not used up: the same act is sent again when somebody has agreed."""
    act = an_act(SCHOOL, "010202")
    prepared = preparing(record_in(signed(department, act, second=None)))
    assert (prepared.authentic, codes_of(prepared)) == (False, ["LOCK_SECOND_PERSON_MISSING"])
    lead = department.sign_as("lead", "so_lead", scope=act.scope, typ=act.type, payload=encode(act), iat=IAT)
    twice = replace(signed(department, act, second=None), second_signature=lead)
    prepared = preparing(record_in(twice))
    assert (prepared.authentic, codes_of(prepared)) == (False, ["LOCK_SECOND_PERSON_SAME"])
    assert preparing(record_in(signed(department, an_act(), second=None))).stands


def test_act_is_the_leads_alone(department: World, preparing: Prepare) -> None:
    """An officer may agree, not begin; a principal neither."""
    for who, role, code in (
        ("officer", "so_officer", "SIGNER_ROLE_NOT_ALLOWED"), ("officer", "so_lead", "SIGNER_ROLE_WRONG"),
        ("principal", "so_lead", "SIGNER_OWNER_WRONG"),
    ):  # fmt: skip
        act = an_act()
        payload = encode(act)
        signature = department.sign_as(who, role, scope=act.scope, typ=act.type, payload=payload, iat=IAT)
        prepared = preparing(record_in(SignedAct(act, payload, signature)))
        assert not prepared.authentic, role
        assert code in codes_of(prepared)


def test_second_signature_that_does_not_hold_refuses_the_act(department: World, preparing: Prepare) -> None:
    """It is told at its own place; the id is not used up."""
    act = an_act(SCHOOL, "010202")
    other = signed(department, an_act(SCHOOL), second="officer")
    first = signed(department, act, second=None)
    prepared = preparing(record_in(SignedAct(act, first.payload, first.signature, other.second_signature)))
    assert (prepared.authentic, prepared.stands) == (False, False)
    assert [(f.code, f.path) for f in prepared.findings] == [("SIGNATURE_WRONG", "$.second_signature")]


def test_act_under_the_key_of_a_school_that_it_does_not_name_is_refused(department: World, preparing: Prepare) -> None:
    """Whoever copies an act to another school locks nothing."""
    record = record_in(signed(department, an_act("010202")), "010202")
    moved = with_value(record, school=SCHOOL, command_id=f"act-0001.{SCHOOL}")
    key = SCHOOL.encode()
    prepared = preparing(
        record_of_key(moved, key, headers_with(moved, ce_id=f"act-0001.{SCHOOL}", ce_source=f"/schools/{SCHOOL}"))
    )
    assert (prepared.authentic, codes_of(prepared)) == (False, ["LOCK_ACT_SCHOOL_ABSENT"])


def an_act_of(size: int) -> SoLock:
    """Return an act of so many bytes, by pupils whom it explains and by its reason."""
    absent = [Unreported(pupil=f"id:{n:0117d}", reason="moved") for n in range(2000)]
    full = [SoLockItem(count=1, root=ROOT, school=f"019900{n}", unreported=tuple(absent)) for n in range(3)]

    def explaining(count: int) -> SoLock:
        last = SoLockItem(count=1, root=ROOT, school="0199009", unreported=tuple(absent[:count]))
        return an_act(locks=(*an_act().locks, *full, last))

    one, two = len(encode(explaining(1))), len(encode(explaining(2)))
    act = explaining(1 + (size - one) // (two - one))
    return with_fields(act, reason=act.reason + "x" * (size - len(encode(act))))


@pytest.mark.parametrize("over", [0, 1])
def test_act_that_could_not_travel_on_to_bo_is_refused(department: World, preparing: Prepare, over: int) -> None:
    """It goes whole beside the manifest of each of its locks; its id is not used up."""
    act = an_act_of(REQUEST_BYTES_MAX + over)
    made = signed(department, act)
    assert len(made.payload) == REQUEST_BYTES_MAX + over
    prepared = preparing(record_in(made))
    assert ("LOCK_STATEMENT_TOO_LARGE" in codes_of(prepared), prepared.authentic) == (bool(over), not over)


def test_act_of_another_so_is_refused(department: World, preparing: Prepare) -> None:
    """Its topic says whose it must be."""
    made = signed(department, an_act(so="nghe-an"))
    record = record_in(made)
    record = record_of_key(record, SCHOOL.encode(), record.headers, topic=TOPIC.name)
    assert "ENVELOPE_DISAGREES" in codes_of(preparing(record))


def test_act_over_a_closed_school_is_refused_there(department: World, preparing: Prepare) -> None:
    """Its successor's own commands come instead."""
    prepared = preparing(record_in(signed(department, an_act(CLOSED_SCHOOL)), CLOSED_SCHOOL))
    assert codes_of(prepared) == ["SCHOOL_CLOSED"]


def test_act_whose_ids_would_be_no_ids_is_refused(department: World, preparing: Prepare) -> None:
    """Act id and school code together are the command's id."""
    act = an_act(command_id="a" * 60)
    made = signed(department, act)
    prepared = preparing(with_value(record_in(made), command_id="a" * 60 + f".{SCHOOL}"))
    assert "STATEMENT_INVALID" in codes_of(prepared)


def an_opening(number: int = 2, school: str = SCHOOL) -> Entry:
    payload = {
        "cohort": "completed", "decision": "QĐ-12", "number": number, "reason": "báo cáo sót", "school": school,
        "school_year": YEAR,
    }  # fmt: skip
    return an_entry("round_opening", round_opening_id(school, YEAR, "completed", number), payload, version=3)


@pytest.mark.parametrize(
    ("entries", "codes"),
    [((), ["ROUND_NUMBER_NOT_OPENED"]), ((an_opening(),), []), ((an_opening(3),), ["ROUND_NUMBER_NOT_OPENED"]),
     ((an_opening(school="010202"),), ["ROUND_NUMBER_NOT_OPENED"])],
    ids=["none", "this round", "another number", "another school"],
)  # fmt: skip
def test_further_round_takes_documents_once_the_so_has_opened_it(desk: Desk, entries, codes) -> None:
    """For that school, year, cohort and number, and no other."""
    prepare = preparing_in(desk.world.with_(*entries))
    prepared = prepare(desk.submission(desk.document(), round=RoundName(cohort="completed", number=2)))
    assert [f.code for d in prepared.documents for f in d.findings] == codes


def headers_with(record: Record, **changes: str) -> tuple[tuple[str, bytes | None], ...]:
    return tuple((k, changes.get(k, (v or b"").decode()).encode()) for k, v in record.headers)


def record_of_key(
    record: Record, key: bytes, headers: tuple[tuple[str, bytes | None], ...], topic: str | None = None
) -> Record:
    part = partition_of(key, TOPIC.partitions)
    return replace(record, key=key, part=part, headers=headers, topic=topic or record.topic)
