"""A locked round as both databases store it, without servers."""

import hashlib
from dataclasses import replace
from functools import cache

from hub.decision import RecordKey, RoundKey
from hub.decision.locking import KnownRound, Lockable, Locked, Order, build_lock
from hub.domain import pupil_of
from hub.reconcile.differences import LockName
from hub.reconcile.rows import Row, StoredRow, row_of
from hub.trust import envelope_sha256
from tests.unit.decision.builders import SCHOOL, YEAR, a_signature, sha
from tests.unit.decision.test_locking import AT, KEY
from tests.unit.domain.builders import a_school, a_student, a_transcript, document_of

__all__ = ["NAME", "ROOT", "a_row", "at_bo", "at_so", "rows", "stored"]

_SIGNATURES = (a_signature(1), a_signature(2))


@cache
def locked(count: int = 5) -> Locked:
    """Lock `count` pupils of one school."""
    documents = []
    for n in range(count):
        transcript = a_transcript(
            school=a_school(code=SCHOOL), school_year=YEAR,
            student=a_student(personal_id=f"001217{n:06d}", student_code=f"HS{n:03d}"),
        )  # fmt: skip
        record = RecordKey(SCHOOL, pupil_of(transcript), YEAR, "year")
        documents.append(Lockable(sha("m"), n, record, 1, document_of(transcript), _SIGNATURES))
    order = Order(RoundKey(SCHOOL, YEAR, "completed", 1), sha("lock"), "lock-00001", AT)
    return build_lock(order, KnownRound("closing", sha("request"), documents), so="ha-noi", so_symbols="01", key=KEY)


NAME = LockName("ha-noi", SCHOOL, YEAR, "completed", 1, sha("lock"))
ROOT = bytes.fromhex(locked().manifest.root)


def at_so(n: int) -> StoredRow:
    """Return row `n` of the manifest as Sở stores it."""
    row = locked().leaves[n]
    d = row.document
    return StoredRow(
        n, d.document, list(_SIGNATURES), row.leaf, row.digest, hashlib.sha256(d.document).digest(),
        envelope_sha256(_SIGNATURES), SCHOOL, d.record.pupil, f"HS{d.n:03d}", YEAR, "year", 1, row.locator, None,
        "locked", d.message_sha256, d.n,
    )  # fmt: skip


def at_bo(n: int) -> StoredRow:
    """Return the same row as Bộ stores it."""
    return at_so(n)._replace(
        envelope_sha256=None, effective_on=locked().effective_on, state=None, message_sha256=None, document_n=None
    )


def a_row(n: int) -> Row:
    """Return the row boiled down."""
    return row_of(at_so(n))


def rows(*without: int) -> list[Row]:
    """Return all rows but some."""
    return [a_row(n) for n in range(5) if n not in without]


def forged(n: int) -> Row:
    """Return a row whose bytes and hashes were all made anew: it agrees with itself."""
    digest = sha(f"forged {n}")
    return replace(a_row(n), leaf=digest, stored_leaf=digest)


stored = (at_so, at_bo)
