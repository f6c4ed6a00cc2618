"""A school types `hub slip`: what the family then holds opens its học bạ, a lost slip opens nothing any more."""

import asyncio
import json
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from hub.app import COSIGNER
from hub.cli import main
from hub.domain.form import date_text
from hub.local.pki import PASSWORD
from hub.signing import load_keyring
from hub.web.portal import Portal, PortalSettings, Sessions, portal_app
from hub.web.portal.bo import BoPortalStore
from tests.journey.deciding import lock_this
from tests.journey.world import LockedRound, World, eventually
from tests.unit.web.portal.world import ADDRESS, Reader

SO, YEAR = "ha-noi", "2025-2026"
Run = Callable[..., tuple[int, list[dict[str, Any]], str]]


@pytest.fixture(scope="module")
def made(world: World) -> LockedRound:
    """One locked pupil of the first school."""
    school = world.school(SO)
    return lock_this(world, school, world.leaver(school))


@pytest.fixture
def run(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Type `hub slip …`; returns exit code, the JSON lines, and what was told beside them."""
    password = tmp_path / "password"
    password.write_text(PASSWORD, encoding="utf-8")

    def typed(verb: str, *arguments: object) -> tuple[int, list[dict[str, Any]], str]:
        more = ("--yes", "--wait", "--password-file", password) if verb == "issue" else ()
        words = ("hub", "slip", verb, *arguments, *more, "--data", world.hub.data, "--json")
        monkeypatch.setattr(sys, "argv", list(map(str, words)))
        with pytest.raises(SystemExit) as left:
            main()
        out = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return left.value.code, [json.loads(line) for line in out.out.splitlines()], out.err

    return typed


@pytest.fixture
def store(world: World) -> Iterator[BoPortalStore]:
    """The portal's store on Bộ's database, by the portal's role."""
    opened = BoPortalStore(world.hub.portal_database_url or "", _slip_key(world), secrets.token_bytes)
    yield opened
    opened.close()


def _slip_key(world: World) -> bytes:
    return load_keyring(world.hub.secrets / "bo", COSIGNER).slip_key


def _answer(world: World, store: BoPortalStore, shown: dict[str, str]) -> tuple[int, str]:
    """Type what a slip says into the portal's page; return its answer without the token of its form."""
    portal = Portal(
        store=store, settings=PortalSettings(ADDRESS, _slip_key(world), b"\4" * 32, frozenset({"127.0.0.1:8088"})),
        checks=SimpleNamespace(), issue=lambda *_: b"", identity=None, clock=lambda: datetime.now(UTC),  # type: ignore[arg-type]
        chance=secrets.token_bytes, monotonic=time.monotonic, pause=asyncio.sleep,
        sessions=Sessions(secrets.token_bytes),
    )  # fmt: skip

    async def main() -> tuple[int, str]:
        transport = httpx.ASGITransport(portal_app(portal))
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
            reader = Reader(client)
            answer = await reader.look_up(**shown)
            return answer.status_code, re.sub("[0-9a-f]{64}", "", answer.text)

    return asyncio.run(main())


def _place(world: World, made: LockedRound, **changes: object) -> list[object]:
    """The options of a good issue, some of them changed."""
    school = made.school.code
    named = {
        "so": SO, "school": school, "student": made.transcripts[0].student.student_code, "year": YEAR,
        "key": _key(world, f"DAU-{school}"),
    } | changes  # fmt: skip
    return [part for name, value in named.items() for part in (f"--{name}", value)]


def _key(world: World, person: str) -> Path:
    return world.hub.secrets / "persons" / f"{person}.p12"


def test_slip_is_issued_looked_up_with_and_replaced(
    world: World, made: LockedRound, run: Run, store: BoPortalStore, tmp_path: Path
) -> None:
    """The second slip opens; the first gets, byte for byte, what a secret that never was gets."""
    born, shown, ids = date_text(str(made.transcripts[0].student.birth_date)), [], []
    for n in range(2):
        pdf = tmp_path / f"slip-{n}.pdf"
        code, (handed, answer), _ = run("issue", *_place(world, made), "--output", pdf)
        assert (code, answer["outcome"], handed["output"]) == (0, "accepted", str(pdf))
        assert (pdf.read_bytes()[:5], pdf.stat().st_mode & 0o777) == (b"%PDF-", 0o600)
        assert handed["address"].endswith(f"/#{handed['locator']}.{handed['secret']}")
        shown.append({"locator": handed["locator"], "secret": handed["secret"], "birth": born})
        ids.append(handed["command_id"])
        eventually("the slip at Bộ", lambda n=n, at=handed["locator"]: _at_bo(world, at) == n + 1)
        assert _answer(world, store, shown[n])[0] == 303

    old = _answer(world, store, shown[0])
    assert old == _answer(world, store, shown[0] | {"secret": "0000-0000-0000-0000-0"})
    assert old[0] == 403

    code, listed, told = run("status", *_place(world, made)[:6])
    mine = [(s["command_id"], s["outcome"], s["counts"]) for s in listed if s["command_id"] in ids]
    assert (code, mine) == (0, [(ids[1], "accepted", True), (ids[0], "accepted", False)])
    assert not any(s["secret"] in json.dumps(listed) + told for s in shown)


def test_slip_that_may_not_be_issued_ends_with_its_code(
    world: World, made: LockedRound, run: Run, tmp_path: Path
) -> None:
    """Nothing is sent for what is wrong here; what Sở refuses leaves no slip that somebody could hand out."""
    other, there = world.school(SO, 1), tmp_path / "there.pdf"
    there.write_bytes(b"a slip")
    locator = _locator(world, made)
    cases: list[tuple[list[object], str, int]] = [
        (_place(world, made, student="NOBODY"), "SLIP_NO_LOCATOR", 1),
        (_place(world, made, student="x" * 200, locator=locator), "OPTION_WRONG", 2),
        (_place(world, made, year="2025-2027"), "SCHOOL_YEAR_NOT_CONSECUTIVE", 2),
        (_place(world, made, locator=locator[:-1] + ("A" if locator[-1] != "A" else "B")), "LOCATOR_CHECK_SYMBOL", 2),
        (_place(world, made, so="hai-phong"), "SO_NOT_SERVED", 2),
        (_place(world, made, key=tmp_path / "none.p12"), "KEY_FILE_UNREADABLE", 2),
        (_place(world, made, output=there), "PATH_NOT_USABLE", 2),
    ]
    before = _issued(world)
    found = []
    for arguments, expected, _ in cases:
        code, lines, told = run("issue", *arguments)
        found.append((expected if expected in told else told, code, lines))
    assert found == [(expected, code, []) for _, expected, code in cases]
    assert (there.read_bytes(), _issued(world)) == (b"a slip", before)

    refused: list[tuple[dict[str, object], str]] = [
        ({"school": other.code, "locator": locator, "key": _key(world, f"DAU-{other.code}")}, "SLIP_PUPIL_NOT_YOURS"),
        ({"student": "NOBODY", "locator": locator}, "SLIP_PUPIL_NOT_YOURS"),
        ({"key": _key(world, f"DAU-{other.code}")}, "SIGNER_SCHOOL_WRONG"),
    ]
    for changes, expected in refused:
        pdf = tmp_path / "refused.pdf"
        code, lines, told = run("issue", *_place(world, made, **changes, output=pdf))
        found = {finding["code"] for finding in lines[-1]["findings"]}
        assert (code, lines[-1]["outcome"], found) == (1, "refused", {expected}), told
        assert not pdf.exists()


def _locator(world: World, made: LockedRound) -> str:
    row = world.database(SO).execute(
        "SELECT locator FROM leaf WHERE lock_id = %s", (made.lock_id,)
    ).fetchone()  # fmt: skip
    assert row is not None
    return str(row[0])


def _at_bo(world: World, locator: str) -> int:
    row = world.database("bo").execute("SELECT count(*) FROM slip WHERE locator = %s", (locator,)).fetchone()
    assert row is not None
    return int(row[0])


def _issued(world: World) -> int:
    row = world.database(SO).execute("SELECT count(*) FROM inbox WHERE kind = 'SlipIssue'").fetchone()
    assert row is not None
    return int(row[0])
