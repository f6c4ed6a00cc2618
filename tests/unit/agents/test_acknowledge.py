"""Bộ's answers at Sở: only one that Bộ signed, about our own lock, with a cosignature of our own head, is kept."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from msgspec.structs import replace as with_fields

from hub.agents.acknowledge import acknowledge_stage
from hub.agents.snapshots import Snapshots
from hub.agents.stage import OutOfTurn, Record
from hub.domain.statements import IngestStatement, Missing, MissingPupils, ReceiptStatement, encode, read
from hub.errors import Refused
from hub.schemas import decode
from hub.schemas import encode as encode_message
from hub.signing import COSIGNER, NoteKeySigner, log_origin
from hub.store.queries import queries_of
from hub.trust import COSIGNATURE, Checkpoint, cosign, sign
from tests.unit.agents.world import AT, SO, Answer, FakeConnection
from tests.unit.decision.builders import sha
from tests.unit.trust.trust_world import SCHOOL, YEAR_END, YEAR_START, World, a_certificate, an_entry

_SQL = queries_of("so")
_BO, _LOG = NoteKeySigner(COSIGNER, bytes([7]) * 32), NoteKeySigner(log_origin(SO), bytes([8]) * 32)
_AT_S = int(AT.timestamp())
_LOCK, _ROOT, _HEAD = sha("lock"), sha("root"), sha("head")
SAID = IngestStatement(
    at="2026-06-20T03:00:00Z", codes=(), count=2, lock_id=_LOCK.hex(), log_index=4, outcome="ingested",
    root=_ROOT.hex(), so=SO, tree_size=6, type="vn.hocba.ingest-receipt/1",
)  # fmt: skip
REFUSAL = with_fields(SAID, codes=("CHUNK_MISSING",), count=0, outcome="refused")


@dataclass
class Bo:
    """A ministry with its seal and its cosigning key, both named in the register of Sở."""

    world: World
    seal: Any

    def record(self, said: IngestStatement = SAID, cosignature: str | None = None, **changes: Any) -> Record:
        payload = encode(said)
        signer = changes.pop("signer", self.seal.signer)
        signature = sign(
            signer, payload, role="bo_seal", scope={"owner": "bo"}, typ=said.type, iat=_AT_S
        )  # fmt: skip
        value = {
            "receipt_id": "0" * 32, "so": said.so, "lock_id": said.lock_id, "statement": payload,
            "signature": signature, "cosignature": cosignature or self.cosignature(said.tree_size),
        }  # fmt: skip
        body = encode_message("IngestReceipt", value | changes)
        return Record("hocba.bo.receipt.v1", 0, 0, SO.encode(), body, (), AT, True)

    def cosignature(self, size: int, root: bytes = _HEAD, origin: str = log_origin(SO), signer: Any = _BO) -> str:
        return cosign(Checkpoint(origin, size, root), signer, _AT_S)


@pytest.fixture(scope="module")
def bo(world: World) -> Bo:
    seal = world.pki.issue("bo seal", "seal", "ES256", YEAR_START, YEAR_END)
    office = {"certificate_sha256": seal.sha256.hex(), "role": "bo_seal", "person": "DAU-bo"}
    listed = [(COSIGNER, _BO.key(COSIGNATURE).text), (_LOG.name, _LOG.key().text)]
    policy = world.pki.trust_policy_payload(registrars=[world.issued["officer"].sha256], log_keys=listed)
    more = (
        a_certificate(seal),
        an_entry("official", "bo", office),
        an_entry("trust_policy", "policy", policy, version=2),
    )
    return Bo(world.with_(*more), seal)


@pytest.fixture(scope="module")
def stage(world: World) -> Any:
    return acknowledge_stage(SO, world.issued["so"].signer, Snapshots())


def a_database(
    head: bytes | None = _HEAD,
    log_index: int | None = 4,
    stored: bool = True,
    rosters: dict[Any, list[str]] | None = None,
) -> FakeConnection:
    rows: dict[Any, list[tuple[Any, ...]]] = {
        _SQL["lock_by_id"]: [(SCHOOL, 2, _ROOT, log_index)],
        _SQL["head_of_size"]: [] if head is None else [(head,)],
        _SQL["add_ingest_receipt"]: [(_LOCK,)] if stored else [],
    }
    listed = rosters or {}

    def script(sql: str, values: Any) -> Answer:
        if sql == _SQL["roster_issued"]:
            return Answer([(listed[tuple(values)],)] if tuple(values) in listed else [])
        return Answer(rows.get(sql, []))

    return FakeConnection(script)


def outcome_of(stage: Any, bo: Bo, record: Record, database: FakeConnection | None = None) -> str:
    """Return the code under which a receipt is refused, or "" when it is taken."""
    try:
        answer = stage.prepare(record, bo.world.snapshot())
        stage.decide(answer, stage.load(database or a_database(), [answer]))
    except Refused as refused:
        return refused.code
    return ""


def test_receipt_of_bo_is_taken_and_told_to_the_school(stage: Any, bo: Bo) -> None:
    """With statement, signature and cosignature as they came."""
    database, record = a_database(), bo.record()
    answer = stage.prepare(record, bo.world.snapshot())
    effect, _ = stage.decide(answer, stage.load(database, [answer]))
    ((receipt,),) = stage.write(database, [effect])
    value = decode(record.value, ("IngestReceipt",)).value
    kept = (_LOCK, "ingested", value["statement"], value["signature"], value["cosignature"], 1)
    assert (_SQL["add_ingest_receipt"], kept) in database.calls
    told = read(decode(receipt.value, ("Receipt",)).value["statement"], ReceiptStatement)
    assert (told.kind, told.outcome, told.school, told.facts["count"]) == ("Lock", "ingested", SCHOOL, 2)


def test_receipt_waits_in_a_replay_until_its_lock_is_in_the_log_again(stage: Any, bo: Bo) -> None:
    """And only it: what stands before it is done."""
    sql = queries_of("common")
    rows = {sql["unmet_exists"]: (True, True), sql["unmet"]: (b"manifest", AT, 0, 4, 0)}
    database = FakeConnection(lambda asked, _: Answer([rows[asked]] if asked in rows else []))
    with pytest.raises(OutOfTurn) as turn:
        stage.load(database, [stage.prepare(replace(bo.record(), offset=9), bo.world.snapshot())])
    assert turn.value.offset == 9


def test_refusal_of_bo_is_told_with_its_codes(stage: Any, bo: Bo) -> None:
    """The school learns why."""
    database = a_database()
    answer = stage.prepare(bo.record(REFUSAL), bo.world.snapshot())
    effect, _ = stage.decide(answer, stage.load(database, [answer]))
    ((receipt,),) = stage.write(database, [effect])
    told = read(decode(receipt.value, ("Receipt",)).value["statement"], ReceiptStatement)
    assert (told.outcome, told.facts["codes"]) == ("ingest_refused", ["CHUNK_MISSING"])


MISSING = Missing(
    chunks=(3,), leaves=(sha("leaf").hex(),), request=True,
    pupils=(
        MissingPupils(issued_at="2026-01-01T00:00:00.000Z", positions=(0, 9), roster="R1"),
        MissingPupils(issued_at="2026-01-01T00:00:00.000Z", positions=(0,), roster="of another school"),
    ),
)  # fmt: skip


def told_of(stage: Any, bo: Bo, database: FakeConnection, said: IngestStatement) -> ReceiptStatement:
    answer = stage.prepare(bo.record(said), bo.world.snapshot())
    effect, _ = stage.decide(answer, stage.load(database, [answer]))
    ((receipt,),) = stage.write(database, [effect])
    return read(decode(receipt.value, ("Receipt",)).value["statement"], ReceiptStatement)


def test_what_bo_lacks_is_told_to_the_school_with_its_pupils(stage: Any, bo: Bo) -> None:
    """Places become identifiers by the school's own roster; other schools' lists, and places beyond, stay closed."""
    database = a_database(rosters={(SO, SCHOOL, "R1", "2026-01-01T00:00:00.000Z"): ["id:001217000001"]})
    told = told_of(stage, bo, database, with_fields(SAID, missing=MISSING))
    shown = [(f["code"], f["path"], f.get("value")) for f in told.findings]
    assert shown == [
        ("BO_MISSES_REQUEST", "$.request", None),
        ("BO_MISSES_CHUNK", "$.chunks[3]", None),
        ("BO_MISSES_LEAF", "$.leaves", None),
        ("BO_MISSES_PUPIL", "$.roster[R1][0]", "id:001217000001"),
        ("BO_MISSES_PUPIL", "$.roster[R1][9]", None),
    ]
    assert (told.outcome, told.facts["missing_count"]) == ("ingested", 5)


def test_long_list_of_what_is_missing_keeps_code_path_and_pupil(stage: Any, bo: Bo) -> None:
    """The receipt fits into its message whatever the roster says."""
    pupils = [f"id:{n:012d}" for n in range(200)]
    issued_at, places = "2026-01-01T00:00:00.000Z", tuple(range(200))
    lists = tuple(MissingPupils(issued_at=issued_at, positions=places, roster=f"R{n}") for n in range(12))
    rosters = {(SO, SCHOOL, f"R{n}", issued_at): pupils for n in range(12)}
    told = told_of(stage, bo, a_database(rosters=rosters), with_fields(SAID, missing=Missing(pupils=lists)))
    assert (len(told.findings), told.facts["missing_count"]) == (2000, 2400)
    assert told.findings[0].keys() == {"code", "path", "severity", "value"}
    assert len(encode(told)) < 600_000


def test_what_bo_counts_without_naming_it_is_counted_for_the_school(stage: Any, bo: Bo) -> None:
    """Also where nothing else of it can be told."""
    said = with_fields(SAID, missing=with_fields(MISSING, leaves_count=1500, pupils_count=43))
    database = a_database(rosters={(SO, SCHOOL, "R1", "2026-01-01T00:00:00.000Z"): ["id:001217000001"]})
    assert told_of(stage, bo, database, said).facts["missing_count"] == 5 + 1499 + 40


def test_second_answer_is_kept_and_told_beside_the_first(stage: Any, bo: Bo) -> None:
    """Under its own number and receipt id: a refusal that was told stays told."""
    first, second = a_database(), a_database()
    refused = told_of(stage, bo, first, REFUSAL)
    again = told_of(stage, bo, second, with_fields(REFUSAL, attempt=2, codes=("REQUEST_UNSIGNED",)))
    assert [row[-1] for sql, row in (*first.calls, *second.calls) if sql == _SQL["add_ingest_receipt"]] == [1, 2]
    assert ("attempt" in refused.facts, again.facts["attempt"]) == (False, 2)


def test_receipt_that_came_again_is_told_once(stage: Any, bo: Bo) -> None:
    """The row that stands is the first one."""
    database = a_database(stored=False)
    answer = stage.prepare(bo.record(), bo.world.snapshot())
    effect, _ = stage.decide(answer, stage.load(database, [answer]))
    assert stage.write(database, [effect]) == [[]]


@pytest.mark.parametrize(
    "cosigned",
    [
        {"root": sha("another head")},
        {"size": 5},
        {"origin": log_origin("nghe-an")},
        {"signer": NoteKeySigner(COSIGNER, bytes([9]) * 32)},
        {"signer": _LOG},
    ],
    ids=["another root", "another size", "another log", "another key", "our own key"],
)
def test_receipt_is_refused_when_its_cosignature_is_not_bos_over_our_head(
    stage: Any, bo: Bo, cosigned: dict[str, Any]
) -> None:
    """Otherwise Bộ could have been shown another log than ours, and we would keep the wrong proof."""
    cosignature = bo.cosignature(**({"size": SAID.tree_size} | cosigned))
    assert outcome_of(stage, bo, bo.record(cosignature=cosignature)) == "INGEST_RECEIPT_NOT_COSIGNED"


@pytest.mark.parametrize("text", ["x", "— \n", "— bo.hocba/witness AAAA\n", "\0"])
def test_receipt_is_refused_when_its_cosignature_is_none(stage: Any, bo: Bo, text: str) -> None:
    """Whatever text stands there."""
    assert outcome_of(stage, bo, bo.record(cosignature=text)) == "INGEST_RECEIPT_NOT_COSIGNED"


def test_receipt_is_refused_when_no_cosigner_is_known(stage: Any, bo: Bo) -> None:
    """A policy that names none makes nobody one."""
    policy = bo.world.pki.trust_policy_payload()
    without = replace(bo, world=bo.world.with_(an_entry("trust_policy", "policy", policy, version=3)))
    assert outcome_of(stage, without, bo.record()) == "INGEST_RECEIPT_NOT_COSIGNED"


@pytest.mark.parametrize(
    "said",
    [
        {"count": 1}, {"root": sha("another").hex()}, {"log_index": 3}, {"outcome": "refused"}, {"tree_size": 4},
        {"tree_size": 0}, {"tree_size": 2**63},
    ],
)  # fmt: skip
def test_receipt_is_refused_when_it_tells_of_another_lock_than_ours(stage: Any, bo: Bo, said: dict[str, Any]) -> None:
    """Count, root, place, and a head that covers the place."""
    record = bo.record(with_fields(SAID, **said), bo.cosignature(SAID.tree_size))
    assert outcome_of(stage, bo, record) == "INGEST_RECEIPT_DIFFERS"


def test_receipt_is_refused_when_it_names_a_head_that_we_never_signed(stage: Any, bo: Bo) -> None:
    """Bộ can only have cosigned what we published."""
    assert outcome_of(stage, bo, bo.record(), a_database(head=None)) == "INGEST_RECEIPT_DIFFERS"
    assert outcome_of(stage, bo, bo.record(), a_database(log_index=None)) == "INGEST_RECEIPT_DIFFERS"


def test_receipt_about_no_lock_of_ours_is_refused(stage: Any, bo: Bo) -> None:
    """Signed or not."""
    assert outcome_of(stage, bo, bo.record(), FakeConnection()) == "INGEST_RECEIPT_UNKNOWN_LOCK"


def test_receipt_that_bo_did_not_sign_is_refused(stage: Any, bo: Bo) -> None:
    """The seal of Sở is not that of Bộ, and the envelope says what the statement says."""
    assert outcome_of(stage, bo, bo.record(signer=bo.world.issued["so"].signer)) == "INGEST_RECEIPT_UNSIGNED"
    assert outcome_of(stage, bo, bo.record(lock_id=sha("another").hex())) == "ENVELOPE_DISAGREES"
    assert outcome_of(stage, bo, bo.record(with_fields(SAID, so="nghe-an"))) == "ENVELOPE_DISAGREES"


def test_receipt_of_another_so_is_passed_over(stage: Any, bo: Bo) -> None:
    """The topic is shared."""
    assert stage.mine(bo.record())
    assert not stage.mine(replace(bo.record(), key=b"nghe-an"))
    assert not stage.mine(replace(bo.record(), key=None))
