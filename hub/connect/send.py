"""Send: what persons signed goes to Sở, byte for byte; the runner has no key of any school.

Invariant: the row of a command is on the disk before the first byte leaves. From then on only the same bytes are sent,
however often and however old, and Sở repeats its first receipt.
"""

import hashlib
import json
from collections.abc import Sequence, Set
from datetime import timedelta
from pathlib import Path

from hub.client import Batch, Outbound, kept_outbounds, load_batch, retire_submissions
from hub.connect.run import Run, check_cluster
from hub.connect.store import Row
from hub.errors import Corrupt, Refused
from hub.schemas import decode

__all__ = ["send"]

_COMMANDS_MAX = 20  # without a receipt
_OLD = timedelta(hours=23)  # Sở takes no first sight of a command older than 24 hours


async def send(run: Run) -> bool:
    """Note the next batch that is wholly signed, and send what is noted."""
    if run.store.one("connector")["paused"]:
        return False
    check_cluster(run)
    noted = _note_next(run)
    return await _send_noted(run) or noted


def _note_next(run: Run) -> bool:
    """Find a batch whose submissions are all signed, and note its commands."""
    if run.store.one("count_commands", state="signed")["count"]:
        return False
    for row in run.store.all("batches_in", state="waiting"):
        seen = _seen(run.batches / row["folder"])
        if not seen or run.looked.get(row["batch_id"]) == seen:
            continue
        outbounds = _kept(run, row)
        if outbounds is None:
            run.looked[row["batch_id"]] = seen
            continue
        _note(run, row, outbounds)
        return True
    return False


def _kept(run: Run, row: Row) -> list[Outbound] | None:
    """Return the signed submissions of a batch; one that somebody damaged is told, and the others go on."""
    try:
        batch = load_batch(run.batches / row["folder"])
        _retire(run, row, batch)
        return kept_outbounds(batch, row["so"])
    except Refused as refused:
        run.store.do(
            "add_notice", code=refused.code, path=row["folder"], severity="refuse", facts="{}", at=run.at()
        )  # fmt: skip
        return None


def _seen(folder: Path) -> tuple[tuple[str, int], ...]:
    """Return the kept signatures of a batch, by which a change is noticed."""
    kept = sorted((folder / "commands").glob("*.jws"))
    return tuple((path.name, path.stat().st_mtime_ns) for path in kept)


def _retire(run: Run, row: Row, batch: Batch) -> None:
    """Put aside what grew too old before it was sent, or on its way, and what Sở answered and persons hand in again.

    Then they sign the submissions under new ids. An id counts for the whole school, whichever batch had it.
    """
    named = {"so": row["so"], "school": batch.acting}
    kept = [path.stem for path in sorted(batch.commands.glob("*.jws"))]
    known = [one for command_id in kept for one in run.store.all("command", **named, command_id=command_id)]
    records = run.store.all("records_of_batch", **_id(row))
    waiting = {record["document_sha256"] for record in records if record["state"] == "batched"}
    used = [one["command_id"] for one in known if _is_used_up(one, waiting)]
    before = f"{run.now() - _OLD:%Y-%m-%dT%H:%M:%SZ}"
    if retire_submissions(batch, before, stale=used, sent={one["command_id"] for one in known}):
        facts = json.dumps({"folder": row["folder"]})
        run.store.do(
            "add_notice", code="CONNECTOR_COMMAND_STALE", path=row["folder"], severity="warn", facts=facts, at=run.at()
        )  # fmt: skip


def _is_used_up(command: Row, waiting: Set[str]) -> bool:
    """Tell whether a command takes nothing to Sở any more, though documents of it wait: Sở would repeat its answer."""
    return command["state"] == "stale" or (
        command["state"] == "answered" and not waiting.isdisjoint(json.loads(command["documents"]))
    )


def _note(run: Run, row: Row, outbounds: Sequence[Outbound]) -> None:
    with run.store.transaction():
        for outbound in outbounds:
            documents = outbound.about["documents"]
            added = run.store.do(
                "add_command", so=row["so"], school=outbound.about["school"],
                command_id=outbound.about["command_id"], documents=json.dumps(documents),
                statement_sha256=hashlib.sha256(_statement(outbound)).hexdigest(), **_id(row),
            )  # fmt: skip
            for sha256 in documents if added else ():
                run.store.do("send_record", document_sha256=sha256, **_id(row))
        run.store.do("set_batch_state", state="sending", **_id(row))
        run.store.do("forget_notice", code="CONNECTOR_COMMAND_STALE", path=row["folder"])


async def _send_noted(run: Run) -> bool:
    """Send the noted commands of one batch, as many as may be without a receipt."""
    free = _COMMANDS_MAX - run.store.one("count_commands", state="sent")["count"]
    noted = run.store.all("commands_in", state="signed", limit=max(free, 0))
    if not noted:
        return False
    batch = run.store.one("batch", batch_id=noted[0]["batch_id"])
    outbounds = kept_outbounds(load_batch(run.batches / batch["folder"]), batch["so"]) or []
    kept = {outbound.about["command_id"]: outbound for outbound in outbounds}
    own = [command for command in noted if command["batch_id"] == batch["batch_id"]]
    for command in own:
        outbound = kept.get(command["command_id"])
        if outbound is None or hashlib.sha256(_statement(outbound)).hexdigest() != command["statement_sha256"]:
            raise Corrupt("BATCH_DAMAGED", {"file": f"{batch['folder']}/commands/{command['command_id']}.json"})
    await run.door.send(batch["so"], [kept[command["command_id"]] for command in own])
    with run.store.transaction():
        for command in own:
            named = {"so": command["so"], "school": command["school"], "command_id": command["command_id"]}
            run.store.do("set_command_state", state="sent", **named)
    return True


def _statement(outbound: Outbound) -> bytes:
    statement: bytes = decode(outbound.sending.value, ("Submission",)).value["statement"]
    return statement


def _id(row: Row) -> dict[str, str]:
    return {"batch_id": row["batch_id"]}
