"""A roster beside documents: every expected pupil is in exactly one place, and nobody is missed."""

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.completeness import Reported, completeness, unexplained

HERE, THERE = "010101", "010202"
PUPILS = [f"id:{n:012d}" for n in range(8)]
some_pupils = st.lists(st.sampled_from(PUPILS), max_size=12)
some_documents = st.lists(st.builds(Reported, st.sampled_from([HERE, THERE]), st.sampled_from(PUPILS)), max_size=16)


@given(some_pupils, some_documents)
def test_every_pupil_of_the_roster_is_reported_missing_or_elsewhere_and_in_one_of_them(
    roster: list[str], documents: list[Reported]
) -> None:
    """Nobody disappears between the lists, and each is what its name says."""
    found = completeness(HERE, roster, documents)
    here = {d.pupil for d in documents if d.school == HERE}
    there = {d.pupil for d in documents if d.school == THERE}
    assert sorted([*found.reported, *found.missing, *found.elsewhere]) == sorted(set(roster))
    assert found.expected == len(set(roster))
    assert set(found.reported) == set(roster) & here
    assert set(found.missing) == set(roster) - here - there
    assert set(found.elsewhere) == (set(roster) - here) & there
    assert set(found.extra) == here - set(roster)


@given(some_pupils, some_documents)
def test_double_are_pupils_listed_twice_reported_twice_or_claimed_by_two(
    roster: list[str], documents: list[Reported]
) -> None:
    """By counting each pupil by hand."""
    here, there = ([d.pupil for d in documents if d.school == school] for school in (HERE, THERE))
    expected = [p for p in PUPILS if roster.count(p) > 1 or here.count(p) > 1 or (p in here and p in there)]
    assert list(completeness(HERE, roster, documents).double) == expected


@given(some_pupils, some_documents, st.randoms())
def test_completeness_does_not_depend_on_any_order(
    roster: list[str], documents: list[Reported], random: object
) -> None:
    """Two databases give their rows in different orders and must tell the same."""
    found = completeness(HERE, roster, documents)
    random.shuffle(roster)  # type: ignore[attr-defined]
    random.shuffle(documents)  # type: ignore[attr-defined]
    assert completeness(HERE, roster, documents) == found


@given(st.sets(st.sampled_from(PUPILS)), st.dictionaries(st.sampled_from(PUPILS), st.sampled_from(["moved", "left"])))
def test_missing_pupil_stays_unexplained_unless_a_passing_reason_names_it(
    missing: set[str], reasons: dict[str, str]
) -> None:
    """A reason that does not pass explains nobody; a reason for somebody who is not missing is needless."""
    found = unexplained(missing, reasons, frozenset({"moved"}))
    assert set(found.pupils) == {p for p in missing if reasons.get(p) != "moved"}
    assert set(found.needless) == {p for p in reasons if p not in missing}
