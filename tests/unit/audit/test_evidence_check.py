"""The oracle works every grade out again from stored signatures, and follows each sealed document to its source."""

import hashlib
import json
from types import SimpleNamespace
from typing import Any

import pytest

from hub.audit import Check
from hub.audit.checks.evidence import check
from hub.audit.checks.signed import _seal_faults
from hub.audit.evidence import UNCLEAR, grade_of
from hub.audit.facts import TranscriptFact, fact_of
from hub.audit.signatures import register_of
from hub.audit.sources import Record
from hub.audit.world import Stood
from hub.errors import Refused
from hub.schemas.examples import stored
from hub.trust import grade_of as grade_of_hub
from tests.unit.decision.builders import a_seal, a_signature, sha

SOURCE = b"<lo/>"
DIGEST = hashlib.sha256(SOURCE).hexdigest()
SYSTEM = {"so": "tien-giang", "grade": "derived", "format": "xades", "mapping": "tien-giang", "signers": []}
SEALED = [a_seal("derived", source_sha256=DIGEST)]
NATIVE = [a_signature(1), a_signature(2), a_signature(3)]


class Stored:
    """One Sở and Bộ, each with a native and a sealed transcript, and the stream that tells of both."""

    def __init__(self) -> None:
        self.documents = [self._document(0, NATIVE, "native", None), self._document(1, SEALED, "derived", DIGEST)]
        self.sources = [(bytes.fromhex(DIGEST), SOURCE)]
        self.register = [("source_system", entry(SYSTEM))]
        self.at_bo = [self._at_bo(0, NATIVE, "native"), self._at_bo(1, SEALED, "derived")]
        self.told = ["native", "derived"]

    def codes(self) -> list[str]:
        """What the oracle finds broken."""
        answers = {
            "graded_documents": self.documents, "sources_kept": self.sources, "register_statements": self.register,
            "graded_transcripts": self.at_bo,
        }  # fmt: skip
        rows = SimpleNamespace(rows=lambda name: iter(answers[name]))
        stood = [
            Stood(0, n, f"{b'L'.hex()}/{sha(str(n)).hex()}", b"k", b"", 0, TranscriptFact("k", b"", told))
            for n, told in enumerate(self.told)
        ]
        found = Check("evidence", "x.")
        world = SimpleNamespace(slugs=["tien-giang"], so={"tien-giang": rows}, bo=rows, stood=lambda _: stood)
        check(world, found)  # type: ignore[arg-type]
        return [example["code"] for example in found.examples]

    def change(self, rows: str, n: int, column: int, value: Any) -> None:
        """Change one column of a row."""
        row = list(getattr(self, rows)[n])
        row[column] = value
        getattr(self, rows)[n] = tuple(row)

    def _document(self, n: int, signatures: list[str], grade: str, source: str | None) -> tuple[Any, ...]:
        return b"m", n, signatures, grade, None if source is None else bytes.fromhex(source), leaf(grade)

    def _at_bo(self, n: int, signatures: list[str], grade: str) -> tuple[Any, ...]:
        return "tien-giang", b"L", n, sha(str(n)), signatures, grade, leaf(grade)


def leaf(grade: str) -> bytes:
    return json.dumps({"evidence": grade}).encode()


def entry(payload: dict[str, Any], entry_id: str = "ho-so-tien-giang") -> bytes:
    return json.dumps({"entry_id": entry_id, "payload": payload}).encode()


def test_sound_grades_and_sources_break_nothing() -> None:
    """Native beside sealed, also before the lock."""
    stored_rows = Stored()
    assert stored_rows.codes() == []
    stored_rows.change("documents", 0, 5, None)
    assert stored_rows.codes() == []


@pytest.mark.parametrize(
    ("rows", "n", "column", "value", "codes"),
    [
        ("documents", 0, 3, "derived", ["GRADE_COLUMN_DIFFERS"]),
        ("documents", 1, 3, "native", ["GRADE_COLUMN_DIFFERS"]),
        ("documents", 1, 5, leaf("native"), ["LEAF_GRADE_DIFFERS"]),
        ("documents", 1, 2, [*SEALED, NATIVE[0]], ["GRADE_UNCLEAR", "SOURCE_SYSTEM_NOT_REGISTERED"]),
        ("documents", 0, 2, ["a..b"], ["GRADE_UNCLEAR"]),
        ("documents", 0, 4, bytes.fromhex(DIGEST), ["SOURCE_OF_A_NATIVE_DOCUMENT"]),
        ("documents", 1, 4, sha("x"), ["SOURCE_COLUMN_DIFFERS"]),
        ("sources", 0, 1, b"other", ["SOURCE_HASH_DIFFERS"]),
        ("sources", 0, 0, sha("x"), ["SOURCE_HASH_DIFFERS", "SOURCE_MISSING", "SOURCE_OF_NOBODY"]),
        ("register", 0, 1, entry(SYSTEM, "another"), ["SOURCE_SYSTEM_NOT_REGISTERED"]),
        ("register", 0, 1, entry(SYSTEM | {"grade": "attested"}), ["SOURCE_SYSTEM_NOT_REGISTERED"]),
        ("register", 0, 1, entry(SYSTEM | {"so": "nghe-an"}), ["SOURCE_SYSTEM_NOT_REGISTERED"]),
        ("register", 0, 1, entry(SYSTEM | {"mapping": "nghe-an"}), ["SOURCE_SYSTEM_NOT_REGISTERED"]),
        ("at_bo", 1, 5, "native", ["GRADE_COLUMN_DIFFERS"]),
        ("at_bo", 0, 6, leaf("attested"), ["LEAF_GRADE_DIFFERS"]),
        ("at_bo", 1, 4, NATIVE, ["STREAM_GRADE_DIFFERS", "GRADE_COLUMN_DIFFERS", "LEAF_GRADE_DIFFERS"]),
    ],
)  # fmt: skip
def test_what_says_another_grade_or_source_is_noticed(
    rows: str, n: int, column: int, value: Any, codes: list[str]
) -> None:
    """Wherever it stands: column, leaf, source, register; at Sở and at Bộ."""
    stored_rows = Stored()
    stored_rows.change(rows, n, column, value)
    assert stored_rows.codes() == codes


def test_stream_that_lifts_a_grade_is_noticed() -> None:
    """Whoever reads only the stream would believe it."""
    stored_rows = Stored()
    stored_rows.told[1] = "native"
    assert stored_rows.codes() == ["STREAM_GRADE_DIFFERS"]


@pytest.mark.parametrize("signatures", [
    NATIVE, SEALED, [a_seal("attested")], [a_seal("legacy_evidence")], [*NATIVE, SEALED[0]], [SEALED[0]] * 2, ["a..b"],
])  # fmt: skip
def test_own_reading_agrees_with_the_hub_s(signatures: list[str]) -> None:
    """Two pieces of code, one answer."""
    try:
        told = str(grade_of_hub(signatures))
    except Refused:
        told = UNCLEAR
    assert grade_of(signatures) == told
    assert grade_of([]) == UNCLEAR


def test_message_of_the_first_version_tells_native() -> None:
    """What was sent before there were grades was signed at a school."""
    facts = {
        example.schema.version: fact_of("transcript", Record("t", 0, 0, b"k", example.data, (), 0), None)
        for example in stored()
        if example.schema.name == "Transcript"
    }
    assert {version: fact.evidence for version, fact in facts.items()} == {1: "native", 2: "derived"}


def test_seal_is_held_against_the_register_and_stands_alone() -> None:
    """Check 6 reads a sealed document by the seal of its grade."""
    scope: dict[str, str] = {}
    register = register_of(())
    assert list(_seal_faults(b"", SEALED, register, scope)) == ["CERTIFICATE_NOT_REGISTERED"]
    assert list(_seal_faults(b"", [*SEALED, NATIVE[0]], register, scope)) == ["SEAL_NOT_ALONE"]
    wrong_role = [a_seal("derived", role="so_seal")]
    assert list(_seal_faults(b"", wrong_role, register, scope)) == ["SIGNATURE_SAYS_ANOTHER_THING"]
