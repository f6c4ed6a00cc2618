"""What was asked of a school's round, whoever asked: its principal by a lock request, or the Sở by an act over many."""

from hub.domain.statements.department import SoLock
from hub.domain.statements.reading import read
from hub.domain.statements.school import LockRequest

__all__ = ["LOCK_KINDS", "read_lock_asked"]

LOCK_KINDS = frozenset({"LockRequest", "SoLock"})


def read_lock_asked(kind: str, statement: bytes, school: str) -> LockRequest:
    """Return what a command of one of `LOCK_KINDS` asks of a school. Raises Refused STATEMENT_INVALID and as SoLock."""
    return read(statement, SoLock).asked_of(school) if kind == "SoLock" else read(statement, LockRequest)
