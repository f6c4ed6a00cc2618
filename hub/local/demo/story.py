"""The story of the demonstration: hand in with faults, recall, replace, claim twice, lock, try again, correct, wait."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from hub.client import Journal, Outbound, send_all
from hub.domain.statements import RoundName
from hub.kafka.producer import Sender, Sending
from hub.local.demo.acts import Act, Acts, Chosen
from hub.local.demo.corrections import Correction
from hub.local.demo.waiting import until_commands_answered, until_ingested, until_registered
from hub.local.founding import Founded, signed_register
from hub.local.hub import LocalHub
from hub.local.population import Expected, Planted, Population, Shipment, record_of
from hub.store import open_connection
from hub.store.queries import queries_of
from hub.topics import command

__all__ = [
    "Progress", "Sent", "Story", "locks_of", "outbound_of", "play", "publish_register", "send_acts", "send_shipments",
]  # fmt: skip

Progress = Callable[[str, int], None]
"""Told as (what, how many more)."""
_BATCH = 4
_WINDOW = timedelta(days=5)
_SQL = queries_of("so")


@dataclass(frozen=True, slots=True)
class Sent:
    """A planted fault with the place that its record took."""

    planted: Planted
    so: str
    place: tuple[int, int]


@dataclass
class Story:
    """What happened: planted faults with their places, acts, transcripts sent."""

    planted: list[Sent] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    transcripts: int = 0


def outbound_of(shipment: Shipment) -> Outbound:
    """Return the record of a shipment, with its fault of transport if it has one."""
    s, record = shipment.submission, record_of(shipment)
    decodes = not any(p.expected is Expected.QUARANTINED for p in shipment.planted)
    about = {"command_id": s.command_id, "decodes": decodes, "so": s.so, "transcripts": len(s.documents)}
    return Outbound(Sending(command(s.so).name, record.key, record.value, record.headers, record.partition), about)


async def send_shipments(
    sender: Sender, journal: Journal, shipments: Iterator[Shipment], tell: Progress
) -> tuple[list[Sent], int]:
    """Send a stream in small batches; return the planted faults with their places, and how many transcripts went."""
    planted: list[Sent] = []
    transcripts = 0
    while batch := list(islice(shipments, _BATCH)):
        outbound = [outbound_of(shipment) for shipment in batch]
        places = await send_all(sender, journal, outbound)
        for shipment, place in zip(batch, places, strict=True):
            planted += [Sent(p, shipment.submission.so, place) for p in shipment.planted]
        count = sum(len(s.submission.documents) for s in batch)
        transcripts += count
        tell("sent", count)
        await asyncio.sleep(0)
    return planted, transcripts


async def play(hub: LocalHub, population: Population, founded: Founded, tell: Progress) -> Story:
    """Play the whole story and return what must be found in the balance."""
    story = Story()
    sender = Sender(hub.bootstrap)
    acts = Acts(population, founded.credentials, population.at)
    try:
        with Journal(hub.data / "journal.jsonl") as journal:
            await publish_register(hub, population, founded, sender, tell)
            shipments = population.shipments(founded.credentials, population.plan())
            story.planted, story.transcripts = await send_shipments(sender, journal, shipments, tell)
            chosen = _different_schools(acts)
            await send_acts(hub, sender, journal, story, _before_lock(acts, chosen))
            await send_acts(hub, sender, journal, story, _freeing(acts, chosen))
            await send_acts(hub, sender, journal, story, _wrong_locks(acts, chosen))
            await send_acts(hub, sender, journal, story, locks_of(hub, population, acts))
            tell("locking", 1)
            await until_ingested(hub)
            await send_acts(hub, sender, journal, story, _after_lock(acts, chosen))
            await send_acts(hub, sender, journal, story, _correction(acts, chosen, population.at + _WINDOW))
            tell("correcting", 1)
            await until_ingested(hub)
    finally:
        await sender.close()
    return story


async def publish_register(
    hub: LocalHub, population: Population, founded: Founded, sender: Sender, tell: Progress
) -> None:
    """Publish every register entry of a population and wait until all organisations have it."""
    records = [sending for _, sending in signed_register(population, founded)]
    await sender.send(records)
    tell("registered", len(records))
    await until_registered(hub)


async def send_acts(hub: LocalHub, sender: Sender, journal: Journal, story: Story, acts: Sequence[Act]) -> None:
    """Send what people do and wait until every command is answered."""
    await send_all(sender, journal, [act.outbound for act in acts])
    story.acts += acts
    story.transcripts += sum(act.transcripts for act in acts)
    await until_commands_answered(hub)


@dataclass(frozen=True, slots=True)
class _Cast:
    """Who appears: the recalled, the replaced, the claimed pupil, and a class of another school of that Sở."""

    recalled: Chosen
    replaced: Chosen
    claimed: Chosen
    claimant: Chosen


def _different_schools(acts: Acts) -> _Cast:
    """Choose three classes and, for the claim, a class of another school in the Sở of the third."""
    every = list(acts.choose())
    recalled, replaced, claimed = every[0], every[1], every[2]
    claimant = next(
        c for c in every[3:]
        if c.submission.so == claimed.submission.so and c.submission.school != claimed.submission.school
    )  # fmt: skip
    return _Cast(recalled, replaced, claimed, claimant)


def _before_lock(acts: Acts, cast: _Cast) -> list[Act]:
    claim, _ = acts.claims("claim", cast.claimant.submission, cast.claimed)
    first = acts.recalls("recall", cast.recalled, "accepted")
    return [first, first, acts.replaces("replace", cast.replaced, "accepted"), claim]


def _freeing(acts: Acts, cast: _Cast) -> list[Act]:
    _, claim = acts.claims("claim", cast.claimant.submission, cast.claimed)
    unknown = Chosen(cast.claimed.submission, cast.claimant.signed)
    return [
        acts.recalls("recall-claim", claim, "accepted"),
        acts.recalls("recall-unknown", unknown, "refused", "DOCUMENT_UNKNOWN"),
    ]


def _wrong_locks(acts: Acts, cast: _Cast) -> list[Act]:
    of, other = cast.recalled.submission, [cast.recalled.signed.sha256]
    nowhere = RoundName(cohort="completed", number=99)
    return [
        acts.locks("lock-other-set", of, other, "refused", "LOCK_SET_DIFFERS"),
        acts.locks("lock-unknown", of, other, "refused", "ROUND_UNKNOWN", into=nowhere),
    ]


def locks_of(
    hub: LocalHub, population: Population, acts: Acts, besides: Collection[str] = ()
) -> list[Act]:  # fmt: skip
    """One lock request for each round that has something open, over what the school's receipts say was accepted.

    `besides`: Sở that lock themselves.
    """
    by_year = {(s.school, s.school_year): s for s in population.submissions()}
    found: list[Act] = []
    for so in (so for so in hub.slugs if so not in besides):
        with open_connection(hub.so_url(so)) as connection:
            rows: list[Any] = connection.execute(_SQL["open_rounds_of"]).fetchall()
        for school, year, cohort, number, hashes in rows:
            into = RoundName(cohort=cohort, number=number)
            found.append(acts.locks("lock", by_year[school, year], [h.hex() for h in hashes], "accepted", into=into))
    return found


def _after_lock(acts: Acts, cast: _Cast) -> list[Act]:
    locked = cast.claimed
    late = RoundName(cohort="completed", number=1)
    assert locked.submission.round == late
    return [
        acts.replaces("replace-late", locked, "refused", "RECORD_LOCKED"),
        acts.recalls("recall-late", locked, "refused", "RECORD_LOCKED"),
        acts.locks("lock-again", locked.submission, [locked.signed.sha256], "refused", "ROUND_CLOSED"),
    ]


def _correction(acts: Acts, cast: _Cast, closes_at: datetime) -> list[Act]:
    """One pupil from the request to the new lock; a second request beside it, and another field, are refused."""
    correction, second = Correction(acts, cast.claimed), Correction(acts, cast.claimed, "second-correction")
    return [
        *correction.opens(closes_at),
        second.requests("refused", "CORRECTION_ALREADY_OPEN"),
        correction.resubmits("refused", "CORRECTION_FIELD_NOT_APPROVED", class_="0Z"),
        correction.resubmits(),
        correction.relocks(),
    ]
