"""Load a Sở's log with all that waits, and write what ingest decided."""

from collections.abc import Callable, Iterable, Sequence

from hub.decision.ingest import Chunk, Head, Ingested, KnownLog, LockVerdict, ManifestRow, NewHead, Staged
from hub.domain.statements import Manifest, read
from hub.store.connection import Connection
from hub.store.queries import queries_of
from hub.trust import Frontier

__all__ = ["load_log", "write_head", "write_staged"]

_SQL = queries_of("bo")
Rows = Callable[[bytes], tuple[tuple[bytes, tuple[str, ...], bytes], ...]]


def load_log(connection: Connection, so: str, items: Sequence[Chunk | ManifestRow | Head], rows_of: Rows) -> KnownLog:
    """Lock and read one Sở's log; `rows_of` decodes a staged chunk. Chunk bytes come only when a head may need them."""
    connection.execute(_SQL["one_log_at_a_time"], (so,))
    known = KnownLog(so)
    head = connection.execute(_SQL["head"], (so,)).fetchone()
    if head is not None:
        known.frontier = Frontier.of_hex(*head)
    since = _heads(connection, known, [item.size for item in items if isinstance(item, Head)])
    named = [item.lock_id for item in items if not isinstance(item, Head)]
    for lock_id, index, statement, signature in connection.execute(_SQL["manifests"], (so, since, named)):
        row = ManifestRow(so, lock_id, index, statement, signature, read(statement, Manifest))
        known.manifests[index], known.indexes[lock_id] = row, index
    _chunks(connection, known, items, rows_of)
    _records(connection, known, items)
    return known


def _heads(connection: Connection, known: KnownLog, sizes: list[int]) -> int:
    """Read the roots of earlier heads; return from which place on manifests are needed: all for an unknown size."""
    known.roots = dict(connection.execute(_SQL["roots_of"], (known.so, sizes)).fetchall())
    earlier = [size for size in sizes if size <= known.frontier.size]
    return known.frontier.size if set(earlier) <= set(known.roots) else 0


def _chunks(connection: Connection, known: KnownLog, items: Iterable[Chunk | ManifestRow | Head], rows: Rows) -> None:
    wanted = {item.lock_id for item in items if not isinstance(item, Head)}
    if any(isinstance(item, Head) for item in items):
        wanted |= {row[0] for row in connection.execute(_SQL["waiting_locks"], (known.so,))}
    for lock_id, n, of, sha256, message in connection.execute(_SQL["chunks"], (known.so, sorted(wanted))):
        body = rows(message) if message is not None else ()
        known.chunks.setdefault(lock_id, {})[n] = Chunk(known.so, lock_id, n, of, sha256, message, body)


def _records(connection: Connection, known: KnownLog, items: Iterable[Chunk | ManifestRow | Head]) -> None:
    """Which records of the schools concerned stand already: one record is in one lock only."""
    waiting = [known.manifests[i].manifest for i in known.manifests if i >= known.frontier.size]
    waiting += [item.manifest for item in items if isinstance(item, ManifestRow)]
    places = sorted({(m.school, m.school_year) for m in waiting})
    schools, years = [s for s, _ in places], [y for _, y in places]
    known.records = {tuple(row) for row in connection.execute(_SQL["records_of"], (schools, years))}


def write_staged(connection: Connection, staged: Staged) -> None:
    """Write a chunk or manifest that waits."""
    if staged.chunk is not None:
        c = staged.chunk
        connection.execute(_SQL["stage_chunk"], (c.so, c.lock_id, c.n, c.of, c.sha256, c.message))
    if staged.manifest is not None:
        m = staged.manifest
        connection.execute(_SQL["add_manifest"], (m.so, m.lock_id, m.log_index, m.statement, m.signature))


def write_head(connection: Connection, new: NewHead, cosignature: str, surrogate: Callable[[str], bytes]) -> None:
    """Write a cosigned head with the locks that it decides."""
    head = new.head
    connection.execute(
        _SQL["add_head"],
        (head.so, head.size, head.root, list(new.frontier), head.text, head.signature, cosignature, head.at_s),
    )
    for verdict in new.locks:
        _lock(connection, verdict, head.at_s)
        if verdict.documents:
            _documents(connection, verdict, surrogate)
            connection.execute(_SQL["open_conflicts"], (head.at_s, head.so, verdict.row.lock_id))
        connection.execute(_SQL["release_chunks"], (head.so, verdict.row.lock_id))


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
    with connection.cursor().copy(_SQL["copy_documents"]) as copy:
        for n, document in enumerate(verdict.documents):
            copy.write_row(_document_row(verdict.row, n, document))


def _document_row(row: ManifestRow, n: int, d: Ingested) -> tuple[object, ...]:
    return (
        row.so, row.lock_id, n, bytes.fromhex(d.leaf.document_sha256), d.leaf_sha256, d.transcript.school.code, d.pupil,
        d.transcript.student.student_code, d.leaf.year, d.leaf.period, d.leaf.version, d.leaf.locator,
        d.leaf.effective_on, d.document, list(d.signatures), d.leaf_bytes,
    )  # fmt: skip
