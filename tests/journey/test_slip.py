"""A look-up slip from the school's hand to Bộ: who may issue one, and that no secret lies anywhere."""

import hashlib
import hmac
from typing import Any

import pytest

from hub.app import COSIGNER
from hub.client import command_sending
from hub.client.slips import locator_of_student, slip_issue, slips_of
from hub.domain.slip import commitment_of, secret_of
from hub.domain.statements import SlipIssue
from hub.domain.statements import encode as encode_statement
from hub.kafka.headers import headers_of
from hub.kafka.producer import Sending
from hub.local.population import SyntheticSchool
from hub.schemas import encode
from hub.signing import load_keyring
from hub.topics import slip as slip_topic
from hub.trust import sign
from tests.journey.deciding import lock_this
from tests.journey.world import LockedRound, World, eventually

SO = "ha-noi"


def _locked(world: World) -> LockedRound:
    school = world.school(SO)
    return lock_this(world, school, world.leaver(school))


def _said(world: World, made: LockedRound, secret: str, **changes: Any) -> SlipIssue:
    school: SyntheticSchool = changes.pop("school", made.school)
    student = made.transcripts[0].student.student_code
    locator = locator_of_student(world.database(SO), made.school.code, student)
    return slip_issue(
        SO, school.code, "2025-2026", student, locator, secret, world.at, command_id=world.command_id(), **changes
    )


def _sending(world: World, said: SlipIssue, person: str | None = None, role: str = "school_seal") -> Sending:
    return command_sending(SO, said, world.people(person or f"DAU-{said.school}"), role, world.iat)


def _at_bo(world: World, locator: str) -> list[bytes]:
    rows = world.database("bo").execute(
        "SELECT commitment_hmac FROM slip WHERE locator = %s ORDER BY record_offset", (locator,)
    )
    return [row[0] for row in rows]


@pytest.mark.parametrize("by", ["school", "department"])
def test_slip_reaches_bo_as_an_hmac_over_its_commitment(world: World, by: Any) -> None:
    """The school's seal issues it, or an officer of the Sở for the school."""
    made, secret = _locked(world), secret_of(bytes(range(10)))
    said = _said(world, made, secret, by=by)
    signer = (None, "school_seal") if by == "school" else (f"LD-{SO}-001", "so_lead")
    (answer,) = world.ask(_sending(world, said, *signer))
    assert (answer.outcome, answer.every_code) == ("accepted", set())
    found = eventually("the slip at Bộ", lambda: _at_bo(world, said.locator))
    key = load_keyring(world.hub.secrets / "bo", COSIGNER).slip_key
    assert found == [hmac.digest(key, commitment_of(said.locator, secret), "sha256")]
    (listed,) = slips_of(world.database(SO), made.school.code, said.student_code)
    assert (listed.command_id, listed.counts) == (said.command_id, True)


def test_newer_slip_ends_the_one_before_it(world: World) -> None:
    made = _locked(world)
    slips = [_said(world, made, secret_of(bytes([n]) * 10)) for n in range(2)]
    for said in slips:
        assert world.ask(_sending(world, said))[0].outcome == "accepted"
    eventually("both at Bộ", lambda: len(_at_bo(world, slips[0].locator)) == 2)
    listed = slips_of(world.database(SO), made.school.code, slips[0].student_code)
    assert [(s.command_id, s.counts) for s in listed] == [(slips[1].command_id, True), (slips[0].command_id, False)]


def test_slip_by_another_school_or_another_person_is_refused(world: World) -> None:
    """A school that does not have the pupil, and a teacher of the one that has."""
    made, other = _locked(world), world.school(SO, 1)
    (answer,) = world.ask(_sending(world, _said(world, made, secret_of(bytes(10)), school=other)))
    assert (answer.outcome, answer.every_code) == ("refused", {"SLIP_PUPIL_NOT_YOURS"})
    said = _said(world, made, secret_of(bytes(10)))
    (answer,) = world.ask(_sending(world, said, f"DAU-{other.code}"))
    assert answer.outcome == "refused"
    assert _at_bo(world, said.locator) == []


def test_slip_that_nobody_of_the_school_signed_is_quarantined_at_bo(world: World) -> None:
    """Who writes to the topic of a Sở gives nobody a secret."""
    made, other = _locked(world), world.school(SO, 1)
    said = _said(world, made, secret_of(bytes(10)))
    payload = encode_statement(said)
    signer = world.people(f"DAU-{other.code}")
    value = {
        "so": SO, "command_id": said.command_id, "statement": payload,
        "signature": sign(signer, payload, role="school_seal", scope=said.scope, typ=said.type, iat=world.iat),
    }  # fmt: skip
    headers = headers_of("Slip", hashlib.sha256(payload).hexdigest(), f"/so/{SO}")
    (place,) = world.send(Sending(slip_topic(SO).name, SO.encode(), encode("Slip", value), tuple(headers)))
    row = eventually("quarantine", lambda: _quarantined(world, place.topic, place.offset))
    assert row == "SLIP_UNSIGNED"
    assert _at_bo(world, said.locator) == []


def _quarantined(world: World, topic: str, offset: int) -> str | None:
    row = world.database("bo").execute(
        "SELECT code FROM quarantine WHERE topic = %s AND record_offset = %s", (topic, offset)
    ).fetchone()  # fmt: skip
    return None if row is None else str(row[0])
