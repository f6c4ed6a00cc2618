"""Grades in decisions: what stands by better evidence stays, and nothing that was accepted changes its grade."""

import pytest

from hub.trust import GRADES
from tests.unit.decision.builders import a_judged, a_submission, answers_of, codes_of, sha
from tests.unit.decision.test_submission import a_current, decided

SOURCE = sha("source")
PAIRS = [(stands, comes) for stands in GRADES for comes in GRADES]


def _sealed(evidence: str, **changes):
    return a_judged(evidence=evidence, source_sha256=None if evidence == "native" else SOURCE, **changes)


@pytest.mark.parametrize("grade", GRADES)
def test_accepted_row_has_the_grade_of_its_signatures(grade) -> None:
    outcome = decided(a_submission(_sealed(grade)))
    assert [(new.current.evidence, new.judged.evidence) for new in outcome.accepted] == [(grade, grade)]


@pytest.mark.parametrize(("stands", "comes"), PAIRS)
def test_other_version_takes_the_place_of_what_stands_by_no_better_evidence(stands, comes) -> None:
    """With the hash that it replaces, as every version."""
    old = _sealed(stands)
    new = _sealed(comes, text="second", supersedes=old.document_sha256)
    outcome = decided(a_submission(new), a_current(old, evidence=stands))
    if GRADES.index(comes) <= GRADES.index(stands):
        assert [new.current.evidence for new in outcome.accepted] == [comes]
    else:
        assert (outcome.accepted, codes_of(outcome, 0)) == ((), ["EVIDENCE_WEAKER"])


@pytest.mark.parametrize(("stands", "comes"), PAIRS)
def test_same_bytes_with_other_signatures_lift_nothing(stands, comes) -> None:
    """Unchanged is what stands with the same grade; a better one is told how to take its place."""
    outcome = decided(a_submission(_sealed(comes)), a_current(_sealed(stands), evidence=stands))
    if stands == comes:
        assert answers_of(outcome) == [("unchanged", "open")]
        return
    weaker = GRADES.index(comes) > GRADES.index(stands)
    assert codes_of(outcome, 0) == ["EVIDENCE_WEAKER" if weaker else "EVIDENCE_NOT_LIFTED"]
    assert not outcome.accepted


def test_locked_record_is_no_place_for_weaker_evidence() -> None:
    """Before the state of the round is looked at."""
    old = _sealed("native")
    new = _sealed("derived", text="second", supersedes=old.document_sha256)
    assert codes_of(decided(a_submission(new), a_current(old, "locked")), 0) == ["EVIDENCE_WEAKER"]
