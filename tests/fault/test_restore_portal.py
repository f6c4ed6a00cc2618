"""Attacks "what was answered stays" at the portal: a database with slips, looks and shares goes back in time."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.agents.stage.worker import EXIT_BEHIND
from hub.local.demo import play
from hub.reconcile import Checked, check_rows
from hub.store.bo.anchor import Anchor, lost_tails, read_anchor
from hub.store.bo.looks import heads_of
from tests.fault.families import Families
from tests.fault.restoring import audited, copied, ends_with, put_back, replayed, stopped
from tests.fault.run import SO, Run, a_run, count, until, worker_specs_apart
from tests.fault.slips import Issued, drawn_slips, send_slips, sent_and_there
from tests.fault.test_restore import recovered

_OWNERS = (f"so-{SO}", "bo")
_SEED = 73
_SLIPS = "SELECT to_jsonb(s)::text FROM slip s ORDER BY 1"
_ACCEPTANCES = (
    "SELECT to_jsonb(a)::text FROM acceptance a UNION ALL SELECT to_jsonb(d)::text FROM accepted_document d ORDER BY 1"
)
_RECEIPTS = "SELECT message_sha256, outcome, codes, receipt FROM inbox WHERE kind = 'SlipIssue' ORDER BY 1"
_LOOKS_AFTER = 4


@dataclass
class Played:
    """A finished story with one slip for each of three families."""

    run: Run
    families: Families
    issued: list[Issued]

    def issue(self) -> None:
        """Give each family another slip, and wait until Bộ has them."""
        first = len(self.issued) // 3
        drawn = drawn_slips(self.run.hub, SO, self.run.population, self.run.founded, 3, 1, first)
        send_slips(self.run.hub, drawn)
        self.issued += drawn
        sent_and_there(self.run.hub, SO, len(self.issued))

    def says(self, owner: str, query: str) -> list[Any]:
        with self.run.worker(owner) as eyes:
            return eyes.execute(query.encode()).fetchall()

    def anchor(self) -> Anchor:
        found = read_anchor(self.run.hub.look_anchor, self.families.key)
        assert found is not None
        return found

    def is_anchored(self) -> bool:
        """Whether Bộ's worker has noted where the logs end now."""
        with self.run.worker("bo") as eyes:
            return self.run.hub.look_anchor.exists() and self.anchor().heads == heads_of(eyes)


@pytest.fixture
def played() -> Iterator[Played]:
    """A hub of its own."""
    with a_run(_SEED, [worker_specs_apart()[0], worker_specs_apart()[-1]]) as run:
        asyncio.run(play(run.hub, run.population, run.founded, lambda *_: None))
        with Families(run) as families:
            made = Played(run, families, [])
            made.issue()
            yield made


def _is_clean(played: Played) -> None:
    report = audited(played.run)
    assert report.violations == 0, [(c.name, c.examples) for c in report.checks if c.violations]


def test_bo_has_every_slip_again_and_tells_what_it_lost_of_reads_when_its_database_went_back(played: Played) -> None:
    """Slips and acceptances come again; lost looks are counted and kept on record; shares end."""
    run, families = played.run, played.families
    kept, withdrawn = (families.share(one) for one in played.issued[:2])
    assert families.looks(played.issued[0]) > 0
    copy = copied(run, "bo")
    played.issue()
    newest = played.issued[3:]
    assert families.door.revoke(families.key_of(newest[1]), withdrawn.share_id, datetime.now(UTC))
    for _ in range(_LOOKS_AFTER):
        assert families.looks(newest[0]) > 0
    until("the ends of the logs in the file", played.is_anchored)
    before = {query: played.says("bo", query) for query in (_SLIPS, _ACCEPTANCES)}

    stopped(run, _OWNERS)
    put_back(run, "bo", copy)
    families.open()
    assert (families.is_open(kept), families.is_open(withdrawn)) == (True, True)  # the danger
    with run.worker("bo") as eyes:
        lost = {tail.chain: tail.count for tail in lost_tails(eyes, played.anchor())}
    assert sum(lost.values()) == _LOOKS_AFTER + 1
    assert "ROW_TAIL_MISSING" in {t.code for t in check_rows("bo", run.hub.bo_url, Checked(), played.anchor())}

    told = recovered(run, "bo")
    assert (told["look_rows_lost"], told["shares_ended"]) == (_LOOKS_AFTER + 1, 2)
    assert [(r["by"], r["lost"]) for r in played.anchor().restores] == [("tester", lost)]
    assert (families.is_open(kept), families.is_open(withdrawn)) == (False, False)
    run.hub.start_workers()
    replayed(run, "bo")
    sent_and_there(run.hub, SO, len(played.issued))
    assert {query: played.says("bo", query) for query in before} == before
    families.see_newest_alone(played.issued)
    until("the ends of the logs in the file", played.is_anchored)
    assert list(check_rows("bo", run.hub.bo_url, Checked(), played.anchor())) == []
    _is_clean(played)


def test_so_says_the_same_of_slips_again_when_its_database_went_back(played: Played) -> None:
    """The same receipts byte for byte, and no slip more at Bộ."""
    run = played.run
    copy = copied(run, f"so-{SO}")
    played.issue()
    receipts, slips = played.says(SO, _RECEIPTS), played.says("bo", _SLIPS)
    stopped(run, _OWNERS)
    put_back(run, f"so-{SO}", copy)
    assert ends_with(run, f"so-{SO}") == EXIT_BEHIND
    told = recovered(run, f"so-{SO}")
    assert told["recovered"]["Slip"] == 3
    run.hub.start_workers()
    replayed(run, f"so-{SO}")
    assert played.says(SO, _RECEIPTS) == receipts
    assert played.says("bo", _SLIPS) == slips
    with run.worker(SO) as eyes:
        assert count(eyes, "SELECT count(*) FROM recovered WHERE met_at IS NULL AND kind IN ('Slip', 'Receipt')") == 0
    played.families.see_newest_alone(played.issued)
    _is_clean(played)
