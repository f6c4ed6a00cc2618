"""Điều 9 as a whole: the quick computation, the table of the circular, and what may never happen to a pupil."""

import random
from collections.abc import Iterable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from hub.domain.findings import refuses, render
from hub.domain.judge import judge
from hub.domain.regulations.tt27 import compute, rating_of, required_subjects
from hub.domain.transcript import Result, Transcript
from tests.unit.domain.builders import SUMMER, a_transcript, codes_of, with_row
from tests.unit.domain.tt27.drafts import a_pupil_with, scored_subjects

RANK = ("CHT", "HT", "HTT", "HTXS")
BETTER_LEVEL = {"C": "H", "H": "T", "T": "T"}
BETTER_ASSESSED = {"C": "Đ", "Đ": "T", "T": "T"}
LEVELS = st.lists(st.sampled_from("TTTTTHC"), max_size=11)
ASSESSED = st.lists(st.sampled_from("TTTTTĐC"), max_size=15)
SCORES = st.lists(st.integers(0, 10).map(Decimal), max_size=6)


def reference(levels: Iterable[str], values: Iterable[str], scores: Iterable[Decimal]) -> str:
    """Điều 9 row by row, as the circular's table reads."""
    levels, values, scores = list(levels), list(values), list(scores)
    table = [("HTXS", "T", "T", 9), ("HTT", "T", "T", 7), ("HT", "TH", "TĐ", 5)]
    for name, subject_levels, assessed_levels, lowest in table:
        if (
            all(x in subject_levels for x in levels)
            and all(x in assessed_levels for x in values)
            and all(s >= lowest for s in scores)
        ):
            return name
    return "CHT"


def rating_in(document: Transcript) -> str:
    """Return the rating that the hub computes for a document."""
    return next(c.expected for c in compute(document) if c.code == "RATING_DIFFERS")


@pytest.mark.parametrize("levels", ["T", "TH", "THC", "C", ""])
@pytest.mark.parametrize("values", ["T", "TĐ", "TĐC", "C", ""])
@pytest.mark.parametrize("lowest", range(11))
def test_rating_agrees_with_the_table_at_every_boundary(levels: str, values: str, lowest: int) -> None:
    """Each worst level meets each worst quality and each lowest score, so that no boundary is left to chance."""
    scores = [Decimal(10), Decimal(lowest)]
    assert rating_of(levels, values, scores) == reference(levels, values, scores)


@given(LEVELS, ASSESSED, SCORES)
def test_rating_agrees_with_the_table_for_all_values(
    levels: list[str], values: list[str], scores: list[Decimal]
) -> None:
    """The quick computation and the table of Điều 9 agree on every combination."""
    assert rating_of(levels, values, scores) == reference(levels, values, scores)


@given(st.lists(st.sampled_from("THC"), min_size=1), st.lists(st.sampled_from("TĐC"), min_size=1), SCORES, st.data())
def test_rating_never_falls_when_one_mark_or_level_improves(
    levels: list[str], values: list[str], scores: list[Decimal], data: st.DataObject
) -> None:
    """A better mark in one subject, quality or competence can only keep or raise the rating."""
    before = rating_of(levels, values, scores)
    place = data.draw(st.integers(0, len(levels) + len(values) + len(scores) - 1))
    if place < len(levels):
        levels[place] = BETTER_LEVEL[levels[place]]
    elif place < len(levels) + len(values):
        values[place - len(levels)] = BETTER_ASSESSED[values[place - len(levels)]]
    else:
        at = place - len(levels) - len(values)
        scores[at] = data.draw(st.integers(int(scores[at]), 10).map(Decimal))
    assert RANK.index(rating_of(levels, values, scores)) >= RANK.index(before)


@given(st.integers(1, 5), st.data())
def test_rating_of_a_document_agrees_with_the_table(grade: int, data: st.DataObject) -> None:
    """A document whose rating is the table's has no finding on it, and any other rating has."""
    codes = required_subjects(grade)
    levels = data.draw(st.tuples(*[st.sampled_from("TTTHC") for _ in codes]))
    subjects = a_transcript(grade).subjects
    for code, level in zip(codes, levels, strict=True):
        score = data.draw(st.integers(4, 10)) if code in scored_subjects(grade) else None
        subjects = with_row(subjects, code, level=level, score=UNSET if score is None else f"{score}.0")
    expected = reference(levels, "T", [Decimal(r.score) for r in subjects if r.score is not UNSET])
    stated = data.draw(st.sampled_from(RANK))
    result = Result(completed=stated != "CHT", programme_completed=True if grade == 5 and stated != "CHT" else UNSET)
    found = judge(a_transcript(grade, subjects=subjects, rating=stated, result=result), SUMMER)
    assert codes_of(found) == ([] if stated == expected else ["RATING_DIFFERS"])


@given(st.integers(1, 5), st.randoms(use_true_random=False), st.data())
def test_rating_does_not_depend_on_the_order_of_rows(grade: int, rng: random.Random, data: st.DataObject) -> None:
    """The same results in another order give the same rating, whatever else is said about the order."""
    document = a_transcript(grade)
    worse = data.draw(st.sampled_from(document.subjects)).code
    changed = with_row(document.subjects, worse, level=data.draw(st.sampled_from("THC")))
    mixed = tuple(rng.sample(changed, len(changed)))
    assert rating_in(replace(document, subjects=mixed)) == rating_in(replace(document, subjects=changed))


def test_rating_says_what_keeps_the_pupil_from_the_stated_one() -> None:
    """One H in Âm nhạc blocks HTXS, and the finding names it, shows the formula, and warns only."""
    found = judge(a_pupil_with(3, ["Âm nhạc H", "Toán 8 điểm"]), SUMMER)
    assert codes_of(found) == ["RATING_DIFFERS"]
    facts = found[0].facts
    assert (facts["stated"], facts["expected"]) == ("HTXS", "HT")
    assert facts["working"] == "Toán 8.0 điểm, Âm nhạc H nên chưa đạt HTXS ⇒ HT"
    assert facts["inputs"] == (
        "Môn học và hoạt động giáo dục 9 T, 1 H; Phẩm chất 5 T; Năng lực 10 T; Điểm kiểm tra cuối năm thấp nhất 8.0"
    )
    assert not refuses(found)
    assert render(found[0])["vi"] == (
        "Đánh giá kết quả giáo dục ghi HTXS; xét lại theo Điều 9 được HT: "
        "Toán 8.0 điểm, Âm nhạc H nên chưa đạt HTXS ⇒ HT."
    )


@pytest.mark.parametrize(
    ("changes", "stated", "working"),
    [
        ([], "HTT", "mọi điều kiện của HTXS đều đạt ⇒ HTXS"),
        (["Toán 8 điểm"], "HTT", "Toán 8.0 điểm nên chưa đạt HTXS ⇒ HTT"),
        (["Âm nhạc H", "Toán 4 điểm"], "CHT", "Toán 4.0 điểm nên chưa đạt HT ⇒ CHT"),
        (["Chăm chỉ C"], "HT", "Chăm chỉ C nên chưa đạt HT ⇒ CHT"),
        (["Toán 8 điểm", "Ngoại ngữ 1 8 điểm"], "HTXS", "Toán 8.0 điểm, Ngoại ngữ 1 8.0 điểm nên chưa đạt HTXS ⇒ HTT"),
        (["Ngoại ngữ 1 bỏ điểm"], "HT", "mọi điều kiện của HTXS đều đạt ⇒ HTXS; còn thiếu dữ liệu nên HT có thể đúng"),
    ],
)
def test_rating_is_explained_whether_it_agrees_or_not(changes: list[str], stated: str, working: str) -> None:
    """The working names what blocks the stated rating, or else the next better one."""
    shown = next(c for c in compute(a_pupil_with(3, changes, rating=stated)) if c.code == "RATING_DIFFERS")
    assert shown.working == working


def test_long_list_of_obstacles_is_cut() -> None:
    """A pupil with C everywhere still gets a sentence that a receipt can hold."""
    document = a_transcript(4)
    rows = tuple(replace(row, level="C") for row in document.subjects)
    shown = next(iter(compute(replace(document, subjects=rows))))
    assert shown.expected == "CHT"
    assert shown.working.endswith("và 3 mục khác nên chưa đạt HTXS ⇒ CHT")
