"""Attacks "what was said stays said": a database goes back in time, or the log is gone, and the hub recovers."""

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from hub.agents.stage.worker import EXIT_BEHIND
from hub.client import Journal, Outbound, send_all
from hub.errors import Refused
from hub.kafka.producer import Sender, Sending
from hub.kafka.reader import read_topic
from hub.local.demo import draw_balance, play
from hub.local.demo.story import Story
from hub.recovery import new_log
from hub.topics import command
from tests.fault.restoring import Copy, audited, copied, emptied, ends_with, put_back, replayed, stopped, wiped
from tests.fault.run import SO, Run, a_run, count, until, worker_specs_apart
from tests.fault.windows import ask_for_windows

_OWNERS = (f"so-{SO}", "bo")
_SEED = 70


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
