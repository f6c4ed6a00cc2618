"""Pull: one page of the system becomes records, and the cursor moves, in one transaction.

Back-pressure: with `waiting_records` on their way nothing is asked of the system, until half of them are answered.
"""

from typing import Any

from hub.connect.adopt import adopt
from hub.connect.answering import file_of
from hub.connect.codec import pack, pack_findings, sha256_of, value_sha256
from hub.connect.requests import answer_requests
from hub.connect.run import Run
from hub.connect.sources import Rest, keep_source, page_sources, rest_of
from hub.connectors.sdk import CURSOR_LENGTH_MAX, KEY_LENGTH_MAX, RECORD_BYTES_MAX, Page, SourceRecord
from hub.domain import Finding, finding
from hub.errors import Refused

__all__ = ["is_held", "pull"]

_PLACE_LENGTH_MAX = 400
_VERSION_LENGTH_MAX = 200
_AGAIN_S = 1.0  # a system that says "more" and gives nothing is asked again no sooner


async def pull(run: Run) -> bool:
    """Read one page, when it is time and there is room. A snapshot and what is new take turns."""
    state = run.store.one("connector")
    if state["paused"] or is_held(run, bool(state["held"])) or run.clock() < run.due.get("pull", 0.0):
        return False
    snapshot = bool(state["snapshotting"]) and (run.snapshot_turn or run.caught_up)
    cursor = state["snapshot_cursor" if snapshot else "cursor"]
    page = await run.source().pull(cursor, run.limit("page_records"))
    if len(page.cursor) > CURSOR_LENGTH_MAX:
        raise Refused("CONNECTOR_RECORD_WRONG", {"reason": f"cursor longer than {CURSOR_LENGTH_MAX}"})
    batches = [adopt(run, folder) for folder in page.batches]
    with run.store.transaction():
        added = _add(run, page) + sum(note(run) for note in batches)
        answer_requests(run, page.requests)
        run.store.do("set_lag", lag_bytes=page.lag_bytes)
        if snapshot:
            run.store.do("set_snapshot_cursor", cursor=page.cursor, more=int(page.more), at=run.at())
        else:
            run.store.do("set_cursor", cursor=page.cursor, at=run.at())
    run.snapshot_turn = not snapshot
    _pace(run, page, moved=added > 0 or page.cursor != cursor, snapshot=snapshot)
    return added > 0 or page.more


def is_held(run: Run, held: bool) -> bool:
    """Tell whether back-pressure holds the pull now, and note when that changes."""
    waiting, limit = run.store.one("waiting_records")["count"], run.limit("waiting_records")
    now_held = waiting >= limit or (held and waiting > limit // 2)
    if now_held != held:
        run.store.do("set_held", held=int(now_held))
    return now_held


def _pace(run: Run, page: Page, *, moved: bool, snapshot: bool) -> None:
    """Say when the system is asked next: at once for more, else at its own pace."""
    if not snapshot:
        run.caught_up = not page.more
    reading_on = page.more or run.store.one("connector")["snapshotting"]
    if reading_on and moved:
        run.due["pull"] = 0.0
    else:
        run.due["pull"] = run.clock() + (_AGAIN_S if reading_on else run.poll_s)


def _add(run: Run, page: Page) -> int:
    for found in page.findings:
        run.notice(found.code, _stored(found.path), found.facts, found.severity.value)
    sources = page_sources(page.sources)
    rested = [(rest_of(run, record, sources), record) for record in page.records]
    rows = [(_row(run, record, rest), rest) for rest, record in rested]
    last = {row["key"]: row for row, _ in rows}
    added = 0
    for row, rest in rows:
        if _arrive(run, row, is_last=last[row["key"]] is row):
            keep_source(run, rest)
            added += 1
    return added


def _arrive(run: Run, row: dict[str, Any], *, is_last: bool) -> int:
    """Note a version, unless it was said last; return how many are new.

    One that comes back after another is new again, for the system changed back; not so where the same page goes on to
    a later one. Two files that say different things of a record are each compared with what they said themselves.
    """
    version, sha256 = row["version"], row["value_sha256"]
    last = run.store.first("said_last", key=row["key"], file=file_of(row["place"]))
    if last is not None and (last["version"], last["value_sha256"]) == (version, sha256):
        return 0
    before = run.store.first("same_version", key=row["key"], version=version)
    if before is not None and before["value_sha256"] != sha256:
        _tell_reuse(run, row["place"])
    elif before is not None and not is_last:
        return 0
    return run.store.do("add_version", again=0 if before is None else before["again"] + 1, **row)


def _tell_reuse(run: Run, place: str) -> None:
    """Tell of a record that changed under a version that it had, once for each file."""
    run.notice("CONNECTOR_VERSION_REUSED", file_of(place) or "$", {"place": place}, "warn")


def _row(run: Run, record: SourceRecord, rest: Rest) -> dict[str, Any]:
    key, version, value, findings = record.key, record.version, record.value, list(record.findings)
    if rest.fault is not None:
        findings.append(rest.fault)
        value = None
    if not 0 < len(key) <= KEY_LENGTH_MAX or not key.isprintable():
        findings.append(finding("RECORD_KEY_WRONG", _stored(record.place)))
        key, value = f"?{sha256_of(key)}", None
    if len(version) > _VERSION_LENGTH_MAX or not version.isprintable():
        version = sha256_of(version)
    data, fault = _packed(record, run.connector.manifest.limits.get("record_bytes", RECORD_BYTES_MAX))
    if value is not None and fault is not None:
        findings.append(fault)
        data = None
    if value is None or data is None:
        value = data = None
    return {
        "key": key, "version": version, "place": _stored(record.place), "value": data,
        "value_sha256": None if value is None else value_sha256(value), "findings": pack_findings(findings),
        "at": run.at(), "source_sha256": rest.sha256 if data is not None else None,
    }  # fmt: skip


def _packed(record: SourceRecord, bytes_max: int) -> tuple[bytes | None, Finding | None]:
    try:
        data = None if record.value is None else pack(record.value)
    except ValueError as error:
        return None, finding("CONNECTOR_RECORD_WRONG", facts={"reason": str(error)[:80]})
    if data is not None and len(data) > min(bytes_max, RECORD_BYTES_MAX):
        return None, finding("RECORD_TOO_LARGE", facts={"size": str(len(data)), "limit": str(bytes_max)})
    return data, None


def _stored(text: str) -> str:
    """Return a text that the state can hold: no half character, not endless."""
    return text.encode("utf-8", "replace").decode()[:_PLACE_LENGTH_MAX]
