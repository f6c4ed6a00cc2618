"""Corrections before the decision: which school stands for which, and whose signatures count."""

import pytest
from msgspec.structs import replace as with_fields

from hub.agents.preparing import prepare_command
from hub.decision import Prepared
from hub.domain.statements import CorrectionItem, CorrectionRequest, CorrectionWithdrawal, Recall, RoundName
from tests.unit.agents.world import AT, SO, TOPIC, YEAR, Desk, a_recall, a_school_entry, snapshot_of, transcript_of
from tests.unit.trust.trust_world import OTHER_SCHOOL, SCHOOL, World, an_office


@pytest.fixture
def merged(world: World) -> World:
    """The school has closed, another one succeeds it, and the same people hold their offices there now."""
    roles = {"teacher": "homeroom_teacher", "principal": "principal", "seal": "school_seal"}
    offices = [
        an_office(f"{who} there", world.issued[who], role, OTHER_SCHOOL, f"P-{who}") for who, role in roles.items()
    ]
    closed = a_school_entry(SCHOOL, 2, closed_on="2026-02-01", successor=OTHER_SCHOOL)
    return world.with_(closed, a_school_entry(OTHER_SCHOOL), *offices, without=roles)


def a_request(**changes: object) -> CorrectionRequest:
    made = CorrectionRequest(
        basis="Nếp của tỉnh", command_id="request-0001", evidence_sha256="00" * 32, issued_at="2026-06-20T02:59:00Z",
        items=(CorrectionItem(document_sha256="11" * 32, fields=("$.remarks",)),), reason="Nhập nhầm",
        school=OTHER_SCHOOL, school_year=YEAR, type="vn.hocba.correction-request/1",
    )  # fmt: skip
    return with_fields(made, **changes)


def prepared(world: World, record: object) -> Prepared:
    snapshot, cache = snapshot_of(world)
    return prepare_command(record, TOPIC, snapshot, cache)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("issuer", "codes"),
    [(None, []), (OTHER_SCHOOL, []), (SCHOOL, []), ("010303", ["CORRECTION_ISSUER_WRONG"])],
)
def test_request_for_a_closed_school_comes_from_its_successor(
    merged: World, issuer: str | None, codes: list[str]
) -> None:
    """Its own transcripts, those of the school that it succeeds, and nobody else's."""
    statement = a_request() if issuer is None else a_request(issuer=issuer)
    command = prepared(merged, Desk(merged).command(statement, "homeroom_teacher", "teacher"))
    assert [f.code for f in command.findings] == codes
    assert command.stands is not bool(codes)
    assert command.signatory is not None
    assert (command.signatory.role, command.signatory.person) == ("homeroom_teacher", "P-teacher")


@pytest.mark.parametrize(("cohort", "codes"), [("correction", set()), ("completed", {"DOCUMENT_OTHER_SCHOOL"})])
def test_successor_hands_in_documents_of_the_closed_school_as_corrections_alone(
    merged: World, cohort: str, codes: set[str]
) -> None:
    """Signed by the successor's officials; in an ordinary round they would be a stranger's."""
    desk = Desk(merged)
    record = desk.submission(
        desk.document(transcript_of()),
        school=OTHER_SCHOOL,
        round=RoundName(cohort=cohort, number=1),  # type: ignore[arg-type]
    )
    (document,) = prepared(merged, record).documents
    assert {f.code for f in document.findings if f.severity == "refuse"} == codes
    assert (document.record is None) is bool(codes)
    if document.record is not None:
        assert document.record.school == SCHOOL, "the record keeps its issuing school"


def a_withdrawal() -> CorrectionWithdrawal:
    return CorrectionWithdrawal(
        command_id="withdraw-0001", correction="request-0001", issued_at="2026-06-20T02:59:00Z", reason="Đã sáp nhập",
        request_sha256="22" * 32, school=SCHOOL, school_year=YEAR, type="vn.hocba.correction-withdrawal/1",
    )  # fmt: skip


def a_recall_in(cohort: str) -> Recall:
    return a_recall(round=RoundName(cohort=cohort, number=1))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("statement", "codes"),
    [(a_withdrawal(), []), (a_recall_in("correction"), []), (a_recall_in("completed"), ["SCHOOL_CLOSED"])],
)
def test_successor_ends_what_a_closed_school_left_open(
    merged: World, world: World, statement: CorrectionWithdrawal | Recall, codes: list[str]
) -> None:
    """In the closed school's name, by the successor's people; nothing else, and nobody else."""
    found = [f.code for f in prepared(merged, Desk(merged).command(statement)).findings]
    assert found[: len(codes)] == codes
    assert bool(found) is bool(codes)
    alone = world.with_(a_school_entry(SCHOOL, 2, closed_on="2026-02-01"))
    assert [f.code for f in prepared(alone, Desk(alone).command(statement)).findings] == ["SCHOOL_CLOSED"]
    left = world.with_(
        a_school_entry(SCHOOL, 2, closed_on="2026-02-01", successor=OTHER_SCHOOL), a_school_entry(OTHER_SCHOOL)
    )
    assert prepared(left, Desk(left).command(statement)).stands is False
    assert prepared(world, Desk(world).command(statement)).stands, "before it closes its own people do"


def test_people_of_a_closed_school_sign_no_more_for_it(world: World) -> None:
    """After the day on which it closed, its successor's officials speak for its documents, and they alone."""
    closed = a_school_entry(SCHOOL, 2, closed_on="2026-02-01", successor=OTHER_SCHOOL)
    merged = world.with_(closed, a_school_entry(OTHER_SCHOOL))
    assert merged.codes(merged.chain(), AT) == ["SIGNER_SCHOOL_WRONG"]
    assert world.codes(world.chain(), AT) == []


def test_round_of_a_correction_may_have_any_number_and_no_deadline(world: World) -> None:
    """Its number came with the approval; nothing in it is late."""
    desk = Desk(world)
    record = desk.submission(desk.document(), round=RoundName(cohort="correction", number=7))
    command = prepared(world, record)
    (document,) = command.documents
    assert [f.code for f in document.findings if f.severity == "refuse"] == []
    assert command.extended_to is None
    assert command.topic == f"hocba.so-{SO}.command.v1"
