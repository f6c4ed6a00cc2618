"""Bộ's clock compares each locked year with the former school's semester on which it rests, and says what differs.

In:  locked years with a basis, whose pupil came by a transfer; whenever one is new, or its basis was corrected.
Out: TransferFlag on hocba.bo.transfer.v1, key = transfer id, signed by Bộ's seal; the receiving school alone hears it.
Invariant: said once for each document, basis and what was found. What was compared already is not compared again.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from hub.agents.transfer_ground import TransferGround
from hub.decision.transfer_basis import basis_flags
from hub.decision.transfer_known import Transfer
from hub.domain import read as read_transcript
from hub.store import Connection
from hub.store.bo.transfers import known_transfers
from hub.store.queries import queries_of

__all__ = ["Flag", "flags_due", "note_bases"]

_SQL = queries_of("bo")
Flag = tuple[Transfer, str, str, tuple[str, ...]]
"""Transfer, document and basis (hashes in hex), codes."""


def note_bases(connection: Connection, count_max: int) -> None:
    """Note what newly locked documents rest on."""
    for digest, document in connection.execute(_SQL["basis_new"], {"count_max": count_max}).fetchall():
        transcript = read_transcript(bytes(document)).transcript
        bases = transcript.basis if transcript is not None and isinstance(transcript.basis, tuple) else ()
        for n, basis in enumerate(bases):
            connection.execute(_SQL["add_basis"], (digest, n, bytes.fromhex(basis.document_sha256), basis.period))


def flags_due(connection: Connection, ground: TransferGround, count_max: int) -> Iterator[Flag]:
    """Compare what was not compared yet, note that, and yield what is to be said."""
    for row in connection.execute(_SQL["basis_to_look"], {"count_max": count_max}).fetchall():
        digest, n, *_, as_what = row
        connection.execute(_SQL["basis_looked"], (as_what, digest, n))
        yield from _flag(connection, ground, row)


def _flag(connection: Connection, ground: TransferGround, row: Sequence[Any]) -> Iterator[Flag]:
    digest, n, document, transfer, semester, other, as_what = row
    year = read_transcript(bytes(document)).transcript
    if year is None or not isinstance(year.basis, tuple):
        return  # not what was locked: the nightly check says so
    known = known_transfers(connection, ground, [transfer])
    moved = known.transfers[transfer]
    codes = basis_flags(
        year, year.basis[n], read_transcript(bytes(semester)).transcript,
        same_person=known.person(other) == known.person(moved.pupil), is_current=as_what == "current",
    )  # fmt: skip
    if codes:
        yield moved, bytes(digest).hex(), year.basis[n].document_sha256, codes
