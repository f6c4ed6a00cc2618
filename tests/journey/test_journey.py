"""One class on its way from school to Bộ: what must be found at every station, checked without the hub's own proofs."""

import base64
import hashlib
import json
import re
import struct
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.kafka import end_offsets, group_members
from hub.kafka.deployment import group_prefix
from hub.topics import SO_STAGES, bo_receipt, bo_transcript, locked, quarantine, receipt
from tests.journey.proofs import hash_of_leaf, log_key, signed_by, tree_root
from tests.journey.world import CANARY, COMPLETED, LockedRound, World, eventually

_ED25519, _COSIGNATURE = 1, 4  # C2SP key types
_MAY_HOLD = (".command.v1", ".locked.v1", ".quarantine.v1", ".receipt.v1")  # a Sở's own, and what it sends to Bộ
_SEGMENT = re.compile(r"[0-9]{20}\.log")  # Kafka's "log" is the data itself


@pytest.fixture(scope="module")
def walked(world: World) -> LockedRound:
    """A class of five that has gone the whole way, in a school that no other test writes for."""
    return world.lock_in(world.school("ha-noi", 3), 5, COMPLETED)


def _chunks(world: World, walked: LockedRound) -> list[dict[str, Any]]:
    topic = locked("ha-noi")
    ends = end_offsets(world.hub.bootstrap, [(topic.name, 0)])
    messages = [r.decoded(topic) for r in world.tail(topic).all_to(ends)]
    found = [m.value for m in messages if m.name == "LockedChunk" and m.value["lock_id"] == walked.lock_id.hex()]
    return sorted({c["index"]: c for c in found}.values(), key=lambda c: c["index"])


def _manifests(world: World) -> list[dict[str, Any]]:
    """Every manifest of the log by its index."""
    topic = locked("ha-noi")
    ends = end_offsets(world.hub.bootstrap, [(topic.name, 0)])
    messages = [r.decoded(topic) for r in world.tail(topic).all_to(ends)]
    by_index = {m.value["log_index"]: m.value for m in messages if m.name == "LockManifest"}
    assert sorted(by_index) == list(range(len(by_index)))
    return [by_index[n] for n in range(len(by_index))]


def _manifest(world: World, walked: LockedRound) -> dict[str, Any]:
    return next(m for m in _manifests(world) if m["lock_id"] == walked.lock_id.hex())


def _covering_checkpoint(world: World, walked: LockedRound) -> dict[str, Any]:
    topic, index = locked("ha-noi"), _manifest(world, walked)["log_index"]

    def covers(record: Any) -> bool:
        message = record.decoded(topic)
        return bool(message.name == "Checkpoint" and message.value["tree_size"] > index)

    return dict(world.tail(topic).until("the covering checkpoint", covers).decoded(topic).value)


def _bo_answer(world: World, walked: LockedRound) -> dict[str, Any]:
    topic = bo_receipt()
    found = world.tail(topic).until("Bộ's receipt", lambda r: r.decoded(topic).value["lock_id"] == walked.lock_id.hex())
    return dict(found.decoded(topic).value)


def test_receipt_is_signed_by_the_seal_of_so(world: World, walked: LockedRound) -> None:
    """A school can prove what it was answered, with the certificate that the register shows to everybody."""
    message = walked.submitted.message
    signed_by(world, message["statement"], message["signature"], "so_seal")
    with pytest.raises(InvalidSignature):
        signed_by(world, message["statement"].replace(b"accepted", b"refused"), message["signature"], "so_seal")


def test_receipt_answers_for_every_transcript_at_the_brokers_time(world: World, walked: LockedRound) -> None:
    """Each document is named by the hash of the bytes that were sent."""
    assert walked.submitted.documents == {d.sha256: ("accepted", frozenset()) for d in walked.documents}
    statement = walked.submitted.statement
    assert statement is not None
    row = world.database("ha-noi").execute(
        "SELECT appended_at FROM inbox WHERE command_id = %s", (statement.command_id,)
    ).fetchone()  # fmt: skip
    assert row is not None
    assert statement.at == row[0].strftime("%Y-%m-%dT%H:%M:%S.") + f"{row[0].microsecond // 1000:03d}Z"


def test_rows_keep_the_signed_bytes_verbatim(world: World, walked: LockedRound) -> None:
    """What teachers signed stands in Sở's and in Bộ's database byte for byte, with every signature."""
    sent = {(d.document, d.signatures) for d in walked.documents}
    for owner in ("ha-noi", "bo"):
        rows = world.database(owner).execute(
            "SELECT document, signatures FROM document WHERE document_sha256 = ANY(%s)",
            ([bytes.fromhex(d.sha256) for d in walked.documents],),
        ).fetchall()  # fmt: skip
        assert {(bytes(document), tuple(signatures)) for document, signatures in rows} == sent
        assert len(rows) == len(walked.documents)
    assert set(world.states("ha-noi", [d.sha256 for d in walked.documents]).values()) == {"locked"}


def test_lock_receipt_names_effective_date_and_root(world: World, walked: LockedRound) -> None:
    """The school hears of the lock what stands in the manifest."""
    assert walked.requested.statement is not None
    told = world.receipt("ha-noi", walked.requested.statement.command_id, "locked")
    manifest = json.loads(_manifest(world, walked)["statement"])
    assert told.statement is not None
    assert told.statement.facts == {k: manifest[k] for k in ("count", "effective_on", "root")}


def test_locked_chunk_carries_each_transcript_with_its_leaf(world: World, walked: LockedRound) -> None:
    """A leaf names the hash of the document, of its signatures, the pupil, the version and the look-up code."""
    rows = [row for chunk in _chunks(world, walked) for row in chunk["documents"]]
    assert {row["document"] for row in rows} == {d.document for d in walked.documents}
    for row in rows:
        leaf = json.loads(row["leaf"])
        student = json.loads(row["document"])["student"]
        assert leaf["document_sha256"] == hashlib.sha256(row["document"]).hexdigest()
        assert leaf["envelope_sha256"] == hashlib.sha256("\n".join(row["signatures"]).encode()).hexdigest()
        assert (leaf["pupil"], leaf["version"], leaf["action"]) == (f"id:{student['personal_id']}", 1, "LOCK")
        assert len(leaf["locator"]) == 11
        assert len(leaf["salt"]) == 64


def test_manifest_root_is_that_of_the_leaves(world: World, walked: LockedRound) -> None:
    """Anyone who has the chunks recomputes the root; the manifest is signed by the seal of Sở."""
    message = _manifest(world, walked)
    manifest = json.loads(message["statement"])
    hashes = [hash_of_leaf(row["leaf"]) for chunk in _chunks(world, walked) for row in chunk["documents"]]
    assert hashes == sorted(hashes)
    assert (manifest["root"], manifest["count"]) == (tree_root(hashes).hex(), 5)
    signed_by(world, message["statement"], message["signature"], "so_seal")


def test_checkpoint_is_over_every_manifest_of_the_log(world: World, walked: LockedRound) -> None:
    """The signed head has the root over all manifests up to its size, under the log's own key and the seal of Sở."""
    checkpoint = _covering_checkpoint(world, walked)
    text, _, signatures = checkpoint["text"].decode().partition("\n\n")
    origin, size, root = text.split("\n")
    assert (origin, int(size)) == ("so-ha-noi.hocba/log", checkpoint["tree_size"])
    leaves = [hash_of_leaf(m["statement"]) for m in _manifests(world)[: int(size)]]
    assert base64.b64decode(root) == tree_root(leaves)
    kind, public_key = log_key(world, origin)
    assert kind == _ED25519
    dash, name, encoded = signatures.strip().split(" ")
    assert (dash, name) == ("\u2014", origin)
    Ed25519PublicKey.from_public_bytes(public_key).verify(base64.b64decode(encoded)[4:], (text + "\n").encode())
    signed_by(world, checkpoint["text"], checkpoint["signature"], "so_seal")


def test_receipt_of_bo_names_the_lock_and_is_signed(world: World, walked: LockedRound) -> None:
    """Bộ says how many it took under which root and where in the log, and signs it."""
    answer = _bo_answer(world, walked)
    statement = json.loads(answer["statement"])
    manifest = _manifest(world, walked)
    assert statement["outcome"] == "ingested"
    assert (statement["count"], statement["root"]) == (5, json.loads(manifest["statement"])["root"])
    assert statement["log_index"] == manifest["log_index"]
    signed_by(world, answer["statement"], answer["signature"], "bo_seal")


def test_cosignature_of_bo_is_over_the_checkpoint(world: World, walked: LockedRound) -> None:
    """The witness line verifies over the head that it belongs to (C2SP tlog-cosignature)."""
    answer = _bo_answer(world, walked)
    size = json.loads(answer["statement"])["tree_size"]
    topic = locked("ha-noi")

    def same(record: Any) -> bool:
        message = record.decoded(topic)
        return bool(message.name == "Checkpoint" and message.value["tree_size"] == size)

    head = world.tail(topic).until("the cosigned head", same).decoded(topic).value["text"]
    text = head.decode().partition("\n\n")[0] + "\n"
    kind, public_key = log_key(world, "bo.hocba/witness")
    assert kind == _COSIGNATURE
    raw = base64.b64decode(answer["cosignature"].split(" ")[2])
    (time_s,) = struct.unpack(">Q", raw[4:12])
    signed = f"cosignature/v1\ntime {time_s}\n{text}".encode()
    Ed25519PublicKey.from_public_bytes(public_key).verify(raw[12:], signed)


def test_school_hears_that_bo_has_ingested(world: World, walked: LockedRound) -> None:
    """Bộ's answer comes back to the school as a receipt of its Sở, and stands beside the lock."""
    told = world.receipt("ha-noi", walked.lock_id.hex(), "ingested")
    assert told.statement is not None
    assert told.statement.school == walked.school.code
    row = world.database("ha-noi").execute(
        "SELECT outcome FROM ingest_receipt WHERE lock_id = %s", (walked.lock_id,)
    ).fetchone()  # fmt: skip
    assert row == ("ingested",)


def _published(world: World, walked: LockedRound) -> list[Any]:
    topic = bo_transcript()
    hashes = {bytes.fromhex(d.sha256) for d in walked.documents}

    def ours() -> list[Any]:
        ends = end_offsets(world.hub.bootstrap, [(topic.name, part) for part in range(topic.partitions)])
        every = world.tail(topic).all_to(ends)
        return [r for r in every if r.value_in(topic).get("document_sha256") in hashes]

    return list(eventually("the national stream", lambda: found if len(found := ours()) >= len(hashes) else None))


def test_national_stream_has_each_transcript_once(world: World, walked: LockedRound) -> None:
    """One message a transcript, with marks, hashes and the place in the log, under a key that says nothing."""
    records = _published(world, walked)
    assert len(records) == 5
    assert len({r.key for r in records}) == 5
    index = _manifest(world, walked)["log_index"]
    marks = {json.loads(d.document)["student"]["personal_id"]: json.loads(d.document) for d in walked.documents}
    levels = {tuple(s.get("level") for s in document["subjects"]) for document in marks.values()}
    for record in records:
        value = record.decoded(bo_transcript()).value
        assert (value["log_index"], value["so"], value["school"]) == (index, "ha-noi", walked.school.code)
        assert tuple(s["level"] for s in value["subjects"]) in levels


def _personal(walked: LockedRound) -> set[bytes]:
    found: set[bytes] = {CANARY.encode()}
    for transcript in walked.transcripts:
        student = transcript.student
        found |= {str(v).encode() for v in (student.name, student.personal_id, student.student_code)}
        found |= {str(transcript.remarks).encode()}
    return found


def test_national_stream_holds_nothing_personal(world: World, walked: LockedRound) -> None:
    """No name, no number of a person, no school's pupil code, no remark: neither in value nor key nor headers."""
    personal = _personal(walked)
    for record in _published(world, walked):
        everything = b"|".join([record.key or b"", record.value or b"", *(v for _, v in record.headers)])
        assert not [text for text in personal if text in everything]


def test_keys_and_headers_of_every_topic_hold_nothing_personal(world: World, walked: LockedRound) -> None:
    """Personal data stands in values alone, and in the values of no topic that others read."""
    personal = _personal(walked)
    for topic in world.every_topic():
        ends = end_offsets(world.hub.bootstrap, [(topic.name, part) for part in range(topic.partitions)])
        for record in world.tail(topic).all_to(ends):
            spoken = b"|".join([record.key or b"", *(name.encode() + b"=" + v for name, v in record.headers)])
            assert not [text for text in personal if text in spoken], topic.name
            if not topic.name.endswith(_MAY_HOLD):
                assert not [text for text in personal if text in (record.value or b"")], topic.name


def test_logs_hold_nothing_personal(world: World, walked: LockedRound) -> None:
    """Planted names, numbers and codes stand in no log of any worker or server."""
    personal = _personal(walked)
    logs = [path for path in world.hub.data.rglob("*.log*") if path.is_file() and not _SEGMENT.fullmatch(path.name)]
    names = {path.name for path in logs}
    assert {"so-ha-noi.log", "so-nghe-an.log", "bo.log", "kafka.log", "postgres.log"} <= names
    for path in logs:
        content = path.read_bytes()
        assert not [text for text in personal if text in content], path.name


def test_group_members_are_real_consumers(world: World) -> None:
    """Each stage of each organisation reads its topics in a consumer group of its own."""
    wanted = [("so-ha-noi", s) for s in SO_STAGES] + [("bo", "ingest")]
    groups = [f"{group_prefix(owner)}{stage}" for owner, stage in wanted]

    def everyone() -> dict[str, Any] | None:
        found = group_members(world.hub.bootstrap, groups)
        return found if all(members and members[0].partitions for members in found.values()) else None

    members = eventually("members in every group", everyone)
    assert {p[0] for m in members["hocba.so-ha-noi.validate"] for p in m.partitions} == {"hocba.so-ha-noi.command.v1"}
    read = {p[0] for m in members["hocba.bo.ingest"] for p in m.partitions}
    assert read == {locked(so).name for so in world.hub.slugs}
    assert quarantine("bo").name not in read
    assert receipt("ha-noi").name not in read
