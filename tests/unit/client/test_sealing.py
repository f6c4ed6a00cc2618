"""Sealing a batch: each document gets the one seal that says what it rests on, sources travel once, nothing twice."""

import hashlib
import json
import os
import signal
import time
from pathlib import Path
from random import Random

import pytest
from msgspec import UNSET

from hub.client import (
    Batch,
    BatchDocument,
    Sealed,
    kept_outbounds,
    load_batch,
    missing_roles,
    plan_submissions,
    seal_batch,
    sign_batch,
)
from hub.client.batch import write_batch
from hub.domain import canonical
from hub.domain.statements import Submission, read
from hub.errors import Refused
from hub.schemas import decode
from hub.topics import MESSAGE_BYTES_MAX
from hub.trust import origin_of
from tests.unit.client.builders import FIRST, ISSUED_AT, ISSUED_S, a_batch, header_of, signer, transcripts

RULES = "ab" * 32
DERIVED = Sealed(grade="derived", mapping="tien-giang/2", mapping_sha256=RULES, system="ho-so-tien-giang")
ATTESTED = Sealed(grade="attested", mapping="nghe-an/1", mapping_sha256=RULES, system="so-lieu-nghe-an")
LEGACY = Sealed(grade="legacy_evidence", system="hoc-ba-giay")
LOTS = (b"<lo>one</lo>", b"<lo>two</lo>")


def a_sealed_batch(folder: Path, sealed: Sealed = DERIVED, count: int = 4, lots: tuple[bytes, ...] = LOTS) -> Batch:
    """Write a batch whose documents rest on the lots in turn."""
    named = {}
    for n, transcript in enumerate(transcripts(count)):
        data, lot = canonical(transcript), lots[n % len(lots)]
        sha256, source = hashlib.sha256(data).hexdigest(), hashlib.sha256(lot).hexdigest()
        named[BatchDocument(sha256, FIRST, "", n + 1, source)] = data
    return write_batch(folder / "lo", "0101001", "2025-2026", named, (), sealed=sealed, sources=lots)


def seal(batch: Batch) -> tuple[int, int]:
    return seal_batch(batch, signer("system"), ISSUED_AT)


@pytest.mark.parametrize(
    ("sealed", "role"), [(DERIVED, "system_seal"), (ATTESTED, "so_seal"), (LEGACY, "so_seal")]
)  # fmt: skip
def test_each_document_gets_one_seal_that_says_what_it_rests_on(tmp_path: Path, sealed: Sealed, role: str) -> None:
    """Grade, system, mapping with the hash of its rules, and the source of just this document."""
    batch = a_sealed_batch(tmp_path, sealed)
    assert seal(batch) == (4, 1)
    for document in batch.documents:
        (compact,) = batch.signatures(document.document_sha256)
        header = header_of(compact)
        origin = {name: getattr(sealed, name) for name in ("grade", "mapping", "mapping_sha256", "system")}
        wanted = {**origin, "source_sha256": document.source}
        assert header["hb_origin"] == {name: value for name, value in wanted.items() if value is not UNSET}
        assert (header["hb_role"], header["hb_prev"]) == (role, [])
        assert header["hb_scope"] == {"school": "0101001", "school_year": "2025-2026", "period": "year"}
        assert origin_of((compact,)) == sealed.origin(str(document.source))


def test_submission_of_sealed_documents_carries_each_source_once(tmp_path: Path) -> None:
    """Four documents of two lots: one statement, signed by the same seal, that names both, in the message's order."""
    batch = a_sealed_batch(tmp_path)
    seal(batch)
    (outbound,) = kept_outbounds(batch, "tien-giang") or ()
    value = decode(outbound.sending.value, ("Submission",)).value
    statement = read(value["statement"], Submission)
    assert value["sources"] == list(LOTS)
    assert statement.sources == tuple(hashlib.sha256(lot).hexdigest() for lot in LOTS)
    assert [hashlib.sha256(row["document"]).hexdigest() for row in value["documents"]] == list(statement.documents)
    assert set(statement.documents) == {document.document_sha256 for document in batch.documents}
    header = header_of(value["signature"])
    assert (header["hb_role"], "hb_origin" in header) == ("system_seal", False)


def test_submissions_are_split_so_that_each_fits_with_its_sources(tmp_path: Path) -> None:
    """Documents of one source stay together, and every source is where a document needs it."""
    lots = tuple(bytes([65 + n]) * (MESSAGE_BYTES_MAX // 3) for n in range(4))
    batch = a_sealed_batch(tmp_path, count=12, lots=lots)
    assert seal(batch) == (12, 2)
    sources: list[bytes] = []
    for outbound in kept_outbounds(batch, "tien-giang") or ():
        value = decode(outbound.sending.value, ("Submission",)).value
        assert len(outbound.sending.value or b"") < MESSAGE_BYTES_MAX
        rest_on = {str(d.source) for d in batch.documents if d.document_sha256 in outbound.about["documents"]}
        assert {hashlib.sha256(data).hexdigest() for data in value["sources"]} == rest_on
        sources += value["sources"]
    assert sorted(sources) == sorted(lots)


def test_source_that_no_message_holds_is_refused_before_anything_is_sealed(tmp_path: Path) -> None:
    """The record cannot travel; no seal says that it did."""
    batch = a_sealed_batch(tmp_path, lots=(b"x" * (MESSAGE_BYTES_MAX - 10_000),))
    with pytest.raises(Refused, match="SUBMISSION_TOO_LARGE"):
        seal(batch)
    assert not any(batch.signatures(document.document_sha256) for document in batch.documents)


def test_interrupted_sealing_is_completed_and_nothing_is_sealed_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a kill at any document the rest is sealed; what was sealed stays byte for byte."""
    batch, add, left = a_sealed_batch(tmp_path), Batch.add_signature, 2

    def add_some(self: Batch, sha256: str, compact: str) -> None:
        nonlocal left
        if not left:
            raise KeyboardInterrupt
        left -= 1
        add(self, sha256, compact)

    monkeypatch.setattr(Batch, "add_signature", add_some)
    with pytest.raises(KeyboardInterrupt):
        seal(batch)
    before = {d.document_sha256: batch.signatures(d.document_sha256) for d in batch.documents}
    assert (missing_roles(batch), kept_outbounds(batch, "tien-giang")) == ({"system_seal": 2}, None)
    monkeypatch.undo()
    assert seal(batch) == (2, 1)
    assert seal(batch) == (0, 0)
    after = {d.document_sha256: batch.signatures(d.document_sha256) for d in batch.documents}
    assert all(len(chain) == 1 for chain in after.values())
    assert all(after[sha256] == chain for sha256, chain in before.items() if chain)


def test_sealing_that_is_killed_again_and_again_is_completed_and_no_seal_changes(tmp_path: Path) -> None:
    """Ended at moments that chance chooses: what was sealed stays byte for byte, and nothing is left half done."""
    batch, chance = a_sealed_batch(tmp_path, count=40), Random(9)
    seals, began = batch.folder / "signatures", time.monotonic()
    made: dict[str, bytes] = {}
    kills = 0
    while not _ends_before(batch, chance.uniform(0.001, 0.01 + 0.005 * kills)):
        kills += 1
        now = {path.name: path.read_bytes() for path in seals.glob("*.jws")}
        assert made.items() <= now.items()
        made = now
        assert time.monotonic() < began + 60
    assert kills > 2, kills
    assert made.items() <= {path.name: path.read_bytes() for path in seals.glob("*.jws")}.items()
    assert [len(batch.signatures(document.document_sha256)) for document in batch.documents] == [1] * 40
    assert seal(load_batch(batch.folder)) == (0, 0)
    assert kept_outbounds(batch, "ha-noi")


def _ends_before(batch: Batch, processor_s: float) -> bool:
    """Seal in a process that the kernel ends after so much of its processor time; tell whether it came to its end.

    Nothing in the process hears of it, and a machine that stands still meanwhile changes nothing.
    """
    process = os.fork()
    if not process:
        try:
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_PROF, processor_s)
            seal(load_batch(batch.folder))
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitpid(process, 0)[1]
    assert status in (0, signal.SIGPROF)
    return status == 0


def test_sealed_batch_is_not_signed_and_a_signed_one_not_sealed(tmp_path: Path) -> None:
    """Which of the two a batch is for is said when it is made; nothing lifts a grade."""
    with pytest.raises(Refused, match="BATCH_IS_SEALED"):
        sign_batch(a_sealed_batch(tmp_path / "one"), "homeroom_teacher", signer(), ISSUED_S)
    with pytest.raises(Refused, match="BATCH_NOT_FOR_SEAL"):
        seal(a_batch(tmp_path))


def test_batch_without_all_its_seals_is_not_planned(tmp_path: Path) -> None:
    """A submission is of sealed documents alone."""
    with pytest.raises(Refused, match="BATCH_NOT_SEALED"):
        plan_submissions(a_sealed_batch(tmp_path), "each")


def _changed_source(batch: Batch) -> None:
    next((batch.folder / "sources").iterdir()).write_bytes(b"<lo>other</lo>")


def _without_source(batch: Batch) -> None:
    next((batch.folder / "sources").iterdir()).unlink()


def _mapping_taken_out(batch: Batch) -> None:
    index = json.loads((batch.folder / "batch.json").read_bytes())
    del index["sealed"]["mapping"]
    (batch.folder / "batch.json").write_text(json.dumps(index))


def _sealed_taken_out(batch: Batch) -> None:
    index = json.loads((batch.folder / "batch.json").read_bytes())
    del index["sealed"]
    (batch.folder / "batch.json").write_text(json.dumps(index))


def _document_without_source(batch: Batch) -> None:
    index = json.loads((batch.folder / "batch.json").read_bytes())
    del index["documents"][1]["source"]
    (batch.folder / "batch.json").write_text(json.dumps(index))


def _sealed_for_another(batch: Batch) -> None:
    index = json.loads((batch.folder / "batch.json").read_bytes())
    index["sealed"]["system"] = "so-khac"
    seal(batch)
    (batch.folder / "batch.json").write_text(json.dumps(index))


@pytest.mark.parametrize(
    "damage",
    [_changed_source, _without_source, _mapping_taken_out, _sealed_taken_out, _document_without_source,
     _sealed_for_another],
)  # fmt: skip
def test_damaged_batch_is_not_sealed(tmp_path: Path, damage) -> None:
    """What was changed by hand, also between two runs, is told."""
    batch = a_sealed_batch(tmp_path)
    damage(batch)
    with pytest.raises(Refused, match="BATCH_DAMAGED"):
        seal(load_batch(batch.folder))


def test_a_batch_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Grade, mapping, system and the sources of its documents."""
    batch = a_sealed_batch(tmp_path)
    again = load_batch(batch.folder)
    assert (again.sealed, again.documents) == (DERIVED, batch.documents)
    assert {again.source(str(d.source)) for d in again.documents} == set(LOTS)
