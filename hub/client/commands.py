"""What a school has sent: the commands behind its receipts, from its journal or, where that is gone, from the broker.

A receipt names its command by id and says nothing of the round; which round, which documents and which recall it was
about stands in the command alone. Steps of a correction have no round, but the correction that they are about.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.decision import KINDS
from hub.domain import read
from hub.domain.statements import RoundName, SoLock
from hub.domain.statements import read as read_statement
from hub.errors import Refused
from hub.kafka.partition import partition_of
from hub.kafka.reader import read_range
from hub.schemas import decode
from hub.topics import command as command_topic

__all__ = ["SentCommand", "commands_at_broker", "commands_in_journal", "superseded_by"]

_NO_END = 2**62


@dataclass(frozen=True, slots=True)
class SentCommand:
    """One command; hashes are hex. `supersedes`: pairs (document, what it replaces); `recalled`: what is withdrawn.

    `correction`: id of the correction that it is about; then `round` is None and `statement_sha256` what was signed.
    """

    command_id: str
    kind: str
    school: str
    school_year: str
    round: RoundName | None
    documents: tuple[str, ...] = ()
    supersedes: tuple[tuple[str, str], ...] = ()
    recalled: str | None = None
    correction: str | None = None
    statement_sha256: str | None = None

    def about(self, so: str) -> dict[str, Any]:
        """Return the journal's line: ids and hashes, nothing personal."""
        line = {
            "cohort": None if self.round is None else self.round.cohort,
            "command_id": self.command_id,
            "decodes": True,
            "documents": list(self.documents),
            "kind": self.kind,
            "number": None if self.round is None else self.round.number,
            "recalled": self.recalled,
            "school": self.school,
            "school_year": self.school_year,
            "so": so,
            "supersedes": [list(pair) for pair in self.supersedes],
            "transcripts": len(self.documents),
        }
        if self.correction is None:
            return line
        return {**line, "correction": self.correction, "statement_sha256": self.statement_sha256}


def commands_in_journal(path: Path, so: str, school: str) -> Iterator[SentCommand]:
    """Yield the commands of one school that the journal has whole; a line that a crash cut off is passed over."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for text in lines:
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if line.get("step") == "acknowledged" and (line.get("so"), line.get("school")) == (so, school):
                yield _noted(line)


def _noted(line: dict[str, Any]) -> SentCommand:
    cohort = line["cohort"]
    return SentCommand(
        line["command_id"], line["kind"], line["school"], line["school_year"],
        None if cohort is None else RoundName(cohort=cohort, number=line["number"]), tuple(line["documents"]),
        tuple((new, old) for new, old in line["supersedes"]), line["recalled"], line.get("correction"),
        line.get("statement_sha256"),
    )  # fmt: skip


async def commands_at_broker(bootstrap: str, so: str, school: str, wanted: Collection[str]) -> list[SentCommand]:
    """Return the commands with these ids that the topic still has under the school's key; others' forgeries too.

    A forged one harms nothing: only what a receipt of the same id accepted is looked at.
    """
    topic = command_topic(so)
    part = partition_of(school.encode(), topic.partitions)
    found: list[SentCommand] = []
    async for record in read_range(bootstrap, topic.name, part, 0, _NO_END):
        if record.key == school.encode() and wanted:
            try:
                message = decode(record.value, topic.messages)
                sent = _sent(message.name, message.value)
            except Refused:
                continue
            found += [sent] if sent.command_id in wanted else []
    return found


def _sent(kind: str, value: dict[str, Any]) -> SentCommand:
    statement: Any = read_statement(value["statement"], KINDS[kind].statement)
    if isinstance(statement, SoLock):
        statement = statement.asked_of(value["school"])
    return SentCommand(
        statement.command_id, kind, statement.school, getattr(statement, "school_year", ""),
        getattr(statement, "round", None),
        tuple(getattr(statement, "documents", ())), superseded_by(d["document"] for d in value.get("documents", ())),
        getattr(statement, "document_sha256", None), getattr(statement, "request_id", None),
        hashlib.sha256(value["statement"]).hexdigest(),
    )  # fmt: skip


def superseded_by(documents: Iterable[bytes]) -> tuple[tuple[str, str], ...]:
    """Return (hash, hash of what it replaces) for each document that replaces another."""
    named = ((data, getattr(read(data).transcript, "supersedes", None)) for data in documents)
    return tuple((hashlib.sha256(data).hexdigest(), old) for data, old in named if isinstance(old, str))
