"""Attacks "what was said stays said": a database goes back in time, or the log is gone, and the hub recovers."""

import asyncio
import json
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import pytest

from hub.agents.stage.worker import EXIT_BEHIND
from hub.client import Journal, Outbound, send_all
from hub.errors import Refused
from hub.kafka.partition import partition_of
from hub.kafka.producer import Sender, Sending
from hub.kafka.reader import read_topic
from hub.local.demo import draw_balance, play
from hub.local.demo.acts import Acts, Chosen
from hub.local.demo.story import Story, publish_register, send_acts, send_shipments
from hub.local.demo.waiting import until_commands_answered
from hub.recovery import new_log
from hub.store import open_connection
from hub.store.queries import queries_of
from hub.topics import command
from tests.fault.restoring import Copy, audited, copied, emptied, ends_with, put_back, replayed, stopped, wiped
from tests.fault.run import SO, Run, a_run, count, until, worker_specs_apart
from tests.fault.windows import ask_for_windows

_OWNERS = (f"so-{SO}", "bo")
_SEED = 70
_CLAIMS = 6
_UNSENT = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
_STATES = "SELECT encode(document_sha256, 'hex'), state FROM document ORDER BY 1, 2"
_COMMON = queries_of("common")

_CORRECTIONS = (  # everything that a replay must say again of corrections: rounds, windows, who did what when
    "SELECT to_jsonb(c)::text FROM correction c ORDER BY 1",
    "SELECT to_jsonb(s)::text FROM correction_step s ORDER BY 1",
    "SELECT to_jsonb(r)::text FROM round r WHERE cohort = 'correction' ORDER BY 1",
    "SELECT message_sha256, outcome, codes, receipt FROM inbox WHERE kind = 'WindowClosed' ORDER BY 1",
)


def a_story(run: Run) -> Story:
    """Play the whole story and leave the workers running."""
    return asyncio.run(play(run.hub, run.population, run.founded, lambda *_: None))


def corrections_of(run: Run) -> list[list[Any]]:
    """Return what Sở's tables say of corrections."""
    with run.worker(SO) as eyes:
        return [eyes.execute(query.encode()).fetchall() for query in _CORRECTIONS]


def owner_url(run: Run, owner: str) -> str:
    urls = run.hub.servers.bo_urls() if owner == "bo" else run.hub.servers.so_urls(SO)
    assert urls.owner_url is not None
    return urls.owner_url


def recovered(run: Run, owner: str) -> dict[str, Any]:
    """Let the command do it, beside the running servers; return what it says."""
    whom = ["--bo"] if owner == "bo" else ["--so", SO]
    options = ["--by", "tester", "--reason", "restored", "--data", str(run.hub.data), "--json"]
    command_line = [sys.executable, "-m", "hub.cli", "recover", *whom, *options]
    done = subprocess.run(command_line, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def told(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{text}\n")


@pytest.fixture
def run() -> Iterator[Run]:
    """A hub of its own, with one worker for each organisation."""
    with a_run(_SEED, [worker_specs_apart()[0], worker_specs_apart()[-1]]) as running:
        yield running


def copied_midway(run: Run, owner: str, accepted: int) -> tuple[Story, Copy]:
    """Play the story and copy one database once `accepted` transcripts stand at Sở (and a few locks, for Bộ)."""
    copies: list[Copy] = []

    def copy() -> None:
        with run.worker(SO) as eyes:
            until("the moment", lambda: count(eyes, "SELECT count(*) FROM document") >= accepted)
            until("a lock", lambda: owner != "bo" or count(eyes, "SELECT count(*) FROM lock") >= 3)
        copies.append(copied(run, owner))

    thread = threading.Thread(target=copy, name="copy")
    thread.start()
    story = a_story(run)
    thread.join(60)
    return story, copies[0]


def recovers(run: Run, owner: str, story: Story, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The worker refuses; what was sent is read back; the replay meets all of it; balance and audit are clean."""
    assert ends_with(run, owner) == EXIT_BEHIND
    began = time.monotonic()
    found = recovered(run, owner)
    read_s = time.monotonic() - began
    run.hub.start_workers()
    took_s = replayed(run, owner)
    report = audited(run)
    told(
        f"{what}: recovered {found['recovered']} of {sum(found['records'].values())} records in {read_s:.1f} s, "
        f"replayed in {took_s:.1f} s, violations {report.violations}",
        capsys,
    )
    assert report.violations == 0, [(c.name, c.examples) for c in report.checks if c.violations]
    assert draw_balance(run.hub, story).problems == []


def test_so_says_the_same_again_when_its_database_went_back_in_time(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of the transcripts, all locks, corrections and the whole log were lost; all of it comes out alike."""
    story, copy = copied_midway(run, f"so-{SO}", 200)
    story.acts += ask_for_windows(run.hub, SO, run.population, run.founded)
    before = corrections_of(run)
    stopped(run, _OWNERS)
    put_back(run, f"so-{SO}", copy)
    recovers(run, f"so-{SO}", story, "Sở restored", capsys)
    assert all(before)
    assert corrections_of(run) == before


def test_bo_says_the_same_again_when_its_database_went_back_in_time(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bộ decides the lost locks again and contradicts no receipt."""
    story, copy = copied_midway(run, "bo", 200)
    stopped(run, _OWNERS)
    put_back(run, "bo", copy)
    recovers(run, "bo", story, "Bộ restored", capsys)


def test_so_says_the_same_again_when_its_database_is_empty(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything is decided again from the first command on, corrections in their windows too."""
    story = a_story(run)
    story.acts += ask_for_windows(run.hub, SO, run.population, run.founded)
    before = corrections_of(run)
    stopped(run, _OWNERS)
    emptied(run, f"so-{SO}")
    recovers(run, f"so-{SO}", story, "Sở empty", capsys)
    assert corrections_of(run) == before


def test_so_says_the_same_again_when_answers_that_hang_together_left_in_one_moment(run: Run) -> None:
    """The claim of a higher partition was decided first; a relay that was late gave both answers one time."""
    with relays_asleep(run):
        asyncio.run(claimed_first(run))
    with run.worker(SO) as eyes:
        until("all answers to be sent", lambda: count(eyes, _UNSENT) == 0)
        before = eyes.execute(_STATES.encode()).fetchall()
    stopped(run, _OWNERS)
    emptied(run, f"so-{SO}")
    assert ends_with(run, f"so-{SO}") == EXIT_BEHIND
    recovered(run, f"so-{SO}")
    run.hub.start_workers()
    replayed(run, f"so-{SO}")
    with run.worker(SO) as eyes:
        assert [state for _, state in before].count("held") == 2 * _CLAIMS
        assert eyes.execute(_STATES.encode()).fetchall() == before


def test_so_says_the_same_again_when_a_claimed_pupil_was_recalled_before_the_restore(run: Run) -> None:
    """The recall of a lower partition would come out the same before the claim; the claim would not come after it."""
    asyncio.run(recalled_after_claim(run))
    with run.worker(SO) as eyes:
        before = eyes.execute(_STATES.encode()).fetchall()
    assert [state for _, state in before].count("recalled") == _CLAIMS
    stopped(run, _OWNERS)
    emptied(run, f"so-{SO}")
    assert ends_with(run, f"so-{SO}") == EXIT_BEHIND
    recovered(run, f"so-{SO}")
    run.hub.start_workers()
    replayed(run, f"so-{SO}")
    with run.worker(SO) as eyes:
        assert eyes.execute(_STATES.encode()).fetchall() == before


async def recalled_after_claim(run: Run) -> None:
    """Let schools of lower partitions hand in, another claim one pupil of each, and the first recall theirs."""
    sender, acts = Sender(run.hub.bootstrap), Acts(run.population, run.founded.credentials, run.population.at)
    own, claimant = _of_lower_and_highest_partition(acts)
    named = {one.submission.command_id for one in own}
    drawn = run.population.shipments(run.founded.credentials, run.population.plan())
    classes = (shipment for shipment in drawn if shipment.submission.command_id in named)
    try:
        with Journal(run.hub.data / "journal.jsonl") as journal:
            await publish_register(run.hub, run.population, run.founded, sender, lambda *_: None)
            await send_shipments(sender, journal, classes, lambda *_: None)
            await until_commands_answered(run.hub)
            for n, one in enumerate(own):
                claim, _ = acts.claims(f"claim-{n}", claimant.submission, one)
                await send_acts(run.hub, sender, journal, Story(), [claim])
                await send_acts(run.hub, sender, journal, Story(), [acts.recalls("recall", one, "accepted")])
    finally:
        await sender.close()


@contextmanager
def relays_asleep(run: Run) -> Iterator[None]:
    """Let the workers of Sở decide without sending; what they had to say leaves in one moment afterwards."""
    run.hub.stop_workers()
    with open_connection(run.hub.so_url(SO)) as lead:
        place = (zlib.crc32(b"relay"),)
        until("the lead", lambda: lead.execute(_COMMON["lead"], place).fetchone() == (True,))
        run.hub.start_workers()
        yield


async def claimed_first(run: Run) -> None:
    """Let a school claim pupils of others, and only then those hand in their classes, all in lower partitions."""
    sender, acts = Sender(run.hub.bootstrap), Acts(run.population, run.founded.credentials, run.population.at)
    own, claimant = _of_lower_and_highest_partition(acts)
    claims = [acts.claims(f"claim-{n}", claimant.submission, one)[0] for n, one in enumerate(own)]
    named = {one.submission.command_id for one in own}
    drawn = run.population.shipments(run.founded.credentials, run.population.plan())
    classes = (shipment for shipment in drawn if shipment.submission.command_id in named)
    try:
        with Journal(run.hub.data / "journal.jsonl") as journal:
            await publish_register(run.hub, run.population, run.founded, sender, lambda *_: None)
            await send_acts(run.hub, sender, journal, Story(), claims)
            await send_shipments(sender, journal, classes, lambda *_: None)
            await until_commands_answered(run.hub)
    finally:
        await sender.close()


def _of_lower_and_highest_partition(acts: Acts) -> tuple[Sequence[Chosen], Chosen]:
    def part(chosen: Chosen) -> int:
        return partition_of(chosen.submission.school.encode(), command(SO).partitions)

    every = list(acts.choose())
    last = max(every, key=part)
    return list(islice((chosen for chosen in every if part(chosen) < part(last)), _CLAIMS)), last


def test_hub_goes_on_with_a_new_log_when_kafka_is_gone(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything that was sent is sent again; schools send their commands again, and only what was lost is decided."""
    story = a_story(run)
    kept = asyncio.run(commands_of(run))
    stopped(run, _OWNERS)
    wiped(run)
    run.hub.start_workers()
    until("the workers to stop", lambda: all(_log_says(run, owner, "POSITION_FOREIGN") for owner in _OWNERS))
    stopped(run, _OWNERS)
    begun = {owner: new_log(owner_url(run, owner), owner, run.hub.bootstrap, "tester", "wiped") for owner in _OWNERS}
    with pytest.raises(Refused):
        new_log(owner_url(run, "bo"), "bo", run.hub.bootstrap, "tester", "twice")
    run.hub.start_workers()
    asyncio.run(sent_again(run, kept))
    took_s = sum(replayed(run, owner) for owner in (*_OWNERS, _OWNERS[0]))  # Bộ's answers come back to Sở
    report = audited(run)
    told(f"new cluster: {begun}, {len(kept)} commands sent again, done in {took_s:.1f} s", capsys)
    assert report.violations == 0, [(c.name, c.examples) for c in report.checks if c.violations]
    del story


def _log_says(run: Run, owner: str, code: str) -> bool:
    return code in (run.hub.data / "logs" / f"{owner}.log").read_text(encoding="utf-8")


async def commands_of(run: Run) -> list[Sending]:
    """Return what schools hold: every command as they sent it, to the partition that they chose."""
    topic = command(SO)
    found = [r async for r in read_topic(run.hub.bootstrap, topic.name, topic.partitions)]
    return [Sending(topic.name, r.key, r.value, r.headers, r.part) for r in found]


async def sent_again(run: Run, kept: list[Sending]) -> None:
    """Send them again, with the journal that a client writes."""
    sender = Sender(run.hub.bootstrap)
    try:
        with Journal(run.hub.data / "journal.jsonl") as journal:
            await send_all(sender, journal, [Outbound(sending) for sending in kept])
    finally:
        await sender.close()
