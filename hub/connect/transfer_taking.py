"""Takes one transfer as far as Bộ's last notice says: receive, keep, answer; or what ended, give up.

Invariant: the folder is brought up to the delivery first, which the same again leaves as it is; then the answer, its
losses and "dealt with" are one transaction. An answer's name follows from transfer and documents, so a delivery that
brings the same ones is written once, and one after a correction is another answer, which names the one it replaces.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import UNSET

from hub.client.transfer_folder import Held, document_of, keep, look_into
from hub.client.transfer_incoming import Heard
from hub.client.transfer_receiving import ENDED, delivered_of, open_delivery
from hub.connect.answering import add_answers
from hub.connect.codec import sha256_of
from hub.connect.losing import count_written, lost_in
from hub.connect.run import Run
from hub.connect.transfer_settings import Receivers
from hub.connectors.sdk import Answer, Loss
from hub.domain import Finding, Transcript, finding, read, render
from hub.domain.statements import TransferNotice
from hub.errors import HubError, Refused, Unavailable
from hub.sources import verify_with_source

__all__ = ["notice_path", "take_transfer", "transfer_folder"]

_ID_SHOWN = 12


def notice_path(transfer: str) -> str:
    """Return under what a transfer's troubles are told."""
    return f"transfer {transfer[:_ID_SHOWN]}"


def transfer_folder(run: Run, transfer: str) -> Path:
    """Return where a received history is kept, for `hub transfer acknowledge`."""
    return run.folder / "transfers" / transfer


async def take_transfer(run: Run, receivers: Receivers, so: str, school: str, heard: Heard) -> None:
    """Deal with a transfer up to its last notice. Raises Refused with what must change first; Unavailable."""
    said = heard.last.said
    of = {"so": so, "school": school, "transfer": said.transfer}
    row = run.store.first("transfer_held", **of)
    had = None if row is None else row["delivery"]
    if said.state in ENDED:
        _give_up(run, of, heard, was_held=had is not None)
    elif said.delivery is UNSET or said.delivery == had:
        with run.store.transaction():
            run.store.do("settle_transfer", n=said.n, delivery=None, **of)
            if said.state == "closed":
                run.store.do("forget_notices_of", path=notice_path(said.transfer))
    else:
        await _receive(run, receivers, of, heard)


async def _receive(run: Run, receivers: Receivers, of: Mapping[str, str], heard: Heard) -> None:
    held, folder = delivered_of(heard), transfer_folder(run, of["transfer"])
    look_into(folder, held.transfer, held.school)
    key = _key_of(receivers.keys[of["so"], of["school"]], heard, held)
    files = await asyncio.to_thread(open_delivery, heard, held, key, lambda b: verify_with_source(b, receivers.roots))
    transcripts = _in_order(files)
    lost = _lost_in(run, [transcript for _, transcript in transcripts])
    answer = _answer(of, heard, held, transcripts, lost)
    try:
        await asyncio.to_thread(keep, folder, held, files)
    except OSError as error:
        raise Unavailable("CONNECTOR_STATE_UNAVAILABLE", {"reason": error.strerror or type(error).__name__}) from None
    with run.store.transaction():
        if run.store.first("answer_state", answer_id=answer.answer_id) is None:
            add_answers(run, [answer])
            count_written(run, answer.answer_id, [transcript for _, transcript in transcripts], lost)
        for earlier in _answer_ids(of, heard)[:-1]:
            if (state := run.store.first("answer_state", answer_id=earlier)) and state["state"] == "refused":
                run.store.do("forget_answer", answer_id=earlier)  # written again, it would come after this one
        run.store.do("forget_boxes", delivery=held.delivery, **of)
        run.store.do("settle_transfer", n=heard.last.said.n, delivery=held.delivery, **of)
        run.store.do("forget_notices_of", path=notice_path(of["transfer"]))
        if heard.last.said.state != "closed":
            facts = {"school": held.school, "delivery": str(held.delivery), "count": str(held.count)}
            told = facts | {"transfer": held.transfer, "folder": str(folder)}
            run.notice("CONNECTOR_TRANSFER_RECEIVED", notice_path(held.transfer), told, "warn")


def _give_up(run: Run, of: Mapping[str, str], heard: Heard, *, was_held: bool) -> None:
    """Forget what came of a transfer that ended; what was kept or written is for people to remove, and told."""
    said, folder = heard.last.said, transfer_folder(run, of["transfer"])
    with run.store.transaction():
        for answer_id in _answer_ids(of, heard):
            run.store.do("forget_answer", answer_id=answer_id)
        if heard.boxes:
            run.store.do("forget_boxes", delivery=max(box.label.delivery for box in heard.boxes), **of)
        run.store.do("settle_transfer", n=said.n, delivery=None, **of)
        run.store.do("forget_notices_of", path=notice_path(said.transfer))
        if was_held or folder.exists():
            facts = {"state": said.state, "folder": str(folder)}
            run.notice("TRANSFER_REMOVE", notice_path(said.transfer), facts)


def _key_of(keys: Mapping[str, X25519PrivateKey], heard: Heard, held: Held) -> X25519PrivateKey:
    """Return the key to which a delivery is sealed. Raises Refused CONNECTOR_TRANSFER_KEY_MISSING."""
    sealed_to = {box.key for box in heard.boxes if box.label.delivery == held.delivery}
    unknown = sorted(sealed_to - keys.keys())
    if unknown:
        raise Refused("CONNECTOR_TRANSFER_KEY_MISSING", {"school": held.school, "key": unknown[0][:_ID_SHOWN]})
    return keys[min(sealed_to or keys)]


def _in_order(files: Mapping[str, bytes]) -> list[tuple[str, Transcript]]:
    """Return the transcripts of evidence files as text and as read, oldest first. Raises Refused DOCUMENT_SHAPE."""
    found = []
    for bundle in files.values():
        data = document_of(bundle)
        transcript = read(data).transcript
        if transcript is None:
            raise Refused("DOCUMENT_SHAPE")
        found.append((data.decode(), transcript))
    return sorted(found, key=lambda one: (one[1].school_year, one[1].period, one[0]))


def _lost_in(run: Run, documents: Sequence[Transcript]) -> list[tuple[Loss, ...]]:
    """As `lost_in`; a mapping that crashes is told of this transfer, and the others go on."""
    try:
        return lost_in(run, documents)
    except (HubError, MemoryError):
        raise
    except Exception as error:
        raise Refused("CONNECTOR_MAPPING_CRASHED", {"error": type(error).__name__}) from error


def _answer(
    of: Mapping[str, str], heard: Heard, held: Held, transcripts: Sequence[tuple[str, Transcript]],
    lost: Sequence[Sequence[Loss]],
) -> Answer:  # fmt: skip
    """Return what the system is told, the same whenever it is made: it follows from notices and documents alone."""
    ids, said = _answer_ids(of, heard), _histories(heard)[-1]
    return Answer(
        answer_id=ids[-1], kind="incoming_pupil", group=ids[-1], school=held.school, school_year=said.school_year,
        at=said.at, outcome="incoming", documents=tuple(text for text, _ in transcripts),
        findings=tuple(render(one) for one in _told(ids, transcripts, lost)),
    )  # fmt: skip


def _told(
    ids: Sequence[str], transcripts: Sequence[tuple[str, Transcript]], lost: Sequence[Sequence[Loss]]
) -> Iterator[Finding]:
    """Yield what whoever reads the answer must know: which one it replaces, and what the system cannot say."""
    if len(ids) > 1:
        yield finding("CONNECTOR_TRANSFER_REPLACES", facts={"earlier": ids[-2]})
    for n, ((_, transcript), losses) in enumerate(zip(transcripts, lost, strict=True)):
        if losses:
            paths = ", ".join(dict.fromkeys(loss.path for loss in losses))
            facts = {"school_year": transcript.school_year, "paths": paths}
            yield finding("CONNECTOR_TRANSFER_NOT_EXPRESSED", f"$.documents[{n}]", facts=facts)


def _histories(heard: Heard) -> list[TransferNotice]:
    """Return the first notice of each history that was delivered; a delivery of the same documents is no other one."""
    found: list[TransferNotice] = []
    for notice in sorted(heard.notices, key=lambda one: one.said.n):
        said = notice.said
        if said.delivery is not UNSET and not (found and found[-1].documents == said.documents):
            found.append(said)
    return found


def _answer_ids(of: Mapping[str, str], heard: Heard) -> list[str]:
    """Return the names of the answers of all histories so far."""
    named = ("transfer", of["so"], of["school"], of["transfer"])
    return [
        sha256_of(*named, str(n), *(() if said.documents is UNSET else said.documents))
        for n, said in enumerate(_histories(heard))
    ]
