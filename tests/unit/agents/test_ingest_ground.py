"""Who may have asked for a lock, in the eyes of Bộ: by the register, as of when Sở received the request."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace as with_fields

from hub.agents.ingest_ground import asked_at, is_signed, told_before
from hub.decision.ingest import ManifestRow
from hub.decision.ingest_request import Asked, Request
from hub.domain.statements import ClosingStatement, IngestStatement, LockRequest, encode
from hub.schemas import encode as encode_message
from hub.store.queries import queries_of
from hub.trust import ChainCache, sign
from tests.unit.agents.world import AT, SO, Answer, FakeConnection, a_lock_request, a_school_entry
from tests.unit.decision.ingest_builders import FIRST
from tests.unit.trust.trust_world import OTHER_SCHOOL, SCHOOL, World, an_office

_AT_S = int(AT.timestamp())
_PRINCIPAL = frozenset({"principal"})


def a_row(world: World, school: str = SCHOOL, at: datetime = AT) -> ManifestRow:
    manifest = with_fields(FIRST.manifest.manifest, school=school)
    data = encode(manifest)
    signature = sign(
        world.issued["so"].signer, data, role="so_seal", scope={"owner": f"so-{SO}"}, typ=manifest.type,
        iat=int(at.timestamp()),
    )  # fmt: skip
    return ManifestRow(SO, FIRST.manifest.lock_id, 0, data, signature, manifest)


def a_request(world: World, who: str = "principal", role: str = "principal", **changes: Any) -> tuple[Request, Asked]:
    said: LockRequest = a_lock_request(**changes)
    data = encode(said)
    signer = world.issued[who].signer
    request = Request(data, sign(signer, data, role=role, scope=said.scope, typ=said.type, iat=_AT_S))
    return request, Asked(said, said.type, _PRINCIPAL, said.scope)


def judged(world: World, row: ManifestRow, request: Request, asked: Asked) -> bool:
    return is_signed(row, request, asked, world.snapshot(), ChainCache())


def test_time_of_a_request_is_what_the_seal_says(world: World) -> None:
    """Not when the manifest arrived: a lock may hang for days."""
    assert asked_at(a_row(world)) == datetime.fromtimestamp(_AT_S, UTC)


def test_principal_of_the_school_may_ask(world: World) -> None:
    """And nobody else of it, whatever role the signature claims."""
    assert judged(world, a_row(world), *a_request(world))
    assert not judged(world, a_row(world), *a_request(world, "teacher"))
    assert not judged(world, a_row(world), *a_request(world, "teacher", "homeroom_teacher"))
    assert not judged(world, a_row(world), *a_request(world, "other_teacher"))


@pytest.mark.parametrize("signature", ["", "x", "a..b", "\ufffd"])
def test_text_that_is_no_signature_is_none(world: World, signature: str) -> None:
    """Whatever a stranger wrote there."""
    request, asked = a_request(world)
    assert not judged(world, a_row(world), Request(request.statement, signature), asked)


def test_signature_over_another_request_does_not_count(world: World) -> None:
    """Neither its bytes nor its round may be another's."""
    request, asked = a_request(world)
    assert not judged(world, a_row(world), Request(request.statement + b" ", request.signature), asked)


def test_office_counts_at_the_time_of_the_request(world: World) -> None:
    """Who left before it asked for nothing; who left since has asked."""
    office = {"valid_from": AT - timedelta(days=9), "version": 9}
    for days, expected in ((-1, False), (1, True)):
        left = an_office(
            "principal", world.issued["principal"], "principal", SCHOOL, "GV-0101-001",
            valid_to=AT + timedelta(days=days), **office,
        )  # fmt: skip
        assert judged(world.with_(left), a_row(world), *a_request(world)) is expected


def test_successor_of_a_closed_school_may_ask_for_it(world: World) -> None:
    """A school that succeeds nobody may not."""
    row, request = a_row(world, OTHER_SCHOOL), a_request(world)
    assert not judged(world, row, *request)
    closed = a_school_entry(OTHER_SCHOOL, version=9, closed_on="2026-01-01", successor=SCHOOL)
    assert judged(world.with_(closed), row, *request)


def test_answers_of_a_replay_are_found_by_lock_and_attempt() -> None:
    """With their time, so that each is repeated in its turn."""
    said = IngestStatement(
        at="2026-06-20T03:00:00.000Z", codes=("CHUNK_MISSING",), count=0, lock_id="01" * 32, log_index=0,
        outcome="refused", root="02" * 32, so=SO, tree_size=1, type="vn.hocba.ingest-receipt/1",
    )  # fmt: skip
    second = with_fields(said, at="2026-06-20T03:00:09.000Z", attempt=2, codes=(), outcome="ingested")
    closing = ClosingStatement(
        at=said.at, root="02" * 32, so=SO, successor="nghe-an", tree_size=1, type="vn.hocba.closing-receipt/1"
    )  # about no lock: passed over
    rows = [("x", _message(one), AT) for one in (said, second, closing)]
    sql = queries_of("common")
    answers = {sql["unmet_exists"]: [(True, True)], sql["unmet_values"]: rows}
    found = told_before(FakeConnection(lambda asked, _: Answer(answers.get(asked, []))))  # type: ignore[arg-type]
    told = {key[1:]: (one.at_s, one.codes) for key, one in found.items()}
    lock_id = bytes.fromhex("01" * 32)
    assert told == {(lock_id, 1): (1_781_924_400, ("CHUNK_MISSING",)), (lock_id, 2): (1_781_924_409, ())}


def _message(said: IngestStatement | ClosingStatement) -> bytes:
    lock_id = getattr(said, "lock_id", "")
    value = {"receipt_id": "r", "so": SO, "lock_id": lock_id, "statement": encode(said), "signature": "a..b"}
    return encode_message("IngestReceipt", value | {"cosignature": "c"})
