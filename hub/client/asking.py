"""What a correction is about, before anything is sent: the request as it was signed, and the transcripts that it names.

Sở's database is asked where it is within reach, read-only; a school without it reads its own journal and the broker.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from hub.client.commands import commands_in_journal
from hub.client.corrections import AskedCorrection
from hub.client.receipts import read_receipts
from hub.client.register import snapshot_of
from hub.domain import Severities, Transcript, read
from hub.errors import Refused, Unavailable
from hub.kafka.partition import partition_of
from hub.kafka.reader import read_range
from hub.operate import correction_of
from hub.schemas import decode
from hub.store import open_connection, unavailable
from hub.store.queries import queries_of
from hub.topics import command as command_topic

__all__ = [
    "find_request", "locked_documents", "named_transcripts", "request_at_broker", "request_in_database",
    "round_number_in_receipts", "round_number_of", "severities_of",
]  # fmt: skip

_SQL = queries_of("so")
_NO_END = 2**62
_KIND = "CorrectionRequest"


def find_request(
    so: str, so_url: str, bootstrap: str, journal: Path, school: str, correction_id: str
) -> AskedCorrection:
    """Return the request of a correction from Sở's database, or from journal and broker where that does not answer.

    Raises Refused CORRECTION_UNKNOWN, CORRECTION_AMBIGUOUS; Unavailable without a broker.
    """
    try:
        return request_in_database(so_url, school, correction_id)
    except Unavailable:
        return asyncio.run(request_at_broker(bootstrap, journal, so, school, correction_id))


def request_in_database(so_url: str, school: str, correction_id: str) -> AskedCorrection:
    """Return the request that Sở has accepted under this id. Raises Refused CORRECTION_UNKNOWN, Unavailable."""
    with open_connection(so_url) as connection, unavailable():
        row = connection.execute(_SQL["look_correction_request"], (school, correction_id)).fetchone()
    if row is None:
        raise _not_found(correction_id)
    return AskedCorrection.of(bytes(row[0]))


async def request_at_broker(bootstrap: str, journal: Path, so: str, school: str, correction_id: str) -> AskedCorrection:
    """Return the request that the topic still has under this id; what this machine sent itself is known by its hash.

    A stranger's text under the same id changes nothing for Sở, but here nobody knows which one it accepted: two texts
    are Refused CORRECTION_AMBIGUOUS, none is CORRECTION_UNKNOWN.
    """
    own = {
        sent.statement_sha256
        for sent in commands_in_journal(journal, so, school)
        if (sent.kind, sent.command_id) == (_KIND, correction_id)
    }
    topic = command_topic(so)
    part = partition_of(school.encode(), topic.partitions)
    found: dict[str, AskedCorrection] = {}
    async for record in read_range(bootstrap, topic.name, part, 0, _NO_END):
        if record.key != school.encode():
            continue
        try:
            message = decode(record.value, topic.messages)
            if message.name != _KIND or message.value["command_id"] != correction_id:
                continue
            asked = AskedCorrection.of(message.value["statement"])
        except Refused:
            continue
        found[asked.statement_sha256] = asked
    return _only([asked for digest, asked in found.items() if not own or digest in own], correction_id)


def locked_documents(so_url: str, issuer: str, hashes: Iterable[str]) -> dict[str, bytes]:
    """Return the documents behind these hashes, as far as Sở's database is within reach and has them."""
    try:
        with open_connection(so_url) as connection, unavailable():
            named = (issuer, [bytes.fromhex(sha256) for sha256 in hashes])
            rows = connection.execute(_SQL["look_documents"], named).fetchall()
    except Unavailable:
        return {}
    return {bytes(digest).hex(): bytes(document) for digest, document, _ in rows}


def named_transcripts(so_url: str, issuer: str, hashes: Iterable[str]) -> dict[str, Transcript]:
    """Return the transcripts behind these hashes, as `locked_documents` finds them."""
    readings = {sha256: read(data).transcript for sha256, data in locked_documents(so_url, issuer, hashes).items()}
    return {sha256: transcript for sha256, transcript in readings.items() if transcript is not None}


def round_number_of(so_url: str, school: str, correction_id: str) -> int | None:
    """Return the number of a correction's round; None before its approval, or without Sở's database.

    Raises Refused CORRECTION_UNKNOWN.
    """
    try:
        with open_connection(so_url) as connection:
            return correction_of(connection, school, correction_id).round_number
    except Unavailable:
        return None


async def round_number_in_receipts(bootstrap: str, so: str, school: str, correction_id: str) -> int | None:
    """Return the number of a correction's round as the receipt of the approval names it; None without one."""
    number = None
    async for receipt in read_receipts(bootstrap, so, school):
        facts = receipt.statement.facts
        if isinstance(facts, dict) and facts.get("correction") == correction_id:
            number = int(str(facts["round"]).rpartition("/")[2])
    return number


def severities_of(so_url: str, so: str, at: datetime) -> Severities:
    """Return what Sở's policies make of warnings at a time; without its database the catalogue counts."""
    try:
        return snapshot_of(so_url, so).severities(at)
    except Unavailable:
        return {}


def _only(found: Sequence[AskedCorrection], correction_id: str) -> AskedCorrection:
    if len(found) > 1:
        raise Refused("CORRECTION_AMBIGUOUS", {"correction": correction_id, "count": str(len(found))})
    if not found:
        raise _not_found(correction_id)
    return found[0]


def _not_found(correction_id: str) -> Refused:
    return Refused("CORRECTION_UNKNOWN", {"correction": correction_id[:64]})
