"""School = Sở = Bộ = national stream: whoever's row is removed or changed is named in one run, and nobody else."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from hub.domain.locator import printed
from hub.kafka.partition import partition_of
from hub.kafka.producer import Sending
from hub.reconcile import Difference, Sums, reconcile
from hub.schemas import encode
from hub.signing import COSIGNER, load_keyring
from hub.topics import bo_transcript
from hub.trust import leaf_hash
from tests.journey.tail import Seen
from tests.journey.tampering import tampered
from tests.journey.world import LockedRound, World, eventually

_SO = "nghe-an"
_ROWS = "SELECT n, document, signatures, leaf FROM document WHERE lock_id = %s ORDER BY n"


@dataclass(frozen=True)
class Pupil:
    """One pupil of a locked round, as the hub stores them."""

    made: LockedRound
    n: int
    document: bytes
    signatures: list[str]
    leaf: bytes
    message_sha256: bytes
    document_n: int

    @property
    def student_code(self) -> str:
        return str(json.loads(self.document)["student"]["student_code"])

    @property
    def locator(self) -> str:
        return printed(json.loads(self.leaf)["locator"])

    def key(self, owner: str, table: str) -> dict[str, Any]:
        if owner == "bo":
            return {"so": _SO, "lock_id": self.made.lock_id, "n": self.n}
        if table == "leaf":
            return {"lock_id": self.made.lock_id, "n": self.n}
        return {"message_sha256": self.message_sha256, "n": self.document_n}


@pytest.fixture(scope="module")
def locked(world: World) -> LockedRound:
    """A locked round of three that Bộ has ingested and published."""
    made = world.lock_in(world.school(_SO), 3)
    hashes = {bytes.fromhex(d.sha256) for d in made.documents}

    def published() -> bool:
        world.tail(bo_transcript()).read()
        return hashes <= {_value(r)["document_sha256"] for r in world.tail(bo_transcript()).records if r.value}

    eventually("the national stream", published)
    eventually("the outbox", lambda: _unsent(world) == 0)
    return made


@pytest.fixture
def pupil(world: World, locked: LockedRound) -> Pupil:
    """The second of them."""
    return _pupils(world, locked)[1]


def _unsent(world: World) -> int:
    row = world.database("bo").execute("SELECT count(*) FROM outbox WHERE sent_at IS NULL").fetchone()
    assert row is not None
    return int(row[0])


def _pupils(world: World, locked: LockedRound) -> list[Pupil]:
    places = world.database(_SO).execute(
        "SELECT message_sha256, document_n FROM leaf WHERE lock_id = %s ORDER BY n", (locked.lock_id,)
    ).fetchall()  # fmt: skip
    rows = world.database("bo").execute(_ROWS, (locked.lock_id,)).fetchall()
    return [Pupil(locked, *row, *place) for row, place in zip(rows, places, strict=True)]


def _value(record: Seen) -> dict[str, Any]:
    return record.decoded(bo_transcript()).value


def _reconciled(world: World, school: str | None = None) -> list[Difference]:
    secret = load_keyring(world.hub.secrets / "bo", COSIGNER).secret
    urls = {_SO: world.hub.so_url(_SO)}
    return list(reconcile(urls, world.hub.bo_url, world.hub.bootstrap, secret, Sums(), school=school))


def _new(world: World, before: list[Difference]) -> list[dict[str, Any]]:
    return [found.shown() for found in _reconciled(world) if found not in before]


def _forged(pupil: Pupil) -> dict[str, Any]:
    """Another document with every hash and the leaf made anew: the row agrees with itself."""
    document = pupil.document + b" "
    leaf = json.loads(pupil.leaf) | {"document_sha256": hashlib.sha256(document).hexdigest()}
    data = msgspec.json.encode(leaf, order="sorted")
    return {"document": document, "document_sha256": hashlib.sha256(document).digest(), "leaf": data,
            "leaf_sha256": leaf_hash(data)}  # fmt: skip


_BAD = b'{"type":"vn.hocba.transcript/1"}'
_CASES: list[tuple[str, str, str, Mapping[str, Any] | None, str, str | None]] = [
    ("gone at Bộ", "bo", "document", None, "RECONCILE_MISSING_AT_BO", None),
    ("document at Bộ", "bo", "document", {"document": _BAD}, "RECONCILE_CHANGED_AT_BO", "document"),
    ("signatures at Bộ", "bo", "document", {"signatures": ["a..b"]}, "RECONCILE_CHANGED_AT_BO", "signatures"),
    ("leaf at Bộ", "bo", "document", {"leaf": b"{}"}, "RECONCILE_CHANGED_AT_BO", "leaf"),
    ("hash at Bộ", "bo", "document", {"leaf_sha256": b"\x00" * 32}, "RECONCILE_CHANGED_AT_BO", "leaf_sha256"),
    ("student code at Bộ", "bo", "document", {"student_code": "X"}, "RECONCILE_CHANGED_AT_BO", "student_code"),
    ("document gone at Sở", _SO, "document", None, "RECONCILE_MISSING_AT_SO", "no document"),
    ("leaf gone at Sở", _SO, "leaf", None, "RECONCILE_MISSING_AT_SO", "no leaf"),
    ("document at Sở", _SO, "document", {"document": _BAD}, "RECONCILE_CHANGED_AT_SO", "document"),
    ("signatures at Sở", _SO, "document", {"signatures": ["a..b"]}, "RECONCILE_CHANGED_AT_SO", "signatures"),
    ("state at Sở", _SO, "document", {"state": "recalled"}, "RECONCILE_CHANGED_AT_SO", "state"),
    ("leaf at Sở", _SO, "leaf", {"leaf": b"{}"}, "RECONCILE_CHANGED_AT_SO", "leaf"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("owner", "table", "changes", "code", "what"), [c[1:] for c in _CASES], ids=[c[0] for c in _CASES]
)
def test_pupil_whose_row_was_touched_is_named_and_nobody_else(
    world: World, pupil: Pupil, owner: str, table: str, changes: Mapping[str, Any] | None, code: str, what: str | None
) -> None:
    """At Bộ or at Sở, removed or changed: one difference, with look-up code, document and student code."""
    before = _reconciled(world)
    with tampered(world, owner, table, pupil.key(owner, table), changes):
        (found,) = _new(world, before)
    assert found["code"] == code
    assert (found["locator"], found["student_code"]) == (pupil.locator, pupil.student_code)
    assert found["document_sha256"] == hashlib.sha256(pupil.document).hexdigest()
    assert found["school"] == pupil.made.school.code
    assert what is None or what in found["what"]
    assert _reconciled(world) == before


@pytest.mark.parametrize("owner", ["bo", _SO])
def test_forged_row_with_all_its_hashes_is_named_by_the_signed_root(world: World, pupil: Pupil, owner: str) -> None:
    """A row that agrees with itself is found because the other side still has the root that was signed."""
    before, forged = _reconciled(world), _forged(pupil)
    leaf = {name: forged.pop(name) for name in ("leaf", "leaf_sha256")}
    if owner == "bo":
        with tampered(world, "bo", "document", pupil.key("bo", "document"), forged | leaf):
            (found,) = _new(world, before)
    else:
        with (
            tampered(world, _SO, "document", pupil.key(_SO, "document"), forged),
            tampered(world, _SO, "leaf", pupil.key(_SO, "leaf"), leaf),
        ):
            (found,) = _new(world, before)
    side = "BO" if owner == "bo" else "SO"
    assert (found["code"], found["student_code"]) == (f"RECONCILE_CHANGED_AT_{side}", pupil.student_code)


def test_differences_on_all_sides_are_named_in_one_run(world: World, locked: LockedRound) -> None:
    """One pupil gone at Bộ, another changed at Sở, the third removed from the stream: three lines."""
    first, second, third = _pupils(world, locked)
    before, record = _reconciled(world), _standing(world, third)
    with (
        tampered(world, "bo", "document", first.key("bo", "document"), None),
        tampered(world, _SO, "document", second.key(_SO, "document"), {"document": _BAD}),
    ):
        _produce(world, record, None)
        found = {(d["code"], d["student_code"]) for d in _new(world, before)}
    _produce(world, record, record.value)
    assert found == {
        ("RECONCILE_MISSING_AT_BO", first.student_code), ("RECONCILE_CHANGED_AT_SO", second.student_code),
        ("RECONCILE_MISSING_IN_STREAM", third.student_code),
    }  # fmt: skip
    assert _reconciled(world) == before


def _standing(world: World, pupil: Pupil) -> Seen:
    tail = world.tail(bo_transcript())
    tail.read()
    digest = hashlib.sha256(pupil.document).digest()
    return next(r for r in tail.records if r.value_in(bo_transcript()).get("document_sha256") == digest)


def _produce(world: World, record: Seen, value: bytes | None, key: bytes | None = None) -> None:
    chosen = key or record.key or b""
    part = partition_of(chosen, bo_transcript().partitions)
    world.send(Sending(bo_transcript().name, chosen, value, (), part))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "what"),
    [({"completed": None}, "content"), ({"leaf_sha256": bytes(32)}, "leaf"), ({"version": 2}, "content")],
    ids=["content", "leaf", "version"],
)
def test_pupil_whose_message_was_changed_is_named(
    world: World, pupil: Pupil, change: dict[str, Any], what: str
) -> None:
    """A record under the key of a pupil that says something else than what was locked."""
    before, record = _reconciled(world), _standing(world, pupil)
    value = _value(record)
    told = {name: (not value[name] if wanted is None else wanted) for name, wanted in change.items()}
    _produce(world, record, encode("Transcript", value | told))
    (found,) = _new(world, before)
    _produce(world, record, record.value)
    assert (found["code"], found["student_code"]) == ("RECONCILE_CHANGED_IN_STREAM", pupil.student_code)
    assert what in found["what"]
    assert _reconciled(world) == before


def test_garbage_under_a_pupils_key_is_named_as_his(world: World, pupil: Pupil) -> None:
    """What cannot be read stands in the place of what was said."""
    before, record = _reconciled(world), _standing(world, pupil)
    _produce(world, record, b"garbage")
    (found,) = _new(world, before)
    _produce(world, record, record.value)
    assert (found["code"], found["what"]) == ("RECONCILE_CHANGED_IN_STREAM", ["message"])
    assert found["student_code"] == pupil.student_code


def test_message_of_nobody_is_found(world: World, pupil: Pupil) -> None:
    """A record under a key of its own belongs to no locked transcript; a tombstone takes it away again."""
    before, record = _reconciled(world), _standing(world, pupil)
    value = _value(record) | {"pupil_key": "00" * 32, "lock_id": "11" * 32}
    key = f"{value['pupil_key']}/{value['school_year']}/{value['period']}/{value['school']}".encode()
    _produce(world, record, encode("Transcript", value), key)
    (found,) = _new(world, before)
    _produce(world, record, None, key)
    assert (found["code"], found["stream"] is not None) == ("RECONCILE_EXTRA_IN_STREAM", True)
    assert _reconciled(world) == before


_LOCKS: list[tuple[str, str, str, Mapping[str, Any] | None, set[str]]] = [
    ("lock row at Bộ", "bo", "lock", {"count": 4}, {"RECONCILE_LOCK_CHANGED_AT_BO"}),
    ("lock row gone at Bộ", "bo", "lock", None, {"RECONCILE_LOCK_MISSING_AT_BO"}),
    ("manifest at Bộ", "bo", "manifest", {"statement": b"{}"}, {"RECONCILE_LOCK_CHANGED_AT_BO"}),
    ("lock row at Sở", _SO, "lock", {"root": bytes(32)}, {"RECONCILE_LOCK_CHANGED_AT_SO"}),
    ("manifest at Sở", _SO, "lock", {"manifest": b"{}"}, {"RECONCILE_LOCK_CHANGED_AT_SO"}),
    ("signature at Sở", _SO, "lock", {"signature": "a..b"}, {"RECONCILE_LOCK_CHANGED_AT_SO"}),
    ("place at Sở", _SO, "lock", {"log_index": 999_999}, {"RECONCILE_LOCK_CHANGED_AT_SO"}),
]  # fmt: skip


@pytest.mark.parametrize(("owner", "table", "changes", "codes"), [c[1:] for c in _LOCKS], ids=[c[0] for c in _LOCKS])
def test_changed_row_of_a_lock_is_named_and_no_pupil_is_blamed(
    world: World, locked: LockedRound, owner: str, table: str, changes: Mapping[str, Any] | None, codes: set[str]
) -> None:
    """The lock is named by school and round; its pupils' rows are as they were."""
    before = _reconciled(world)
    key = {"lock_id": locked.lock_id} | ({"so": _SO} if owner == "bo" else {})
    with tampered(world, owner, table, key, changes):
        found = _new(world, before)
    assert {f["code"] for f in found} == codes
    assert {(f["school"], f["round"], f["student_code"]) for f in found} == {
        (locked.school.code, f"{locked.name.cohort}/{locked.name.number}", None)
    }


def test_request_that_is_not_as_signed_is_told(world: World, locked: LockedRound) -> None:
    """The school's own word is the signed lock request: its root is over the documents that were locked."""
    before = _reconciled(world)
    assert locked.requested.statement is not None
    key = {"school": locked.school.code, "command_id": locked.requested.statement.command_id}
    with tampered(world, _SO, "inbox", key, {"statement": b"{}"}):
        (found,) = _new(world, before)
    assert (found["code"], found["lock_id"]) == ("RECONCILE_REQUEST_MISSING", locked.lock_id.hex())


def test_command_prints_one_object_a_difference_and_ends_with_4(world: World, pupil: Pupil) -> None:
    """Equal is 0 and no line; a difference is 4 and one line, without name and personal number."""
    arguments = ("reconcile", "--so", _SO, "--school", pupil.made.school.code, "--json")
    code, lines, _ = _hub(world, *arguments)
    assert (code, lines) == (0, [])
    with tampered(world, "bo", "document", pupil.key("bo", "document"), None):
        code, lines, told = _hub(world, *arguments)
        shown, _, table = _hub(world, *arguments[:-1])
    (line,) = lines
    assert (code, line["code"], line["student_code"]) == (4, "RECONCILE_MISSING_AT_BO", pupil.student_code)
    student = json.loads(pupil.document)["student"]
    assert not any(student[name] in told + json.dumps(line) for name in ("name", "personal_id"))
    assert (shown, "RECONCILE_MISSING_AT_BO" in table) == (4, True)


def _hub(world: World, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    done = subprocess.run(
        [sys.executable, "-m", "hub.cli", *arguments, "--data", str(world.hub.data)],
        env={**os.environ, "COLUMNS": "300"}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return done.returncode, lines, done.stdout + done.stderr
