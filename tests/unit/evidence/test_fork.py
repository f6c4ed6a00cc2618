"""Fork evidence offline: what two signed texts prove by the log's key alone, and how they prove nothing."""

import base64
import json
from typing import Any

import msgspec
import pytest

from hub.domain.statements import Manifest, RoundName, encode
from hub.evidence import ForkFile, ForkText, ForkVerdict, fork_bytes, verify_fork
from hub.signing import NoteKeySigner
from hub.trust import Checkpoint, Frontier, leaf_hash, log_origin, sign, sign_checkpoint
from tests.unit.trust.trust_world import World, build_world

SO = "ha-noi"
LOG = NoteKeySigner(log_origin(SO), bytes([3]) * 32)
LEAVES = [leaf_hash(b"%d" % n) for n in range(4)]


def root_of(size: int) -> bytes:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(leaf)
    return frontier.root


def side(place: int, text: bytes, signature: str = "a..b") -> ForkText:
    return ForkText(place=place, signature=signature, text=base64.b64encode(text).decode())


def head(size: int, root: bytes | None = None, signer: Any = LOG, ended: str | None = None) -> ForkText:
    return side(size, sign_checkpoint(Checkpoint(signer.name, size, root or root_of(size), ended), signer))


def a_file(first: ForkText, second: ForkText, **changes: Any) -> ForkFile:
    said: dict[str, Any] = {
        "certificates": (), "code": "CHECKPOINT_ROOT_DIFFERS", "first": first, "id": 1, "kind": "checkpoint",
        "log": (), "log_keys": (LOG.key().text,), "second": second, "seen_at": "2026-06-20T03:00:00Z", "so": SO,
        "type": "vn.hocba.fork/1",
    }  # fmt: skip
    return ForkFile(**(said | changes))


def verdict_of(file: ForkFile) -> tuple[ForkVerdict, tuple[str, ...]]:
    report = verify_fork(fork_bytes(file), [LOG.key()])
    return report.verdict, report.codes


def test_two_roots_of_one_size_prove_a_fork() -> None:
    """The log's key signed both; nothing else is needed."""
    assert verdict_of(a_file(head(2), head(2, b"\x01" * 32))) == (ForkVerdict.PROVED, ())


def test_smaller_head_that_the_larger_one_excludes_proves_a_fork() -> None:
    """The leaves are bound by the larger head; without them it is only said."""
    log = tuple(leaf.hex() for leaf in LEAVES)
    pair = head(4), head(2, b"\x01" * 32)
    assert verdict_of(a_file(*pair, log=log)) == (ForkVerdict.PROVED, ())
    assert verdict_of(a_file(*pair)) == (ForkVerdict.CLAIMED, ())
    assert verdict_of(a_file(*pair, log=log[::-1])) == (ForkVerdict.CLAIMED, ())


def test_larger_head_that_is_no_extension_is_claimed() -> None:
    """Who keeps the pair says what came between; no signature does."""
    log = tuple(leaf.hex() for leaf in LEAVES)
    assert verdict_of(a_file(head(2), head(4, b"\x01" * 32), log=log)) == (ForkVerdict.CLAIMED, ())


@pytest.mark.parametrize(
    "pair",
    [
        (head(2, ended="nghe-an"), head(3)),
        (head(3), head(2, ended="nghe-an")),
        (head(2, ended="nghe-an"), head(3, ended="nghe-an")),
        (head(2, ended="nghe-an"), head(2, ended="hai-phong")),
    ],
    ids=["grown", "ended below", "ended twice", "two successors"],
)
def test_head_that_contradicts_a_final_one_proves_a_fork_by_the_log_key_alone(pair: tuple[ForkText, ForkText]) -> None:
    """The final head says that nothing follows, whatever the roots."""
    assert verdict_of(a_file(*pair, code="LOG_CLOSED_GROWN")) == (ForkVerdict.PROVED, ())


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (a_file(head(2), head(2)), "FORK_NOT_ONE"),
        (a_file(head(2), head(2, ended="nghe-an")), "FORK_NOT_ONE"),
        (a_file(head(2, ended="nghe-an"), head(2, ended="nghe-an")), "FORK_NOT_ONE"),
        (a_file(head(4), head(2), log=tuple(leaf.hex() for leaf in LEAVES)), "FORK_NOT_ONE"),
        (a_file(head(2), head(2, signer=NoteKeySigner(LOG.name, bytes(32)))), "CHECKPOINT_SIGNER_UNKNOWN"),
        (a_file(head(2), side(2, b"no note")), "NOTE_WRONG"),
        (a_file(head(2), ForkText(place=2, signature="", text="!")), "BASE64_WRONG"),
    ],
    ids=["one root", "the end of a log", "one end", "a true prefix", "another key", "no note", "no base64"],
)
def test_pair_that_contradicts_nothing_is_broken(file: ForkFile, code: str) -> None:
    """Each reason has its code."""
    assert verdict_of(file) == (ForkVerdict.BROKEN, (code,))


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b"[" * 5000])
def test_file_that_is_none_is_broken(data: bytes) -> None:
    """A stranger's file raises nothing."""
    assert verify_fork(data).codes == ("FORK_FILE_UNREADABLE",)


def test_keys_in_the_file_are_named_as_such() -> None:
    """Whoever brings no key has to compare."""
    file = a_file(head(2), head(2, b"\x01" * 32))
    assert verify_fork(fork_bytes(file)).facts["keys_from"] == "file"
    assert verify_fork(fork_bytes(file), [LOG.key()]).facts["keys_from"] == "reader"


def test_no_changed_byte_of_a_proved_pair_stays_proved() -> None:
    """In the signed texts; the rest says only where it was kept."""
    good = json.loads(fork_bytes(a_file(head(2), head(2, b"\x01" * 32))))
    text = base64.b64decode(good["second"]["text"])
    for place in range(len(text)):
        changed = bytearray(text)
        changed[place] ^= 1
        said = good | {"second": good["second"] | {"text": base64.b64encode(bytes(changed)).decode()}}
        assert verify_fork(json.dumps(said).encode(), [LOG.key()]).verdict is ForkVerdict.BROKEN, place


# -- manifests


@pytest.fixture(scope="module")
def world() -> World:
    return build_world()


def a_manifest(**changes: Any) -> bytes:
    said = Manifest(
        count=1, effective_on="2026-06-20", lock_id="01" * 32, requested_by="02" * 32, root="03" * 32,
        round=RoundName(cohort="completed", number=1), school="01010101", school_year="2025-2026", so=SO,
        type="vn.hocba.manifest/1",
    )  # fmt: skip
    return encode(msgspec.structs.replace(said, **changes))


def sealed(world: World, text: bytes) -> ForkText:
    seal = world.issued["so"]
    signature = sign(
        seal.signer, text, role="so_seal", scope={"owner": f"so-{SO}"}, typ="vn.hocba.manifest/1", iat=1
    )  # fmt: skip
    return side(0, text, signature)


def of_manifests(world: World, first: bytes, second: bytes, **changes: Any) -> ForkFile:
    der = base64.b64encode(world.issued["so"].der).decode()
    return a_file(sealed(world, first), sealed(world, second), kind="manifest", certificates=(der,), **changes)


def test_two_manifests_of_one_lock_prove_a_fork_under_their_seal(world: World) -> None:
    """Of two locks they do not: no manifest says where it stands."""
    one, other, elsewhere = a_manifest(), a_manifest(count=2), a_manifest(lock_id="09" * 32)
    report = verify_fork(fork_bytes(of_manifests(world, one, other)))
    assert (report.verdict, report.facts["certificates_sha256"]) == (
        ForkVerdict.PROVED, world.issued["so"].sha256.hex(),
    )  # fmt: skip
    assert verdict_of(of_manifests(world, one, elsewhere))[0] is ForkVerdict.CLAIMED
    assert verdict_of(of_manifests(world, one, one)) == (ForkVerdict.BROKEN, ("FORK_NOT_ONE",))
    assert verdict_of(of_manifests(world, one, a_manifest(so="nghe-an")))[1] == ("FORK_NOT_ONE",)


def test_manifests_without_their_certificate_prove_nothing(world: World) -> None:
    """Nor does a signature over another text."""
    file = of_manifests(world, a_manifest(), a_manifest(count=2))
    assert verdict_of(msgspec.structs.replace(file, certificates=()))[1] == ("SIGNER_UNKNOWN",)
    moved = msgspec.structs.replace(file.second, signature=file.first.signature)
    assert verdict_of(msgspec.structs.replace(file, second=moved))[1] == ("SIGNATURE_WRONG",)
