"""The balance (đối soát): every transcript sent, in exactly one place; drawn from journal, tables and topics."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hub.client import ReadReceipt, read_receipts
from hub.kafka.reader import read_topic
from hub.local.demo.story import Sent, Story
from hub.local.hub import LocalHub
from hub.local.population import Expected
from hub.schemas import decode
from hub.store import open_connection
from hub.store.queries import queries_of
from hub.topics import bo_transcript
from hub.trust import GRADES

__all__ = ["Balance", "draw_balance"]

_COMMON, _SO, _BO = queries_of("common"), queries_of("so"), queries_of("bo")
_LOST_SHOWN_MAX = 20
_PLACES = ("so", "bo", "stream")


@dataclass
class Balance:
    """Counts of transcripts; `quarantined` counts messages. `problems` says in words what does not add up.

    `locked` are in force; `superseded` were, until their correction was locked; `corrected` counts these corrections.
    """

    submitted: int = 0
    accepted: int = 0
    unchanged: int = 0
    refused: int = 0
    recalled: int = 0
    replaced: int = 0
    open: int = 0
    locked: int = 0
    superseded: int = 0
    corrected: int = 0
    ingested: int = 0
    published: int = 0
    quarantined: int = 0
    lost: int = 0
    doubled: int = 0
    evidence: dict[str, dict[str, int]] = field(
        default_factory=lambda: {place: dict.fromkeys(GRADES, 0) for place in _PLACES}
    )
    """Locked transcripts, those that a correction replaced included, by grade: at Sở, at Bộ, in the national stream."""
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    provinces: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Of each province what its connector and its system say; empty where none is played."""
    closed: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Of each Sở that another one took over, how its log ended."""

    def as_json(self) -> str:
        """Return the counts as one JSON line; the problems are not part of it."""
        shown = asdict(self)
        del shown["problems"]
        for name in ("provinces", "closed"):
            if not shown[name]:
                del shown[name]
        return json.dumps(shown, ensure_ascii=False)


def draw_balance(hub: LocalHub, story: Story | None = None, journals: Iterable[Path] = ()) -> Balance:
    """Draw the balance of everything that the journals say was sent; with a story, check each planted fault too.

    `journals`: those of connectors, beside the hub's own.
    """
    balance = Balance()
    sent = [line for path in (hub.data / "journal.jsonl", *journals) for line in _acknowledged(path)]
    for so in hub.slugs:
        _add_so(balance, hub, so, [line for line in sent if line["so"] == so])
    with open_connection(hub.bo_url) as connection:
        balance.ingested = sum(count for _, count in connection.execute(_BO["count_ingested"]))
        _add_grades(balance, "bo", connection.execute(_BO["count_evidence"]))
    balance.published = asyncio.run(_published(hub, balance))
    _check_sums(balance)
    if story is not None:
        balance.problems += asyncio.run(_story_problems(hub, story))
    return balance


def _acknowledged(journal: Path) -> Iterator[dict[str, Any]]:
    """Yield a journal's acknowledged commands, each distinct record once."""
    seen = set()
    with journal.open(encoding="utf-8") as lines:
        for line in (json.loads(text) for text in lines if text.endswith("\n")):  # a kill may have cut the last one
            if line["step"] == "acknowledged" and line["record_sha256"] not in seen:
                seen.add(line["record_sha256"])
                yield line


def _add_so(balance: Balance, hub: LocalHub, so: str, sent: list[dict[str, Any]]) -> None:
    with open_connection(hub.so_url(so)) as connection:
        answers: dict[str, int] = dict(connection.execute(_SO["count_answers"]).fetchall())
        states: Counter[str] = Counter(dict(connection.execute(_SO["count_documents"]).fetchall()))
        handled = {row[0].hex(): row[1] for row in connection.execute(_SO["records_handled"])}
        outcomes = {row[0].hex(): row[1] for row in connection.execute(_SO["outcomes_of_records"])}
        quarantined = {(t, p, o) for _, t, p, o, _, _ in connection.execute(_COMMON["quarantined"])}
        corrections: dict[str, int] = dict(connection.execute(_SO["count_corrections"]).fetchall())
        _add_grades(balance, "so", connection.execute(_SO["count_evidence_locked"]))
    balance.submitted += sum(line["transcripts"] for line in sent if line["decodes"])
    balance.unchanged += answers.get("unchanged", 0)
    balance.refused += answers.get("refused", 0) + states["refused"]
    balance.accepted += states.total() - states["refused"]
    balance.recalled += states["recalled"]
    balance.replaced += states["replaced"]
    balance.locked += states["locked"]
    balance.superseded += states["superseded"]
    balance.corrected += corrections.get("relocked", 0)
    balance.open += states["open"] + states["pending"] + states["held"]
    balance.quarantined += len(quarantined)
    for line in sent:
        _compare(balance, line, handled, outcomes, quarantined)


def _add_grades(balance: Balance, place: str, rows: Iterable[Any]) -> None:
    for grade, count in rows:
        balance.evidence[place][grade] += count


def _compare(
    balance: Balance, line: dict[str, Any], handled: dict[str, int], outcomes: dict[str, int], quarantined: set[Any]
) -> None:
    """One acknowledged record: it has exactly as many outcomes as transcripts, or one place in quarantine."""
    if not line["decodes"]:
        if (line["topic"], line["part"], line["offset"]) not in quarantined:
            balance.problems.append(f"not in quarantine: {line['command_id']}")
            balance.lost += 1
        return
    record = line["record_sha256"]
    found = outcomes.get(record, 0)
    balance.lost += max(0, line["transcripts"] - found)
    balance.doubled += max(0, found - line["transcripts"])
    if record not in handled and len(balance.problems) < _LOST_SHOWN_MAX:
        balance.problems.append(f"no outcome: {line['command_id']}")


async def _published(hub: LocalHub, balance: Balance) -> int:
    """Count distinct messages of the national stream; a second message of one version under one key is a double."""
    topic = bo_transcript()
    ids: dict[bytes, dict[bytes | None, tuple[int, str]]] = {}
    async for found in read_topic(hub.bootstrap, topic.name, topic.partitions):
        if found.value is not None:
            value = decode(found.value, topic.messages).value
            told = (value["version"], value.get("evidence", "native"))
            ids.setdefault(found.key or b"", {})[dict(found.headers).get("ce_id", b"")] = told
    every = [told for messages in ids.values() for told in messages.values()]
    _add_grades(balance, "stream", Counter(grade for _, grade in every).items())
    versions = (len({version for version, _ in messages.values()}) for messages in ids.values())
    balance.doubled += len(every) - sum(versions)
    return len(every)


def _check_sums(b: Balance) -> None:
    final, ended = b.locked + b.superseded, b.recalled + b.replaced
    rules = {
        "submitted = accepted + unchanged + refused": b.submitted == b.accepted + b.unchanged + b.refused,
        "accepted = locked + superseded + recalled + replaced + open": b.accepted == final + ended + b.open,
        "open = 0": b.open == 0,
        "lost = 0": b.lost == 0,
        "doubled = 0": b.doubled == 0,
        "superseded = corrected": b.superseded == b.corrected,
        "locked + superseded = ingested = published": final == b.ingested == b.published,
        "grades at Sở = at Bộ = in the stream": b.evidence["so"] == b.evidence["bo"] == b.evidence["stream"],
    }
    b.problems += [f"does not hold: {rule}" for rule, holds in rules.items() if not holds]


async def _story_problems(hub: LocalHub, story: Story) -> list[str]:
    receipts: dict[str, list[ReadReceipt]] = {}
    for so in hub.slugs:
        async for receipt in read_receipts(hub.bootstrap, so):
            receipts.setdefault(receipt.statement.command_id, []).append(receipt)
    codes = _quarantine_codes(hub)
    found = [problem for sent in story.planted for problem in _planted_problem(sent, receipts, codes)]
    for act in story.acts:
        answers = [r.statement for r in receipts.get(act.command_id, ()) if r.statement.kind != "Lock"]
        if not any(a.outcome == act.outcome and set(act.codes) <= _codes(a) for a in answers):
            told = [(a.outcome, sorted(_codes(a))) for a in answers]
            found.append(f"{act.kind}: expected {act.outcome} {act.codes}, found {told}")
    return found


def _quarantine_codes(hub: LocalHub) -> dict[tuple[str, int, int], str]:
    found: dict[tuple[str, int, int], str] = {}
    for so in hub.slugs:
        with open_connection(hub.so_url(so)) as connection:
            for _, _, part, offset, code, _ in connection.execute(_COMMON["quarantined"]):
                found[so, part, offset] = code
    return found


def _planted_problem(
    sent: Sent, receipts: dict[str, list[ReadReceipt]], quarantine: dict[tuple[str, int, int], str]
) -> Iterator[str]:
    """Compare what a planted fault must lead to with what the school was answered."""
    planted = sent.planted
    if planted.expected is Expected.QUARANTINED:
        found = {quarantine.get((sent.so, *sent.place), "nothing")}
        holds = set(planted.codes) <= found
    else:
        answers = [r.statement for r in receipts.get(planted.command_id, ()) if r.statement.kind != "Lock"]
        found = {str(pair) for a in answers for pair in _told(a, planted.documents)}
        told = [pair for a in answers for pair in _told(a, planted.documents)]
        holds = any(_holds(planted.expected, set(planted.codes), pair) for pair in told)
    if not holds:
        yield f"{planted.kind}: expected {planted.expected.value} {planted.codes}, found {sorted(found)}"


def _told(statement: Any, documents: Iterable[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield (outcome, codes) of the command and of the documents named."""
    yield f"command {statement.outcome}", frozenset(_codes(statement))
    wanted = set(documents)
    for document in statement.documents:
        if document.document_sha256 in wanted:
            yield document.outcome, frozenset(f["code"] for f in document.findings or ())


def _holds(expected: Expected, codes: set[str], told: tuple[str, frozenset[str]]) -> bool:
    outcome = {
        Expected.REFUSED: "refused",
        Expected.WARNED: "accepted",
        Expected.UNCHANGED: "unchanged",
        Expected.COMMAND_REFUSED: "command refused",
    }[expected]
    return told[0] == outcome and codes <= told[1]


def _codes(statement: Any) -> set[str]:
    own = {f["code"] for f in statement.findings}
    return own | {f["code"] for d in statement.documents for f in d.findings or ()}
