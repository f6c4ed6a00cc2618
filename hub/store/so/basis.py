"""What the Sở knows of the semester documents that transcripts of a batch name as their basis."""

from collections.abc import Sequence

from hub.decision import Known, Prepared
from hub.decision.basis import BasisGround, Brought, HeldSemester
from hub.domain import read as read_transcript
from hub.domain.semesters import semester_bases
from hub.domain.statements import TransferNotice, read
from hub.store.connection import Connection
from hub.store.queries import queries_of

__all__ = ["load_basis"]

_SQL = queries_of("so")


def load_basis(connection: Connection, known: Known, commands: Sequence[Prepared]) -> None:
    """Read which transfers brought these documents, and the documents that are here. Call behind the links."""
    named, pupils = set[str](), set[str]()
    for document in (d for c in commands for d in c.documents):
        if document.transcript is None or document.record is None:
            continue
        bases = semester_bases(document.transcript)
        named |= {one.document_sha256 for _, one in bases}
        pupils |= known.links.same_person(document.record.pupil) if bases else set()
    if not named:
        return
    hashes = [bytes.fromhex(one) for one in sorted(named)]
    rows = connection.execute(_SQL["transfers_bringing"], {"hashes": hashes, "pupils": sorted(pupils)}).fetchall()
    held = connection.execute(_SQL["semesters_held"], (hashes,)).fetchall()
    known.basis = BasisGround(
        [_brought(read(bytes(statement), TransferNotice), ever) for statement, ever in rows],
        {
            sha256: HeldSemester(school, pupil, year, period, read_transcript(bytes(document)).transcript)
            for sha256, school, pupil, year, period, document in held
        },
    )


def _brought(said: TransferNotice, ever: Sequence[bytes]) -> Brought:
    now = said.documents if isinstance(said.documents, tuple) else ()
    return Brought(
        said.pupil, said.school_year, said.sending.school, said.state, frozenset(bytes(one).hex() for one in ever),
        frozenset(now),
    )  # fmt: skip
