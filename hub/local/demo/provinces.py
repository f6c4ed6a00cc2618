"""The demonstration of provinces: systems that do not know each other, connected as they are, in both directions.

Systems and connectors run as child processes. People sign what the connectors prepared, schools lock, each Sở corrects
one transcript, and registrars publish rosters of the next year; every answer must come back into its system. In Hải
Phòng a page comes twice, a field is added to later pages, and a clerk changes records: one before the lock, one after
it, and one into something that no table knows. Where no person signs, the system or the Sở seals, and the Sở locks;
two records of older years come on paper. The log of a Sở that another one took over is closed at the end.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from hub.client import Batch, Journal, load_batch, send_all
from hub.connectors.hai_phong import change_record
from hub.domain import read
from hub.errors import Unavailable
from hub.kafka.producer import Sender
from hub.local.demo.acts import Acts, Chosen
from hub.local.demo.closing import close_log
from hub.local.demo.corrections import Correction
from hub.local.demo.papers import papers_outbounds
from hub.local.demo.persons import chain_of, sign_waiting
from hub.local.demo.rosters import rosters_of_next_year
from hub.local.demo.sealed import locks_by_so, organisations_of, papers_of, registers_of_systems, sealed_sos
from hub.local.demo.story import Progress, Story, locks_of, publish_register, send_acts
from hub.local.demo.systems import Province
from hub.local.demo.waiting import until, until_ingested, until_registered
from hub.local.founding import Founded
from hub.local.hub import LocalHub
from hub.local.population import ClassSubmission, Population, SignedDocument

__all__ = ["ANSWER_KINDS", "ENDED", "ProvincesStory", "grade_problems", "play_provinces", "province_problems"]

ANSWER_KINDS = ("receipt", "correction", "incoming_pupil")
ENDED = ("locked", "refused", "turned_down", "held_back", "overtaken", "unchanged", "replaced")
"""Where the versions of records are when the story is over; each is in one place."""

_WINDOW = timedelta(days=5)
_PATIENCE_S = 300.0
_CLERK = "hai-phong"  # whose system changes while it is read
_FAULTS: Mapping[str, Sequence[str]] = {_CLERK: ("duplicate-page", "schema=added"), "tien-giang": ("duplicate-page",)}
_PAGE_RECORDS, _ADDED_FIELDS = 200, 1  # the field is added from the second page on
_REMARKED = {"nhan_xet_chung": "Đã sửa nhận xét (minh họa)."}
_MISTYPED = {"hoc_sinh__gioi_tinh": "7"}
_BEFORE_LOCK, _AFTER_LOCK = (_REMARKED, _MISTYPED), (_REMARKED,)
_CHANGES, _REPLACED = len(_BEFORE_LOCK) + len(_AFTER_LOCK), 1


@dataclass
class ProvincesStory(Story):
    """What happened, and for each province what its connector and its system say of it."""

    provinces: dict[str, dict[str, Any]] = field(default_factory=dict)
    journals: list[Path] = field(default_factory=list)
    papers: int = 0
    closed: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Of each Sở that another one took over, how its log ended."""


async def play_provinces(hub: LocalHub, population: Population, founded: Founded, tell: Progress) -> ProvincesStory:
    """Play the whole story and return what must be found in the balance."""
    provinces = [Province(hub, population, so, _FAULTS.get(so, ())) for so in population.sos]
    sealed = sealed_sos(population, provinces)
    play, story = _Play(population, founded, provinces, tell), ProvincesStory()
    acts, sender = Acts(population, founded.credentials, population.at), Sender(hub.bootstrap)
    try:
        with Journal(hub.data / "journal.jsonl") as journal:
            await publish_register(hub, population, founded, sender, tell)
            await play.start_systems()
            await sender.send(list(registers_of_systems(population, provinces, founded.credentials)))
            await until_registered(hub)
            play.start_connectors()
            story.papers = await _hand_in_papers(hub, population, founded, sender, journal)
            await play.sign_until_settled("records to be sent")
            play.clerk_changes(*_BEFORE_LOCK)
            await play.sign_until_settled("the changed records")
            await send_acts(hub, sender, journal, story, locks_of(hub, population, acts, sealed))
            by_so = locks_by_so(hub, sealed, founded.credentials, population.at)
            await send_acts(hub, sender, journal, story, by_so)
            await until_ingested(hub)
            await play.until_locked()
            for province in provinces:
                await sender.send(list(rosters_of_next_year(population, province.so, founded.credentials)))
            corrections = [Correction(acts, _chosen(province, population)) for province in provinces]
            for one in corrections:
                steps = [*one.opens(population.at + _WINDOW), one.resubmits(), one.relocks()]
                await send_acts(hub, sender, journal, story, steps)
            await until_ingested(hub)
            play.clerk_changes(*_AFTER_LOCK)
            await play.until_answered()
            for so, successor in (pair for so in population.sos if len(pair := organisations_of(population, so)) > 1):
                story.closed[so] = await close_log(hub, so, successor, founded.credentials, sender)
                tell("logs closed", 1)
    finally:
        await sender.close()
        await play.stop()
    story.provinces = {province.so: _told(province) for province in provinces}
    story.journals = [province.journal for province in provinces]
    return story


def province_problems(provinces: Mapping[str, Mapping[str, Any]], locked: int, papers: int = 0) -> list[str]:
    """Say in words what does not add up: each record in one place, each answer in its system, each loss declared.

    `locked` is how many transcripts are locked in all Sở together; `papers` of them were in no system.
    """
    found: list[str] = []
    for so, told in provinces.items():
        planted = so == _CLERK
        added = _ADDED_FIELDS * (planted and told["in_system"] > _PAGE_RECORDS)
        rules = {
            "pulled = in system + changed": told["pulled"] == told["in_system"] + planted * _CHANGES,
            f"pulled = {' + '.join(ENDED)}": told["pulled"] == sum(told[state] for state in ENDED),
            "a newer version replaced what was planted": told["replaced"] == planted * _REPLACED,
            "answers = answers in system": sum(told["answers"].values()) == told["answers_in_system"],
            "each kind of answer came": all(told["answers"].values()),
            "undeclared losses are the planted ones": told["undeclared"] == added,
        }
        found += [f"{so}: does not hold: {rule}" for rule, holds in rules.items() if not holds]
    if sum(told["locked"] for told in provinces.values()) + papers != locked:
        found.append("does not hold: what systems know as locked, with what was on paper = locked")
    return found


def grade_problems(story: ProvincesStory, locked: Mapping[str, int]) -> list[str]:
    """Say of which grade nothing is locked, though a province, or paper, has such records; `locked` counts by grade."""
    wanted = {str(told["evidence"]) for told in story.provinces.values()} | (
        {"legacy_evidence"} if story.papers else set()
    )
    return [f"does not hold: {grade} > 0" for grade in sorted(wanted) if not locked.get(grade)]


@dataclass
class _Play:
    """The provinces at work, and the people beside them."""

    population: Population
    founded: Founded
    provinces: Sequence[Province]
    tell: Progress
    keys: list[str] = field(default_factory=list)
    """Records that the clerk may change; a change takes the first."""

    async def start_systems(self) -> None:
        """Start every system, and wait until they answer."""
        for province in self.provinces:
            await asyncio.to_thread(province.expect_all)
            province.start_system()
        await until("the systems", lambda: all(province.is_up for province in self.provinces))
        self.tell("systems up", len(self.provinces))

    def start_connectors(self) -> None:
        """Start every connector."""
        for province in self.provinces:
            province.start_connector()

    async def sign_until_settled(self, what: str) -> None:
        """Let people sign until every record is sent and answered, or refused."""
        await self._until(what, self._is_settled)

    def clerk_changes(self, *changes: Mapping[str, str]) -> None:
        """Let a clerk change accepted records, each once; which ones is chosen the first time."""
        for province in self.provinces:
            if province.so == _CLERK:
                self.keys = self.keys or province.accepted()[:_CHANGES]
                province.expect_more(len(changes))
                for change in changes:
                    change_record(province.system_folder, self.keys.pop(0), **change)
                self.tell("changed by a clerk", len(changes))

    async def until_locked(self) -> None:
        """Wait until every connector has heard of its locks."""

        def done() -> bool:
            records = {province.so: province.records() for province in self.provinces}
            return all(found.get("accepted", 0) == (so == _CLERK) * _REPLACED for so, found in records.items())

        await self._until("locks to be told", done)
        self.tell("locked", sum(province.records().get("locked", 0) for province in self.provinces))

    async def until_answered(self) -> None:
        """Wait until each system knows its locks, its correction and its incoming pupils."""

        def done() -> bool:
            written = [province.answers() for province in self.provinces]
            every = all(answers.get((kind, "written")) for answers in written for kind in ANSWER_KINDS)
            return self._all_settled() and every

        await self._until("answers in every system", done)
        self.tell("answered", len(self.provinces))

    async def stop(self) -> None:
        """End connectors and systems."""
        await asyncio.gather(*(asyncio.to_thread(province.stop) for province in self.provinces))

    async def _until(self, what: str, done: Callable[[], bool]) -> None:
        """Wait, and say how every connector stood when patience ended."""
        try:
            await until(what, done, _PATIENCE_S)
        except Unavailable as error:
            stood = "; ".join(f"{province.so} {dict(province.records())}" for province in self.provinces)
            raise Unavailable(error.code, error.facts | {"what": f"{what} ({stood})"}) from None

    def _is_settled(self) -> bool:
        for province in self.provinces:
            count = sign_waiting(province.folder, self.population, self.founded.credentials, self.population.at)
            if count:
                self.tell("submissions signed", count)
        return self._all_settled()

    def _all_settled(self) -> bool:
        settled = [province.is_settled for province in self.provinces]  # each is looked at, to see it change
        return all(settled)


async def _hand_in_papers(
    hub: LocalHub, population: Population, founded: Founded, sender: Sender, journal: Journal
) -> int:  # fmt: skip
    """Hand in what is on paper, and return how many transcripts."""
    so = papers_of(population)
    if so is None:
        return 0
    outbounds = papers_outbounds(population, so, hub.data / "papers", founded.credentials)
    await send_all(sender, journal, outbounds)
    return sum(len(outbound.about["documents"]) for outbound in outbounds)


def _chosen(province: Province, population: Population) -> Chosen:
    """Return the last completed transcript of this year that a connector handed in, with its people."""
    for folder in sorted(province.batches.glob(f"*-{population.school_year}-*")):
        batch = load_batch(folder)
        for of in reversed(batch.documents):
            data = batch.document(of.document_sha256)
            transcript, chain = read(data).transcript, chain_of(population, batch)
            assert transcript is not None
            if of.round.cohort == "completed" and transcript.supersedes is msgspec.UNSET:
                command_id = f"{batch.school}-{batch.school_year}-{of.document_sha256[:8]}"
                so = _so_of(population, batch)
                submission = ClassSubmission(
                    command_id, so, batch.school, batch.school_year, of.round, (transcript,), (chain,),
                    chain[-2],
                )  # fmt: skip
                return Chosen(submission, SignedDocument(data, batch.signatures(of.document_sha256)))
    raise LookupError(f"{province.so} handed nothing in")


def _so_of(population: Population, batch: Batch) -> str:
    school = next(s for s in population.schools() if s.code == batch.school)
    return school.so_in(batch.school_year)


def _told(province: Province) -> dict[str, Any]:
    """Return the counts of one province. `replaced`: accepted once, and then a newer version took its place."""
    records, answers, system = Counter(province.records()), Counter[str](), province.in_system()
    for (kind, state), count in province.answers().items():
        answers[kind] += count * (state == "written")
    losses = province.losses()
    return {
        "evidence": province.manifest.evidence,
        "in_system": system.records,
        "left_out": system.left_out,
        "pulled": records.total(),
        **{state: records[state] for state in ENDED if state != "replaced"},
        "replaced": records["accepted"],
        "reasons": province.reasons(),
        "answers": {kind: answers[kind] for kind in ANSWER_KINDS},
        "answers_in_system": len(system.answers),
        "losses": losses,
        "undeclared": sum(not loss["declared"] for loss in losses),
    }
