"""Adopt: a batch that a system signed itself is taken over as it is, byte for byte.

It stands under a name that follows from what was delivered before the state knows of it, so a kill in between only
finds it there again. Nothing in it is judged here but that each pupil comes once: persons signed it, and Sở answers.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hub.client import Batch, load_batch
from hub.client.durable import sync, sync_folder
from hub.connect.answering import add_answers
from hub.connect.codec import identity_of, pack_findings, sha256_of
from hub.connect.naming import batch_id_of, folder_name
from hub.connect.run import Run
from hub.connectors.sdk import Answer
from hub.domain import Transcript, finding, pupil_of, read, render
from hub.errors import Refused, Unavailable

__all__ = ["adopt"]

_PARTS = ("documents", "signatures", "commands")


@dataclass(frozen=True, slots=True)
class _Taken:
    """A batch whose copy stands in the folder `name`; `documents` are (hash, bytes, what stands for the record)."""

    so: str
    batch: Batch
    batch_id: str
    name: str
    documents: tuple[tuple[str, bytes, str], ...]


def adopt(run: Run, folder: Path) -> Callable[[Run], int]:
    """Copy a batch and return what notes it, inside a transaction, giving the number of new records.

    One that is damaged, or not for a Sở that is served here, is a notice and an answer, and is left where it is.
    Raises Unavailable when our own disk, or Sở, is what is wrong: then the same page is asked for again.
    """
    try:
        taken = _take(run, folder)
    except Refused as refused:
        told = refused
        return lambda run: _tell(run, folder, told)
    except OSError as error:
        raise Unavailable("CONNECTOR_STATE_UNAVAILABLE", {"reason": type(error).__name__}) from error
    return lambda run: _note(run, taken)


def _take(run: Run, folder: Path) -> _Taken:
    batch = load_batch(folder)
    held = [(one.document_sha256, batch.document(one.document_sha256)) for one in batch.documents]
    transcripts = [_transcript(batch, data, sha256) for sha256, data in held]
    so = run.so_of(transcripts[0])
    if so is None or not run.door.serves(so):
        province = transcripts[0].school.province
        raise Refused("CONNECTOR_SO_NOT_SERVED", {"so": so or province, "province": province})
    keys = [identity_of(batch.school, pupil_of(t), t.school_year, t.period) for t in transcripts]
    if len(set(keys)) < len(keys):
        raise Refused("PUPIL_TWICE_IN_SUBMISSION")
    batch_id = batch_id_of(so, batch.school, batch.school_year, "", _delivered(batch))
    name = folder_name(batch.school, batch.school_year, "", batch_id)
    _copy(batch, run.batches / name)
    documents = tuple((*of, key) for of, key in zip(held, keys, strict=True))
    return _Taken(so, batch, batch_id, name, documents)


def _note(run: Run, taken: _Taken) -> int:
    """Note a batch and its records, unless the very same was delivered before; a new signature makes another one."""
    batch, batch_id = taken.batch, taken.batch_id
    if run.store.first("batch", batch_id=batch_id) is not None:
        return 0
    about = {"so": taken.so, "school": batch.school, "school_year": batch.school_year, "class": ""}
    run.store.do("add_batch", **about, batch_id=batch_id, folder=taken.name, native=1, sealed=None, at=run.at())
    rounds = {one.document_sha256: f"{one.round.cohort}/{one.round.number}" for one in batch.documents}
    for sha256, data, key in taken.documents:
        run.store.do("overtake_loose", key=key)
        run.store.do(
            "add_native_record", **about, key=key, identity=key, version=f"{sha256}/{batch_id}", batch_id=batch_id,
            place=f"{taken.name}!{sha256[:12]}", findings=pack_findings(()), at=run.at(), round=rounds[sha256],
            document=data, document_sha256=sha256,
        )  # fmt: skip
    return len(taken.documents)


def _copy(batch: Batch, to: Path) -> None:
    """Copy the parts of a batch and nothing else."""
    if to.exists():
        return
    fresh = to.with_name(to.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o700)
    for part in _PARTS:
        (fresh / part).mkdir()
    for path in _files(batch):
        shutil.copyfile(path, fresh / path.parent.name / path.name)
    shutil.copyfile(batch.folder / "batch.json", fresh / "batch.json")
    load_batch(fresh)
    sync_folder(fresh)
    fresh.rename(to)
    sync(to.parent)


def _delivered(batch: Batch) -> list[str]:
    """Return what makes a delivery: its documents with their rounds, signatures and commands, byte for byte."""
    rounds = [f"{one.document_sha256}/{one.round.cohort}/{one.round.number}" for one in batch.documents]
    files = ((path, hashlib.sha256(path.read_bytes()).hexdigest()) for path in _files(batch))
    return rounds + [f"{path.parent.name}/{path.name}/{sha256}" for path, sha256 in files]


def _files(batch: Batch) -> Iterator[Path]:
    """Yield the files of the parts of a batch; links in it are not followed."""
    for part in _PARTS:
        for path in sorted((batch.folder / part).glob("*.j*")):
            if path.is_file() and not path.is_symlink():
                yield path


def _transcript(batch: Batch, data: bytes, sha256: str) -> Transcript:
    transcript = read(data).transcript
    named = None if transcript is None else (transcript.school.code, transcript.school_year)
    if transcript is None or named != (batch.school, batch.school_year):
        raise Refused("BATCH_DAMAGED", {"file": f"documents/{sha256}.json"})
    return transcript


def _tell(run: Run, folder: Path, refused: Refused) -> int:
    """Note that a folder could not be taken over, for people here and for the system."""
    name, (school, school_year) = folder.name, _stated(folder)
    found = finding(refused.code, name[:200], facts=dict(refused.facts))
    run.notice(found.code, found.path, refused.facts)
    answer_id = sha256_of("not_taken", name, school, school_year, pack_findings((found,)).hex())
    answer = Answer(
        answer_id=answer_id, kind="receipt", group=f"not_taken/{answer_id[:16]}", school=school,
        school_year=school_year, at=run.at(), outcome="not_sent", place=name, findings=(render(found),),
    )  # fmt: skip
    add_answers(run, [answer])
    return 0


def _stated(folder: Path) -> tuple[str, str]:
    """Return school and school year as the batch states them, "" where it cannot be read."""
    with suppress(Refused, OSError):
        batch = load_batch(folder)
        return batch.school, batch.school_year
    return "", ""
