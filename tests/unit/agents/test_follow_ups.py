"""What a decision makes known beside its own receipt: to each school, and to Bộ; the same on every replay."""

import hashlib
from typing import Any

import pytest

from hub.agents.follow_ups import told_besides
from hub.agents.receipts import Receipts
from hub.agents.stage import Outgoing
from hub.decision import Known, Outcome, decide
from hub.domain.statements import ReceiptStatement, read
from hub.schemas import decode
from hub.store.queries import queries_of
from tests.unit.agents.world import SO, Answer, FakeConnection
from tests.unit.decision.builders import OTHER_SCHOOL, SCHOOL, a_judged, a_submission
from tests.unit.decision.decision_builders import FORMER, PRESENT, a_link, a_ruling
from tests.unit.decision.test_submission import a_current, known_of
from tests.unit.trust.trust_world import World

_COMMAND_ID = queries_of("so")["command_id_of"]


@pytest.fixture(scope="module")
def receipts(world: World) -> Receipts:
    return Receipts(SO, world.issued["so"].signer)


def told(receipts: Receipts, outcome: Outcome) -> list[Outgoing]:
    """Ask for the messages, where every transcript came with one submission."""

    def answer(sql: str, _: Any) -> Answer:
        return Answer([("submit-0001",)] if sql == _COMMAND_ID else [])

    return told_besides(FakeConnection(answer), SO, receipts, outcome)  # type: ignore[arg-type]


def a_ruled() -> Outcome:
    rows = (a_current(a_judged(), "held"), a_current(a_judged(school=OTHER_SCHOOL), "held", n=1))
    return decide(a_ruling(), known_of(*rows), SO)[0]


def test_each_school_is_told_about_its_own_transcript(receipts: Receipts) -> None:
    """By a receipt of its own, under the id of the submission that brought it."""
    messages = told(receipts, a_ruled())
    said = [read(decode(m.value, ("Receipt",)).value["statement"], ReceiptStatement) for m in messages]
    assert [(m.key, s.school) for m, s in zip(messages, said, strict=True)] == [
        (OTHER_SCHOOL.encode(), OTHER_SCHOOL), (SCHOOL.encode(), SCHOOL),
    ]  # fmt: skip
    assert [(s.kind, s.command_id, s.outcome, s.facts) for s in said] == [
        ("Conflict", "submit-0001", outcome, {"decision": "ruling-0001", "kind": "ConflictDecision"})
        for outcome in ("refused", "accepted")
    ]
    assert [(d.state, [f["code"] for f in d.findings or ()]) for s in said for d in s.documents] == [
        ("refused", ["CONFLICT_RULED_AGAINST"]), ("open", []),
    ]  # fmt: skip


def test_follow_ups_are_the_same_on_every_replay(receipts: Receipts) -> None:
    """Ids and bytes; and no two of them share an id."""
    first, again = told(receipts, a_ruled()), told(receipts, a_ruled())
    assert [(m.message_id, m.value) for m in first] == [(m.message_id, m.value) for m in again]
    assert len({m.message_id for m in first}) == len(first)


def test_link_goes_on_to_bo_as_it_was_signed(receipts: Receipts) -> None:
    """Named by the hash of its statement, under the Sở's key."""
    command = a_link(FORMER, PRESENT)
    outcome = decide(command, Known(heard_of={FORMER}), SO)[0]
    (message,) = told(receipts, outcome)
    value = decode(message.value, ("IdentityLink",)).value
    assert (value["statement"], value["signature"]) == (command.statement, command.signature)
    assert (message.topic, message.key) == ("hocba.so-ha-noi.locked.v1", b"ha-noi")
    assert message.message_id == hashlib.sha256(command.statement).hexdigest()


def test_other_commands_tell_nothing_besides(receipts: Receipts) -> None:
    """A submission has its own receipt, and so has a decision that was refused."""
    assert told(receipts, decide(a_submission(a_judged()), Known(), SO)[0]) == []
    assert told(receipts, decide(a_ruling(), Known(), SO)[0]) == []
