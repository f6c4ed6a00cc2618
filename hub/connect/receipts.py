"""What Sở's receipts about documents change: the state of records, their command, their batch, and one answer each."""

import base64
import json
from typing import Any

from hub.client import ReadReceipt
from hub.connect.answering import add_answers, answer_about, rendered
from hub.connect.run import Run
from hub.connect.standing import Documents, named_as_standing, note_what_stands
from hub.connect.store import Row
from hub.connectors.sdk import Answer

__all__ = ["LATER_KINDS", "give_back", "of_later_word", "of_submission", "signed_parts"]

LATER_KINDS = frozenset({"Recheck", "Conflict"})
_STATES = {"accepted": "accepted", "unchanged": "unchanged", "refused": "turned_down"}


def of_submission(run: Run, receipt: ReadReceipt, standing: Documents) -> None:
    """Take in a receipt, inside a transaction; one of another's command, or one seen before, changes nothing."""
    said = receipt.statement
    named = {"so": said.so, "school": said.school, "command_id": said.command_id}
    command = run.store.first("command", **named)
    if command is None or command["state"] not in ("signed", "sent"):
        return
    batch = {"batch_id": command["batch_id"]}
    if any(found.get("code") == "COMMAND_TOO_OLD" for found in said.findings):
        give_back(run, command)
        return
    judged = {document.document_sha256: document for document in said.documents}
    answers = []
    for sha256 in json.loads(command["documents"]):
        row = run.store.first("record_of_document", document_sha256=sha256, **batch)
        if row is None:  # another batch brought the same document first
            continue
        one = judged.get(sha256)
        outcome = "refused" if one is None else one.outcome
        found = one.findings if one is not None and isinstance(one.findings, tuple) else said.findings
        current = named_as_standing(found) if outcome == "refused" else None
        noted = None if current is None else note_what_stands(run, row, current, standing)
        if noted is None:
            run.store.do("set_record_state", n=row["n"], state=_STATES[outcome])
        if noted != "pulled":  # else it is answered when its next version is
            answers.append(_answer(row, receipt, noted or outcome, found if noted is None else ()))
    add_answers(run, answers)
    run.store.do("set_command_state", state="answered", **named)
    if run.store.first("open_in_batch", **batch) is None:
        run.store.do("set_batch_state", state="answered", **batch)


def of_later_word(run: Run, receipt: ReadReceipt) -> None:
    """Take in what Sở decided later: trust had been unknown, or two schools claimed a pupil. Inside a transaction."""
    answers = []
    for document in receipt.statement.documents:
        found = document.findings if isinstance(document.findings, tuple) else ()
        named = {"so": receipt.statement.so, "document_sha256": document.document_sha256}
        for row in run.store.all("records_answered", **named):
            run.store.do("set_record_state", n=row["n"], state=_STATES[document.outcome])
            answers.append(_answer(row, receipt, document.outcome, found))
    add_answers(run, answers)


def give_back(run: Run, command: Row) -> None:
    """A command came to nothing: its documents wait for a new one, under a new id. Inside a transaction."""
    batch = {"batch_id": command["batch_id"]}
    named = {name: command[name] for name in ("so", "school", "command_id")}
    run.store.do("set_command_state", state="stale", **named)
    for sha256 in json.loads(command["documents"]):
        run.store.do("return_record", document_sha256=sha256, **batch)
    run.store.do("set_batch_state", state="waiting", **batch)
    run.looked.pop(command["batch_id"], None)


def _answer(row: Row, receipt: ReadReceipt, outcome: str, found: Any) -> Answer:
    return answer_about(
        row, "receipt", receipt.receipt_id, at=receipt.statement.at, outcome=outcome, findings=rendered(found),
        **signed_parts(receipt),
    )  # fmt: skip


def signed_parts(receipt: ReadReceipt) -> dict[str, Any]:
    """Return what Sở signed, byte for byte, for an answer."""
    return {"statement": base64.b64encode(receipt.statement_bytes).decode(), "signature": receipt.signature}
