"""What submit, recall and lock share: send with the journal, wait for receipts, show them."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

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

__all__ = ["journal_of", "send", "show_receipts"]

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
