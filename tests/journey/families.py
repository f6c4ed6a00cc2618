"""Families with a slip, for tests of the portal on real servers."""

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from hub.client import command_sending
from hub.client.slips import locator_of_student, slip_issue
from hub.domain import pupil_of
from hub.domain.civil import last_day
from hub.domain.locator import derive
from hub.domain.slip import commitment_of, secret_of
from hub.signing import COSIGNER, load_keyring
from hub.store.bo.portal import PortalKey
from tests.journey.deciding import lock_this
from tests.journey.world import LockedRound, World, eventually

__all__ = ["FROM", "SO", "Family", "a_family", "a_slip", "key_of", "now", "some_locator", "wrong_keys"]

SO = "ha-noi"
FROM = "203.0.113.0/24"


def now() -> datetime:
    """Return the database's time, as good as."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Family:
    """A pupil with one locked transcript, and the key that the family's slip gives."""

    locked: LockedRound
    key: PortalKey
    secret: str

    @property
    def pupil(self) -> str:
        """The pupil's identifier."""
        return pupil_of(self.locked.transcripts[0])


def a_family(world: World, school_number: int = 0) -> Family:
    """Lock a new pupil's transcript and issue a slip."""
    school = world.school(SO, school_number)
    made, secret = lock_this(world, school, world.leaver(school)), secret_of(secrets.token_bytes(10))
    return Family(made, a_slip(world, made, secret), secret)


def a_slip(world: World, made: LockedRound, secret: str | None = None) -> PortalKey:
    """Issue a slip for the pupil of a locked round, and wait until Bộ has it."""
    student, secret = made.transcripts[0].student, secret or secret_of(secrets.token_bytes(10))
    locator = locator_of_student(world.database(SO), made.school.code, student.student_code)
    said = slip_issue(SO, made.school.code, "2025-2026", student.student_code, locator, secret, world.at)
    seal = world.people(f"DAU-{said.school}")
    assert world.ask(command_sending(SO, said, seal, "school_seal", world.iat))[0].outcome == "accepted"
    key = key_of(world, locator, secret, last_day(student.birth_date))
    query, values = "SELECT FROM slip WHERE commitment_hmac = %s", (key.commitment_hmac,)
    eventually("the slip", lambda: world.database("bo").execute(query, values).fetchone() is not None)
    return key


def key_of(world: World, locator: str, secret: str, birth_date: date) -> PortalKey:
    """Return what the portal makes of these three."""
    slip_key = load_keyring(world.hub.secrets / "bo", COSIGNER).slip_key
    return PortalKey(locator, hmac.digest(slip_key, commitment_of(locator, secret), "sha256"), birth_date)


def some_locator() -> str:
    """Return a locator of the right form that nobody has."""
    return derive(secrets.token_bytes(32), "01", "id:nobody", 0)


def wrong_keys(key: PortalKey) -> dict[str, PortalKey]:
    """Return keys that each have one thing wrong."""
    return {
        "locator": replace(key, locator=some_locator()),
        "secret": replace(key, commitment_hmac=secrets.token_bytes(32)),
        "birth date": replace(key, birth_date=key.birth_date + timedelta(days=1)),
    }
