"""Prepare: pulled records are mapped and judged; the good ones of a class become a batch that persons sign.

Invariant: a pulled record ends ready, refused with its reasons in an answer, held back, or overtaken by a newer one.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import structlog
from msgspec.structs import replace

from hub.client.judging import Context as Judging
from hub.client.judging import judge_row
from hub.client.received import Received
from hub.connect.answering import not_sent
from hub.connect.belonging import stated_by
from hub.connect.codec import content_of, identity_of, known_as, pack_findings, unpack, unpack_findings
from hub.connect.gather import gather
from hub.connect.overtake import overtake
from hub.connect.resting import on_received, received_here
from hub.connect.run import REASON_DEFAULTED, Run
from hub.connect.sources import fits_a_message, read_again
from hub.connect.store import Row
from hub.connectors import PreparedRow
from hub.connectors.sdk import Context, Loss, Mapped, SourceRecord
from hub.domain import Finding, Transcript, canonical, civil_date, finding, pupil_of, read, refuses
from hub.errors import HubError

__all__ = ["REASON", "prepare"]

REASON = "Hệ thống của tỉnh gửi bản mới của học bạ này."
_RECORDS = 100  # mapped in one transaction: their answers are one group, and the heartbeat goes on between
_CRASHED = "CONNECTOR_MAPPING_CRASHED"
_log = structlog.get_logger()


async def prepare(run: Run) -> bool:
    """Let newer versions overtake, map the next records, and make the next batch when nothing more comes for now."""
    if overtake(run):
        return True
    mapped = _map(run)
    return gather(run, mapping=mapped) or mapped


def _map(run: Run) -> bool:
    rows = run.store.all("records_to_map", limit=_RECORDS)
    if not rows:
        return False
    received = received_here(run)
    with run.store.transaction():
        refused: list[tuple[Row, Sequence[Finding]]] = []
        for row in rows:
            refused += _take(run, row, received)
        not_sent(run, refused)
    return True


def _take(run: Run, row: Row, received: Received) -> list[tuple[Row, Sequence[Finding]]]:
    """Decide about one record; return those that it makes refused, with why."""
    if run.store.first("newer_version", key=row["key"], n=row["n"]) is not None:
        run.store.do("set_record_state", n=row["n"], state="overtaken")
        return []
    run.store.do("overtake_ready", key=row["key"], n=row["n"])
    mapped = _forward(run, row)
    _count(run, row, mapped.losses)
    told = [one for one in unpack_findings(row["findings"]) if one not in mapped.findings]
    found = (*told, *mapped.findings)
    if mapped.transcript is None and (other := run.not_served(mapped.province)):
        return [_hold_back(run, row, mapped, found, other)]
    if mapped.transcript is None or refuses(found):
        return [_refuse(run, row, mapped, found)]
    return _place(run, row, mapped, mapped.transcript, found, received)


def _forward(run: Run, row: Row) -> Mapped:
    try:
        return _ask_mapper(run, row)
    except (HubError, MemoryError):
        raise
    except Exception as error:
        return _crashed(run, row, error)


def _ask_mapper(run: Run, row: Row) -> Mapped:
    value = None if row["value"] is None else unpack(row["value"])
    record = SourceRecord(row["key"], row["version"], row["place"], value, unpack_findings(row["findings"]))
    return run.connector.mapper.forward(read_again(run, row, record), Context(run.school))


def _crashed(run: Run, row: Row, error: Exception) -> Mapped:
    """Refuse a record on which a mapping, or what read it, crashed: the others go on. Its text is told nowhere."""
    facts = {"error": type(error).__name__}
    _log.error("connector_mapping_crashed", connector=run.instance.name, record=known_as(row["key"]), exc_info=True)
    run.notice(_CRASHED, f"mapping {run.connector.mapper.version}"[:200], facts)
    return Mapped(None, (finding(_CRASHED, row["place"], facts=facts),), ())


def _place(
    run: Run, row: Row, mapped: Mapped, transcript: Transcript, found: tuple[Finding, ...], received: Received
) -> list[tuple[Row, Sequence[Finding]]]:
    """Find whose record it is and what it replaces, and judge what would be signed."""
    reading = read(canonical(transcript))
    if not reading.sound:
        return [_refuse(run, row, mapped, (*found, *reading.findings))]
    so = run.so_of(transcript)
    if so is None or not run.door.serves(so):
        return [_hold_back(run, row, mapped, found, so or "?")]
    current = run.store.first("current_version", key=row["key"])
    transcript, found = on_received(transcript, found, current, received)
    content = content_of(transcript)
    if current is not None:
        if current["content_sha256"] == content:
            _unchanged(run, row, current, so, transcript)
            return []
        if current["state"] == "locked":
            return [_refuse(run, row, mapped, (*found, finding("CONNECTOR_RECORD_LOCKED", "$")))]
        if mapped.reason is None:
            _count(run, row, (REASON_DEFAULTED,))
        transcript = replace(transcript, supersedes=current["document_sha256"], reason=mapped.reason or REASON)
    judging = Judging(civil_date(run.now()), policy=run.door.severities(so))
    judged = judge_row(row["place"], PreparedRow(transcript, found, row["place"], 0), judging, ())
    if judged.verdict.exit_code:
        return [_refuse(run, row, mapped, judged.findings)]
    document = canonical(transcript)
    if (too_large := fits_a_message(run, row, document)) is not None:
        return [_refuse(run, row, mapped, (*judged.findings, too_large))]
    _mapped(
        run, row, "ready", so=so, transcript=transcript, document=document, content=content,
        document_sha256=hashlib.sha256(document).hexdigest(), told=judged.findings,
    )  # fmt: skip
    return _once(run, row, transcript)


def _once(run: Run, row: Row, transcript: Transcript) -> list[tuple[Row, Sequence[Finding]]]:
    """Refuse every record of a pupil who stands there under two keys: which one is meant is not ours to say."""
    others = run.store.all("same_identity", identity=_identity(transcript), key=row["key"])
    if not others:
        return []
    twice = finding("PUPIL_TWICE_IN_SUBMISSION", "$.student")
    for one in (row, *others):
        run.store.do("set_record_state", n=one["n"], state="refused")
    return [(one, (twice,)) for one in (row, *others)]


def _unchanged(run: Run, row: Row, current: Row, so: str, transcript: Transcript) -> None:
    """A new version says what Sở has already: nothing is sent."""
    state = "locked" if current["state"] == "locked" else "unchanged"
    _mapped(
        run, row, state, so=so, transcript=transcript, document=None, content=current["content_sha256"],
        document_sha256=current["document_sha256"],
    )  # fmt: skip
    if state == "locked":
        run.store.do("lock_record", n=row["n"])


def _hold_back(run: Run, row: Row, mapped: Mapped, found: Sequence[Finding], so: str) -> tuple[Row, Sequence[Finding]]:
    """It is another Sở's record: it stays here until that one is served, whose register knows the school."""
    province = mapped.province if mapped.transcript is None else mapped.transcript.school.province
    facts = {"so": so, "province": province or ""}
    own = [one for one in found if one.code != "SCHOOL_UNKNOWN"]
    told = finding("CONNECTOR_SO_NOT_SERVED", "$.school.province", facts=facts)
    return _refuse(run, row, mapped, (*own, told), "held_back")


def _refuse(
    run: Run, row: Row, mapped: Mapped, found: Sequence[Finding], state: str = "refused"
) -> tuple[Row, Sequence[Finding]]:
    _mapped(run, row, state, stated=stated_by(row, mapped))
    return row, found


def _mapped(
    run: Run, row: Row, state: str, *, so: str | None = None, transcript: Transcript | None = None,
    document: bytes | None = None, content: str | None = None, document_sha256: str | None = None,
    stated: tuple[str | None, str | None] = (None, None), told: Sequence[Finding] = (),
) -> None:  # fmt: skip
    t = transcript
    about: dict[str, Any] = {"school": stated[0], "school_year": stated[1], "class": None, "identity": None}
    if t is not None:
        about = {
            "school": t.school.code, "school_year": t.school_year, "class": t.class_, "identity": _identity(t)
        }  # fmt: skip
    run.store.do(
        "set_mapped", n=row["n"], state=state, so=so, document=document, document_sha256=document_sha256,
        content_sha256=content, mapping_version=run.connector.mapper.version, told=pack_findings(told), **about,
    )  # fmt: skip


def _identity(transcript: Transcript) -> str:
    return identity_of(transcript.school.code, pupil_of(transcript), transcript.school_year, transcript.period)


def _count(run: Run, row: Row, losses: Sequence[Loss]) -> None:
    """Add to the loss report, once for each record and mapping."""
    version = run.connector.mapper.version
    if row["mapping_version"] == version:
        return
    for loss in losses:
        run.store.do(
            "add_loss", mapping_version=version, kind=loss.kind, direction=loss.direction, path=loss.path,
            declared=int((loss.kind, loss.direction, loss.path) in run.declared), first=known_as(row["key"]),
        )  # fmt: skip
