"""Two verifiers in two languages about transcripts that no school signed: the same parts, up to what a source says.

The second one reads no source and runs no mapping: it leaves the part `source` open, as the first does without a check.
"""

from pathlib import Path

import pytest

from hub.evidence import bundle_bytes, verify_bundle
from tests.unit.evidence.both import Case, agreed, text
from tests.unit.evidence.builders import LATER_AT, crls, edited, good, keys, roots
from tests.unit.evidence.node import ask, second_verdict
from tests.unit.evidence.sealed_lies import sealed_lies
from tests.unit.evidence.sealed_world import (
    SYSTEMS,
    a_reader,
    a_sealed,
    issued,
    register,
    sealed,
    sealed_parts,
    without,
)


def second(data: bytes) -> dict[str, object]:
    """Ask the second verifier about one file."""
    anchor = ("anchor-ha-noi.der", text(keys().issued["registrar"].der))
    (found,) = ask([{"ask": "bundle", "file": text(data), "roots": [anchor]}])
    assert isinstance(found, dict)
    return found


def test_both_leave_the_content_of_a_source_open() -> None:
    """For each grade; and a native transcript has none."""
    assert agreed([Case(sealed(grade)) for grade in SYSTEMS]) == ["unknown"] * 3
    assert agreed([Case(good())]) == ["valid"]
    assert agreed([Case(edited(sealed(grade), without("source"))) for grade in SYSTEMS]) == ["unknown"] * 3


@pytest.mark.parametrize("grade", SYSTEMS)
def test_second_verifier_says_in_its_own_words_what_it_did_not_judge(grade) -> None:  # type: ignore[no-untyped-def]
    """Nobody takes its answer for more than it is: one part is open, and the rest of the proof holds."""
    found = second(sealed(grade))
    told = [one["what"] for one in found["findings"] if one["part"] == "source"]  # type: ignore[attr-defined]
    assert told[0].startswith("content not judged")
    assert told[1].startswith(f"{grade}: ")
    assert any("source document" in what for what in found["not_checked"])  # type: ignore[attr-defined]
    assert {part for part, end in found["parts"].items() if end != "valid"} == {"source"}  # type: ignore[attr-defined]


def test_both_tell_the_same_part_of_every_sealed_lie() -> None:
    """Not only the verdict: each part of the proof ends alike, and each lie has its finding in both."""
    told = sealed_lies()
    assert len(told) >= 45
    assert set(agreed([Case(lie.data) for lie in told.values()])) == {"invalid"}
    for name, lie in told.items():
        assert lie.part in [one["part"] for one in second(lie.data)["findings"]], name  # type: ignore[attr-defined]


def test_both_find_a_seal_that_was_revoked() -> None:
    """By the lists that the bundle brings."""
    pki = keys().pki
    pki.revoke(issued("system"), LATER_AT.replace(day=1))
    newer = crls(LATER_AT)
    for _, authority in pki.authorities.values():
        authority.revoked.clear()
    assert agreed([Case(bundle_bytes(**sealed_parts(a_sealed(), register=(*register(), newer))))]) == ["invalid"]


def test_second_verifier_ends_as_for_unknown_where_the_first_can_say_valid(tmp_path: Path) -> None:
    """The one place where their exit codes differ, as docs/evidence.md says."""
    (tmp_path / "b.json").write_bytes(sealed())
    (tmp_path / "r.der").write_bytes(keys().issued["registrar"].der)
    code, shown = second_verdict(tmp_path / "b.json", "--roots", tmp_path / "r.der")
    assert (code, shown["verdict"]) == (7, "unknown")
    assert verify_bundle(sealed(), roots(), check=a_reader()).verdict == "valid"
