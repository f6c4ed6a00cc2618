"""The oracle on closed logs: each thing that can be wrong with an end is found, and an honest one is not blamed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from hub.audit import Check
from hub.audit.checks import endings
from hub.audit.facts import LockedFact
from hub.audit.signatures import Register
from hub.audit.world import Stood
from hub.signing import NoteKeySigner
from hub.trust import Checkpoint, Frontier, cosign, leaf_hash, log_origin, sign_checkpoint

SO, NEXT = "tien-giang", "dong-thap"
SINCE = datetime(2025, 6, 30, 17, tzinfo=UTC)
LOG, WITNESS = NoteKeySigner(log_origin(SO), bytes(32)), NoteKeySigner("bo.hocba/witness", bytes([1]) * 32)
MANIFESTS = [b"one", b"two"]
SEALED = "sealed"


class Rows:
    """Tables, by the name of the query."""

    def __init__(self, tables: Mapping[str, Sequence[Any]]) -> None:
        self.tables = tables

    def rows(self, name: str, *_: Any) -> Iterator[Any]:
        return iter(self.tables.get(name, ()))


def tree() -> bytes:
    frontier = Frontier()
    for manifest in MANIFESTS:
        frontier.append(leaf_hash(manifest))
    return frontier.root


def head(size: int = 2, successor: str = NEXT, root: bytes | None = None) -> bytes:
    return sign_checkpoint(Checkpoint(log_origin(SO), size, root or tree(), successor), LOG)


def stood(name: str, offset: int, carries: bytes = b"x") -> Stood:
    return Stood(0, offset, str(offset), SO.encode(), b"%d %s" % (offset, carries), 0, LockedFact(name, "", 2, carries))


def found(change: Callable[[dict[str, Any]], None] = lambda _: None, at_rest: bool = True) -> set[str]:
    """Audit an honest end after `change`; return the codes that were found."""
    cosignature = cosign(Checkpoint(log_origin(SO), 2, tree(), NEXT), WITNESS, int(SINCE.timestamp()))
    own = (2, tree(), NEXT, head(), SEALED, b"token")
    said = b'{"root":"%s","so":"tien-giang","successor":"dong-thap","tree_size":2}' % tree().hex().encode()
    world: dict[str, Any] = {
        "closing": [own], "closing_entries": [(7, SINCE, NEXT, True)],
        "closing_receipts": [(said, SEALED, cosignature)],
        "decided_by": [(b"early", SINCE - timedelta(seconds=1), 7), (b"before", SINCE, 6)],
        "manifests_in_order": [(b"l%d" % n, n, m) for n, m in enumerate(MANIFESTS)],
        "bo_closing": [(*own[:4], own[5], cosignature)],
        "topic": [stood("LockManifest", 0), stood("Checkpoint", 1), stood("Closing", 2), stood("Closing", 3)],
        "quarantined": frozenset(),
    }  # fmt: skip
    change(world)
    keys = {log_origin(SO): (LOG.key().text,), "bo.hocba/witness": (WITNESS.key(4).text,)}
    seen: Any = SimpleNamespace(
        slugs=(SO,), so={SO: Rows(world)}, bo=Rows(world), quarantined={"bo": world["quarantined"]},
        registers={SO: Register({}, {}, keys)}, stood=lambda _: world["topic"], taken_at_ms=2**62,
    )  # fmt: skip
    check = Check("closed_logs", endings.PROMISE, at_rest)
    endings.check(seen, check)
    return {one["code"] for one in check.examples}


@pytest.fixture(autouse=True)
def seals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a seal verifies is tested elsewhere: here a signature says it itself."""
    monkeypatch.setattr(endings, "fault", lambda text, *_, **__: None if text == SEALED else "SEAL_WRONG")


def put(name: str, *rows: Any) -> Callable[[dict[str, Any]], None]:
    return lambda world: world.update({name: list(rows)})


def edited(name: str, column: int, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(world: dict[str, Any]) -> None:
        row = list(world[name][0])
        row[column] = value
        world[name] = [tuple(row)]

    return change


def also(*more: Stood) -> Callable[[dict[str, Any]], None]:
    return lambda world: world.update(topic=[*world["topic"], *more])


def test_honest_end_and_an_open_log_are_not_blamed() -> None:
    """Repetitions behind the end, links of identifiers, and what Bộ has put into quarantine are none of it."""
    assert found() == set()
    assert found(lambda world: world.update({name: [] for name in world if name != "quarantined"})) == set()
    assert found(also(stood("LockManifest", 0), stood("IdentityLink", 9))) == set()
    place = ("ingest", "hocba.so-tien-giang.locked.v1", 0, 9)
    refused = also(stood("Checkpoint", 9))
    assert found(lambda world: (refused(world), world.update(quarantined=frozenset({place})))) == set()  # type: ignore[func-returns-value]


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("ACCEPTED_AFTER_THE_END", put("decided_by", (b"late", SINCE, 7))),
        ("ACCEPTED_AFTER_THE_END", put("decided_by", (b"late", SINCE + timedelta(days=9), 99))),
        ("LOG_NOT_CLOSED", put("closing")),
        ("CLOSING_NOT_AT_SO", put("closing")),
        ("FINAL_HEAD_OF_NOBODY", put("closing")),
        ("CLOSED_WITHOUT_ENTRY", put("closing_entries")),
        ("CLOSED_WITHOUT_ENTRY", put("closing_entries", (7, SINCE, "vinh-long", True))),
        ("FINAL_HEAD_NOT_OVER_ALL", put("manifests_in_order", (b"l", 0, b"one"))),
        ("FINAL_HEAD_ROOT_DIFFERS", edited("closing", 1, bytes(32))),
        ("FINAL_HEAD_TEXT_DIFFERS", edited("closing", 3, head(successor="vinh-long"))),
        ("FINAL_HEAD_TEXT_DIFFERS", edited("closing", 3, head(size=3))),
        ("NOTE_SIGNATURE_WRONG", edited("closing", 3, head()[:-6] + b"AAA=\n")),
        ("SEAL_WRONG", edited("closing", 4, "x")),
        ("CLOSING_NOT_AT_BO", put("bo_closing")),
        ("CLOSING_DIFFERS", edited("bo_closing", 0, 1)),
        ("COSIGNATURE_WRONG", edited("bo_closing", 5, "— bo.hocba/witness AAAA\n")),
        ("CLOSING_NOT_ANSWERED", put("closing_receipts")),
        ("CLOSING_RECEIPT_DIFFERS", edited("closing_receipts", 0, b"{}")),
        ("SEAL_WRONG", edited("closing_receipts", 1, "x")),
        ("CLOSING_RECEIPT_COSIGNATURE_DIFFERS", edited("closing_receipts", 2, "x")),
        ("SECOND_FINAL_HEAD", also(stood("Closing", 8, b"another"))),
        ("SENT_AFTER_THE_END", also(stood("Checkpoint", 8))),
        ("SENT_AFTER_THE_END", also(stood("LockedChunk", 8))),
    ],
)
def test_end_with_one_thing_wrong_is_found(code: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Each under its own name."""
    assert code in found(change)


def test_end_that_is_on_its_way_is_no_violation_of_a_hub_at_work() -> None:
    """It only waits."""
    for name in ("bo_closing", "closing_receipts"):
        assert found(put(name), at_rest=False) == set()
    assert found(lambda w: w.update(closing=[], bo_closing=[], topic=[]), at_rest=False) == set()
