"""`python -m tests.browser.story`: a hub on real servers with one family, its slip, and three years of its child.

They were at three schools of two provinces, and the last one was corrected. Says in one line of JSON where the portal
is, and lasts until its input ends.
"""

import asyncio
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from dataclasses import replace as with_classes
from datetime import UTC, datetime, timedelta

import httpx
import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from hub.client import command_sending, lock_request
from hub.client.slips import locator_of_student, slip_issue
from hub.domain.form import date_text
from hub.domain.slip import printed_secret, secret_of
from hub.domain.transcript import Result, Transcript
from hub.local.demo.waiting import until_ingested
from hub.local.hub import portal_spec
from hub.local.population import SyntheticSchool
from hub.local.population.submissions import transcripts_before
from hub.local.ports import port_of
from hub.local.servers import CACHE
from hub.local.workers import WorkerSpec
from tests.journey.conftest import a_world
from tests.journey.correcting import Correcting, corrected
from tests.journey.deciding import lock_this
from tests.journey.world import COMPLETED, LockedRound, World, eventually

__all__ = ["SOS", "Family", "Place", "a_place"]

SOS = ("nghe-an", "ha-noi")
_WAY = (("nghe-an", 0, 2), ("ha-noi", 1, 1))  # Sở, which of its primary schools, how many years ago
_SEED, _GRADE, _START_S = 11, 5, 400.0


@dataclass(frozen=True, slots=True)
class Family:
    """What stands on the slip, who the pupil is, and the years, oldest first; the newest has two versions."""

    name: str
    locator: str
    secret: str
    born: str
    personal_id: str
    years: tuple[str, ...]
    schools: tuple[str, ...]
    period: str = "semester_1"


@dataclass(frozen=True, slots=True)
class Place:
    """A portal of a real hub: where it is, and whose slip opens something."""

    address: str
    family: Family


@contextmanager
def a_place() -> Iterator[Place]:
    """Yield the portal of a real hub; a child runs it, since the browser's driver has a loop in this thread."""
    command = [sys.executable, "-m", __spec__.name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        told = child.stdout.readline()
        assert told, "no hub came up"
        said = json.loads(told)
        yield msgspec.convert(said, Place)
        child.stdin.close()
        assert child.wait(_START_S) == 0


@contextmanager
def _served_place() -> Iterator[Place]:
    """Yield it when the family's slip opens all that was locked."""
    with a_world(CACHE.absolute(), sos=SOS, by_hand=None) as world:
        family = _family(world)
        address = _portal(world)
        eventually("the slip at Bộ", lambda: _opens(address, family), _START_S)
        yield Place(address, family)


def _family(world: World) -> Family:
    here = _primary(world, "ha-noi", 0)
    newest = _left(_of_grade(here, here, world.population.school_year, 0))
    earlier = [_earlier(world, here, newest, *way) for way in _WAY]
    _correct(world, lock_this(world, here, newest))
    student, secret = newest.student, secret_of(secrets.token_bytes(10))
    locator = locator_of_student(world.database(here.so), here.code, student.student_code)
    said = slip_issue(here.so, here.code, newest.school_year, student.student_code, locator, secret, world.at)
    command = command_sending(here.so, said, world.people(f"DAU-{here.code}"), "school_seal", world.iat)
    assert world.ask(command)[0].outcome == "accepted"
    years = [*earlier, newest]
    return Family(
        student.name, locator, printed_secret(secret), date_text(str(student.birth_date)), str(student.personal_id),
        tuple(one.school_year for one in years), tuple(one.school.name for one in years),
    )  # fmt: skip


def _primary(world: World, so: str, nth: int) -> SyntheticSchool:
    return [s for s in world.population.schools() if s.so == so and _GRADE in s.level.grades][nth]


def _of_grade(at: SyntheticSchool, here: SyntheticSchool, year: str, years_ago: int) -> Transcript:
    """Return what a pupil who is in grade 5 `here` had so many years ago."""
    now_at = with_classes(here, classes=(with_classes(here.classes[0], grade=_GRADE, name=f"{_GRADE}A"),))
    drawn = transcripts_before(_SEED, at, now_at, year, years_ago)
    return next(one for one in drawn if one.student.nationality == "VN")


def _left(made: Transcript) -> Transcript:
    return replace(made, period="semester_1", rating=UNSET, result=Result(completed=False))


def _earlier(
    world: World, here: SyntheticSchool, newest: Transcript, so: str, nth: int, years_ago: int
) -> Transcript:  # fmt: skip
    """Lock a whole year as its school does, and wait until Bộ has it."""
    school = _primary(world, so, nth)
    made = _of_grade(school, here, newest.school_year, years_ago)
    assert made.student.personal_id == newest.student.personal_id
    document = world.signed(made)
    said = lock_request(
        world.command_id(), school.code, made.school_year, COMPLETED, [document.sha256], world.at, ()
    )  # fmt: skip
    issuer = world.class_of(school).issued_by
    lock = command_sending(school.so, said, world.people(issuer.person), issuer.role, world.iat)
    answers = world.ask(world.submission(school, [document], COMPLETED, school_year=made.school_year), lock)
    assert [one.outcome for one in answers] == ["accepted", "accepted"], answers
    asyncio.run(until_ingested(world.hub))
    return made


def _correct(world: World, before: LockedRound) -> None:
    """Let the school, its principal and the Sở replace the locked version by another one."""
    name = Correcting.request(world, before)[0].opened((datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0))
    new = world.signed(corrected(before.transcripts[0], before.documents[0]))
    for command in (world.submission(before.school, [new], name), world.lock(before.school, [new.sha256], name)):
        assert world.ask(command)[0].outcome == "accepted"
    lock_id = world.lock_id(LockedRound(before.school, name, (), (new,), before.submitted, before.requested, b""))
    world.receipt(before.school.so, lock_id.hex(), "ingested")


def _portal(world: World) -> str:
    port = port_of(world.hub.data / "portal.port")
    address = f"http://127.0.0.1:{port}"
    spec = portal_spec(address)
    own = {**spec.environment, "HUB_PORTAL_PORT": str(port)}
    world.hub.start_workers([WorkerSpec(spec.name, spec.arguments, own, command=spec.command)])
    eventually("the portal", lambda: _answers(address), _START_S)
    return address


def _answers(address: str) -> bool:
    try:
        return httpx.get(address).status_code == 200
    except httpx.HTTPError:
        return False


def _opens(address: str, family: Family) -> bool:
    """Tell whether the slip opens every year, the corrected one in its second version."""
    with httpx.Client(base_url=address, follow_redirects=True) as client:
        token = client.get("/").text.partition('name="token" value="')[2].partition('"')[0]
        fields = {"token": token, "locator": family.locator, "secret": family.secret, "birth": family.born}
        text = client.post("/tra-cuu", data=fields).text
        return all(year.replace("-", "–") in text for year in family.years) and "/2?truong=" in text


if __name__ == "__main__":
    with _served_place() as served:
        sys.stdout.write(json.dumps(asdict(served)) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
