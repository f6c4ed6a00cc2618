"""The Sở opens a further round for three schools, looks what each lacks, and locks them by one act of two persons."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hub.cli import main
from hub.client import SignedAct, act_outbounds, agree_to_act, lock_act, sign_act
from hub.decision import set_root
from hub.domain.statements import RegisterEntry, RoundName, SoLockItem
from hub.local.pki import PASSWORD
from hub.local.population import SyntheticSchool
from hub.local.population.signed import instant_text
from hub.reconcile import Sums, reconcile
from hub.signing import COSIGNER, load_keyring
from hub.store import open_connection
from hub.trust import sign
from tests.journey.world import LockedRound, World

SO, NTHS = "nghe-an", (0, 1, 4)
NAME = RoundName(cohort="supplementary", number=7)  # ours alone: every school has its first one
DECISION = ("--decision", "15/QĐ-SGDĐT", "--reason", "Trường giải thể trước khi chốt")
POLICY = {"completeness": "warn", "decision": "QĐ-8/SGDĐT", "so_may_lock": True, "so_cohorts": ["supplementary"]}
Run = Callable[..., tuple[int, list[dict[str, Any]], str]]


@dataclass(frozen=True)
class Desk:
    """Three schools with a round that is handed in, and how the Sở types."""

    schools: tuple[SyntheticSchool, ...]
    made: tuple[LockedRound, ...]
    round: tuple[object, ...]
    common: tuple[object, ...]
    keys: Path

    @property
    def codes(self) -> list[str]:
        return [school.code for school in self.schools]

    def key(self, person: str) -> Path:
        return self.keys / f"{person}-{SO}-001.p12"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command as a person would; returns exit code, the JSON lines on standard output, and what was told."""

    def typed(*arguments: object) -> tuple[int, list[dict[str, Any]], str]:
        monkeypatch.setattr(sys, "argv", ["hub", *map(str, arguments), "--json"])
        monkeypatch.setenv("HUB_KEY_PASSWORD", PASSWORD)
        code: object = 0
        try:
            main()
        except SystemExit as left:
            code = left.code
        out = capsys.readouterr()
        return int(code or 0), [json.loads(line) for line in out.out.splitlines()], out.err  # type: ignore[call-overload]

    return typed


@pytest.fixture
def desk(world: World, run: Run) -> Desk:
    """Each school is given the round by the Sở's registrar, and hands in two pupils who were never reported."""
    schools = tuple(world.school(SO, nth) for nth in NTHS)
    year = world.population.school_year
    common, keys = ("--data", world.hub.data), world.hub.secrets / "persons"
    name = ("--year", year, "--cohort", NAME.cohort)
    made = []
    for school in schools:
        early = world.signed(world.pupil(school))
        (refused,) = world.ask(world.submission(school, [early], NAME))
        assert refused.documents[early.sha256] == ("refused", {"ROUND_NUMBER_NOT_OPENED"})
        code, (entry,), _ = run(
            "deadline", "open", SO, "--school", school.code, *name, "--number", NAME.number, "--decision", "14/QĐ",
            "--reason", "Báo cáo sót", "--key", keys / f"DK-{SO}-001.p12", "--yes", *common,
        )  # fmt: skip
        assert (code, entry["kind"]) == (0, "round_opening")
        made.append(world.hand_in(school, 2, NAME))
    return Desk(schools, tuple(made), ("--so", SO, *name, "--number", NAME.number), common, keys)


@pytest.fixture
def policy(world: World) -> Iterator[Callable[[], None]]:
    """Let the Sở lock supplementary rounds from when it is called until the test is over."""
    yield lambda: _register(world, POLICY)
    _register(world, POLICY | {"so_may_lock": False})


def _register(world: World, said: dict[str, Any]) -> None:
    entry = RegisterEntry(
        entry_id="lock-policy", issued_at=instant_text(world.at), kind="lock_policy", payload=said, so=SO,
        type="vn.hocba.register-entry/1", valid_from=instant_text(world.at - timedelta(days=1)),
    )  # fmt: skip
    (place,) = world.send(world.register(entry))
    world.until_done(SO, "register", place)
    assert world.quarantine_code(SO, "register", place) is None


def _act(world: World, desk: Desk) -> SignedAct:
    """Sign an act over the three schools as the lead."""
    items = [SoLockItem(count=2, root=_root(made), school=made.school.code) for made in desk.made]
    act = lock_act(SO, world.population.school_year, NAME, items, "15/QĐ-SGDĐT", "Trường giải thể", world.at)
    return sign_act(act, world.people(f"LD-{SO}-001"), world.iat)


def _root(made: LockedRound) -> str:
    return set_root([bytes.fromhex(d.sha256) for d in made.documents]).hex()


def _codes(world: World, act: SignedAct) -> list[set[str]]:
    return [set(answer.codes) for answer in world.ask(*(o.sending for o in act_outbounds(act)))]


def test_three_schools_are_locked_by_one_act_of_two_persons(
    world: World, desk: Desk, run: Run, policy: Callable[[], None], tmp_path: Path
) -> None:
    """Refused without a policy, without a second person, with one person twice; then locked, proved and final."""
    chosen = ("lock", "act", *desk.round, *desk.common, "--schools", ",".join(desk.codes))
    _is_refused_without_a_policy(world, desk, run, chosen)
    policy()

    code, (*rows, plan), _ = run(*chosen, "--dry-run")
    assert (code, plan["plan"]["chosen"], plan["plan"]["documents"]) == (0, 3, 6)
    assert [(row["school"], row["count"], row["root"]) for row in rows] == sorted(
        (made.school.code, 2, _root(made)) for made in desk.made
    )
    assert all(row["missing"] > 0 and row["told"] == ["LOCK_ROSTER_INCOMPLETE"] for row in rows)
    code, (*every, _), _ = run("lock", "act", *desk.round, *desk.common, "--all-ready", "--dry-run")
    silent = [row for row in every if row["school"] not in desk.codes]
    assert (code, {row["blocking"][0] for row in silent}) == (0, {"ROUND_UNKNOWN"})

    alone = _act(world, desk)
    assert _codes(world, alone) == [{"LOCK_SECOND_PERSON_MISSING"}] * 3
    lead, act = world.people(f"LD-{SO}-001"), alone.statement
    again = sign(lead, alone.payload, role="so_lead", scope=act.scope, typ=act.type, iat=world.iat)
    assert _codes(world, replace(alone, second_signature=again)) == [{"LOCK_SECOND_PERSON_SAME"}] * 3

    _lock_through_a_file(desk, run, chosen, tmp_path)
    for made in desk.made:
        _is_final(world, made)
    _is_the_same_everywhere(world, desk)
    with open_connection(world.hub.servers.so_urls(SO).owner_url or "") as owner:  # who agreed stays who agreed
        for change in (b"UPDATE second_signature SET person = ''", b"DELETE FROM second_signature"):
            with pytest.raises(psycopg.Error) as refused:
                owner.execute(change)
            assert refused.value.sqlstate == "HB001"


def _is_refused_without_a_policy(world: World, desk: Desk, run: Run, chosen: tuple[object, ...]) -> None:
    """By the command line before anything is signed, and by Sở whoever signs."""
    code, _, told = run(*chosen, *DECISION, "--key", desk.key("LD"), "--second-key", desk.key("CV"), "--yes")
    assert code == 1
    assert told.startswith("LOCK_NOT_BY_SO")
    signed = agree_to_act(_act(world, desk), world.people(f"CV-{SO}-001"), "so_officer", world.iat)
    assert _codes(world, signed) == [{"LOCK_NOT_BY_SO"}] * 3


def _lock_through_a_file(desk: Desk, run: Run, chosen: tuple[object, ...], tmp_path: Path) -> None:
    """The lead writes the act, the officer agrees elsewhere, and it is sent."""
    path = tmp_path / "act.json"
    code, _, told = run(*chosen, *DECISION, "--key", desk.key("LD"), "--yes")
    assert (code, told.startswith("LOCK_SECOND_PERSON_MISSING")) == (1, True)
    code, _, _ = run(*chosen, *DECISION, "--key", desk.key("LD"), "--out", path)
    assert code == 0
    code, (shown,), _ = run("lock", "act-agree", path, "--key", desk.key("CV"), "--yes")
    assert (code, shown["act"]["schools"], shown["act"]["signatures"]) == (0, sorted(desk.codes), 1)
    code, (_, *answers, last), _ = run("lock", "act-send", path, "--yes", "--wait", *desk.common)
    assert (code, last["answers"], last["act"]["signatures"]) == (0, 3, 2)
    assert {a["school"] for a in answers} == set(desk.codes)
    assert {(a["kind"], a["outcome"], a["signature"]) for a in answers} == {("SoLock", "accepted", "valid")}


def _is_final(world: World, made: LockedRound) -> None:
    """Locked, in the log, at Bộ, and closed for the school, who is told by whom."""
    lock_id = world.lock_id(made)
    world.receipt(SO, lock_id.hex(), "ingested")
    document = made.documents[0].sha256
    (answer,) = world.ask(world.recall(made.school, document, made.name))
    assert answer.statement is not None
    (found,) = answer.statement.findings
    assert (found["code"], found["facts"]["by"]) == ("RECORD_LOCKED", f"so_lead so-{SO}")
    row = world.database(SO).execute(
        "SELECT count(*), count(DISTINCT i.statement_sha256) FROM second_signature JOIN inbox i USING (message_sha256) "
        "WHERE i.school = %s AND i.outcome = 'accepted'", (made.school.code,),
    ).fetchone()  # fmt: skip
    assert row == (1, 1)


def _is_the_same_everywhere(world: World, desk: Desk) -> None:
    """School = Sở = Bộ by root: the part of the act is what the school's own request would have been."""
    secret = load_keyring(world.hub.secrets / "bo", COSIGNER).secret
    for code in desk.codes:
        found = reconcile(
            {SO: world.hub.so_url(SO)}, world.hub.bo_url, world.hub.bootstrap, secret, Sums(), school=code
        )  # fmt: skip
        own = [d for d in found if (d.lock.cohort, d.lock.number) == (NAME.cohort, NAME.number)]
        assert [d for d in own if d.code.startswith(("RECONCILE_REQUEST", "RECONCILE_SCHOOL"))] == []
