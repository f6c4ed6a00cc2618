"""The population looks like pupils: shares of every rating and level, means of marks, odd cases, subjects taken.

Only the means of grades 10-12 rest on published figures (aggregate results of the national examination, school
averages about 1.0 higher and a third narrower). No published shares of levels were at hand: the bounds of those are
an assumption, wide on purpose, and hold for several seeds.
"""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import combinations
from statistics import mean, stdev

import pytest

from hub.domain.transcript import Transcript
from hub.local.population import PLACES, Level, Population
from hub.local.population.taken import taken_by_class

AT = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
SHARES = {  # (circular, level group, what): {value: (least, most)}
    ("TT27-2020", 1, "rating"): {"HTXS": (0.15, 0.35), "HTT": (0.15, 0.35), "HT": (0.35, 0.65), "CHT": (0.005, 0.03)},
    ("TT22-2021", 2, "learning"): {"T": (0.12, 0.3), "K": (0.45, 0.7), "Đ": (0.12, 0.35), "CĐ": (0.005, 0.03)},
    ("TT22-2021", 3, "learning"): {"T": (0.06, 0.2), "K": (0.45, 0.7), "Đ": (0.2, 0.45), "CĐ": (0.005, 0.03)},
    ("TT22-2021", 2, "training"): {"T": (0.6, 0.8), "K": (0.2, 0.35), "Đ": (0.005, 0.05), "CĐ": (0.001, 0.02)},
    ("TT22-2021", 3, "training"): {"T": (0.6, 0.8), "K": (0.2, 0.35), "Đ": (0.005, 0.05), "CĐ": (0.001, 0.02)},
    ("TT58-2011", 2, "learning"): {"G": (0.15, 0.4), "K": (0.5, 0.75), "TB": (0.04, 0.2), "Y": (0.003, 0.03)},
    ("TT58-2011", 3, "learning"): {"G": (0.08, 0.3), "K": (0.55, 0.8), "TB": (0.06, 0.25), "Y": (0.003, 0.03)},
    ("TT58-2011", 3, "conduct"): {"T": (0.65, 0.9), "K": (0.1, 0.3), "TB": (0.01, 0.1), "Y": (0.001, 0.02)},
}
UPPER_MEANS = {  # school averages of grades 10-12: examination of 2025 and 2026, shifted by 1.0
    "TOAN": 6.2, "VAN": 7.7, "NN1": 6.3, "SU": 7.4, "DIA": 6.9, "LI": 7.3, "HOA": 7.2, "SINH": 6.8, "TIN": 7.4,
    "CN": 7.7, "KTPL": 7.4,
}  # fmt: skip


def year_documents(year: str, seed: int) -> list[Transcript]:
    population = Population(seed, pupil_count=4000, school_count=24, sos=tuple(PLACES), school_year=year, at=AT)
    found = (t for s in population.submissions() if not s.history for t in s.transcripts)
    return [t for t in found if t.period == "year"]


@pytest.fixture(scope="module")
def documents() -> list[Transcript]:
    return year_documents("2025-2026", 3) + year_documents("2021-2022", 4)


def group_of(grade: int) -> int:
    return 1 if grade <= 5 else 2 if grade <= 9 else 3


def test_spread_of_every_rating_and_level_lies_within_its_bounds(documents: list[Transcript]) -> None:
    """Each circular and level group has all usual values, in plausible shares."""
    found: dict[tuple[str, int, str], Counter[str]] = defaultdict(Counter)
    for t in documents:
        for what in ("rating", "learning", "training", "conduct"):
            value = getattr(t, what)
            if value:
                found[t.regulation, group_of(t.grade), what][value if what == "rating" else value.year] += 1
    for key, bounds in SHARES.items():
        total = found[key].total()
        assert set(found[key]) <= set(bounds), key
        for value, (least, most) in bounds.items():
            assert least <= found[key][value] / total <= most, (key, value, found[key])


def test_spread_of_marks_lies_near_the_examinations(documents: list[Transcript]) -> None:
    """Means of grades 10-12 lie within half a mark of the published figures, and pupils differ."""
    marks = defaultdict(list)
    for t in documents:
        if t.grade >= 10:
            for row in t.subjects:
                if row.kind == "score" and row.exempt is not True:
                    marks[row.code].append(float(str(row.year)))
    for code, published in UPPER_MEANS.items():
        assert abs(mean(marks[code]) - published) < 0.5, (code, mean(marks[code]))
        assert 0.6 < stdev(marks[code]) < 1.5, code


def test_spread_has_every_way_out_of_a_year(documents: list[Transcript]) -> None:
    """Primary goes up without completing too; secondary is taken again in marks or in summer, and repeats or waits."""
    ways = Counter((group_of(t.grade) > 1, t.result.promotion, t.result.completed) for t in documents)
    assert set(ways) == {
        (False, "promoted", True), (False, "promoted", False), (False, "retained", False),
        (True, "promoted", True), (True, "retained", False), (True, "retake", False), (True, "summer_training", False),
    }  # fmt: skip
    assert ways[True, "promoted", True] + ways[False, "promoted", True] > 0.97 * len(documents)


def test_spread_has_the_odd_cases(documents: list[Transcript]) -> None:
    """Absences around 45, exempt rows and pupils, comment subjects not reached, retakes with both values, electives."""
    odd: Counter[str] = Counter()
    for t in documents:
        assert t.absences
        missed = t.absences.excused + t.absences.unexcused
        odd["absent 40-45"] += 40 <= missed <= 45
        odd["absent over 45"] += missed > 45
        odd["plan of their own"] += t.student.disability_exempt is True
        for row in t.subjects:
            odd["exempt row"] += row.exempt is True
            odd["comment I CĐ"] += row.kind == "comment" and row.semester_1 == "CĐ"
            odd["comment year CĐ"] += row.kind == "comment" and row.year == "CĐ"
            odd["retake"] += isinstance(row.retake, str) and isinstance(row.year, str)
            odd["elective"] += row.code in ("TDT", "NN2")
        if t.learning and t.learning.year == "Đ" and t.regulation == "TT22-2021":
            odd["raised by Điều 9.3"] += any(r.kind == "score" and str(r.year) < "3.5" for r in t.subjects)
    assert len(odd) == 9
    assert min(odd.values()) > 0, odd


def test_spread_of_chosen_subjects_reaches_all_combinations() -> None:
    """Classes of grades 10-12 take every one of the 126 combinations, with three topics of subjects they have."""
    order = ("DIA", "KTPL", "LI", "HOA", "SINH", "CN", "TIN", "AN", "MT")
    taken = [taken_by_class(Level.UPPER_SECONDARY, number) for number in range(252)]
    assert {t.choices for t in taken} == set(combinations(order, 4))
    assert all(len(set(t.study_topics)) == 3 for t in taken)
    assert all(set(t.study_topics) <= {*t.choices, "VAN", "TOAN", "SU"} for t in taken)
