"""What a lock at Sở means for our records: they are locked, a correction took their place, Bộ has them.

A lock's receipt names no documents; Sở's database is asked which of ours are locked.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hub.client import ReadReceipt
from hub.connect.answering import add_answers, answer_about, rendered
from hub.connect.codec import content_of, sha256_of
from hub.connect.receipts import signed_parts
from hub.connect.run import Run
from hub.connect.standing import LOCKED, Documents, transcript_of
from hub.connect.store import Row
from hub.connectors.sdk import Answer
from hub.errors import Unavailable
from hub.topics import receipt as receipt_topic

__all__ = ["ask_about_lock", "of_ingest", "of_lock"]


async def ask_about_lock(run: Run, so: str, receipt: ReadReceipt) -> Documents | None:
    """Return bytes and state, as Sở has them, of what we handed in for the school and of what corrects it.

    None where Sở's database is not within reach. Raises Unavailable DATABASE_BEHIND while it lacks a correction.
    """
    school = receipt.statement.school
    wanted = {school: [row["document_sha256"] for row in run.store.all("handed_in", so=so, school=school)]}
    corrections = list(_corrections(run, so, receipt))
    for row, new in corrections:
        wanted.setdefault(row["school"], []).append(new)
    found: dict[str, tuple[bytes, str]] = {}
    for issuer, hashes in wanted.items():
        held = await asyncio.to_thread(run.door.documents, so, issuer, hashes) if hashes else {}
        if held is None:
            return None
        found |= held
    _check_whole(so, found, (new for _, new in corrections))
    return found


def _check_whole(so: str, documents: Documents, wanted: Iterable[str]) -> None:
    if any(transcript_of(documents, sha256) is None for sha256 in wanted):
        raise Unavailable("DATABASE_BEHIND", {"topic": receipt_topic(so).name, "kind": "Lock"})


def of_lock(run: Run, so: str, receipt: ReadReceipt, documents: Documents) -> None:
    """Lock our records and answer, and hand corrections on; inside a transaction."""
    said, answers = receipt.statement, list[Answer]()
    for row in run.store.all("handed_in", so=so, school=said.school):
        _, state = documents.get(row["document_sha256"], (b"", ""))
        if state in LOCKED and row["state"] != "sent":
            run.store.do("lock_record", n=row["n"])
            run.store.do("forget_older", key=row["key"], n=row["n"])
            more = {"at": said.at, "outcome": "locked", **signed_parts(receipt)}
            answers.append(answer_about(row, "locked", receipt.receipt_id, **more))
    run.store.do("forget_sources")
    answers += [_corrected(run, receipt, row, new, documents) for row, new in _corrections(run, so, receipt)]
    add_answers(run, answers)


def _corrected(run: Run, receipt: ReadReceipt, row: Row, new: str, documents: Documents) -> Answer:
    transcript = transcript_of(documents, new)
    assert transcript is not None
    run.store.do("correct_record", n=row["n"], document_sha256=new, content_sha256=content_of(transcript))
    answer_id = sha256_of("correction", receipt.receipt_id, new)
    return answer_about(
        row, "correction", receipt.receipt_id, answer_id=answer_id, group=answer_id, kind="correction",
        at=receipt.statement.at, outcome="corrected", documents=(documents[new][0].decode(),), **signed_parts(receipt),
    )  # fmt: skip


def of_ingest(run: Run, receipt: ReadReceipt) -> None:
    """Hand Bộ's answer to a lock on, once for the school; inside a transaction."""
    said = receipt.statement
    facts: Mapping[str, Any] = said.facts if isinstance(said.facts, dict) else {}
    outcome = "ingested" if said.outcome == "ingested" else "refused"
    answer = Answer(
        answer_id=sha256_of("ingest", receipt.receipt_id), kind="receipt", group=f"{receipt.receipt_id}/",
        school=said.school, school_year=str(facts.get("school_year", "")), at=said.at, outcome=outcome,
        findings=rendered(said.findings), **signed_parts(receipt),
    )  # fmt: skip
    add_answers(run, [answer])


def _corrections(run: Run, so: str, receipt: ReadReceipt) -> Iterator[tuple[Row, str]]:
    """Yield our records whose document was replaced, each with the hash of the one that took its place."""
    for new, old in _versions(receipt):
        for row in run.store.all("records_with_document", so=so, document_sha256=old):
            yield row, new


def _versions(receipt: ReadReceipt) -> Iterator[tuple[str, str]]:
    """Yield which document took the place of which, as a lock's receipt says."""
    facts = receipt.statement.facts
    for row in facts.get("versions", ()) if isinstance(facts, dict) else ():
        yield str(row["document_sha256"]), str(row["supersedes"])
