"""Grades of evidence at Bộ, on real servers: what the signatures claim is stored and published, the rest refused."""

import hashlib
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from hub.domain.transcript import Transcript
from hub.local.population import SignedDocument
from hub.topics import bo_transcript
from hub.trust import Origin, SealedGrade, leaf_bytes, leaf_hash, manifest_root, parse_leaf, sign
from tests.journey.so_log import MadeLock, SoLog


def _sealed(log: SoLog, grade: SealedGrade) -> tuple[Transcript, SignedDocument]:
    """Return a pupil's transcript under one seal that claims a grade, in place of three persons' signatures."""
    transcript = log.world.pupil(log.world.school(log.so))
    signed = log.world.signed(transcript)
    mapping: dict[str, Any] = {"mapping": "nghe-an/1", "mapping_sha256": "ab" * 32}
    origin = Origin(
        grade=grade, source_sha256=hashlib.sha256(signed.document).hexdigest(), system="so-lieu-thu",
        **({} if grade == "legacy_evidence" else mapping),
    )  # fmt: skip
    scope = {"school": transcript.school.code, "school_year": transcript.school_year, "period": transcript.period}
    role = "system_seal" if grade == "derived" else "so_seal"
    seal = sign(
        log.keyring.seal, signed.document, role=role, scope=scope, typ=transcript.type, iat=log.world.iat, origin=origin
    )
    return transcript, replace(signed, signatures=(seal,))


def _with(log: SoLog, lock: MadeLock, rows: list[dict[str, Any]]) -> MadeLock:
    """Return the lock over other rows, with the root that is theirs."""
    ordered = tuple(sorted(rows, key=lambda row: leaf_hash(row["leaf"])))
    return replace(lock, rows=ordered).said(root=manifest_root(leaf_hash(row["leaf"]) for row in ordered).hex())


def _said(row: dict[str, Any], grade: str) -> dict[str, Any]:
    """Return the row with a leaf that says a grade."""
    leaf = msgspec.structs.replace(parse_leaf(row["leaf"]), evidence=grade)
    return {**row, "leaf": leaf_bytes(leaf)}


def _published(log: SoLog, lock: MadeLock) -> dict[str, str]:
    """Wait for every message of a lock; return the grades by document (hex)."""
    topic = bo_transcript()
    found: dict[str, str] = {}

    def all_there(record: Any) -> bool:
        value = record.value_in(topic)
        if value.get("lock_id") == lock.lock_id:
            found[value["document_sha256"].hex()] = value["evidence"]
        return len(found) == len(lock.rows)

    log.world.tail(topic).until(f"the transcripts of {lock.lock_id}", all_there)
    return found


def test_grade_that_the_signatures_claim_is_stored_and_published(log: SoLog) -> None:
    """One lock with all four: the table of Bộ and the national stream say of each what it rests on."""
    native = log.world.pupil(log.world.school(log.so))
    signed = {"native": (native, log.world.signed(native))}
    signed |= {grade: _sealed(log, grade) for grade in ("derived", "attested", "legacy_evidence")}  # type: ignore[misc]
    lock = log.lock(transcripts=[transcript for transcript, _ in signed.values()])
    lock = _with(log, lock, [log.row(transcript, document) for transcript, document in signed.values()])
    log.promoted(lock)
    wanted = {document.sha256: grade for grade, (_, document) in signed.items()}
    rows = log.world.database("bo").execute(
        "SELECT encode(document_sha256, 'hex'), evidence FROM document WHERE lock_id = %s",
        (bytes.fromhex(lock.lock_id),),
    ).fetchall()  # fmt: skip
    assert dict(rows) == _published(log, lock) == wanted


@pytest.mark.parametrize(("claimed", "said"), [("attested", "native"), ("derived", "attested"), (None, "derived")])
def test_leaf_that_says_another_grade_refuses_the_whole_lock(
    log: SoLog, claimed: SealedGrade | None, said: str
) -> None:
    """Lifted or lowered, with root, manifest and head made for it: Bộ says why, keeps nothing and goes on."""
    native = log.world.pupil(log.world.school(log.so))
    forged = (native, log.world.signed(native)) if claimed is None else _sealed(log, claimed)
    other = log.world.pupil(log.world.school(log.so))
    lock = log.lock(transcripts=[forged[0], other])
    rows = [_said(log.row(*forged), said), log.row(other, log.world.signed(other))]
    lock = _with(log, lock, rows)
    assert log.send(log.chunk(lock)) == [None]
    (answer,) = log.close(lock)
    assert (answer.outcome, answer.codes, log.stored(lock)) == ("refused", ("LEAF_GRADE_WRONG",), 0)
    log.promoted(log.lock())
