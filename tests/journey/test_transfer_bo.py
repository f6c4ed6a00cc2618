"""A pupil changes province: what Bộ makes of the steps, what leaves it, and who can open that; on real servers."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hub.agents.snapshots import Snapshots
from hub.agents.transfer_clock import tick
from hub.domain.statements import TransferNotice, read
from hub.errors import Refused
from hub.evidence import Bundle, Conclusion, Roots, read_file, verify_bundle
from hub.kafka.admin import end_offsets
from hub.signing import COSIGNER, load_keyring
from hub.store import open_connection
from hub.topics import incoming
from hub.trust import ChainCache, Status, decode_base64, verify_statement
from tests.journey.correcting import Correcting, corrected
from tests.journey.deciding import lock_this
from tests.journey.transferring import Moving, boxes, enter_key, opened, root_hex
from tests.journey.world import LockedRound, World, eventually

OLD, NEW = "ha-noi", "nghe-an"


@dataclass(frozen=True)
class Moved:
    """A transfer that was gone through; `early` are documents that any topic had of it before the release."""

    moving: Moving
    locked: LockedRound
    key: X25519PrivateKey
    notices: dict[str, TransferNotice]
    early: list[Any]
    boxes: list[dict[str, Any]]


@pytest.fixture(scope="module")
def moved(world: World) -> Moved:
    """Asked for, consented, accepted, released, delivered, signed for."""
    old, new = world.school(OLD), world.school(NEW)
    key = enter_key(world, new)
    locked = lock_this(world, old, world.leaver(old))
    hashes = [locked.documents[0].sha256]
    moving = Moving(world, locked.transcripts[0], old, new)
    notices = {"asked": moving.take(moving.ask()), "consented": moving.take(moving.consent())}
    notices["accepted"] = moving.take(moving.accept())
    clock_looks(world)
    early = documents_of(world, moving)
    notices["short"] = moving.take(moving.release([]))
    notices["released"] = moving.take(moving.release(hashes))
    notices["sent"] = moving.delivered()
    sealed = boxes(moving, 1, 1)
    notices["other"] = moving.take(moving.acknowledge(["00" * 32]))
    notices["closed"] = moving.take(moving.acknowledge(hashes))
    return Moved(moving, locked, key, notices, early, sealed)


def clock_looks(world: World, at: datetime | None = None) -> None:
    """Let Bộ's clock look once more in this process, by this time, until it has nothing more to say."""
    with open_connection(world.hub.bo_url) as connection:
        seal = load_keyring(world.hub.secrets / "bo", COSIGNER).seal
        eventually("the clock", lambda: tick(connection, seal, Snapshots(), at or datetime.now(UTC)) == 0)


def documents_of(world: World, moving: Moving) -> list[Any]:
    """Return every message with a document of this transfer, or with one of its pupil's, in any topic of incoming."""
    found = []
    for so in (OLD, NEW):
        topic = incoming(so)
        ends = end_offsets(world.hub.bootstrap, [(topic.name, part) for part in range(topic.partitions)])
        messages = [record.decoded(topic) for record in world.tail(topic).all_to(ends)]
        found += [m.value for m in messages if m.name == "TransferDocument" and m.value["transfer_id"] == moving.id]
    return found


def roots(world: World) -> Roots:
    anchor = f"anchor-{OLD}.der"
    return Roots.of([(anchor, (world.hub.secrets / f"so-{OLD}" / anchor).read_bytes())])


def row(world: World, moving: Moving) -> tuple[Any, ...]:
    found = world.database("bo").execute(
        "SELECT state, delivery, acknowledged_delivery, count, root FROM transfer WHERE transfer_id = %s", (moving.id,)
    ).fetchone()  # fmt: skip
    assert found is not None
    return tuple(found)


def test_each_step_is_told_with_its_state_and_what_is_awaited(moved: Moved) -> None:
    """To the school that made it; who is slow knows until when."""
    told = {name: (n.outcome, n.state, n.awaited or None) for name, n in moved.notices.items()}
    assert told == {
        "asked": ("accepted", "requested", "consent"),
        "consented": ("accepted", "consented", "answer"),
        "accepted": ("accepted", "accepted", "release"),
        "short": ("refused", "accepted", "release"),
        "released": ("accepted", "released", "dispatch"),
        "sent": ("accepted", "sent", "acknowledgement"),
        "other": ("refused", "sent", "acknowledgement"),
        "closed": ("accepted", "closed", None),
    }
    assert (moved.notices["short"].codes, moved.notices["other"].codes) == (
        ("TRANSFER_RELEASE_LACKS",), ("TRANSFER_HELD_DIFFERS",)
    )  # fmt: skip


def test_nothing_of_the_history_leaves_bo_before_the_release(moved: Moved) -> None:
    """Bộ had the transcript all the time, the school's key too, and the pupil was accepted."""
    assert moved.early == []


def test_history_is_opened_by_the_receiving_key_alone_and_proves_itself(world: World, moved: Moved) -> None:
    """An evidence file made of Bộ's copy, valid by the sending Sở's root; another school's key opens nothing."""
    (value,), (document,) = moved.boxes, moved.locked.documents
    assert value["document_sha256"].hex() == document.sha256
    bundle = opened(value, moved.key)
    assert verify_bundle(bundle, roots(world)).verdict is Conclusion.VALID
    assert decode_base64(read_file(bundle, Bundle).document) == document.document
    other = enter_key(world, world.school(NEW, 1))
    with pytest.raises(Refused, match="TRANSFER_BOX_CLOSED"):
        opened(value, other)
    assert b"vn.hocba.transcript" not in value["sealed"]


def test_what_a_so_carries_of_a_history_is_ciphertext_alone(world: World, moved: Moved) -> None:
    """No byte of the transcript stands in incoming, and the other Sở gets no document at all."""
    name = moved.locked.transcripts[0].student.name.encode()
    for so in (OLD, NEW):
        topic = incoming(so)
        assert not [r for r in world.tail(topic).records if name in (r.value or b"")]
    sent = documents_of(world, moved.moving)
    assert {v["school"] for v in sent} == {moved.moving.receiving.code}
    assert [v["delivery"] for v in sent][:1] == [1]


def test_notices_are_signed_by_the_seal_of_bo(world: World, moved: Moved) -> None:
    """By the register of the school's own Sở."""
    topic, checked = incoming(NEW), 0
    with open_connection(world.hub.so_url(NEW)) as connection:
        snapshot = Snapshots().of(connection, NEW)
    for record in world.tail(topic).records:
        message = record.decoded(topic)
        if message.name != "TransferNotice" or message.value["transfer_id"] != moved.moving.id:
            continue
        said = read(message.value["statement"], TransferNotice)
        verdict = verify_statement(
            message.value["statement"], message.value["signature"], typ=said.type, scope=said.scope, roles={"bo_seal"},
            snapshot=snapshot, proven_at=datetime.now(UTC), cache=ChainCache(),
        )  # fmt: skip
        assert verdict.status is Status.VALID, verdict
        assert (record.key, message.value["school"]) == (said.to.school.encode(), said.to.school)
        checked += 1
    assert checked >= 7


def test_row_closes_with_the_root_of_the_delivery(world: World, moved: Moved) -> None:
    hashes = [moved.locked.documents[0].sha256]
    steps = world.database("bo").execute(
        "SELECT kind, outcome FROM transfer_step WHERE transfer_id = %s ORDER BY place", (moved.moving.id,)
    ).fetchall()  # fmt: skip
    assert steps[:8] == [
        ("TransferRequest", "accepted"), ("TransferConsent", "accepted"), ("TransferAnswer", "accepted"),
        ("TransferRelease", "refused"), ("TransferRelease", "accepted"), ("TransferDispatch", "accepted"),
        ("TransferAcknowledgement", "refused"), ("TransferAcknowledgement", "accepted"),
    ]  # fmt: skip
    assert moved.notices["closed"].root == root_hex(hashes)


def test_same_step_again_changes_nothing_and_tells_nobody(world: World, moved: Moved) -> None:
    """Its Sở repeats its receipt; Bộ hears the step once."""
    count = "SELECT (SELECT count(*) FROM transfer_step), (SELECT count(*) FROM transfer_notice)"
    step = moved.moving.ask()
    before = world.database("bo").execute(count).fetchone()
    world.ask(step, step)
    world.ask(world.good(moved.moving.receiving))
    clock_looks(world)
    assert world.database("bo").execute(count).fetchone() == before


def test_correction_of_the_old_school_makes_a_further_delivery(world: World, moved: Moved) -> None:
    """It reaches the new school with the same duty to sign, and the transfer is closed again."""
    correction, _ = Correcting.request(world, moved.locked)
    name = correction.opened((datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0))
    school, moving = moved.locked.school, moved.moving
    new = world.signed(corrected(moved.locked.transcripts[0], moved.locked.documents[0]))
    for command in (world.submission(school, [new], name), world.lock(school, [new.sha256], name)):
        (answer,) = world.ask(command)
        assert answer.outcome == "accepted", answer
    told = moving.delivered(2)
    assert (told.state, told.awaited, told.documents) == ("amended", "acknowledgement", (new.sha256,))
    (value,) = boxes(moving, 2, 1)
    bundle = opened(value, moved.key)
    assert verify_bundle(bundle, roots(world)).verdict is Conclusion.VALID
    assert hashlib.sha256(decode_base64(read_file(bundle, Bundle).document)).hexdigest() == new.sha256
    assert moving.take(moving.acknowledge([new.sha256], 2)).state == "closed"
    assert row(world, moving) == ("closed", 2, 2, 1, root_hex([new.sha256]))


def test_two_schools_that_ask_for_one_pupil_wait_for_a_decision(world: World) -> None:
    """The second is contested and neither is accepted, until the Sở of the sending school prefers one."""
    old, first, second = world.school(OLD), world.school(NEW), world.school(NEW, 1)
    pupil = world.leaver(old)
    one, other = Moving(world, pupil, old, first), Moving(world, pupil, old, second)
    assert (one.take(one.ask()).state, other.take(other.ask()).state) == ("requested", "contested")
    one.take(one.consent())
    assert one.take(one.accept()).codes == ("TRANSFER_CONTESTED",)
    said = other.world.ask(other.decide("prefer"))
    assert said[0].outcome == "accepted"
    ended = one.notice(NEW, lambda n: (n.transfer, n.state, n.to.school) == (one.id, "cancelled", first.code))
    assert ended.outcome == "accepted"
    assert other.take(other.withdraw()).state == "withdrawn"


def test_release_that_names_a_document_on_its_way_waits_for_it_and_ages(world: World) -> None:
    """Bộ sends nothing before its copy has every document that the school named; a term that runs out is told to both
    schools and changes nothing.
    """
    old, new = world.school(OLD), world.school(NEW, 1)
    enter_key(world, new)
    first = world.leaver(old)
    made = lock_this(world, old, first)
    moving = Moving(world, first, old, new)
    for step in (moving.ask(), moving.consent(), moving.accept()):
        moving.take(step)
    told = moving.take(moving.release([made.documents[0].sha256, "ab" * 32]))
    clock_looks(world)
    assert (told.state, row(world, moving)[0], documents_of(world, moving)) == ("released", "released", [])
    clock_looks(world, datetime.fromisoformat(str(told.due_at)) - timedelta(minutes=1))
    clock_looks(world, datetime.fromisoformat(str(told.due_at)) + timedelta(minutes=1))
    for so, school in ((OLD, old), (NEW, new)):
        late = moving.notice(
            so, lambda n, of=school.code: (n.transfer, n.to.school, n.step) == (moving.id, of, "TransferOverdue")
        )
        assert (late.state, late.awaited, late.overdue) == ("released", "dispatch", ("dispatch",))
    kinds = world.database("bo").execute(
        "SELECT count(*) FROM transfer_step WHERE transfer_id = %s AND kind = 'TransferOverdue'", (moving.id,)
    )
    assert kinds.fetchone() == (1,)
    assert moving.take(moving.withdraw()).state == "withdrawn"
