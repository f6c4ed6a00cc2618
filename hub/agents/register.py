"""Register (đăng ký): projects the signed register of a Sở into the database as effective-dated rows.

In:  hocba.so-<so>.register.v1, key = kind + id.
Out: register_entry rows, one for each version, never overwritten.
Invariant: an entry counts only when a registrar signed it: one whom the trust policy names, or, until there is a
policy, one whose certificate was handed over by hand. Such a one counts on until a policy no longer names them.
What Bộ decided (a severity policy, a day off, a deadline) counts only under Bộ's registered seal, and a Sở's severity
policy only while it weakens nothing that Bộ set.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import UNSET
from psycopg.types.json import Jsonb

from hub.agents.snapshots import Snapshots
from hub.agents.stage import Outgoing, Record, Stage
from hub.domain.statements import RegisterEntry, read
from hub.errors import Refused
from hub.schemas import decode
from hub.store import Connection
from hub.store.queries import queries_of
from hub.topics import register as register_topic
from hub.trust import (
    ChainCache,
    Entry,
    LogClosing,
    Snapshot,
    Status,
    check_closing_stands,
    check_entry,
    check_weakening,
    log_closing_of,
    verify_entry,
)

__all__ = ["register_stage"]

_SQL = queries_of("common")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A verified entry with its place in the register."""

    record: Record
    statement: RegisterEntry
    payload: bytes
    signature: str
    policies: tuple[Entry, ...] = field(default=(), repr=False)  # severity policies that were registered before
    closing: LogClosing | None = None  # that was registered before


_Issued = dict[tuple[str, str, str], datetime]
"""When the newest version of each entry was issued, by Sở, kind and id."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is registered: dates of issue, and by Sở what came before in the same batch: policies, and a closing."""

    issued: _Issued = field(default_factory=dict)
    policies: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    closings: Mapping[str, LogClosing] = field(default_factory=dict)


def register_stage(
    slugs: Iterable[str], anchors: Mapping[str, bytes], snapshots: Snapshots
) -> Stage[dict[str, Snapshot], _Entry, _Known, _Entry]:
    """Build the stage over the registers of these Sở: its own for a Sở, all of them for Bộ."""
    owners = {register_topic(so).name: so for so in slugs}
    cache = ChainCache()

    def prepare(record: Record, registers: dict[str, Snapshot]) -> _Entry:
        so = owners[record.topic]
        value = decode(record.value, register_topic(so).messages).value
        statement = read(value["statement"], RegisterEntry)
        key = (record.key or b"").decode("utf-8", "replace")
        said = (statement.so, value["so"], value["kind"], value["entry_id"], key)
        if said != (so, so, statement.kind, statement.entry_id, f"{statement.kind}/{statement.entry_id}"):
            raise Refused("ENVELOPE_DISAGREES")
        if b"\\u0000" in value["statement"]:
            raise Refused("STATEMENT_INVALID", {"reason": "NUL"})
        snapshot = registers.get(so) or Snapshot.of(())
        entry = _Entry(
            record, statement, value["statement"], value["signature"], snapshot.severity_entries,
            snapshot.announced_closing,
        )  # fmt: skip
        _authentic(entry, snapshot, anchors.get(so), cache)
        _instant(statement.issued_at)
        check_entry(_row(entry))  # what cannot be used is refused here, not by every reader
        return entry

    return Stage(
        name="register",
        topics=tuple(register_topic(so) for so in owners.values()),
        read=snapshots.all,
        prepare=prepare,
        load=_known,
        decide=_decide,
        write=lambda connection, entries: [_write(connection, owners, entry) for entry in entries],
    )


def _known(connection: Connection, entries: Sequence[_Entry]) -> _Known:
    keys = [(e.statement.so, e.statement.kind, e.statement.entry_id) for e in entries]
    columns = tuple([key[i] for key in keys] for i in range(3))
    return _Known({(so, kind, key): at for so, kind, key, at in connection.execute(_SQL["issued_at"], columns)})


def _decide(entry: _Entry, known: _Known) -> tuple[_Entry, _Known]:
    """Refuse an entry older than the newest of its id, a Sở's policy that weakens Bộ's, or another closing too late.

    An old signature does not bring an old register back.
    """
    s = entry.statement
    key, issued_at = (s.so, s.kind, s.entry_id), _instant(s.issued_at)
    if key in known.issued and issued_at < known.issued[key]:
        raise Refused("REGISTER_ENTRY_OLD", {"kind": s.kind})
    policies = known.policies
    if s.kind == "severity_policy":
        before = policies.get(s.so, ())
        check_weakening(_row(entry), (*entry.policies, *before))
        policies = {**policies, s.so: (*before, _row(entry))}
    closings = {**known.closings, s.so: _closing(entry, known)} if s.kind == "log_closing" else known.closings
    return entry, _Known(known.issued | {key: issued_at}, policies, closings)


def _closing(entry: _Entry, known: _Known) -> LogClosing:
    """Return the closing that stands with this entry; one in force changes no more, for the last head may be out."""
    new, so = log_closing_of(_row(entry)), entry.statement.so
    if new.so != so:
        raise Refused("LOG_CLOSING_WRONG", {"reason": "so"})
    check_closing_stands(new, known.closings.get(so, entry.closing), entry.record.at)
    return new


def _authentic(entry: _Entry, snapshot: Snapshot, anchor: bytes | None, cache: ChainCache) -> None:
    """Refuse an entry that its owner did not sign: a registrar of the Sở, or Bộ's seal for what Bộ decided."""
    verdict = verify_entry(
        entry.statement, entry.payload, entry.signature, anchors=() if anchor is None else (anchor,),
        snapshot=snapshot, proven_at=entry.record.at, cache=cache,
    )  # fmt: skip
    if verdict.status is not Status.VALID:
        raise Refused("REGISTRAR_UNKNOWN", {"codes": " ".join(f.code for f in verdict.findings)})


def _row(entry: _Entry) -> Entry:
    s = entry.statement
    ends = None if s.valid_to is UNSET else _instant(s.valid_to)
    return Entry(s.kind, s.entry_id, _instant(s.valid_from), ends, s.payload, entry.record.offset + 1)


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # the 31st of February
        raise Refused("STATEMENT_INVALID", {"reason": "date"}) from None


def _write(connection: Connection, owners: dict[str, str], entry: _Entry) -> Sequence[Outgoing]:
    row, so = _row(entry), owners[entry.record.topic]
    connection.execute(
        _SQL["add_entry"],
        (so, row.version, row.kind, row.entry_id, _instant(entry.statement.issued_at), row.valid_from, row.valid_to,
         Jsonb(entry.statement.payload), entry.payload, entry.signature, entry.record.at),
    )  # fmt: skip
    return ()
