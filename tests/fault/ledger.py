"""The ledger of a run: journal against tables, counted with a few plain queries and no code of the hub.

The audit looks at everything; this says the three numbers that people ask for: lost, doubled, changed after the lock.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg

__all__ = ["Ledger", "ledger_of"]

_SO_ROWS = "SELECT encode(document_sha256, 'hex'), encode(sha256(document), 'hex'), state FROM document"
_BO_ROWS = "SELECT encode(document_sha256, 'hex'), encode(sha256(document), 'hex'), 'locked' FROM document"
_HANDLED = "SELECT school, command_id, count(*) FROM inbox GROUP BY 1, 2"
_ANSWERS = "SELECT count(*) FROM ingest_receipt WHERE outcome = 'ingested'"
_RECEIPTS = "SELECT count(*) FROM inbox"


@dataclass
class Ledger:
    """Transcripts, counted at each station. `receipts` are Sở's answers, `answers` Bộ's."""

    sent: int = 0
    accepted: int = 0
    locked: int = 0
    at_bo: int = 0
    receipts: int = 0
    answers: int = 0
    lost: int = 0
    doubled: int = 0
    changed: int = 0

    def as_json(self) -> dict[str, int]:
        """Return the numbers by name."""
        return asdict(self)


def ledger_of(journals: Iterable[Path], so_url: str, bo_url: str, *others: str) -> Ledger:
    """Compare every transcript that the broker acknowledged with what stands in the databases.

    `others` are those of more Sở, where the schools of a journal had several.
    """
    sent, commands = _sent(journals)
    at_so: list[Any] = []
    handled: dict[str, int] = {}
    answers = receipts = 0
    for url in (so_url, *others):
        with psycopg.connect(url) as so:
            at_so += so.execute(_SO_ROWS).fetchall()
            handled |= {command: times for _, command, times in so.execute(_HANDLED).fetchall()}
            answers, receipts = answers + _number(so, _ANSWERS), receipts + _number(so, _RECEIPTS)
    with psycopg.connect(bo_url) as bo:
        at_bo = bo.execute(_BO_ROWS).fetchall()
    locked = Counter(named for named, _, state in at_so if state == "locked")
    ingested = Counter(named for named, _, _ in at_bo)
    gone = {d for d in sent if d not in locked or d not in ingested}
    ledger = Ledger(
        sent=len(sent), accepted=len(at_so), locked=locked.total(), at_bo=ingested.total(), receipts=receipts,
        answers=answers, lost=len(gone) + len(commands - handled.keys()),
    )  # fmt: skip
    ledger.doubled = sum(n - 1 for n in (*locked.values(), *ingested.values(), *handled.values()))
    ledger.doubled += len((locked.keys() | ingested.keys()) - sent.keys())
    ledger.changed = sum(named != found for named, found, _ in (*at_so, *at_bo))
    return ledger


def _sent(journals: Iterable[Path]) -> tuple[Mapping[str, int], set[str]]:
    documents: dict[str, int] = {}
    commands: set[str] = set()
    for path in journals:
        for line in path.read_text(encoding="utf-8").splitlines():
            entry: dict[str, Any] = json.loads(line)
            if entry["step"] == "acknowledged" and entry.get("decodes"):
                commands.add(entry["command_id"])
                documents |= dict.fromkeys(entry.get("documents", ()), 1)
    return documents, commands


def _number(connection: "psycopg.Connection[tuple[Any, ...]]", query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    return int(row[0]) if row is not None else 0
