"""From the system to Sở: pulled, judged, signed by persons, sent once, answered."""

import base64
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from hub.client import load_batch, sign_submissions
from hub.connectors.sdk import SourceRecord
from hub.domain import finding, read
from hub.errors import Refused
from tests.unit.client.builders import a_batch, sign_all, signer
from tests.unit.client.test_preparing import _leaving
from tests.unit.connect.world import OTHER, SO, World, a_pupil, a_value
from tests.unit.domain.builders import a_school


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path).start()


def test_records_wait_for_persons_and_are_then_answered(world: World) -> None:
    """The runner has no key: a class is one batch, and only what persons signed is sent."""
    for n in range(5):
        world.system.put(f"k{n}", a_value(a_pupil(n)))
    world.work()
    assert world.states() == {"batched": 5}
    assert [len(load_batch(folder).documents) for folder in world.waiting()] == [5]
    assert world.door.attempts() == []
    world.sign(submissions=False)
    world.work()
    assert world.door.attempts() == []
    world.settle()
    assert world.states() == {"accepted": 5}
    assert world.system.outcomes() == {"accepted": 5}
    assert {answer.record_key for answer in world.system.said()} == {f"k{n}" for n in range(5)}
    assert len(world.door.attempts()) == 1
    assert world.look().state == "RUNNING"


def test_each_class_is_a_batch_of_its_own(world: World) -> None:
    """One homeroom teacher signs one class."""
    for n, class_ in enumerate(("3A", "3B", "3A")):
        world.system.put(f"k{n}", a_value(a_pupil(n, class_=class_)))
    world.work()
    assert sorted(len(load_batch(folder).documents) for folder in world.waiting()) == [1, 2]
    assert {folder.name.split("-")[3] for folder in world.waiting()} == {"3A", "3B"}


def test_bad_record_is_answered_and_the_others_go_on(world: World) -> None:
    """A row that the reader refused, one that the mapping refused, and a document against the rules."""
    world.system.put("row", None, (finding("RECORD_KEY_WRONG", "lop.xlsx!5A!9"),))
    world.system.put("mapped", a_value(None, codes=["MAPPING_FIELD_MISSING"]))
    world.system.put("rule", a_value(a_pupil(1, school_year="2025-2027")))
    world.system.put("good", a_value(a_pupil(2)))
    world.settle()
    assert world.states() == {"refused": 3, "accepted": 1}
    told = {answer.record_key: [f["code"] for f in answer.findings] for answer in world.system.said()}
    assert told["row"] == ["RECORD_KEY_WRONG"]
    assert told["mapped"] == ["MAPPING_FIELD_MISSING"]
    assert told["rule"]
    assert world.system.outcomes() == {"not_sent": 3, "accepted": 1}


def test_page_that_comes_twice_changes_nothing(world: World) -> None:
    """Equal (key, version) is one record."""
    world.system.put("k", a_value(a_pupil(1)))
    world.system.records.append(world.system.records[0])
    world.settle()
    assert world.states() == {"accepted": 1}
    assert set(world.door.effects().values()) == {1}


def test_newer_version_replaces_what_was_accepted(world: World) -> None:
    """It names the document that it replaces, with a reason."""
    world.system.put("k", a_value(a_pupil(1)))
    world.settle()
    world.system.put("k", a_value(a_pupil(1, class_="3B"), reason="Chuyển lớp."))
    world.settle()
    current = [read(document).transcript for document in world.door.current(SO)]
    assert [t.class_ for t in current if t] == ["3B"]
    assert [t.reason for t in current if t] == ["Chuyển lớp."]
    assert world.states() == {"accepted": 2}


def test_newer_version_with_the_same_content_is_not_sent(world: World) -> None:
    """What Sở has is not handed in again."""
    world.system.put("k", a_value(a_pupil(1)))
    world.settle()
    world.system.put("k", a_value(a_pupil(1), note="touched"))
    world.settle()
    assert world.states() == {"accepted": 1, "unchanged": 1}
    assert len(world.door.attempts()) == 1


def test_newer_version_overtakes_what_nobody_sent_and_signatures_of_others_stay(world: World) -> None:
    """The batch is made again; the classmate's chain is not signed twice."""
    world.system.put("k1", a_value(a_pupil(1)))
    world.system.put("k2", a_value(a_pupil(2)))
    world.work()
    world.sign(submissions=False)
    (folder,) = world.waiting()
    signed = {path.name: path.read_bytes() for path in (folder / "signatures").iterdir()}
    long_ago = (world.now - timedelta(hours=1)).timestamp()
    for path in (folder / "signatures").iterdir():
        os.utime(path, (long_ago, long_ago))
    world.system.put("k2", a_value(a_pupil(2, remarks="Em ngoan.")))
    world.work()
    (again,) = world.waiting()
    assert again.name != folder.name
    (kept,) = (again / "signatures").iterdir()
    assert signed[kept.name] == kept.read_bytes()
    world.settle()
    assert world.states() == {"accepted": 2, "overtaken": 1}


def test_batch_is_left_alone_while_somebody_signs(world: World) -> None:
    """A signature younger than a minute: the newer version waits."""
    world.system.put("k", a_value(a_pupil(1)))
    world.work()
    world.sign(submissions=False)
    for path in (world.waiting()[0] / "signatures").iterdir():
        os.utime(path, (world.now.timestamp(), world.now.timestamp()))
    world.system.put("k", a_value(a_pupil(1, remarks="Em ngoan.")))
    world.work()
    assert world.states() == {"batched": 1, "pulled": 1}


def test_locked_record_is_not_sent_again(world: World) -> None:
    """After the lock only a correction changes it; the answer says so, and the content is kept no longer."""
    world.system.put("k", a_value(a_pupil(1)))
    world.settle()
    world.door.lock(SO, a_school().code)
    world.settle()
    assert world.states() == {"locked": 1}
    assert [(row["value"], row["document"]) for row in world.state.all("records_of_batch", batch_id=_batch(world))] == [
        (None, None)
    ]
    world.system.put("k", a_value(a_pupil(1, class_="3B")))
    world.settle()
    assert world.states() == {"locked": 1, "refused": 1}
    assert world.system.said()[-1].findings[0]["code"] == "CONNECTOR_RECORD_LOCKED"


def _batch(world: World) -> str:
    (row,) = world.state.all("batches_in", state="answered")
    return str(row["batch_id"])


def test_pupil_under_two_keys_is_refused_twice(world: World) -> None:
    """Which one is meant is not ours to say."""
    world.system.put("k1", a_value(a_pupil(1)))
    world.system.put("k2", a_value(a_pupil(1, remarks="Em ngoan.")))
    world.settle()
    assert world.states() == {"refused": 2}
    assert {f["code"] for a in world.system.said() for f in a.findings} == {"PUPIL_TWICE_IN_SUBMISSION"}


def test_record_of_another_so_is_held_back(world: World) -> None:
    """By its province, as that was in force in its school year; with or without a document.

    That our register does not know its school is not told: the other one's does.
    """
    world.system.put("k1", a_value(a_pupil(1, school=a_school(province="17", code="0201"))))
    world.system.put("k2", a_value(None, province="17", codes=["SCHOOL_UNKNOWN", "RATING_MISSING"]))
    world.settle()
    assert world.states() == {"held_back": 2}
    codes = [[found["code"] for found in answer.findings] for answer in world.system.said()]
    assert codes == [["CONNECTOR_SO_NOT_SERVED"], ["RATING_MISSING", "CONNECTOR_SO_NOT_SERVED"]]
    facts = [f["facts"]["so"] for a in world.system.said() for f in a.findings if "facts" in f and "so" in f["facts"]]
    assert facts == [OTHER, OTHER]


def test_pulling_stops_when_nobody_signs(tmp_path: Path) -> None:
    """At the limit nothing is asked of the system, until half of it is answered."""
    world = World(tmp_path, limits={"page_records": 2, "waiting_records": 4}).start()
    for n in range(10):
        world.system.put(f"k{n}", a_value(a_pupil(n)))
    world.work()
    assert sum(world.states().values()) == 4
    assert (world.look().state, world.look().reason) == ("RUNNING", "back-pressure")
    pulls = world.system.pulls
    world.work()
    assert world.system.pulls == pulls
    world.settle()
    assert world.states() == {"accepted": 10}


def test_signed_batch_of_a_system_is_sent_as_it_is(world: World, tmp_path: Path) -> None:
    """Byte for byte, with its own commands; it waits for nobody."""
    batch = sign_all(a_batch(tmp_path, [a_pupil(1), a_pupil(2)]))
    sign_submissions(batch, signer("school_seal"), "school_seal", world.now)
    world.system.batches.append(batch.folder)
    world.work()
    assert world.states() == {"accepted": 2}
    assert {a["outcome"] for line in world.door.attempts() for a in line["documents"]} == {"accepted"}
    assert sorted(world.door.current(SO)) == sorted(batch.document(d.document_sha256) for d in batch.documents)


def test_damaged_batch_of_a_system_is_told(world: World, tmp_path: Path) -> None:
    """It degrades the connector and stops nothing."""
    batch = sign_all(a_batch(tmp_path, [a_pupil(1)]))
    next((batch.folder / "documents").iterdir()).write_bytes(b"{}")
    world.system.batches.append(batch.folder)
    world.system.put("k", a_value(a_pupil(3)))
    world.settle()
    assert world.states() == {"accepted": 1}
    assert world.look().state == "DEGRADED"
    assert [n["code"] for n in world.look().notices] == ["BATCH_DAMAGED"]


def test_old_submission_is_not_sent_and_signed_again_under_another_id(world: World) -> None:
    """Sở takes no command older than a day; the documents stay signed."""
    world.system.put("k", a_value(a_pupil(1)))
    world.work()
    world.now -= timedelta(hours=24)
    world.sign()
    world.now += timedelta(hours=24)
    world.work()
    assert world.door.attempts() == []
    assert [n["code"] for n in world.look().notices] == ["CONNECTOR_COMMAND_STALE"]
    world.settle()
    assert world.states() == {"accepted": 1}
    assert world.door.attempts()[0]["command_id"].endswith("-1")
    assert world.look().notices == ()


def test_leaving_pupils_have_a_round_each_across_batches(world: World) -> None:
    """Numbers go on where the last batch ended."""
    for n, class_ in enumerate(("3A", "3A", "3B")):
        world.system.put(f"k{n}", a_value(_leaving(a_pupil(n, class_=class_))))
    world.work()
    rounds = sorted(d.round.text("") for folder in world.waiting() for d in load_batch(folder).documents)
    assert rounds == ["/transfer/1", "/transfer/2", "/transfer/3"]


def test_oversized_and_unkeyed_records_are_refused(tmp_path: Path) -> None:
    """A record above the manifest's limit, and one whose key would not be known again."""
    world = World(tmp_path, limits={"page_records": 5, "record_bytes": 300}).start()
    world.system.put("k", a_value(a_pupil(1)))
    world.system.records.append(SourceRecord("", "1", "dòng 2", {"document": None}))
    world.system.records.append(SourceRecord("x\ud800", "1", "dòng 3", {"document": None}))
    world.system.records.append(SourceRecord("y", "1", "dòng \ud800", {"document": "\ud800"}))
    world.settle()
    codes = sorted(f["code"] for a in world.system.said() for f in a.findings)
    assert world.states() == {"refused": 4}
    assert codes == ["CONNECTOR_RECORD_WRONG", "RECORD_KEY_WRONG", "RECORD_KEY_WRONG", "RECORD_TOO_LARGE"]


def test_losses_are_counted_once_and_undeclared_ones_degrade(world: World) -> None:
    """The report names paths and counts, and never a value."""
    world.system.put("k1", a_value(a_pupil(1), losses=[["dropped", "phone"], ["dropped", "ghi_chu"]]))
    world.system.put("k2", a_value(a_pupil(2), losses=[["dropped", "phone"]]))
    world.settle()
    rows = {row["path"]: (row["count"], row["declared"]) for row in world.state.all("every_loss")}
    assert rows == {"phone": (2, 1), "ghi_chu": (1, 0)}
    assert (world.look().state, world.look().undeclared_losses) == ("DEGRADED", 1)


def test_state_of_another_cluster_is_refused(world: World, tmp_path: Path) -> None:
    """Nothing of one Sở is ever sent to another."""
    world.state.do("set_cluster", cluster_id="another")
    world.state.close()
    with pytest.raises(Refused) as refused:
        world.start()
    assert refused.value.code == "CONNECTOR_STATE_FOREIGN"


def test_statement_is_handed_on_as_it_was_signed(world: World) -> None:
    """The system can check Sở's receipt by itself."""
    world.system.put("k", a_value(a_pupil(1)))
    world.settle()
    (answer,) = world.system.said()
    said = json.loads(base64.b64decode(answer.statement or ""))
    assert (said["type"], said["outcome"]) == ("vn.hocba.receipt/1", "accepted")
