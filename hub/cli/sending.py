"""What the commands that send share: ask first, send with the journal, wait for receipts, show them."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import typer
from rich.console import Console

from hub.cli.progress import Told
from hub.cli.showing import print_line, show_receipt
from hub.client import (
    Journal,
    Outbound,
    ReadReceipt,
    next_receipts,
    receipt_ends,
    send_all,
    snapshot_of,
    verify_receipt,
)
from hub.errors import Unavailable
from hub.kafka.producer import Sender
from hub.local.hub import LocalHub
from hub.trust import ChainCache, Snapshot

__all__ = ["FINAL", "ask", "is_refused", "journal_of", "send", "show_answers", "show_receipts"]

FINAL = "Chốt không rút lại được. Gửi? / A lock is final. Send?"
_BATCH = 4


def journal_of(hub: LocalHub) -> Path:
    """Return the journal of what was sent from this machine."""
    return hub.data / "journal.jsonl"


def send(
    hub: LocalHub, so: str, school: str | None, batch: Sequence[Outbound], *, patience_s: float | None = None,
    then: Collection[str] = (),
) -> list[ReadReceipt]:  # fmt: skip
    """Send commands of one school (None: of several) and, with `patience_s`, wait for their receipts.

    `then` are ids of answers that follow later.

    Raises Unavailable WAITED_IN_VAIN, KAFKA_UNAVAILABLE.
    """
    since = receipt_ends(hub.bootstrap, so, school)

    async def main(tell: Told) -> list[ReadReceipt]:
        await _send(hub, batch, tell)
        if patience_s is None:
            return []
        wanted = [str(outbound.about["command_id"]) for outbound in batch]
        answers = await next_receipts(
            hub.bootstrap, so, school, wanted, since, patience_s=patience_s, tell=lambda n: tell("answered", n),
            ends=lambda receipt: receipt.statement.kind != "Lock",
        )  # fmt: skip
        if then and any(receipt.statement.outcome != "refused" for receipt in answers.values()):
            answers |= await next_receipts(
                hub.bootstrap, so, school, then, since, patience_s=patience_s, tell=lambda n: tell("at Bộ", n)
            )
        return list(answers.values())

    with Told(Console(stderr=True), {"sent": len(batch), "answered": len(batch)}) as tell:
        return asyncio.run(main(tell))


async def _send(hub: LocalHub, batch: Sequence[Outbound], tell: Told) -> None:
    sender = Sender(hub.bootstrap)
    try:
        with Journal(journal_of(hub)) as journal:
            for start in range(0, len(batch), _BATCH):
                part = batch[start : start + _BATCH]
                await send_all(sender, journal, part)
                tell("sent", len(part))
    finally:
        await sender.close()


def ask(yes: bool, question: str = "Gửi? / Send?") -> None:
    """Ask, unless told to go on. Ends with 1 for no."""
    if not yes and not typer.confirm(question, err=True):
        raise typer.Exit(1)


def show_answers(hub: LocalHub, so: str, answers: Sequence[ReadReceipt], console: Console, as_json: bool) -> int:
    """Show the receipts of what was sent; return the exit code: 1 when one is refused or its signature invalid."""
    forged = show_receipts(hub, so, answers, console, as_json) if answers else False
    return 1 if forged or is_refused(answers) else 0


def is_refused(answers: Iterable[ReadReceipt]) -> bool:
    """Tell whether Sở or Bộ refused anything."""
    return any(answer.statement.outcome in {"refused", "ingest_refused"} for answer in answers)


def show_receipts(hub: LocalHub, so: str, receipts: Iterable[ReadReceipt], console: Console, as_json: bool) -> bool:
    """Show receipts, each with the judgement of Sở's signature; return whether any of these is invalid.

    Where no register is within reach, the signature is shown as "unchecked".
    """
    snapshot, cache, forged = _register(hub, so), ChainCache(), False
    for receipt in receipts:
        judged = ("unchecked", ()) if snapshot is None else verify_receipt(receipt, snapshot, cache)
        status, findings = str(judged[0]), judged[1]
        forged = forged or status == "invalid"
        if as_json:
            print_line(_shown(receipt, status, [f.code for f in findings]))
        else:
            show_receipt(console, receipt, status, findings)
    return forged


def _register(hub: LocalHub, so: str) -> Snapshot | None:
    try:
        return snapshot_of(hub.so_url(so), so)
    except Unavailable:
        return None


def _shown(receipt: ReadReceipt, signature: str, codes: list[str]) -> dict[str, object]:
    s = receipt.statement
    return {
        "receipt_id": receipt.receipt_id,
        "command_id": s.command_id,
        "kind": s.kind,
        "outcome": s.outcome,
        "at": s.at,
        "so": s.so,
        "school": s.school,
        "signature": signature,
        "signature_codes": codes,
        "findings": list(s.findings),
        "facts": s.facts if isinstance(s.facts, dict) else {},
        "documents": [
            {
                "document_sha256": d.document_sha256,
                "outcome": d.outcome,
                "state": d.state if isinstance(d.state, str) else None,
                "findings": list(d.findings) if isinstance(d.findings, tuple) else [],
            }
            for d in s.documents
        ],
    }
