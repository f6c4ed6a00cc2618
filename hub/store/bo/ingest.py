"""Load a Sở's log with all that waits, and write what ingest decided."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime

from hub.decision.acceptance import Accepted
from hub.decision.forks import Fork, SignedText
from hub.decision.ingest import (
    Again,
    Chunk,
    Closing,
    Head,
    Ingested,
    KnownLog,
    LockVerdict,
    ManifestRow,
    NewHead,
    Refusal,
    Staged,
    Told,
)
from hub.decision.ingest_correction import Standing
from hub.decision.ingest_missing import Listed
from hub.decision.ingest_request import Request
from hub.domain import asks_roster
from hub.domain.statements import Manifest, read
from hub.store.connection import Connection
from hub.store.queries import queries_of
from hub.trust import Frontier

__all__ = ["load_log", "write_acceptance", "write_again", "write_closing", "write_fork", "write_head", "write_staged"]

_SQL = queries_of("bo")
_ROWS_MAX = 100  # in one statement: with more, memory is copied oftener than statements are saved
_SEPARATOR = "¶"  # in no signature: they are ASCII, or the envelope hash in the leaf could not have been compared
Rows = Callable[[bytes], tuple[tuple[bytes, tuple[str, ...], bytes], ...]]


Item = Chunk | ManifestRow | Head
AskedAt = Callable[[ManifestRow], datetime]
"""When a lock was asked for, as its manifest's signature tells."""


def load_log(
    connection: Connection, so: str, items: Sequence[Item], rows_of: Rows, asked_at: AskedAt,
    told: Mapping[tuple[bytes, int], Told],
) -> KnownLog:  # fmt: skip
    """Lock and read one Sở's log; `rows_of` decodes a staged chunk. Chunk bytes come only when a head may need them."""
    connection.execute(_SQL["one_log_at_a_time"], (so,))
    known = KnownLog(so, told=told)
    head = connection.execute(_SQL["head"], (so,)).fetchone()
    if head is not None:
        known.frontier = Frontier.of_hex(*head)
    closing = connection.execute(_SQL["closing"], (so,)).fetchone()
    if closing is not None:
        size, root, successor, text, signature = closing
        known.closing = Closing(size, root, successor, SignedText(size, text, signature))
    for lock_id, attempt, codes in connection.execute(_SQL["refused_locks"], (so, so)):
        known.refused[lock_id] = Refusal(attempt, tuple(codes))
    since = _heads(connection, known, [item.size for item in items if isinstance(item, Head)])
    _manifests(connection, known, items, since)
    _chunks(connection, known, items, rows_of)
    _records(connection, known, items)
    _rosters(connection, known, items, asked_at)
    return known


def _has_head(items: Iterable[Item]) -> bool:
    return any(isinstance(item, Head) for item in items)


def _manifests(connection: Connection, known: KnownLog, items: Sequence[Item], since: int) -> None:
    """Read the manifests that a decision may need, each with the requests that came beside it."""
    named = [item.lock_id for item in items if not isinstance(item, Head)]
    named += known.refused if _has_head(items) else ()
    places = [item.log_index for item in items if isinstance(item, ManifestRow)]
    wanted = {"so": known.so, "since": since, "places": places, "lock_ids": named}
    rows = connection.execute(_SQL["manifests"], wanted).fetchall()
    requests: dict[bytes, tuple[Request, ...]] = {}
    for lock_id, *request in connection.execute(_SQL["requests_of"], (known.so, [row[0] for row in rows])):
        requests[lock_id] = (*requests.get(lock_id, ()), Request(*request))
    for lock_id, index, statement, signature in rows:
        manifest = read(statement, Manifest)
        row = ManifestRow(known.so, lock_id, index, statement, signature, manifest, requests.get(lock_id, ()))
        known.manifests[index], known.indexes[lock_id] = row, index
    first = connection.execute(_SQL["requested_from"], (known.so,)).fetchone()
    known.requested_from = None if first is None else first[0]


def _heads(connection: Connection, known: KnownLog, sizes: list[int]) -> int:
    """Read the roots of earlier heads; return from which place on manifests are needed: all for an unknown size."""
    known.roots = dict(connection.execute(_SQL["roots_of"], (known.so, sizes)).fetchall())
    for size, text, signature in connection.execute(_SQL["heads_of"], {"so": known.so, "sizes": sizes}):
        known.heads[size] = SignedText(size, text, signature)
    earlier = [size for size in sizes if size <= known.frontier.size]
    return known.frontier.size if set(earlier) <= set(known.roots) else 0


def _chunks(connection: Connection, known: KnownLog, items: Iterable[Chunk | ManifestRow | Head], rows: Rows) -> None:
    wanted = {item.lock_id for item in items if not isinstance(item, Head)}
    if _has_head(items):
        wanted |= {row[0] for row in connection.execute(_SQL["waiting_locks"], (known.so,))} | known.refused.keys()
    for lock_id, n, of, sha256, message in connection.execute(_SQL["chunks"], (known.so, sorted(wanted))):
        body = rows(message) if message is not None else ()
        known.chunks.setdefault(lock_id, {})[n] = Chunk(known.so, lock_id, n, of, sha256, message, body)


def _records(connection: Connection, known: KnownLog, items: Iterable[Chunk | ManifestRow | Head]) -> None:
    """Which records of the schools concerned stand already: one record is in one lock only."""
    places = sorted({(row.manifest.school, row.manifest.school_year) for row in _undecided(known, items)})
    schools, years = [s for s, _ in places], [y for _, y in places]
    connection.execute(_SQL["one_school_at_a_time"], (schools,))
    known.records = {tuple(row) for row in connection.execute(_SQL["records_of"], {"schools": schools, "years": years})}
    for school, pupil, year, period, *_ in known.records:
        known.recorded.add((school, pupil, year, period))
        known.reported.setdefault((school, year), set()).add(pupil)
    corrected = [row.manifest for row in _undecided(known, items) if row.manifest.round.cohort == "correction"]
    schools, years = [said.school for said in corrected], [said.school_year for said in corrected]
    for *record, so, version, leaf, document in connection.execute(_SQL["standing_of"], (schools, years)):
        school, pupil, year, period = record
        known.standing[school, pupil, year, period] = Standing(so, version, leaf.hex(), document.hex())


def _undecided(known: KnownLog, items: Iterable[Item]) -> list[ManifestRow]:
    """Return the manifests about which something may be decided now."""
    size = known.frontier.size
    rows = [row for index, row in known.manifests.items() if index >= size or row.lock_id in known.refused]
    return rows + [item for item in items if isinstance(item, ManifestRow)]


def _rosters(connection: Connection, known: KnownLog, items: Sequence[Item], asked_at: AskedAt) -> None:
    """Read whom the schools of undecided locks should report, as of the instant at which each lock was asked for."""
    if not _has_head(items):
        return
    for row in _undecided(known, items):
        said = row.manifest
        if asks_roster(said.round.cohort):
            named = {"so": known.so, "school": said.school, "school_year": said.school_year, "at": asked_at(row)}
            parts = connection.execute(_SQL["roster_at_bo"], named).fetchall()
            known.rosters[row.lock_id] = [Listed(i, _instant(at), pupils) for i, at, pupils in parts]


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def write_staged(connection: Connection, staged: Staged) -> None:
    """Write a chunk or manifest that waits, or what came of a refused lock again."""
    if staged.chunk is not None:
        c = staged.chunk
        connection.execute(_SQL["stage_chunk"], (c.so, c.lock_id, c.n, c.of, c.sha256, c.message))
    if staged.manifest is not None:
        m = staged.manifest
        connection.execute(_SQL["add_manifest"], (m.so, m.lock_id, m.log_index, m.statement, m.signature))
    if staged.returned is not None:
        c = staged.returned
        connection.execute(_SQL["return_chunk"], (c.message, c.so, c.lock_id, c.n))
    row = staged.manifest or staged.requested
    for request in () if row is None else row.requests:
        named = {"so": row.so, "lock_id": row.lock_id} if row else {}
        connection.execute(
            _SQL["add_request"], named | {"statement": request.statement, "signature": request.signature}
        )


def write_head(connection: Connection, new: NewHead, cosignature: str, surrogate: Callable[[str], bytes]) -> None:
    """Write a cosigned head with the locks that it decides."""
    head = new.head
    connection.execute(
        _SQL["add_head"],
        (
            head.so, head.size, head.root, list(new.frontier), head.text, head.signature, cosignature, head.at_s,
            head.timestamp, head.stamped_at,
        ),
    )  # fmt: skip
    for verdict in new.locks:
        _lock(connection, verdict, head.at_s)
        _promote(connection, verdict, head, surrogate)
        connection.execute(_SQL["release_chunks"], (head.so, verdict.row.lock_id))


def write_again(connection: Connection, again: Again, surrogate: Callable[[str], bytes]) -> tuple[int, str]:
    """Write other decisions on refused locks; return size and cosignature of the newest head, which they rest on."""
    head = again.head
    for verdict in again.locks:
        outcome = "refused" if verdict.codes else "ingested"
        row = (head.so, verdict.row.lock_id, verdict.attempt, outcome, list(verdict.codes), head.at_s)
        connection.execute(_SQL["add_attempt"], row)
        _promote(connection, verdict, head, surrogate)
    for lock_id in again.considered:
        connection.execute(_SQL["release_chunks"], (head.so, lock_id))
    newest = connection.execute(_SQL["newest_cosigned"], (head.so,)).fetchone()
    assert newest is not None  # there is no refused lock without a head
    return int(newest[0]), str(newest[1])


def write_closing(connection: Connection, head: Head, cosignature: str) -> None:
    """Write the cosigned final head of a closed log."""
    row = (
        head.so, head.size, head.root, head.successor, head.text, head.signature, cosignature, head.at_s,
        head.timestamp, head.stamped_at,
    )  # fmt: skip
    connection.execute(_SQL["add_closing"], row)


def write_acceptance(connection: Connection, accepted: Accepted) -> None:
    """Keep a receipt; the same one once."""
    a = accepted
    connection.execute(_SQL["add_acceptance"], (a.statement_sha256, a.so, a.statement, a.signature, a.at))
    connection.execute(_SQL["add_accepted"], (list(a.documents), a.statement_sha256))


def write_fork(connection: Connection, fork: Fork) -> None:
    """Keep a pair; the same one once."""
    digest = hashlib.sha256(
        hashlib.sha256(fork.first.text).digest() + hashlib.sha256(fork.second.text).digest()
    ).digest()
    pair = [value for one in (fork.first, fork.second) for value in (one.place, one.text, one.signature)]
    connection.execute(_SQL["add_fork"], (fork.so, fork.kind, fork.code, digest, *pair, fork.at_s))


def _promote(connection: Connection, verdict: LockVerdict, head: Head, surrogate: Callable[[str], bytes]) -> None:
    if verdict.documents:
        _documents(connection, verdict, surrogate)
        connection.execute(_SQL["open_conflicts"], (head.at_s, head.so, verdict.row.lock_id))


def _lock(connection: Connection, verdict: LockVerdict, at_s: int) -> None:
    row, manifest = verdict.row, verdict.row.manifest
    connection.execute(
        _SQL["add_lock"],
        (row.so, row.lock_id, row.log_index, manifest.school, manifest.school_year, manifest.round.cohort,
         manifest.round.number, manifest.count, bytes.fromhex(manifest.root),
         "refused" if verdict.codes else "ingested", list(verdict.codes), at_s),
    )  # fmt: skip


def _documents(connection: Connection, verdict: LockVerdict, surrogate: Callable[[str], bytes]) -> None:
    pupils = sorted({d.pupil for d in verdict.documents})
    connection.execute(_SQL["add_pupils"], (pupils, [surrogate(p) for p in pupils]))
    rows = [_document_row(verdict.row, n, document) for n, document in enumerate(verdict.documents)]
    for start in range(0, len(rows), _ROWS_MAX):
        columns = [list(column) for column in zip(*rows[start : start + _ROWS_MAX], strict=True)]
        connection.execute(_SQL["add_documents"], columns)


def _document_row(row: ManifestRow, n: int, d: Ingested) -> tuple[object, ...]:
    return (
        row.so, row.lock_id, n, bytes.fromhex(d.leaf.document_sha256), d.leaf_sha256, d.transcript.school.code, d.pupil,
        d.transcript.student.student_code, d.leaf.year, d.leaf.period, d.leaf.version, d.leaf.locator,
        date.fromisoformat(d.leaf.effective_on), d.document, _SEPARATOR.join(d.signatures), d.leaf_bytes, d.leaf.action,
        d.leaf.evidence,
    )  # fmt: skip
