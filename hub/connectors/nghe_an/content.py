"""What records are now: one query over all tables, in one snapshot, by their keys."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from hub.connectors.formats import parse_json
from hub.connectors.nghe_an.session import Row, Session
from hub.connectors.sdk import RECORD_BYTES_MAX, Raw, SourceRecord, UnlockRequest
from hub.domain.findings import Finding, finding
from hub.errors import Refused

__all__ = ["Content", "RecordOf", "read_content"]

RecordOf = Callable[[Raw, str], SourceRecord]
"""Makes a record of a value and of the place where it stands."""

_DELETED: Final = "deleted"


@dataclass(frozen=True, slots=True)
class Content:
    """Records and unlock requests as they are now, and what is told of those that are gone."""

    records: tuple[SourceRecord, ...]
    requests: tuple[UnlockRequest, ...] = ()
    findings: tuple[Finding, ...] = ()


async def read_content(
    session: Session, record_of: RecordOf, keys: Sequence[str], gone: Iterable[str], requests: Sequence[str]
) -> Content:
    """Read records and requests. A draft (open semester, not locked) is left until it is none any more.

    A record whose row is gone comes as one without content, so that it is told and answered and not forgotten.
    """
    async with session.snapshot():
        rows = await session.all("records", keys=list(keys), bytes=RECORD_BYTES_MAX) if keys else []
        asked = await session.all("requests", requests=list(requests)) if requests else []
    there = {row[0] for row in rows}
    deleted = [key for key in gone if key not in there]
    records = [_record(row, record_of) for row in rows if not row[1]]
    return Content(
        (*records, *map(_deleted, deleted)),
        tuple(UnlockRequest(number, key, _place(key)) for number, key, _ in asked),
        tuple(finding("SOURCE_RECORD_DELETED", _place(key)) for key in deleted),
    )


def _record(row: Row, record_of: RecordOf) -> SourceRecord:
    key, _, text = row
    if text is None:
        facts = {"size": f"> {RECORD_BYTES_MAX}", "limit": str(RECORD_BYTES_MAX)}
        return SourceRecord(key, "too-large", _place(key), None, (finding("RECORD_TOO_LARGE", facts=facts),))
    try:
        return record_of(parse_json(text.encode()), _place(key))
    except Refused as refused:
        told = finding(refused.code, _place(key), facts=refused.facts)
        return SourceRecord(key, "unreadable", _place(key), None, (told,))


def _deleted(key: str) -> SourceRecord:
    return SourceRecord(key, _DELETED, _place(key), None, (finding("SOURCE_RECORD_DELETED", _place(key)),))


def _place(key: str) -> str:
    return f"ho_so {key}"
