"""Answers to a system: their ids follow from what they tell, their groups from what is written in one call.

Invariant: an id never stands for two texts; a group is closed in the transaction that makes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from hub.catalogue import CATALOGUE
from hub.connect.codec import pack_findings, sha256_of
from hub.connect.run import Run
from hub.connect.store import Row
from hub.connectors.sdk import Answer
from hub.domain import finding, render
from hub.domain.findings import Finding

__all__ = ["add_answers", "answer_about", "file_of", "not_sent", "rendered"]


def add_answers(run: Run, answers: Iterable[Answer]) -> None:
    """Note answers, each once; what the system does not take is kept for people. Inside a transaction."""
    taken = run.connector.manifest.answers
    for answer in answers:
        run.store.do(
            "add_answer", answer_id=answer.answer_id, kind=answer.kind, group=answer.group,
            record_key=answer.record_key, value=msgspec.json.encode(answer),
            state="waiting" if answer.kind in taken else "kept",
        )  # fmt: skip


def not_sent(run: Run, refused: Sequence[tuple[Row, Sequence[Finding]]]) -> None:
    """Answer that these records were not sent, and why; one group for each file. Inside a transaction.

    A record that is refused again for the same reasons gets the same answer, written again.
    """
    version = run.connector.mapper.version
    refused = [(run.store.one("record", n=row["n"]), found) for row, found in refused]
    ids = {row["n"]: _not_sent_id(row, found, version) for row, found in refused}
    for file in dict.fromkeys(file_of(row["place"]) for row, _ in refused):
        own = [(row, found) for row, found in refused if file_of(row["place"]) == file]
        group = f"not_sent/{sha256_of(*(ids[row['n']] for row, _ in own))[:16]}/{file}"
        answers = [_not_sent(row, found, ids[row["n"]], group) for row, found in own]
        add_answers(run, answers)
        for answer in answers:
            run.store.do("answer_again", answer_id=answer.answer_id)


def _not_sent_id(row: Row, found: Sequence[Finding], mapping_version: str) -> str:
    arrival = (row["key"], row["version"], str(row["again"]))
    return sha256_of("not_sent", *arrival, mapping_version, pack_findings(found).hex())


def _not_sent(row: Row, found: Sequence[Finding], answer_id: str, group: str) -> Answer:
    return Answer(
        answer_id=answer_id, kind="receipt", group=group, school=row["school"] or "",
        school_year=row["school_year"] or "", at=row["pulled_at"], outcome="not_sent", record_key=row["key"],
        place=row["place"], findings=tuple(render(one) for one in found),
    )  # fmt: skip


def answer_about(row: Row, about: str, receipt_id: str, /, **more: Any) -> Answer:
    """Return an answer about a record out of a receipt; the receipts of one file are written together."""
    fields: dict[str, Any] = {
        "answer_id": sha256_of(about, receipt_id, row["key"]), "kind": "receipt",
        "group": f"{receipt_id}/{file_of(row['place'])}", "school": row["school"], "school_year": row["school_year"],
        "record_key": row["key"], "place": row["place"],
    }  # fmt: skip
    return Answer(**(fields | more))


def file_of(place: str) -> str:
    """Return the file in which a record stands, "" when the place names none ("5A.xlsx!5A!9" names one)."""
    file, mark, _ = place.partition("!")
    return file if mark else ""


def rendered(findings: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return the findings of a receipt in both languages; a long receipt carries them without their texts."""
    return tuple(_full(dict(found)) for found in findings)


def _full(found: dict[str, Any]) -> dict[str, Any]:
    if "vi" in found or found.get("code") not in CATALOGUE:
        return found
    return render(finding(found["code"], found.get("path", "$"), found.get("value"), found.get("facts"))) | found
