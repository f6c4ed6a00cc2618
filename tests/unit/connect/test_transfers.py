"""What Bộ sent to a school of ours: received, proved, kept, and written into its system once, in its own form."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.client import load_batch, told_of
from hub.client.transfer_folder import recompute
from hub.client.transfer_incoming import Box
from hub.connect import STATE_FILE, add_signal, losses
from hub.connectors.sdk import Answer, Loss, Raw
from hub.domain import Transcript, read
from hub.errors import Refused
from tests.unit.connect.transfer_world import NEW, OLD, TRANSFER, Taking, two_years
from tests.unit.connect.world import Killed, a_pupil, a_value
from tests.unit.domain.builders import a_school, a_transcript
from tests.unit.evidence.builders import a_locked, keys

AT = "2026-06-15T03:00:00Z"


@pytest.fixture
def world(tmp_path: Path) -> Taking:
    return Taking(tmp_path)


def said(world: Taking) -> list[Answer]:
    return [answer for answer in world.system.said() if answer.kind == "incoming_pupil"]


def codes(answer: Answer) -> list[str]:
    return [str(found["code"]) for found in answer.findings]


def test_history_is_kept_for_the_signature_and_written_into_the_system_once(world: Taking) -> None:
    """Bytes as they were locked, oldest first; the folder is what `hub transfer acknowledge` signs for."""
    year, semester = two_years()
    world.incoming.tell("accepted")
    world.incoming.deliver(year, semester)
    world.start().work()
    (answer,) = said(world)
    assert answer.documents == (semester.document.decode(), year.document.decode())
    assert (answer.school, answer.school_year, answer.outcome, answer.findings) == (NEW, "2025-2026", "incoming", ())
    held = recompute(world.kept, TRANSFER, NEW)
    assert (held.delivery, held.count) == (1, 2)
    (told,) = world.look().notices
    assert (told["code"], told["facts"]["folder"]) == ("CONNECTOR_TRANSFER_RECEIVED", str(world.kept))
    world.restart().later()
    world.incoming.tell("closed")
    world.later()
    assert world.system.offered[answer.answer_id] == 1
    assert (world.look().state, world.look().notices) == ("RUNNING", ())


def test_nothing_is_read_without_settings(world: Taking) -> None:
    """Nor asked of the door."""
    world.settings.clear()
    world.incoming.deliver(a_locked())
    world.start().work()
    assert (said(world), world.look().state, world.kept.exists()) == ([], "RUNNING", False)


def test_later_delivery_after_a_correction_is_written_as_the_replacement(world: Taking) -> None:
    """It names the answer that it replaces, and the folder holds the new one; the same documents again are none."""
    first, second = two_years()
    world.incoming.deliver(first)
    world.start().work()
    world.incoming.deliver(second, state="amended")
    world.later()
    earlier, later = said(world)
    assert codes(later) == ["CONNECTOR_TRANSFER_REPLACES"]
    assert later.findings[0]["facts"] == {"earlier": earlier.answer_id}
    assert later.documents == (second.document.decode(),)
    assert recompute(world.kept, TRANSFER, NEW).delivery == 2
    world.incoming.deliver(second, state="amended")
    world.later()
    assert (len(said(world)), recompute(world.kept, TRANSFER, NEW).delivery) == (2, 3)


def test_answer_is_the_same_when_the_state_is_lost(world: Taking) -> None:
    """The system knows its ids, and takes no other text under one."""
    first, second = two_years()
    world.incoming.deliver(first)
    world.start().work()
    world.incoming.deliver(second)
    world.later()
    assert world.store is not None
    world.store.close()
    for path in world.folder.glob(f"{STATE_FILE}*"):
        path.unlink()
    world.start().later()
    assert [world.system.offered[answer.answer_id] for answer in said(world)] == [1, 2]
    assert world.look().answers == {"incoming_pupil": {"written": 1}}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("nth", range(1, 8))
def test_kill_at_any_commit_has_one_effect(world: Taking, nth: int, when: str) -> None:
    """What was received is received again into the same folder; the answer has its name."""
    world.incoming.page = 2
    world.incoming.deliver(*two_years())
    world.start()
    world.kill_at = (world.commits + nth, when)
    try:
        world.work()
        killed = False
    except Killed:
        killed = True
    world.kill_at = None
    world.restart().later()
    (answer,) = said(world)
    assert (len(answer.documents), world.look().answers) == (2, {"incoming_pupil": {"written": 1}})
    assert recompute(world.kept, TRANSFER, NEW).count == 2
    assert killed or nth > 3


def test_delivery_that_is_not_whole_waits_and_is_told_when_it_stays_so(world: Taking) -> None:
    """A box may come after the notice; what came is kept meanwhile."""
    world.incoming.deliver(*two_years(), lost=1)
    world.start().work()
    assert (said(world), world.look().state) == ([], "RUNNING")
    world.later()
    assert world.look().reason == "TRANSFER_DELIVERY_INCOMPLETE transfer abababababab"
    world.incoming.messages += world.incoming.late
    world.later(3)
    assert (len(said(world)), world.look().state) == (1, "RUNNING")


def _closed(world: Taking) -> None:
    """Change the last byte of a box."""
    box = world.incoming.messages[-1]
    assert isinstance(box, Box)
    world.incoming.messages[-1] = replace(box, sealed=box.sealed[:-1] + bytes([box.sealed[-1] ^ 1]))


def _other_key(world: Taking) -> None:
    """Seal to a key that the settings do not have."""
    box = world.incoming.messages[-1]
    assert isinstance(box, Box)
    world.incoming.messages[-1] = replace(box, key=hashlib.sha256(b"another").hexdigest())


def _other_roots(world: Taking) -> None:
    """Trust somebody else."""
    (world.folder / "roots" / "registrar.der").write_bytes(keys().issued["teacher"].der)


@pytest.mark.parametrize(
    ("damage", "code"),
    [(_closed, "TRANSFER_BOX_CLOSED"), (_other_key, "CONNECTOR_TRANSFER_KEY_MISSING"),
     (_other_roots, "TRANSFER_EVIDENCE_INVALID")],
)  # fmt: skip
def test_what_does_not_open_or_prove_is_told_and_keeps_nothing_and_the_others_go_on(
    world: Taking, damage: Any, code: str
) -> None:
    """It is tried again; nothing of it is written, nor is it passed over."""
    world.incoming.deliver(a_locked())
    damage(world)
    world.start().work()
    assert world.look().reason == f"{code} transfer abababababab"
    assert (said(world), world.kept.exists()) == ([], False)
    if code != "TRANSFER_EVIDENCE_INVALID":
        world.incoming._delivery = world.incoming._n = 0
        world.incoming.deliver(a_locked(remarks="Khác."), transfer="12" * 32)
        world.later()
        assert (len(said(world)), world.look().reason) == (1, f"{code} transfer abababababab")


@pytest.mark.parametrize("wrong", ["password", "mode", "roots", "so"])
def test_wrong_settings_stop_this_step_alone_and_are_tried_again(world: Taking, wrong: str) -> None:
    """Records and receipts go on; nothing was passed over when it is mended."""
    world.incoming.deliver(a_locked())
    school = world.settings["transfers"]["school"][0]
    if wrong == "password":
        world.password.write_text("sai")
    elif wrong == "mode":
        world.password.chmod(0o644)
    elif wrong == "roots":
        world.settings["transfers"]["roots"] = "none"
    else:
        school["so"] = "ca-mau"
    code = {"password": "TRANSFER_NO_RECEIVING_KEY", "so": "SO_NOT_SERVED"}.get(wrong, "CONNECTOR_TRANSFERS_WRONG")
    world.start()
    world.turn()
    assert (world.look().state, world.look().reason) == ("FAILED", f"transfer {code}")
    world.system.put("k", a_value(a_locked().transcript))
    world.later().settle()
    assert world.system.outcomes()["accepted"] == 1
    world.password.write_text("mật khẩu")
    world.password.chmod(0o600)
    world.settings["transfers"]["roots"] = "roots"
    school.pop("so", None)
    world.restart().later()
    assert (len(said(world)), world.look().state) == (1, "RUNNING")


def test_notice_that_bo_did_not_sign_is_told_and_moves_nothing(world: Taking) -> None:
    """Who can write into the topic is not Bộ."""
    world.incoming.messages.append("TRANSFER_NOTICE_UNSIGNED")
    world.start().work()
    assert world.look().reason == "TRANSFER_NOTICE_UNSIGNED incoming/0/0"


def test_box_that_is_sent_again_is_not_kept(world: Taking) -> None:
    """What is held needs it no more."""
    world.incoming.deliver(a_locked())
    world.start().work()
    world.incoming.messages.append(world.incoming.messages[-1])
    world.later()
    named = {"so": "ha-noi", "school": NEW, "transfer": TRANSFER}
    assert (world.state.all("transfer_boxes", **named), len(said(world)), world.look().state) == ([], 1, "RUNNING")


def test_what_the_sending_school_hears_is_not_ours_to_receive(world: Taking) -> None:
    """The same school may be on either side."""
    world.incoming.deliver(a_locked())
    notice, *_ = world.incoming.messages
    assert not isinstance(notice, (Box, str))
    world.incoming.messages = []
    world.incoming.tell("sent", receiving=notice.said.sending)
    world.start().work()
    assert (said(world), world.look().state, world.look().notices) == ([], "RUNNING", ())


@pytest.mark.parametrize("written", [True, False])
def test_transfer_that_ended_is_written_no_more_and_people_are_told_to_remove_what_is_held(
    world: Taking, written: bool
) -> None:  # fmt: skip
    """What the system refused is not offered again either."""
    if not written:
        world.system.sink_faults.append(Refused("SYSTEM_REFUSES"))
    world.incoming.deliver(a_locked())
    world.start().work()
    world.incoming.tell("withdrawn")
    world.later()
    look = world.look()
    assert "TRANSFER_REMOVE transfer abababababab" in look.reason
    assert look.answers == ({"incoming_pupil": {"written": 1}} if written else {})
    add_signal(world.state, "resend", AT, {"refused": True})
    world.later()
    assert sum(world.system.offered.values()) == 1


def test_transfer_that_ended_before_anything_came_asks_for_nothing(world: Taking) -> None:
    world.incoming.tell("requested")
    world.incoming.tell("withdrawn")
    world.start().work()
    assert (world.look().state, world.look().notices) == ("RUNNING", ())


def test_what_the_system_cannot_say_is_told_to_it_and_stands_in_the_loss_report(
    world: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """Each path once a document; what no manifest declares makes the connector DEGRADED, as on the way in."""
    lost = (Loss("dropped", "$.remarks", "out"), Loss("dropped", "$.remarks", "out"), Loss("dropped", "$.basis", "out"))

    def backward(transcript: Transcript) -> tuple[Raw, tuple[Loss, ...]]:
        return {}, lost if transcript.period == "year" else ()

    monkeypatch.setattr(world.connector.mapper, "backward", backward)
    world.incoming.deliver(*two_years())
    world.start().work()
    (answer,) = said(world)
    (told,) = answer.findings
    assert (told["code"], told["path"]) == ("CONNECTOR_TRANSFER_NOT_EXPRESSED", "$.documents[1]")
    assert told["facts"] == {"school_year": "2025-2026", "paths": "$.remarks, $.basis"}
    assert [(row["path"], row["direction"], row["count"], row["declared"]) for row in losses(world.state)] == [
        ("$.basis", "out", 1, 0), ("$.remarks", "out", 1, 0),
    ]  # fmt: skip
    assert world.look().reason == "undeclared losses: 2"


def test_mapping_that_crashes_on_a_history_is_told_of_that_one(world: Taking, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept of it; mended, it is taken."""

    def backward(transcript: Transcript) -> tuple[Raw, tuple[Loss, ...]]:
        raise KeyError("x")

    with monkeypatch.context() as patched:
        patched.setattr(world.connector.mapper, "backward", backward)
        world.incoming.deliver(a_locked())
        world.start().work()
        assert world.look().reason == "CONNECTOR_MAPPING_CRASHED transfer abababababab"
    world.later()
    assert (len(said(world)), world.look().state) == (1, "RUNNING")


def test_year_of_a_pupil_who_came_in_the_middle_of_it_rests_on_what_was_received(world: Taking) -> None:
    """No system says that; the runner holds the document and names it. Others' years stay as they are."""
    _, semester = two_years()
    world.incoming.deliver(semester)
    world.start().work()
    here = a_school(code=NEW)
    came, own = a_transcript(school=here), a_pupil(7, school=here)
    world.system.put("1", a_value(came))
    world.system.put("2", a_value(own))
    world.later()
    batch = load_batch(next(iter(world.waiting())))
    made = [read(batch.document(one.document_sha256)).transcript for one in batch.documents]
    documents = {one.student.student_code: one for one in made if one is not None}
    (basis,) = documents[came.student.student_code].basis  # type: ignore[misc]  # there is one
    digest = hashlib.sha256(semester.document).hexdigest()
    assert (basis.document_sha256, basis.period, basis.school) == (digest, "semester_1", OLD)
    assert documents[own.student.student_code] == own
    assert told_of(batch)
    world.system.put("1", a_value(came, again=True))
    world.later()
    assert len(world.waiting()) == 1
