"""Bước chuyển trường tại Sở: whether a step has the form in which Bộ can decide about it. What it does, Bộ decides.

A Sở knows one side of a transfer at most, and not how far it is; so it refuses here only what no transfer could take.
"""

from collections.abc import Iterator
from datetime import date, datetime

from hub.decision.command import Prepared
from hub.decision.known import Known
from hub.decision.lock_request import set_root
from hub.decision.outcome import Outcome
from hub.domain.civil import civil_date
from hub.domain.findings import Finding, finding
from hub.domain.statements import TransferAnswer, TransferRelease, TransferRequest

__all__ = ["decide_transfer_step"]


def decide_transfer_step(command: Prepared, _known: Known, _so: str) -> Outcome:
    """Let a step go on to Bộ, or say why not."""
    found = tuple(_objections(command))
    return Outcome(command, "refused", found) if found else Outcome(command, transfer=True)


def _objections(command: Prepared) -> Iterator[Finding]:
    said = command.command
    if getattr(said, "by", "school") == "family":
        yield finding("TRANSFER_FAMILY_AT_PORTAL", "$.by")
    if isinstance(said, TransferRequest):
        if (said.receiving.so, said.receiving.school) != (said.so, said.school):
            yield finding("TRANSFER_RECEIVER_ASKS", "$.receiving")
        if said.receiving == said.sending:
            yield finding("TRANSFER_SAME_SCHOOL", "$.sending")
        if not _is_birth_date(said.birth_date, command.at):
            yield finding("TRANSFER_BIRTH_DATE_WRONG", "$.birth_date")
    elif isinstance(said, TransferAnswer) and said.decision == "refuse" and not isinstance(said.reason, str):
        yield finding("TRANSFER_REASON_MISSING", "$.reason")
    elif isinstance(said, TransferRelease) and (
        said.count != len(said.documents)
        or list(said.documents) != sorted(set(said.documents))
        or said.root != set_root([bytes.fromhex(one) for one in said.documents]).hex()
    ):
        yield finding("TRANSFER_ROOT_WRONG", "$.root")


def _is_birth_date(text: str, at: datetime) -> bool:
    try:
        return date.fromisoformat(text) <= civil_date(at)
    except ValueError:
        return False
