"""The oracle by itself: it owes nothing to the hub, its tree is RFC 9162's, and a report counts what it finds."""

import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hub.audit import CHECKS, Check, Report, read_journal
from hub.audit.facts import command_fact, digest_of
from hub.audit.handling import Handling
from hub.audit.merkle import heads, leaf_hash, root
from hub.audit.messages import decode
from hub.audit.notes import read_head
from hub.audit.report import EXAMPLES_MAX
from hub.audit.signatures import fault, register_of
from hub.audit.sources import Record
from hub.audit.world import Stood
from hub.kafka.identity import record_sha256
from hub.trust import merkle

_LOADED = "import sys, hub.audit; print([m for m in sys.modules if m.startswith('hub.') and m[:9] != 'hub.audit'])"
_EMPTY = register_of(())
_AT = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)


def test_oracle_imports_nothing_else_of_the_hub() -> None:
    """A fault of the hub cannot hide itself in code that both share."""
    shown = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True, timeout=60)
    assert shown.stdout.strip() == "[]"


def test_oracle_has_a_sentence_for_each_check() -> None:
    """Each check stands under a name of its own with its promise in one sentence."""
    assert len({name for name, _, _ in CHECKS}) == len(CHECKS) >= 16
    assert all(promise.endswith(".") and len(promise) <= 120 for _, promise, _ in CHECKS)


def test_root_of_nothing_and_of_one_is_as_rfc_9162_says() -> None:
    """The empty tree hashes nothing; a tree of one leaf is its leaf hash."""
    assert root([]) == hashlib.sha256(b"").digest()
    assert root([leaf_hash(b"x")]) == hashlib.sha256(b"\0x").digest()


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=70))
def test_roots_agree_with_a_recursive_definition_at_every_size(data: list[bytes]) -> None:
    """Each head equals the recursive root of its prefix, and the hub's own tree."""
    leaves = [leaf_hash(item) for item in data]
    for size, (found, peaks) in enumerate(heads(leaves), 1):
        assert found == _recursive(leaves[:size]) == merkle.root(leaves[:size])
        assert len(peaks) == size.bit_count()


def _recursive(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    middle = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + _recursive(leaves[:middle]) + _recursive(leaves[middle:])).digest()


@given(
    st.integers(0, 7),
    st.none() | st.binary(max_size=9),
    st.lists(st.tuples(st.sampled_from(["ce_id", "ce_type", "x"]), st.binary(max_size=5)), max_size=4),
    st.none() | st.binary(max_size=20),
)
def test_record_identity_agrees_with_the_journal(
    part: int, key: bytes | None, headers: list[tuple[str, bytes]], value: bytes | None
) -> None:
    """The identity computed here is the one that the client's journal names."""
    record = Record("hocba.so-ha-noi.command.v1", part, 0, key, value, tuple(headers), 0)
    assert command_fact(record, False).record_sha256 == record_sha256(part, key, headers, value)


@given(st.binary(max_size=60))
def test_decoder_answers_none_for_bytes_that_are_no_message(data: bytes) -> None:
    """Hostile bytes never raise."""
    assert decode(b"\1" + data) is None
    assert decode(b"\0\0\0\3\xe9" + data) is None or data


@given(st.text(max_size=60))
def test_signature_that_does_not_read_is_a_fault_and_never_raises(text: str) -> None:
    """Whatever stands in a signature column has an answer."""
    assert fault(text, b"x", _EMPTY, typ="t", roles=("r",), scope={}) is not None


@given(st.binary(max_size=60))
def test_note_that_does_not_read_is_none(data: bytes) -> None:
    """Whatever stands in a checkpoint has an answer."""
    assert read_head(data) is None


def test_report_lists_twenty_and_counts_all() -> None:
    """Many violations stay countable without filling the screen, and waiting counts only at rest."""
    at_rest, at_work = Check("a", "b."), Check("c", "d.", at_rest=False)
    for n in range(EXAMPLES_MAX + 5):
        at_rest.broken("CODE", digest=b"\1", n=n)
        at_work.waits("CODE")
    report = Report([at_rest, at_work])
    assert (report.violations, report.broken, at_work.unfinished) == (EXAMPLES_MAX + 5, ("a",), EXAMPLES_MAX + 5)
    assert json.loads(json.dumps(report.as_json()))["checks"][0]["examples"][0] == {
        "code": "CODE",
        "digest": "01",
        "n": "0",
    }


def test_journal_is_read_when_its_last_line_is_torn(tmp_path: Path) -> None:
    """A line without its end was never synced: the send that it announces did not begin."""
    path = tmp_path / "journal.jsonl"
    path.write_text('{"step": "send"}\n{"step": "ackn', encoding="utf-8")
    assert list(read_journal([path])) == [{"step": "send"}]


def _stood(part: int, offset: int, value: bytes) -> Stood:
    record = Record("t", part, offset, b"k", value, (), 0)
    return Stood(part, offset, "", b"k", digest_of(b"k", value), 0, command_fact(record, True))


def test_handling_tells_first_repetition_quarantine_and_loss_apart() -> None:
    """One record has one place; the same one later is a repetition; a redriven one stood in quarantine."""
    records = [_stood(0, n, value) for n, value in enumerate((b"a", b"b", b"a", b"c", b"d", b"d", b"e"))]
    rows = [
        (records[n].fact.record_sha256, 0, n, "s", f"id-{n}", b"", True, 0, _AT)
        for n in (0, 1, 5)
    ]  # fmt: skip
    handling = Handling("t", rows, [("t", 0, 1), ("t", 0, 3), ("t", 0, 4)], records)
    found = [handling.of(0, n) for n in range(7)]
    assert found == ["first", "twice", "repetition", "quarantined", "quarantined", "first", ""]
