"""Folding for search: spellings of one name meet, names that differ stay apart."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.text import folded, is_syllable, without_marks

SAME = [
    ("Hoà", "Hòa"), ("HOÀ", "hòa"), ("hoá", "hóa"), ("hoả", "hỏa"), ("hoạ", "họa"), ("loã", "lõa"), ("Khoẻ", "Khỏe"),
    ("Thuý", "Thúy"), ("Thuỳ", "Thùy"), ("Huỷ", "Hủy"), ("Luỹ", "Lũy"), ("Tuỵ", "Tụy"), ("uỷ ban", "ủy ban"),
    ("Nguyễn  Văn\u00a0An ", "Nguyễn Văn An"), ("ĐẶNG", "đặng"), ("Ðặng", "Đặng"), ("Ɖỗ", "Đỗ"), ("hoán", "hóan"),
    (unicodedata.normalize("NFD", "Nguyễn Thị Thuý"), "Nguyễn Thị Thúy"), ("toàn", "tòan"), ("giặt", "gịăt"),
]  # fmt: skip
ALIASES = [
    ("Quí", "Quý"), ("Kì", "Kỳ"), ("Mĩ", "Mỹ"), ("lí", "lý"), ("Địa lí", "Địa lý"), ("Mĩ thuật", "Mỹ thuật"),
    ("Hi", "Hy"), ("Sĩ", "Sỹ"), ("Tỉ", "Tỷ"), ("Vi", "Vy"), ("học kì", "Học kỳ"),
]  # fmt: skip
APART = [
    ("Hoa", "Hòa"), ("Lan", "Lân"), ("Thúy", "Thùy"), ("Huy", "Hui"), ("Thuý", "Thúi"), ("Tây", "Tâi"), ("may", "mai"),
    ("Đạt", "Dạt"), ("An", "Ân"), ("Yên", "Iên"), ("Nguyễn", "Nguyên"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "two"), SAME)
def test_place_of_the_tone_case_and_spaces_do_not_count(one: str, two: str) -> None:
    """Old and new way of writing fold to one text."""
    assert folded(one) == folded(two)
    assert folded(one, aliases=True) == folded(two, aliases=True)


@pytest.mark.parametrize(("one", "two"), ALIASES)
def test_i_and_y_count_unless_aliases_are_wanted(one: str, two: str) -> None:
    """Kì and Kỳ are two spellings of one word."""
    assert folded(one) != folded(two)
    assert folded(one, aliases=True) == folded(two, aliases=True)


@pytest.mark.parametrize(("one", "two"), APART)
def test_names_that_differ_stay_apart(one: str, two: str) -> None:
    """Folding is no guess; without marks more meet, and that is asked for by name."""
    assert folded(one, aliases=True) != folded(two, aliases=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Nguyễn Thị Thuý", "nguyễn thị thúy"), ("QUÝ", "quý"), ("già", "già"), ("giết", "giết"), ("khuỷu", "khuỷu"),
     ("người", "người"), ("ngoáy", "ngoáy"), ("khuya", "khuya"), ("thuở", "thuở"), ("quả", "quả"), ("nghìn", "nghìn"),
     ("H'Mông", "h'mông"), ("", ""), (" ", "")],
)  # fmt: skip
def test_folded_text_stays_readable(text: str, expected: str) -> None:
    """Right words keep their form."""
    assert folded(text) == expected


def test_text_without_marks_has_none() -> None:
    """What is typed without a Vietnamese keyboard."""
    assert without_marks("ĐẶNG Thị Thuỷ Mỹ") == "dang thi thuy mi"


@given(st.text())
def test_folding_ends_and_is_done_once(text: str) -> None:
    """Any text folds, and what is folded stays as it is; it is composed and has single spaces."""
    once = folded(text)
    assert folded(once) == once
    assert once == " ".join(once.split())
    assert without_marks(without_marks(text)) == without_marks(text)


_SYLLABLES = [
    "Nguyễn", "Trần", "Hoà", "Hòa", "Quý", "Gìn", "giếng", "nghiêng", "khuỷu", "ngoằn", "thuở", "yêu", "Đặng", "uỷ",
    "xoong",
]  # fmt: skip


@pytest.mark.parametrize("word", _SYLLABLES)
def test_syllables_of_vietnamese_are_known(word: str) -> None:
    """With tones in either place."""
    assert is_syllable(word)


@pytest.mark.parametrize(
    "word", ["NguyÔn", "Nguyeãn", "Vaên", "Leâ", "José", "Müller", "hoc̀", "học̀", "hoć́", "tàc", "", "ft"]
)
def test_other_words_are_no_syllables(word: str) -> None:
    """Two tones, a level tone before a stop, foreign letters, nothing at all."""
    assert not is_syllable(word)
