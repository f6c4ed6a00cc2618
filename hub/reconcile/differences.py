"""What reconciling tells: one difference, located as far down as it can be; never a name, never a personal number."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.domain.locator import printed

__all__ = ["Difference", "LockName", "Place"]


@dataclass(frozen=True, slots=True)
class LockName:
    """School, year, cohort and number of a round with its lock; "" and 0 where nothing tells."""

    so: str
    school: str
    school_year: str = ""
    cohort: str = ""
    number: int = 0
    lock_id: bytes = b""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands in the national stream."""

    part: int
    offset: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. `document_sha256` is of the version that was locked; `what` names what differs.

    `locator` and `student_code` are None for what is about a whole lock.
    """

    code: str
    lock: LockName
    what: tuple[str, ...] = ()
    locator: str | None = None
    document_sha256: bytes | None = None
    student_code: str | None = None
    place: Place | None = None
    facts: Mapping[str, str] | None = None

    def shown(self) -> dict[str, Any]:
        """Return the difference as one JSON object; what it does not have is null."""
        lock, place = self.lock, self.place
        return {
            "code": self.code,
            "so": lock.so,
            "school": lock.school or None,
            "school_year": lock.school_year or None,
            "round": f"{lock.cohort}/{lock.number}" if lock.cohort else None,
            "lock_id": lock.lock_id.hex() or None,
            "locator": None if self.locator is None else printed(self.locator),
            "document_sha256": None if self.document_sha256 is None else self.document_sha256.hex(),
            "student_code": self.student_code,
            "what": list(self.what),
            "stream": None if place is None else {"partition": place.part, "offset": place.offset},
            "facts": dict(self.facts or {}),
        }
