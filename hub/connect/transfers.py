"""Transfer: what Bộ sent to our schools is opened, proved and kept in a folder, and told to the system in its own form.

It signs for nothing: `hub transfer acknowledge` does, over the folder. What is wrong with one transfer is told of that
one, which is tried again every minute and when a person signals `resume`; the others go on.
"""

from datetime import datetime

from hub.client.transfer_incoming import Box, Heard, HeardNotice
from hub.connect.door import TransferMessage
from hub.connect.run import Run, check_cluster
from hub.connect.store import Row
from hub.connect.transfer_taking import notice_path, take_transfer
from hub.domain.statements import TransferNotice, read
from hub.errors import Refused
from hub.trust import BoxLabel

__all__ = ["transfer"]

_ASK_S = 2.0  # between two looks for what Bộ sent
_AGAIN_S = 60.0  # until a transfer that could not be taken is tried again
_ON_ITS_WAY = "TRANSFER_DELIVERY_INCOMPLETE"


async def transfer(run: Run) -> bool:
    """Take in what Bộ sent, and when nothing more stands there, the next transfer that is not dealt with.

    Does nothing without `[transfers]`. Raises Refused SO_NOT_SERVED, and what is wrong with the settings; Unavailable.
    """
    if run.receivers is None or not run.is_due("transfer", _ASK_S):
        return False
    check_cluster(run)
    busy = False
    for so in run.receivers.sos:
        busy = await _hear(run, so, run.receivers.schools(so)) or busy
    busy = busy or await _take_next(run)
    if busy:
        run.due["transfer"] = 0.0
    return busy


async def _hear(run: Run, so: str, schools: list[str]) -> bool:
    """Note the next messages with the position behind them, in one transaction."""
    if not run.door.serves(so):
        raise Refused("SO_NOT_SERVED", {"so": so, "known": ", ".join(run.sos)})
    known = {row["school"]: row["next_offset"] for row in run.store.all("transfer_positions", so=so)}
    since = {school: known.get(school, 0) for school in schools}
    messages, reached, more = await run.door.transfers(so, since)
    if reached == since:
        return more
    with run.store.transaction():
        for message in messages:
            _note(run, so, message)
        for school, offset in reached.items():
            run.store.do("set_transfer_position", so=so, school=school, next_offset=offset)
    return more


def _note(run: Run, so: str, message: TransferMessage) -> None:
    said, at = message.said, {"so": so, "school": message.school}
    if isinstance(said, str):
        run.notice(said, message.place[:200])
    elif isinstance(said, Box):
        label = said.label
        held = run.store.first("transfer_held", transfer=label.transfer, **at)
        if held is not None and label.delivery <= (held["delivery"] or 0):
            return  # it was sent again
        run.store.do(
            "add_transfer_box", transfer=label.transfer, delivery=label.delivery, place=label.index, count=label.of,
            document_sha256=label.document_sha256, key=said.key, sealed=said.sealed, **at,
        )  # fmt: skip
        run.due.pop(label.transfer, None)
    elif said.said.to == said.said.receiving:
        run.store.do("set_unchecked", unchecked=int(said.signed == "unchecked"))
        run.store.do(
            "add_transfer_notice", transfer=said.said.transfer, n=said.said.n, statement=said.statement,
            signature=said.signature, at=said.at.isoformat(), signed=said.signed, **at,
        )  # fmt: skip
        run.due.pop(said.said.transfer, None)


async def _take_next(run: Run) -> bool:
    for row in run.store.all("open_transfers"):
        transfer_id = row["transfer"]
        if run.receivers is None or (row["so"], row["school"]) not in run.receivers.keys:
            continue  # its school was taken out of the settings
        if run.clock() < run.due.get(transfer_id, 0.0):
            continue
        is_first = transfer_id not in run.due
        run.due[transfer_id] = run.clock() + _AGAIN_S
        try:
            await take_transfer(run, run.receivers, row["so"], row["school"], _heard(run, row))
        except Refused as refused:
            if not (is_first and refused.code == _ON_ITS_WAY):
                _tell(run, transfer_id, refused)
            continue
        del run.due[transfer_id]
        return True
    return False


def _tell(run: Run, transfer_id: str, refused: Refused) -> None:
    """Note why a transfer waits, in place of an earlier reason."""
    path = notice_path(transfer_id)
    with run.store.transaction():
        run.store.do("forget_notices_of", path=path)
        run.notice(refused.code, path, refused.facts)


def _heard(run: Run, row: Row) -> Heard:
    """Return what was noted of a transfer, as the client reads it from the topic."""
    of = {"so": row["so"], "school": row["school"], "transfer": row["transfer"]}
    notices = [
        HeardNotice(
            read(bytes(one["statement"]), TransferNotice), bytes(one["statement"]), one["signature"],
            datetime.fromisoformat(one["at"]), one["signed"],
        )
        for one in run.store.all("transfer_notices", **of)
    ]  # fmt: skip
    boxes = [
        Box(
            BoxLabel(row["transfer"], one["delivery"], one["place"], one["count"], one["document_sha256"],
                     row["school"]),
            one["key"], bytes(one["sealed"]),
        )
        for one in run.store.all("transfer_boxes", **of)
    ]  # fmt: skip
    return Heard(notices, boxes)
