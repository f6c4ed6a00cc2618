"""A Sở whose log ends: Tiền Giang is followed by Đồng Tháp, on real servers; its sequencer dies at every step of it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.agents.stage.worker import EXIT_BEHIND
from hub.audit import Report, audit_hub
from hub.client import find_by_student, fork_file, kept_forks, make_bundle
from hub.domain import pupil_of
from hub.evidence import Conclusion, ForkVerdict, Roots, fork_bytes, verify_bundle, verify_fork
from hub.kafka import end_offsets
from hub.kafka.admin import group_members
from hub.kafka.deployment import group_prefix
from hub.local.hub import worker_specs
from hub.local.pki import PASSWORD
from hub.reconcile import Checked, check_rows
from hub.recovery import is_replaying
from hub.schemas import decode
from hub.topics import BO_STAGES, SO_STAGES, locked
from hub.trust import COSIGNER, Checkpoint, NoteKey, log_origin, sign_checkpoint, verify_cosignature
from tests.fault.crashing import Point, dying
from tests.fault.restoring import Copy, copied, put_back
from tests.journey.conftest import a_world
from tests.journey.so_log import SoLog
from tests.journey.tampering import tampered
from tests.journey.world import LockedRound, World, eventually
from tests.unit.evidence.node import second_verdict

pytestmark = pytest.mark.long

OLD, NEW, WORKER = "tien-giang", "dong-thap", "so-tien-giang"
DECISION = "202/2025/QH15 (synthetic)"
STEPS = ("before_closing", "inside:closing", "inside:outbox", "before_closing_commit", "after_closing")


@dataclass
class Ended:
    """What was done: two rounds locked before, one on its way when the decision came; a copy of the time before."""

    world: World
    locked: list[LockedRound]
    pending: LockedRound
    refusals: list[str]
    said: list[dict[str, Any]]
    deaths: list[str]
    before: Copy
    before_at_bo: Copy
    report: Report


@pytest.fixture(scope="module")
def ended(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ended]:
    """Close the log of Tiền Giang while a round is on its way; its worker dies at each step of the end."""
    with a_world(cache, sos=(OLD, NEW), by_hand=None) as world:
        yield _end(world, tmp_path_factory.mktemp("deaths"))


def _end(world: World, folder: Path) -> Ended:
    school, other, *_ = (s for s in world.population.schools() if s.so == OLD and s.level == world.school(OLD).level)
    done = [world.lock_in(school, 3), world.lock_in(other, 2)]
    before, at_bo = (copied(world, of) for of in (WORKER, "bo"))  # type: ignore[arg-type]  # it asks for the hub alone
    left = world.hand_in(school)
    refusals = [_close(world)[2]]
    (answer,) = world.ask(world.recall(school, left.documents[0].sha256, left.name))
    assert answer.outcome == "accepted", answer
    points = [Point(step, "closing", number=n) for n, step in enumerate(STEPS)]
    _restart(world, dying(worker_specs((OLD,))[0], points, folder))
    pending = world.hand_in(other, 2)
    (answer,) = world.ask(world.lock(other, [d.sha256 for d in pending.documents], pending.name))
    assert answer.outcome == "accepted", answer
    code, said, error = _close(world, "--wait")
    assert code == 0, error
    deaths = [step for step, point in zip(STEPS, points, strict=True) if point.marker(folder).exists()]
    eventually("the outboxes", lambda: [_count(world, of, _UNSENT) for of in (OLD, NEW, "bo")] == [0, 0, 0])
    urls = {so: world.hub.so_url(so) for so in (OLD, NEW)}
    report = audit_hub((OLD, NEW), urls, world.hub.bo_url, world.hub.bootstrap, [])
    return Ended(world, done, pending, refusals, said, deaths, before, at_bo, report)


_UNSENT = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"


def _count(world: World, owner: str, query: str) -> int:
    row = world.database(owner).execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def _restart(world: World, spec: Any) -> None:
    """Put another worker in the place of Tiền Giang's."""
    keeper = world.hub.worker(WORKER)
    keeper.stop()
    world.hub.workers.remove(keeper)
    world.hub.start_workers([spec])


def _typed(world: World, *arguments: object) -> tuple[int, list[dict[str, Any]], str]:
    """Run a command beside the running hub; return exit code, JSON lines and what it said on standard error."""
    command = [sys.executable, "-m", "hub.cli", *map(str, arguments), "--data", str(world.hub.data), "--json"]
    environment = {**os.environ, "HUB_KEY_PASSWORD": PASSWORD, "HUB_SO_SLUGS": json.dumps([OLD, NEW])}
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False, env=environment)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def _close(world: World, *more: object, successor: str = NEW) -> tuple[int, list[dict[str, Any]], str]:
    key = world.hub.secrets / "persons" / f"DK-{OLD}-001.p12"
    named = ("--so", OLD, "--successor", successor, "--decision", DECISION, "--key", key, "--yes")
    return _typed(world, "so", "close", *named, *more)


def _final(world: World) -> tuple[Any, ...]:
    row = world.database(OLD).execute("SELECT tree_size, root, successor, text, signature FROM closing").fetchone()
    assert row is not None
    return tuple(row)


def _sent_finals(world: World) -> list[bytes]:
    """Return the texts of all final heads in the topic."""
    ends = end_offsets(world.hub.bootstrap, [(locked(OLD).name, 0)])
    heads = [decode(r.value, locked(OLD).messages) for r in world.tail(locked(OLD)).all_to(ends)]
    return [m.value["text"] for m in heads if m.name == "Checkpoint" and b"\nclosed " in m.value["text"]]


@pytest.fixture(scope="module")
def recovered(ended: Ended) -> dict[str, Any]:
    """Put both databases back to before the end, one after the other, and recover; returns what was and what is."""
    world = ended.world
    final, at_bo, sent = _final(world), _at_bo(world), len(_sent_finals(world))
    said = _recovered(world, WORKER, OLD, ended.before, SO_STAGES, ("--so", OLD))
    assert said["recovered"]["Checkpoint"] >= 2, "the head over the last round, and the final one"
    eventually("the end", lambda: _count(world, OLD, "SELECT count(*) FROM closing_receipt") == 1, 60)
    said = _recovered(world, "bo", "bo", ended.before_at_bo, BO_STAGES, ("--bo",))
    assert said["recovered"]["IngestReceipt"] >= 2, "the last round's, and the word about the end"
    eventually("the end at Bộ", lambda: _count(world, "bo", "SELECT count(*) FROM closing") == 1, 60)
    return {
        "final": (final, _final(world)), "at_bo": (at_bo, _at_bo(world)), "sent": (sent, len(_sent_finals(world)))
    }  # fmt: skip


def _recovered(world: World, owner: str, of: str, copy: Copy, stages: Any, whom: tuple[str, ...]) -> dict[str, Any]:
    """Put one database back, see its worker refuse to start, read back what was said, and wait for the replay."""
    keeper = world.hub.worker(owner)
    keeper.stop()
    world.hub.workers.remove(keeper)
    groups = [group_prefix(owner) + stage for stage in stages]
    eventually("the groups to be empty", lambda: not any(group_members(world.hub.bootstrap, groups).values()))
    world._connections.pop(of).close()
    put_back(world, owner, copy)  # type: ignore[arg-type]  # it asks for the hub alone
    spec = next(spec for spec in worker_specs((OLD,)) if spec.name == owner)
    command = [sys.executable, "-m", "hub.cli", "worker", *spec.arguments]
    environment = {**os.environ, **world.hub._environment(spec)}
    left = subprocess.run(command, env=environment, timeout=60, capture_output=True, check=False)
    assert left.returncode == EXIT_BEHIND
    code, (said,), error = _typed(world, "recover", *whom, "--by", "tester", "--reason", "restored")
    assert code == 0, error
    world.hub.start_workers([spec])
    eventually("the replay", lambda: not is_replaying(world.database(of)), 120)
    return said


def _at_bo(world: World) -> tuple[Any, ...]:
    query = f"SELECT tree_size, root, successor, text, signature, cosignature, seen_at FROM closing WHERE so = '{OLD}'"
    row = world.database("bo").execute(query.encode()).fetchone()
    assert row is not None
    return tuple(row)


def test_close_is_refused_while_documents_would_never_be_locked(ended: Ended) -> None:
    """The operator is told, and locks or recalls first."""
    assert "SO_CLOSING_LEAVES" in ended.refusals[0]


def test_one_final_head_covers_what_was_accepted_whenever_the_sequencer_dies(ended: Ended) -> None:
    """The round that was on its way got its place; every step was struck, and one head came out and reached Bộ."""
    world = ended.world
    assert ended.deaths == list(STEPS)
    size, root, successor, text, _ = _final(world)
    assert (size, successor) == (3, NEW)
    states = world.states(OLD, [d.sha256 for d in ended.pending.documents])
    assert set(states.values()) == {"locked"}
    assert set(_sent_finals(world)) == {text}
    columns = "tree_size, root, successor, text, cosignature, stamped_at IS NOT NULL"
    query = f"SELECT {columns} FROM closing WHERE so = '{OLD}'"
    at_bo = world.database("bo").execute(query.encode()).fetchone()
    assert at_bo is not None
    assert at_bo[:4] == (size, root, successor, text)
    assert at_bo[5], "time-stamped as every head"
    keys = _cosigners(world)
    assert verify_cosignature(Checkpoint(log_origin(OLD), size, bytes(root), NEW), at_bo[4], keys[0]) > 0


def _cosigners(world: World) -> list[NoteKey]:
    row = (
        world.database(OLD)
        .execute("SELECT payload FROM register_entry WHERE kind = 'trust_policy' ORDER BY version DESC LIMIT 1")
        .fetchone()
    )
    assert row is not None
    return [NoteKey.of(one["key"]) for one in row[0]["log_keys"] if one["origin"] == COSIGNER]


def test_audit_finds_the_end_whole(ended: Ended) -> None:
    """The oracle has looked at it."""
    checks = {check.name: check for check in ended.report.checks}
    assert ended.report.violations == 0, [(c.name, c.examples) for c in ended.report.checks if c.violations]
    assert checks["closed_logs"].looked_at > 0


def test_close_again_changes_nothing_and_says_how_far_it_is(ended: Ended) -> None:
    """The same is shown; another successor is refused, here and by the register."""
    assert ended.said[-1]["state"] == "cosigned"
    versions = "SELECT count(*) FROM register_entry WHERE kind = 'log_closing'"
    code, (said,), _ = _close(ended.world)
    assert (code, said["state"], said["successor"], said["tree_size"]) == (0, "cosigned", NEW, 3)
    assert _close(ended.world, successor="vinh-long")[2].count("LOG_CLOSING_FINAL") == 1
    assert _count(ended.world, OLD, versions) == 1
    code, shown, _ = _typed(ended.world, "status")
    closed = {one["owner"]: one["closed"] for one in shown}
    assert closed == {WORKER: {OLD: NEW}, f"so-{NEW}": {}, "bo": {OLD: NEW}}


def test_command_that_comes_later_is_refused_with_the_one_who_follows(ended: Ended) -> None:
    """Documents, recalls and requests to lock; the Sở that follows takes its own as ever."""
    world = ended.world
    school, made = world.school(OLD), ended.locked[0]
    asked = world.ask(
        world.submission(school, [world.signed(world.leaver(school))], world.round_of()),
        world.recall(school, made.documents[0].sha256, made.name),
        world.lock(school, [made.documents[0].sha256], made.name),
    )
    for answer in asked:
        assert "SO_CLOSED" in answer.codes, answer
        assert answer.statement is not None
        (found,) = [f for f in answer.statement.findings if f["code"] == "SO_CLOSED"]
        assert (NEW in found["en"], NEW in found["vi"]) == (True, True)
    assert world.lock_in(world.school(NEW)).lock_id


def test_old_record_is_proved_against_the_final_head_by_both_verifiers(ended: Ended, tmp_path: Path) -> None:
    """Also one whose receipt names an earlier head; both say that the log is closed, and who follows."""
    world = ended.world
    anchor = (f"anchor-{OLD}.der", (world.hub.secrets / WORKER / f"anchor-{OLD}.der").read_bytes())
    (tmp_path / anchor[0]).write_bytes(anchor[1])
    for made in (ended.locked[0], ended.pending):
        transcript = made.transcripts[0]
        bundle = make_bundle(OLD, world.hub.so_url(OLD), [pupil_of(transcript)], transcript.school_year)
        report = verify_bundle(bundle.bundle, Roots.of([anchor]))
        assert report.verdict is Conclusion.VALID, report.shown()
        assert (report.facts["closed"], report.facts["successor"], report.facts["tree_size"]) == ("true", NEW, "3")
        (tmp_path / "bundle.json").write_bytes(bundle.bundle)
        code, second = second_verdict(tmp_path / "bundle.json", "--roots", tmp_path / anchor[0])
        assert (code, second["verdict"], second["facts"]["successor"]) == (0, "valid", NEW), second


def test_look_up_says_that_the_log_is_closed(ended: Ended) -> None:
    """The versions stand as they stood."""
    world, transcript = ended.world, ended.locked[0].transcripts[0]
    urls = {so: world.hub.so_url(so) for so in (OLD, NEW)}
    found = find_by_student(transcript.school.code, transcript.student.student_code, urls, world.hub.bo_url)
    assert [v.state for v in found.versions] == ["locked"]
    assert found.shown()["closed"] == {OLD: NEW}


def test_forged_larger_head_is_refused_and_kept_as_evidence(ended: Ended, recovered: dict[str, Any]) -> None:
    """A stranger with the old keys goes on writing: all is refused, and the pair of heads proves it to anyone."""
    world = ended.world
    assert recovered, "what a stranger wrote with our keys could not be told from what we said: recovery comes before"
    log = SoLog(world, OLD)
    lock = log.lock()
    size, root = _final(world)[:2]
    grown = Checkpoint(log_origin(OLD), size + 1, b"\x07" * 32)
    codes = log.send(log.chunk(lock), log.manifest(lock, size), log.head(grown))
    assert codes == ["LOG_CLOSED_GROWN"] * 3
    other = Checkpoint(log_origin(OLD), size, bytes(root), "vinh-long")
    assert log.send(log.head(other)) == ["LOG_CLOSED_GROWN"]
    assert _count(world, "bo", f"SELECT count(*) FROM checkpoint WHERE so = '{OLD}' AND tree_size > {size}") == 0
    kept = [one for one in kept_forks(world.hub.bo_url) if one.so == OLD]
    assert [one.code for one in kept] == ["LOG_CLOSED_GROWN"] * 2
    for one in kept:
        report = verify_fork(fork_bytes(fork_file(world.hub.bo_url, one.id)), [log.keyring.note.key()])
        assert (report.verdict, report.facts["first_successor"]) == (ForkVerdict.PROVED, NEW)
    assert sign_checkpoint(other, log.keyring.note) == kept[1].second[1]


def test_recovered_databases_end_with_the_same_final_head(recovered: dict[str, Any]) -> None:
    """The workers refused to start, what was said was read back, and is said in the same words and not sent again."""
    for what, (before, now) in recovered.items():
        assert before == now, what


def test_nightly_check_reads_the_final_heads_and_tells_what_was_changed(ended: Ended) -> None:
    """Where nobody touched anything it tells nothing; a successor that an owner changed is told, here and at Bộ."""
    world = ended.world
    for owner, of in ((WORKER, OLD), ("bo", "bo")):
        url = world.hub.bo_url if of == "bo" else world.hub.so_url(of)
        assert list(check_rows(owner, url, Checked())) == []
        key: dict[str, Any] = {"so": OLD} if of == "bo" else {"only_one": True}
        with tampered(world, of, "closing", key, {"successor": "vinh-long"}):
            (found,) = check_rows(owner, url, Checked())
        assert (found.code, found.table, found.what) == ("ROW_CHECKPOINT_CHANGED", "closing", ("successor",))
