"""Gather: ready records of one class become one batch, in the state first and as a folder after.

Invariant: a batch's folder is a pure function of its rows, so a kill between the two only makes the folder again.
"""

import shutil
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import structlog
from msgspec import UNSET, UnsetType

from hub.client import Batch, BatchDocument, Sealed, load_batch
from hub.client.batch import write_batch
from hub.connect.codec import unpack_findings
from hub.connect.naming import OVERTAKEN, batch_id_of, folder_name, slug_of
from hub.connect.run import Run
from hub.connect.sources import sealed_as, source_of
from hub.connect.store import Row
from hub.domain import Cohort, cohort_for, read, render
from hub.domain.statements import RoundName
from hub.errors import Corrupt, HubError, Unavailable

__all__ = ["gather"]

_DOCUMENTS_MAX = 500  # a batch, so that it is one submission for each of its rounds
_WAIT_MAX = timedelta(minutes=10)  # for the rest of a class, while the system says "more"
_AGAIN_S = 60.0  # a batch that cannot be made is tried again
_log = structlog.get_logger()


def gather(run: Run, *, mapping: bool = False) -> bool:
    """Make the folder of a batch that has none, let a signed batch go, or begin the next one.

    A class is gathered when nothing more comes for now: the system was read to its end, does not answer, is held, and
    all is mapped; or when the class is full, or has waited for ten minutes.
    """
    for batch in run.store.all("batches_in", state="gathering"):
        if _try(run, batch):
            return True
    state = run.store.one("connector")
    no_more = not mapping and (run.caught_up or state["held"] or state["paused"])
    before = f"{run.now() - _WAIT_MAX:%Y-%m-%dT%H:%M:%SZ}"
    sealed = run.connector.manifest.evidence != "native"
    query = "sealed_group_to_gather" if sealed else "group_to_gather"
    group = run.store.first(query, least=1 if no_more else _DOCUMENTS_MAX, before=before)
    if group is None:
        return False
    _begin(run, group, sealed=sealed)
    return True


def _begin(run: Run, group: Row, *, sealed: bool) -> None:
    about = {name: group[name] for name in ("so", "school", "school_year", "class")}
    rows = _chosen(run, group, sealed=sealed)
    told = msgspec.json.encode(sealed_as(run, group["mapping_version"])).decode() if sealed else None
    holds = [
        row["document_sha256"] if told is None else f"{row['document_sha256']}/{row['source_sha256']}" for row in rows
    ]
    if told is not None:
        holds.append(told)
    batch_id = batch_id_of(group["so"], group["school"], group["school_year"], group["class"], holds)
    folder = folder_name(group["school"], group["school_year"], group["class"], batch_id)
    number = _next_transfer(run, group)
    with run.store.transaction():
        run.store.do("add_batch", batch_id=batch_id, folder=folder, native=0, sealed=told, at=run.at(), **about)
        for row in rows:
            name, number = _round(run, row, number)
            run.store.do("put_into_batch", n=row["n"], batch_id=batch_id, round=name)


def _chosen(run: Run, group: Row, *, sealed: bool) -> list[Row]:
    """Return the records of a batch: of one class where persons sign, else of a school and one mapping."""
    about = {name: group[name] for name in ("so", "school", "school_year")}
    if sealed:
        more = {"mapping_version": group["mapping_version"]}
        return run.store.all("sealed_records_to_gather", limit=_DOCUMENTS_MAX, **about, **more)
    return run.store.all("records_to_gather", limit=_DOCUMENTS_MAX, **about, **{"class": group["class"]})


def _next_transfer(run: Run, group: Row) -> int:
    used = run.store.all("transfer_rounds", so=group["so"], school=group["school"], school_year=group["school_year"])
    return 1 + max((int(row["round"].partition("/")[2]) for row in used), default=0)


def _round(run: Run, row: Row, number: int) -> tuple[str, int]:
    """Return the round of a document and the next free number; each leaving pupil has a round of their own, kept.

    What was in a signed batch keeps the round that it was signed for.
    """
    transcript = read(row["document"]).transcript
    assert transcript is not None
    cohort = cohort_for(transcript)
    current = run.store.first("current_version", key=row["key"])
    kept = row["round"] or (current and current["round"])
    if row["round"] and row["value"] is None:
        return str(kept), number
    if cohort is not Cohort.TRANSFER:
        return f"{cohort.value}/1", number
    if kept and kept.startswith(cohort.value):
        return str(kept), number
    return f"{cohort.value}/{number}", number + 1


def _try(run: Run, batch: Row) -> bool:
    """Finish one batch. What is wrong with it alone is told and tried again, and holds up no other."""
    name = f"batch/{batch['batch_id']}"
    if run.clock() < run.due.get(name, 0.0):
        return False
    try:
        done = _release(run, batch) if batch["native"] else _finish(run, batch)
    except Unavailable:
        raise
    except (HubError, OSError, sqlite3.Error) as error:
        run.due[name] = run.clock() + _AGAIN_S
        _tell(run, batch, error)
        return False
    run.due.pop(name, None)
    return done


def _tell(run: Run, batch: Row, error: Exception) -> None:
    code, facts = "CONNECTOR_CRASHED", {"step": "gather", "error": type(error).__name__}
    if isinstance(error, HubError):
        code, facts = error.code, dict(error.facts)
    _log.warning("connector_batch_not_made", connector=run.instance.name, batch=batch["batch_id"], code=code)
    run.notice(code, batch["folder"], facts)


def _finish(run: Run, batch: Row) -> bool:
    folder = run.batches / batch["folder"]
    rows = run.store.all("records_of_batch", **_id(batch))
    documents = {_named(row, batch): bytes(row["document"]) for row in rows}
    sealed = None if batch["sealed"] is None else msgspec.json.decode(batch["sealed"], type=Sealed)
    if folder.exists():
        _check_same(load_batch(folder), documents)
    else:
        run.batches.mkdir(mode=0o700, exist_ok=True)
        shutil.rmtree(folder.with_name(folder.name + ".new"), ignore_errors=True)
        sources = () if sealed is None else (source_of(run, sha256) for sha256 in _sources(documents))
        reported = map(_reported, rows)
        write_batch(
            folder, batch["school"], batch["school_year"], documents, reported, sealed=sealed, sources=sources
        )  # fmt: skip
    if sealed is None:
        _take_signatures(run, batch, folder, documents)
    with run.store.transaction():
        _waits(run, batch)
    return True


def _waits(run: Run, batch: Row) -> None:
    run.store.do("set_batch_state", state="waiting", **_id(batch))
    run.store.do("forget_notices_of", path=batch["folder"])


def _reported(row: Row) -> dict[str, Any]:
    """Return what a person is told before signing: what the mapping guessed, what the document replaces and why."""
    transcript = read(row["document"]).transcript
    assert transcript is not None
    replaced = {"supersedes": transcript.supersedes, "reason": transcript.reason} if transcript.supersedes else {}
    told = () if row["told"] is None else unpack_findings(row["told"])
    found = {"findings": [render(one) for one in told]}
    return {"place": row["place"], "document_sha256": row["document_sha256"], **replaced, **found}


def _release(run: Run, batch: Row) -> bool:
    """Let a batch that the system signed go, once no other version of its records is on its way."""
    if run.store.first("native_in_flight", **_id(batch)) is not None:
        return False
    with run.store.transaction():
        _leave_known(run, batch)
        run.store.do("release_native", **_id(batch))
        _waits(run, batch)
        if run.store.first("open_in_batch", **_id(batch)) is None:
            run.store.do("set_batch_state", state="answered", **_id(batch))
    return True


def _leave_known(run: Run, batch: Row) -> None:
    """Hand in nothing that Sở has, though it was delivered again: the next version must not wait for it."""
    for row in run.store.all("records_of_batch", **_id(batch)):
        current = run.store.first("current_version", key=row["key"])
        if row["state"] != "ready" or current is None or current["document_sha256"] != row["document_sha256"]:
            continue
        if current["state"] == "locked":
            run.store.do("lock_record", n=row["n"])
        else:
            run.store.do("set_record_state", n=row["n"], state="unchanged")


def _named(row: Row, batch: Row) -> BatchDocument:
    cohort, _, number = row["round"].partition("/")
    source = UNSET if batch["sealed"] is None else row["source_sha256"]
    return BatchDocument(row["document_sha256"], RoundName(cohort=cohort, number=int(number)), row["place"], 0, source)


def _sources(documents: Iterable[BatchDocument]) -> list[str]:
    """Return the hashes of what documents rest on, each once."""
    return list(dict.fromkeys(one.source for one in documents if not isinstance(one.source, UnsetType)))


def _check_same(batch: Batch, documents: Mapping[BatchDocument, bytes]) -> None:
    """A folder that a kill left is the one that would be made; places in it may have moved since."""
    there, wanted = ({(d.document_sha256, d.round, d.source) for d in of} for of in (batch.documents, documents))
    if there != wanted:
        raise Corrupt("BATCH_DAMAGED", {"file": f"{batch.folder.name}/batch.json"})


def _take_signatures(run: Run, batch: Row, folder: Path, documents: Mapping[BatchDocument, bytes]) -> None:
    """Copy what persons signed already, before a newer version of a classmate took the batch apart."""
    pattern = f"{batch['school']}-{batch['school_year']}-{slug_of(batch['class'])}-*{OVERTAKEN}"
    for old in sorted(run.batches.glob(pattern)):
        for one in documents:
            name = f"{one.document_sha256}.jws"
            signed, to = old / "signatures" / name, folder / "signatures" / name
            if signed.is_file() and not to.exists():
                to.parent.mkdir(exist_ok=True)
                fresh = to.with_suffix(".new")
                shutil.copyfile(signed, fresh)
                fresh.replace(to)


def _id(batch: Row) -> dict[str, str]:
    return {"batch_id": batch["batch_id"]}
