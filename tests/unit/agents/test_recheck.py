"""Documents that waited for the status of a certificate: decided once it is known, and not before."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace as with_fields

from hub.agents.receipts import Receipts, instant
from hub.agents.recheck import AsTold, recheck_all
from hub.domain.statements import ReceiptDocument, ReceiptStatement, read
from hub.schemas import decode
from hub.store.queries import queries_of
from tests.unit.agents.world import AT, SO, YEAR, Answer, Desk, FakeConnection
from tests.unit.decision.builders import sha
from tests.unit.trust.trust_world import SCHOOL, World, an_entry, build_world

_SQL, _PUT = queries_of("so"), queries_of("common")["put"]
_PAGE = 200


@dataclass
class Database:
    """Pending rows in pages, the ones that are still pending under the lock, and rivals."""

    rows: list[tuple[Any, ...]]
    alive: set[tuple[bytes, int]] | None = None
    rivals: list[tuple[Any, ...]] = field(default_factory=list)
    is_corrected: bool = False

    def connection(self) -> FakeConnection:
        return FakeConnection(self._answer)

    def _answer(self, sql: str, parameters: Any) -> Answer:
        if sql == _SQL["pending"]:
            after, n, most = parameters
            return Answer([row for row in self.rows if row[:2] > (after, n)][:most])
        if sql == _SQL["still_pending"]:
            places = {(row[0], row[1]) for row in self.rows} if self.alive is None else self.alive
            return Answer(sorted(p for p in places if p[0] in parameters[0]))
        if sql == _SQL["is_corrected"]:
            return Answer([(self.is_corrected,)])
        if sql == _SQL["correction_of_document"]:
            return Answer([(SCHOOL, "request-0001", 0)])
        return Answer(self.rivals if sql == _SQL["rivals"] else [])


def a_row(desk: Desk, n: int = 0, message: str = "m", signatures: Any = None) -> tuple[Any, ...]:
    document, signed = desk.document()
    return (
        sha(message), n, SCHOOL, f"id:{n:012d}", YEAR, "year", sha("document"), document, list(signatures or signed),
        AT, "submit-0001",
    )  # fmt: skip


def moves(connection: FakeConnection) -> list[tuple[str, bytes, int]]:
    return [parameters for sql, parameters in connection.calls if sql == _SQL["move_document"]]


def told(connection: FakeConnection) -> list[tuple[str, str | None, list[str]]]:
    """Return outcome, state and codes of every receipt that was queued."""
    found = []
    for sql, row in connection.calls:
        if sql == _PUT:
            value = next(v for v in row if isinstance(v, bytes) and v[:1] == b"\0")
            statement = read(decode(value, ("Receipt",)).value["statement"], ReceiptStatement)
            (document,) = statement.documents
            codes = [shown["code"] for shown in document.findings or ()]
            found.append((statement.outcome, str(document.state), codes))
    return found


@pytest.fixture
def receipts(world: World) -> Receipts:
    return Receipts(SO, world.issued["so"].signer)


def test_document_whose_status_is_known_now_is_open(world: World, desk: Desk, receipts: Receipts) -> None:
    """And the school is told."""
    connection = Database([a_row(desk)]).connection()
    assert recheck_all(connection, world.snapshot(), receipts) == 1
    assert moves(connection) == [("open", sha("m"), 0)]
    assert told(connection) == [("accepted", "open", [])]


def test_document_whose_status_is_still_unknown_stays_as_it_is(world: World, desk: Desk, receipts: Receipts) -> None:
    """Without a transaction and without a receipt: an outage decides nothing."""
    connection = Database([a_row(desk)]).connection()
    assert recheck_all(connection, world.with_(without=["crls"]).snapshot(), receipts) == 0
    assert (moves(connection), told(connection)) == ([], [])
    assert ("begin", None) not in connection.calls


def test_document_is_refused_when_its_certificate_was_revoked_before_it_came(receipts: Receipts) -> None:
    """Judged at the document's own proven time, under the newer lists."""
    world = build_world()
    row = a_row(Desk(world))
    world.pki.revoke(world.issued["principal"], AT - timedelta(hours=1))
    lists = an_entry("revocation", "later", world.pki.revocation_payload(AT + timedelta(days=1)), version=2)
    connection = Database([row]).connection()
    assert recheck_all(connection, world.with_(lists).snapshot(), receipts) == 1
    assert moves(connection) == [("refused", sha("m"), 0)]
    ((outcome, state, codes),) = told(connection)
    assert (outcome, state, set(codes)) == ("refused", "refused", {"CERTIFICATE_REVOKED"})


def test_document_stays_out_of_the_lock_when_another_school_claims_its_pupil(
    world: World, desk: Desk, receipts: Receipts
) -> None:
    """It is decided, and then held, each by the transition table."""
    connection = Database([a_row(desk)], rivals=[(sha("rival"), 3, "held", "open")]).connection()
    assert recheck_all(connection, world.snapshot(), receipts) == 1
    assert moves(connection) == [("open", sha("m"), 0), ("held", sha("m"), 0)]
    assert told(connection) == [("accepted", "held", [])]


@pytest.mark.parametrize(
    ("rivals", "released"),
    [
        ([(sha("rival"), 3, "held", "open")], True),
        ([(sha("rival"), 3, "held", "closing")], False),
        ([(sha("rival"), 3, "open", "open")], False),
        ([(sha("rival"), 3, "held", "open"), (sha("third"), 0, "held", "open")], False),
        ([], False),
    ],
    ids=["held alone", "in a closed round", "not held", "two left", "nobody"],
)
def test_other_claimant_is_released_when_a_refusal_leaves_it_alone(
    world: World, desk: Desk, receipts: Receipts, rivals: Any, released: bool
) -> None:
    """But never into a set that was asked for without it."""
    wrong = a_row(desk, signatures=desk.document()[1][:2])
    connection = Database([wrong], rivals=rivals).connection()
    assert recheck_all(connection, world.snapshot(), receipts) == 1
    expected = [("refused", sha("m"), 0)] + ([("open", sha("rival"), 3)] if released else [])
    assert moves(connection) == expected


def test_document_that_was_recalled_meanwhile_is_left_alone(world: World, desk: Desk, receipts: Receipts) -> None:
    """Under the locks it is asked for again; the other one is decided."""
    rows = [a_row(desk, message="a"), a_row(desk, message="b")]
    rows.sort()
    connection = Database(rows, alive={(rows[1][0], 0)}).connection()
    assert recheck_all(connection, world.snapshot(), receipts) == 1
    assert moves(connection) == [("open", rows[1][0], 0)]


def test_every_page_is_read_and_claims_are_locked_in_order(world: World, desk: Desk, receipts: Receipts) -> None:
    """One more than a page, and nobody twice."""
    first = a_row(desk)
    rows = [(first[0], n, first[2], f"id:{_PAGE - n:012d}", *first[4:]) for n in range(_PAGE + 1)]
    connection = Database(rows).connection()
    assert recheck_all(connection, world.snapshot(), receipts) == _PAGE + 1
    assert sorted(n for _, _, n in moves(connection)) == list(range(_PAGE + 1))
    pupils = [parameters[0] for sql, parameters in connection.calls if sql == _SQL["claims"]]
    assert [len(page) for page in pupils] == [_PAGE, 1]
    assert all(page == sorted(page) for page in pupils)


_COMMON = queries_of("common")


def a_said(version: int, **changes: Any) -> ReceiptStatement:
    """What was told of the one document."""
    document = ReceiptDocument(document_sha256=sha("document").hex(), outcome="accepted", state="open")
    said = ReceiptStatement(
        at=instant(AT), command_id="submit-0001", documents=(document,), findings=(), kind="Recheck",
        outcome="accepted", register_version=version, school=SCHOOL, so=SO, type="vn.hocba.receipt/1",
    )  # fmt: skip
    return with_fields(said, **changes)


def a_replay(world: World, desk: Desk, receipts: Receipts, kind: str = "Recheck", **changes: Any) -> FakeConnection:
    """A database whose only unmet receipt is about its only pending document; `changes` make it say something else."""
    row, version = a_row(desk), world.snapshot().version
    said = a_said(version, kind=kind, **changes)
    receipt_id, message = receipts.signed(said, f"{sha('m').hex()}/0/{version}")
    met: list[bool] = []

    def answer(sql: str, parameters: Any) -> Answer:
        first = (
            not met and receipt_id not in (parameters or {}).get("but", ()) if sql == _COMMON["unmet_first"] else True
        )
        if sql == _COMMON["meet"]:
            met.append(True)
        rows: dict[Any, list[tuple[Any, ...]]] = {
            _COMMON["unmet_exists"]: [(True, True)],
            _COMMON["unmet_first"]: [(receipt_id, message)] if first else [],
            _COMMON["unmet_values"]: [(receipt_id, message, AT)],
            _COMMON["unmet"]: [(message, AT, 0, 4, 0)],
            _COMMON["register_entries"]: [
                (e.kind, e.entry_id, e.valid_from, e.valid_to, e.payload, e.version) for e in world.entries
            ],
            _SQL["pending_of"]: [row],
            _SQL["still_pending"]: [row[:2]],
        }
        return Answer(rows.get(sql, []))

    return FakeConnection(answer)


def test_follow_up_receipt_is_decided_again_in_its_turn(world: World, desk: Desk, receipts: Receipts) -> None:
    """On the register that it names, with the bytes that were sent."""
    connection = a_replay(world, desk, receipts)
    assert AsTold(SO, receipts).decide(connection) == 1
    assert moves(connection) == [("open", sha("m"), 0)]
    assert _COMMON["meet"] in connection.names()


def test_recheck_waits_while_it_is_the_turn_of_a_command(world: World, desk: Desk, receipts: Receipts) -> None:
    """Only the first receipt is looked at."""
    connection = a_replay(world, desk, receipts, kind="Submission")
    assert AsTold(SO, receipts).decide(connection) == 0
    assert moves(connection) == []


def test_follow_up_receipt_that_differs_stays_unmet(world: World, desk: Desk, receipts: Receipts) -> None:
    """The worker lives on, nothing is said in other words, and the registers are read once."""
    connection, told_before = a_replay(world, desk, receipts, command_id="submit-0002"), AsTold(SO, receipts)
    for _ in range(2):
        assert told_before.decide(connection) == 0
    assert _COMMON["meet"] not in connection.names()
    assert ("rollback", None) in connection.calls
    assert connection.names().count(_COMMON["register_entries"]) == 1
    assert connection.names().count(_COMMON["note_difference"]) == 1, "the replay ends without it"


def test_document_that_was_told_otherwise_holds_up_no_other(world: World, desk: Desk, receipts: Receipts) -> None:
    """After the replay it waits for a newer register; who stands on the same page is decided now."""
    rows = [a_row(desk), a_row(desk, 1)]
    version = world.snapshot().version
    differing, _ = receipts.signed(a_said(version, kind="Recheck"), f"{sha('m').hex()}/0/{version}")
    _, message = receipts.signed(a_said(version, command_id="submit-0002"), "x")
    database = Database(rows)

    def answer(sql: str, parameters: Any) -> Answer:
        if sql == _COMMON["unmet_exists"]:
            return Answer([(False, True)])
        if sql == _COMMON["unmet"]:
            return Answer([(message, AT, 0, 4, 0)] if parameters["message_id"] == differing else [])
        return database._answer(sql, parameters)

    connection = FakeConnection(answer)
    assert recheck_all(connection, world.snapshot(), receipts) == 1
    assert moves(connection)[-1] == ("open", sha("m"), 1)
    assert _COMMON["meet"] not in connection.names()


@pytest.mark.parametrize("good", [True, False])
def test_correction_is_decided_beside_the_locked_version_that_claims_the_pupil(
    world: World, desk: Desk, receipts: Receipts, good: bool
) -> None:
    """It is neither held nor does it free anybody; refused, it leaves its window open again, by the seal of the Sở."""
    row = a_row(desk) if good else a_row(desk, signatures=desk.document()[1][:2])
    connection = Database([row], rivals=[(sha("rival"), 3, "held", "open")], is_corrected=True).connection()
    assert recheck_all(connection, world.snapshot(), receipts) == 1
    assert moves(connection) == [("open" if good else "refused", sha("m"), 0)]
    reopened = [values for sql, values in connection.calls if sql == _SQL["set_correction_state"]]
    assert reopened == ([] if good else [("approved", SCHOOL, "request-0001", 0)])
    steps = [values for sql, values in connection.calls if sql == _SQL["add_correction_step"]]
    assert [(s["event"], s["role"], s["certificate"]) for s in steps] == (
        [] if good else [("reopen", "so_seal", receipts.certificate_sha256)]
    )
