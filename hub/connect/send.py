"""Send: what persons signed goes to Sở, byte for byte; the runner has no key of any school.

Invariant: the row of a command is on the disk before the first byte leaves. From then on only the same bytes are sent,
however often and however old, and Sở repeats its first receipt.
"""

import hashlib
import json
from collections.abc import Sequence, Set
from datetime import timedelta
from pathlib import Path

from msgspec import UnsetType

from hub.client import Batch, Outbound, kept_outbounds, load_batch, retire_submissions
from hub.client.durable import sync_folder
from hub.connect.faulty import STALE, forget_faults, lacking, reading, tell_fault
from hub.connect.overtake import take_apart
from hub.connect.receipts import give_back
from hub.connect.run import Run, check_cluster
from hub.connect.store import Row
from hub.errors import Refused
from hub.schemas import decode

__all__ = ["send"]

_COMMANDS_MAX = 20  # without a receipt
_LOOKS_MAX = 20  # at batches in one turn: each is read whole
_GONE = (("", 0),)
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
    looks = 0
    for row in run.store.all("batches_in", state="waiting"):
        seen = _seen(run.batches / row["folder"])
        if run.looked.get(row["batch_id"]) == seen:
            continue
        if looks == _LOOKS_MAX:
            return True
        looks += 1
        outbounds = _kept(run, row)
        if outbounds is not None:
            _note(run, row, outbounds)
            return True
        if seen != _GONE or row["native"]:
            run.looked[row["batch_id"]] = seen
    return False


def _kept(run: Run, row: Row) -> list[Outbound] | None:
    """Return the signed submissions of a batch; one that somebody damaged is told, and the others go on.

    A folder that is gone is made again; one that came signed can only be delivered again.
    """
    if not row["native"] and not (run.batches / row["folder"]).exists():
        with run.store.transaction():
            take_apart(run, row)
        return None
    try:
        with reading():
            batch = load_batch(run.batches / row["folder"])
            for one in batch.documents:
                batch.document(one.document_sha256)
                if not isinstance(one.source, UnsetType):
                    batch.source(one.source)
            _retire(run, row, batch)
            outbounds = kept_outbounds(batch, row["so"])
            if outbounds is None and row["native"]:
                raise lacking(row, batch)
            for part in ("signatures", "commands") if outbounds is not None else ():
                sync_folder(batch.folder / part)
    except Refused as refused:
        with run.store.transaction():
            tell_fault(run, row, refused)
        return None
    with run.store.transaction():
        forget_faults(run, row)
    return outbounds


def _seen(folder: Path) -> tuple[tuple[str, int], ...]:
    """Return the index and the kept signatures of a batch, by which a change is noticed."""
    files = (folder / "batch.json", *sorted((folder / "commands").glob("*.jws")))
    found = tuple((path.name, path.stat().st_mtime_ns) for path in files if path.exists())
    return found if folder.exists() else _GONE


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
        run.notice(STALE, row["folder"], {"folder": row["folder"]}, "warn")


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
                statement_sha256=_sha256(outbound), **_id(row),
            )  # fmt: skip
            for sha256 in documents if added else ():
                run.store.do("send_record", document_sha256=sha256, **_id(row))
        run.store.do("set_batch_state", state="sending", **_id(row))
        run.store.do("forget_notices_of", path=row["folder"])


async def _send_noted(run: Run) -> bool:
    """Send the noted commands of one batch, as many as may be without a receipt."""
    free = _COMMANDS_MAX - run.store.one("count_commands", state="sent")["count"]
    noted = run.store.all("commands_in", state="signed", limit=max(free, 0))
    if not noted:
        return False
    batch = run.store.one("batch", batch_id=noted[0]["batch_id"])
    own = [command for command in noted if command["batch_id"] == batch["batch_id"]]
    outbounds = _as_noted(run, batch, own)
    if outbounds is None:
        return True
    await run.door.send(batch["so"], outbounds)
    with run.store.transaction():
        for command in own:
            named = {"so": command["so"], "school": command["school"], "command_id": command["command_id"]}
            run.store.do("set_command_state", state="sent", **named)
    return True


def _as_noted(run: Run, batch: Row, own: Sequence[Row]) -> list[Outbound] | None:
    """Return the submissions in the bytes that were noted; where these are gone, persons sign anew, and None."""
    try:
        with reading():
            kept = kept_outbounds(load_batch(run.batches / batch["folder"]), batch["so"])
        by_id = {outbound.about["command_id"]: outbound for outbound in kept or ()}
        for command in own:
            outbound = by_id.get(command["command_id"])
            if outbound is None or _sha256(outbound) != command["statement_sha256"]:
                raise Refused("BATCH_DAMAGED", {"file": f"commands/{command['command_id']}"})
    except Refused as refused:
        with run.store.transaction():
            for command in own:
                give_back(run, command)
            tell_fault(run, batch, refused)
        return None
    return [by_id[command["command_id"]] for command in own]


def _sha256(outbound: Outbound) -> str:
    """Return the hash of what was signed to send it, statement and signature."""
    value = decode(outbound.sending.value, ("Submission",)).value
    return hashlib.sha256(value["statement"] + b"\n" + value["signature"].encode()).hexdigest()


def _id(row: Row) -> dict[str, str]:
    return {"batch_id": row["batch_id"]}
