"""A dated policy from its signature to a receipt: who may set it, and what it makes of one and the same document."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace as with_fields

from hub.agents.preparing import prepare_command
from hub.agents.receipts import Receipts
from hub.agents.recheck import recheck_all
from hub.agents.register import _Known, register_stage
from hub.agents.snapshots import Snapshots
from hub.agents.stage import Record
from hub.client.records import register_sending
from hub.decision import Known, Outcome, decide
from hub.domain.findings import refuses
from hub.domain.statements import ReceiptStatement, RegisterEntry, encode, read
from hub.errors import Refused
from hub.schemas import decode
from hub.trust import ChainCache, Entry, Snapshot, sign
from tests.unit.agents.test_recheck import Database, a_row, moves, told
from tests.unit.agents.world import AT, SO, TOPIC, Desk, record_of, transcript_of
from tests.unit.decision.builders import sha
from tests.unit.domain.builders import a_school
from tests.unit.trust.trust_world import SCHOOL, YEAR_END, YEAR_START, World, a_certificate, an_entry

RULE = "PROVINCE_NOT_IN_YEAR"
PLACED = "SCHOOL_PROVINCE_DIFFERS"
TOMORROW = datetime(2026, 6, 20, 17, tzinfo=UTC)  # midnight in Việt Nam: 21/6/2026
NEXT_DAY = AT + timedelta(hours=20)


@pytest.fixture(scope="module")
def world(world: World) -> World:
    """The agents' world with Bộ's seal in its register, and another seal that claims the same."""
    seals = {name: world.pki.issue(name, "seal", "ES256", YEAR_START, YEAR_END) for name in ("bo", "stranger")}
    office = {"certificate_sha256": seals["bo"].sha256.hex(), "role": "bo_seal", "person": "DAU-bo"}
    entries = (an_entry("official", "bo", office), *(a_certificate(seal) for seal in seals.values()))
    return replace(world, issued=world.issued | seals).with_(*entries)


def a_statement(by: str, kind: str = "severity_policy", **changes: Any) -> RegisterEntry:
    payload = changes.pop("payload", {"by": by, "severities": {RULE: "refuse"}})
    made = RegisterEntry(
        entry_id=f"{by}.1", issued_at="2026-06-19T03:00:00Z", kind=kind, payload=payload, so=SO,  # type: ignore[arg-type]
        type="vn.hocba.register-entry/1", valid_from="2026-06-20T17:00:00Z",
    )  # fmt: skip
    return with_fields(made, **changes)


def a_record(world: World, statement: RegisterEntry, who: str, role: str, owner: str) -> Record:
    data, iat = encode(statement), int(AT.timestamp())
    signature = sign(
        world.issued[who].signer, data, role=role, scope={"owner": owner}, typ=statement.type, iat=iat
    )  # fmt: skip
    return record_of(register_sending(statement, data, signature))


def by_bo(world: World, statement: RegisterEntry, who: str = "bo") -> Record:
    return a_record(world, statement, who, "bo_seal", "bo")


def by_so(world: World, statement: RegisterEntry) -> Record:
    return a_record(world, statement, "officer", "registrar", f"so-{SO}")


def registered(world: World, *records: Record, anchor: bytes | None = None) -> list[RegisterEntry]:
    """Do the records as one batch of the register; return what was registered. Raises Refused."""
    stage, known, done = register_stage((SO,), {} if anchor is None else {SO: anchor}, Snapshots()), _Known(), []
    for record in records:
        effect, known = stage.decide(stage.prepare(record, {SO: world.snapshot()}), known)
        done.append(effect.statement)
    return done


def code_of(world: World, *records: Record, anchor: bytes | None = None) -> str:
    with pytest.raises(Refused) as caught:
        registered(world, *records, anchor=anchor)
    return caught.value.code


def an_entry_of(statement: RegisterEntry, version: int = 9) -> Entry:
    begins = datetime.fromisoformat(statement.valid_from)
    return Entry(statement.kind, statement.entry_id, begins, None, statement.payload, version)


def answered(world: World, record: Record, at: datetime) -> tuple[Outcome, ReceiptStatement]:
    """Return what becomes of a command that the broker appended at a time, and the receipt that tells it."""
    prepared = prepare_command(replace(record, at=at), TOPIC, world.snapshot(), ChainCache())
    outcome, _ = decide(prepared, Known(), SO)
    _, value = Receipts(SO, world.issued["so"].signer).of_outcome(outcome)
    return outcome, read(decode(value, ("Receipt",)).value["statement"], ReceiptStatement)


@pytest.fixture
def record(desk: Desk) -> Record:
    """A submission of one document whose province code had no meaning in its school year."""
    school = a_school(code=SCHOOL, province="49")
    return desk.submission(desk.document(transcript_of(school=school)))


@pytest.mark.parametrize("by", ["bo", "so"])
def test_document_is_warned_on_one_day_and_refused_on_the_next(world: World, record: Record, by: str) -> None:
    """The policy of the proven time counts; the receipt tells the refusal."""
    statement = a_statement(by)
    signed = by_bo(world, statement) if by == "bo" else by_so(world, statement)
    after = world.with_(*(an_entry_of(entry) for entry in registered(world, signed)))
    told_on = {}
    for day, at in (("today", AT), ("tomorrow", NEXT_DAY)):
        outcome, receipt = answered(after, record, at)
        shown = {f["code"]: f["severity"] for f in receipt.documents[0].findings}
        told_on[day] = (outcome.outcome, receipt.documents[0].outcome, shown[RULE], shown[PLACED])
    assert told_on == {
        "today": ("accepted", "accepted", "warn", "warn"),
        "tomorrow": ("refused", "refused", "refuse", "warn"),
    }


def test_policy_reaches_what_is_compared_with_the_register(world: World, record: Record) -> None:
    """The school's own row says another province."""
    policy = a_statement("so", payload={"by": "so", "severities": {PLACED: "refuse"}})
    snapshot = world.with_(an_entry_of(policy)).snapshot()
    for at, refused in ((AT, False), (NEXT_DAY, True)):
        (document,) = prepare_command(replace(record, at=at), TOPIC, snapshot, ChainCache()).documents
        assert refuses(document.findings) is refused


def test_policy_of_bo_counts_only_under_its_registered_seal(world: World) -> None:
    """No registrar, no seal of a Sở, no stranger's seal and no certificate handed over by hand speaks for Bộ."""
    statement = a_statement("bo")
    assert registered(world, by_bo(world, statement)) == [statement]
    officer = world.issued["officer"].der
    assert code_of(world, by_bo(world, statement, "stranger")) == "REGISTRAR_UNKNOWN"
    assert code_of(world, by_bo(world, statement, "so")) == "REGISTRAR_UNKNOWN"
    assert code_of(world, by_so(world, statement), anchor=officer) == "REGISTRAR_UNKNOWN"
    posing = a_record(world, statement, "officer", "registrar", "bo")
    assert code_of(world, posing, anchor=officer) == "REGISTRAR_UNKNOWN"
    for role, owner in (("bo_seal", f"so-{SO}"), ("registrar", "bo")):
        assert code_of(world, a_record(world, statement, "bo", role, owner)) == "REGISTRAR_UNKNOWN"


def test_policy_of_a_so_counts_only_under_its_registrar(world: World) -> None:
    """Bộ's seal speaks for Bộ alone: neither for a Sở, nor of schools."""
    assert code_of(world, by_bo(world, a_statement("so"))) == "REGISTRAR_UNKNOWN"
    school = {"code": "010199", "name": "S", "province": "01", "grades": [1, 5], "so": SO, "by": "bo"}
    assert code_of(world, by_bo(world, a_statement("bo", "school", payload=school))) == "REGISTRAR_UNKNOWN"


WEAK = {"by": "so", "severities": {RULE: "warn"}}


def test_so_that_weakens_bo_is_refused(world: World) -> None:
    """Whether Bộ's policy was registered before or stands in the same batch; tightening is no weakening."""
    weak, strict = by_so(world, a_statement("so", payload=WEAK)), by_bo(world, a_statement("bo"))
    before = world.with_(an_entry_of(a_statement("bo")))
    assert code_of(before, weak) == "SEVERITY_WEAKENED"
    assert code_of(world, strict, weak) == "SEVERITY_WEAKENED"
    assert len(registered(world, weak, strict)) == 2  # Bộ speaks later: the stricter counts, nothing is undone
    tighter = a_statement("so", payload={"by": "so", "severities": {PLACED: "refuse"}})
    assert registered(before, by_so(world, tighter)) == [tighter]


def test_so_cannot_put_its_policy_in_the_place_of_bo(world: World) -> None:
    """The id says whose entry it is."""
    assert code_of(world, by_so(world, a_statement("so", entry_id="bo.1", payload=WEAK))) == "REGISTER_ENTRY_WRONG"


def test_policy_that_says_what_none_may_say_is_refused_by_name(world: World) -> None:
    """By its own code, from Bộ too."""
    assumed = a_statement("bo", payload={"by": "bo", "severities": {"RATING_DIFFERS": "refuse"}})
    with pytest.raises(Refused) as caught:
        registered(world, by_bo(world, assumed))
    assert (caught.value.code, caught.value.facts) == ("SEVERITY_RULE_ASSUMED", {"rule": "RATING_DIFFERS"})


def test_waiting_document_is_refused_under_a_policy_of_its_own_time(world: World, desk: Desk) -> None:
    """One that was registered meanwhile and holds since before; one that begins later does not reach back."""
    document, signatures = desk.document(transcript_of(school=a_school(code=SCHOOL, province="49")))
    row = list(a_row(desk))
    row[7:9] = document, list(signatures)
    receipts = Receipts(SO, world.issued["so"].signer)
    for valid_from, expected in (("2026-06-01T00:00:00Z", "refused"), ("2026-06-20T17:00:00Z", "open")):
        snapshot = world.with_(an_entry_of(a_statement("so", valid_from=valid_from))).snapshot()
        connection = Database([tuple(row)]).connection()
        assert recheck_all(connection, snapshot, receipts) == 1
        assert moves(connection) == [(expected, sha("m"), 0)]
        ((_, state, codes),) = told(connection)
        assert (state, codes) == (expected, [RULE] if expected == "refused" else [])


def test_lateness_follows_the_deadline_that_the_register_gives(world: World, desk: Desk) -> None:
    """A day after 29/6: late by the letter, in time under an extension; late marks, it never refuses."""
    extension = {"by": "so", "decision": "QĐ-9", "deadlines": [
        {"school_year": "2025-2026", "cohort": "completed", "extended_to": "2026-07-03"}
    ]}  # fmt: skip
    decided = a_statement("so", "calendar", payload=extension, valid_from="2026-06-19T03:00:00Z")
    assert registered(world, by_so(world, decided)) == [decided]
    late_at = datetime(2026, 6, 30, 3, tzinfo=UTC)
    record = desk.submission(desk.document())
    for held, late in ((world, True), (world.with_(an_entry_of(decided)), False)):
        prepared = prepare_command(record, TOPIC, held.snapshot(), ChainCache())
        outcome, _ = decide(replace(prepared, at=late_at), Known(), SO)
        assert (outcome.outcome, [new.late for new in outcome.accepted]) == ("accepted", [late])


def test_extension_of_a_command_without_a_good_document_is_not_asked(world: World, desk: Desk) -> None:
    """A year that no calendar has stands in a refused document only, and breaks nothing."""
    decided = a_statement("so", "calendar", payload={"by": "so", "decision": "1", "days_off": ["2026-06-29"]})
    snapshot = world.with_(an_entry_of(decided)).snapshot()
    record = desk.submission(desk.document(transcript_of(school_year="0000-0000")), school_year="0000-0000")
    prepared = prepare_command(record, TOPIC, snapshot, ChainCache())
    assert (prepared.extended_to, [d.record for d in prepared.documents]) == (None, [None])


def test_snapshot_without_policies_leaves_every_finding_as_it_is(world: World, record: Record) -> None:
    """Nothing is raised where nobody decided."""
    assert Snapshot.of(world.entries).severities(AT) == {}
    (document,) = prepare_command(record, TOPIC, world.snapshot(), ChainCache()).documents
    assert [(f.code, f.severity.value) for f in document.findings] == [(PLACED, "warn"), (RULE, "warn")]
