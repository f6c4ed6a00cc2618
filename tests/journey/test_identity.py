"""Two identifiers of one person, on real servers: the Sở links them, Bộ and the national stream follow."""

import hashlib
from typing import Any

import pytest
from msgspec.structs import replace

from hub.client import find_by_student
from hub.domain import pupil_of
from hub.domain.statements import encode as encode_statement
from hub.domain.transcript import Transcript
from hub.kafka.headers import headers_of
from hub.kafka.producer import Sending
from hub.local.population import SyntheticSchool
from hub.operate import MATCH_STATES, matches_of
from hub.schemas import encode
from hub.topics import bo_transcript, locked
from hub.trust import sign
from tests.journey.deciding import a_link, a_ruling, link_statement, lock_this, same_pupil
from tests.journey.tail import Seen
from tests.journey.world import World, eventually

SO = "ha-noi"


def _renumbered(world: World, made: Transcript, school: SyntheticSchool) -> Transcript:
    """Return a later transcript of the same person, under another number, at another school."""
    new = world.leaver(school)
    number = f"{made.student.personal_id}"
    at = next(k for k in range(5) if number[k] != number[k + 1])  # the end of the number counts pupils of other tests
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    student = replace(made.student, personal_id=swapped, student_code=new.student.student_code)
    return replace(new, student=student)


class Stream:
    """The national stream, as far as it tells of some locks."""

    def __init__(self, world: World) -> None:
        self.world, self.tail = world, world.tail(bo_transcript())

    def of(self, *lock_ids: bytes) -> list[tuple[str, Seen]]:
        """Return (pupil key, record) of every message about these locks; of a tombstone, the key it stands under."""
        self.tail.read()
        named = [lock_id.hex() for lock_id in lock_ids]
        return [
            ((record.key or b"").decode().split("/")[0], record)
            for record in self.tail.records
            if any(name in dict(record.headers).get("ce_id", b"").decode() for name in named)
        ]

    def standing(self, *lock_ids: bytes) -> dict[str, str]:
        """Return what stands last: document hash -> pupil key; a key with a tombstone is empty."""
        last: dict[bytes | None, tuple[str, Seen]] = {}
        for key, record in self.of(*lock_ids):
            last[record.key] = key, record
        found = {}
        for key, record in last.values():
            if record.value is not None:
                found[record.decoded(bo_transcript()).value["document_sha256"].hex()] = key
        return found


def _links(world: World, owner: str, former: Transcript) -> list[Any]:
    return world.database(owner).execute(
        "SELECT action, present FROM identity_link WHERE former = %s ORDER BY action", (pupil_of(former),)
    ).fetchall()  # fmt: skip


def test_linked_identifiers_are_one_pupil_at_so_at_bo_in_the_stream_and_in_the_look_up(world: World) -> None:
    """What was published under the former key stands under the present one, and the former is emptied."""
    first, second = world.school(SO), world.school(SO, 4)
    old = world.lock_in(first, name=world.round_of())
    made = _renumbered(world, old.transcripts[0], second)
    new = lock_this(world, second, made)
    stream = Stream(world)
    hashes = [old.documents[0].sha256, new.documents[0].sha256]
    before = eventually("both in the stream", lambda: _both(stream.standing(old.lock_id, new.lock_id), hashes))
    assert before[hashes[0]] != before[hashes[1]]
    pair = eventually("the near match", lambda: _match(world, old.transcripts[0], made))
    assert pair.state == "open"

    (answer,) = world.ask(a_link(world, first, old.transcripts[0], made))
    assert (answer.outcome, answer.codes) == ("accepted", set())
    assert _links(world, SO, old.transcripts[0]) == [("correct", pupil_of(made))]
    eventually("the link at Bộ", lambda: _links(world, "bo", old.transcripts[0]))
    assert _match(world, old.transcripts[0], made).state == "same_person"
    after = eventually("one key", lambda: _moved(stream.standing(old.lock_id, new.lock_id), hashes, before))
    assert after == {hashes[0]: before[hashes[1]], hashes[1]: before[hashes[1]]}

    student = old.transcripts[0].student.student_code
    found = find_by_student(first.code, student, {so: world.hub.so_url(so) for so in world.hub.slugs}, world.hub.bo_url)
    assert {v.document_sha256 for v in found.versions} == set(hashes)

    elsewhere = world.school("nghe-an")
    third = lock_this(world, elsewhere, same_pupil(world, old.transcripts[0], elsewhere))
    later = eventually("the third", lambda: stream.standing(third.lock_id))
    assert set(later.values()) == {before[hashes[1]]}
    conflict = world.database("bo").execute("SELECT schools FROM conflict WHERE pupil = %s", (pupil_of(made),))
    assert conflict.fetchone() == (sorted([first.code, second.code]),)


def test_link_that_was_a_mistake_is_ended_and_each_pupil_stands_alone_again(world: World) -> None:
    """At Sở, at Bộ and in the stream; nothing of it is forgotten."""
    first, second = world.school(SO), world.school(SO, 4)
    one, two = (world.lock_in(school, name=world.round_of()) for school in (first, second))
    transcripts, hashes = (one.transcripts[0], two.transcripts[0]), [m.documents[0].sha256 for m in (one, two)]
    stream = Stream(world)
    before = eventually("both", lambda: _both(stream.standing(one.lock_id, two.lock_id), hashes))
    assert [a.outcome for a in world.ask(a_link(world, first, *transcripts, action="merge"))] == ["accepted"]
    eventually("one key", lambda: _moved(stream.standing(one.lock_id, two.lock_id), hashes, before))
    assert [a.outcome for a in world.ask(a_link(world, first, *transcripts, action="separate"))] == ["accepted"]
    eventually("two keys", lambda: stream.standing(one.lock_id, two.lock_id) == before)
    rows = [("merge", pupil_of(transcripts[1])), ("separate", pupil_of(transcripts[1]))]
    assert _links(world, SO, transcripts[0]) == _links(world, "bo", transcripts[0]) == rows


def test_two_schools_that_report_one_person_under_two_identifiers_are_claimants(world: World) -> None:
    """Held by the link, or when the second one comes later; a ruling lets one go on."""
    first, second = world.school(SO), world.school(SO, 4)
    mine = world.leaver(first)
    theirs = _renumbered(world, mine, second)
    rounds = world.round_of(), world.round_of()
    documents = world.signed(mine), world.signed(theirs)
    assert world.ask(world.submission(first, [documents[0]], rounds[0]))[0].outcome == "accepted"
    assert world.ask(a_link(world, first, mine, theirs))[0].outcome == "accepted"
    (answer,) = world.ask(world.submission(second, [documents[1]], rounds[1]))
    assert answer.every_code == {"PUPIL_CLAIMED_TWICE"}
    assert set(world.states(SO, [d.sha256 for d in documents]).values()) == {"held"}
    assert world.ask(a_ruling(world, second, first, mine))[0].outcome == "accepted"
    states = world.states(SO, [d.sha256 for d in documents])
    assert [states[d.sha256] for d in documents] == ["refused", "open"]


@pytest.mark.parametrize(("person", "role"), [("HT-{school}-001", "principal"), ("DK-ha-noi-001", "registrar")])
def test_link_is_refused_when_its_signer_may_not_decide(world: World, person: str, role: str) -> None:
    """Neither a school nor the registrar links identifiers."""
    school = world.school(SO)
    one, two = world.leaver(school), world.leaver(school)
    (answer,) = world.ask(a_link(world, school, one, two, person=person.format(school=school.code), role=role))
    assert answer.codes == {"SIGNER_ROLE_NOT_ALLOWED"}
    assert _links(world, SO, one) == []


def test_forged_link_on_the_way_to_bo_is_kept_back(world: World) -> None:
    """Whoever writes to the topic between Sở and Bộ links nothing: a seal, and a person of another Sở."""
    school = world.school("khanh-hoa")
    said = link_statement(world, school, world.leaver(school), world.leaver(school))
    payload = encode_statement(said)
    for person, role in (("DAU-khanh-hoa", "so_seal"), (f"LD-{SO}-001", "so_lead")):
        signature = sign(world.people(person), payload, role=role, scope=said.scope, typ=said.type, iat=world.iat)
        value = {"so": said.so, "command_id": said.command_id, "statement": payload, "signature": signature}
        headers = headers_of("IdentityLink", hashlib.sha256(payload).hexdigest(), f"/so/{said.so}")
        body = encode("IdentityLink", value)
        (place,) = world.send(Sending(locked(said.so).name, said.so.encode(), body, headers))
        world.until_done("bo", "ingest", place)
        assert world.quarantine_code("bo", "ingest", place) == "IDENTITY_LINK_UNSIGNED"
    assert world.database("bo").execute("SELECT FROM identity_link WHERE so = %s", (said.so,)).fetchone() is None


def _both(found: dict[str, str], hashes: list[str]) -> dict[str, str] | None:
    return found if found.keys() == set(hashes) else None


def _moved(found: dict[str, str], hashes: list[str], before: dict[str, str]) -> dict[str, str] | None:
    return found if found.get(hashes[0]) == before[hashes[1]] else None


def _match(world: World, one: Transcript, other: Transcript) -> Any:
    pupils = {pupil_of(one), pupil_of(other)}
    found = matches_of(world.database(SO), MATCH_STATES, 100_000)
    return next((m for m in found if {m.a.pupil, m.b.pupil} == pupils), None)
