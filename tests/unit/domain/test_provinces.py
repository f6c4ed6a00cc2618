"""Provinces and Sở: codes that changed hands, slugs that never do."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.organisations import DEPARTMENTS, department
from hub.domain.provinces import birth_province, province_at, provinces_at, successor_of
from hub.errors import Refused

BEFORE, AFTER = date(2024, 9, 5), date(2026, 9, 5)


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("82", "Tiền Giang", "Đồng Tháp"),
        ("91", "Kiên Giang", "An Giang"),
        ("24", "Bắc Giang", "Bắc Ninh"),
        ("80", "Long An", "Tây Ninh"),
        ("52", "Bình Định", "Gia Lai"),
        ("44", "Quảng Bình", "Quảng Trị"),
        ("15", "Yên Bái", "Lào Cai"),
    ],
)
def test_province_code_changes_its_meaning_on_1_july_2025(code: str, before: str, after: str) -> None:
    """The seven reused codes mean one province in 2024 and another in 2026."""
    first, second = province_at(code, BEFORE), province_at(code, AFTER)
    assert first is not None
    assert second is not None
    assert (first.name, second.name) == (before, after)
    assert province_at(code, date(2025, 6, 30)) == first
    assert province_at(code, date(2025, 7, 1)) == second


def test_provinces_are_63_and_then_34() -> None:
    """The lists are complete, each former province went into one of the 34, and nothing precedes 2008."""
    old, new = provinces_at(BEFORE), provinces_at(AFTER)
    assert (len(old), len(new)) == (63, 34)
    assert {successor_of(p.code) for p in old} == set(new)
    assert provinces_at(date(2000, 1, 1)) == ()
    assert successor_of("03") is None


def test_birth_prefix_keeps_the_former_meaning() -> None:
    """082 is Tiền Giang for ever, 024 Bắc Giang, 023 nothing."""
    found = birth_province("082")
    assert found is not None
    assert found.name == "Tiền Giang"
    assert birth_province("023") is None
    assert birth_province("182") is None


@given(st.dates(date(2008, 8, 1), date(2040, 1, 1)), st.integers(0, 99))
def test_province_code_means_at_most_one_province_on_a_day(on: date, number: int) -> None:
    """No day has two meanings for a code, and the Sở of a code is in that province that day."""
    code = f"{number:02d}"
    assert len([p for p in provinces_at(on) if p.code == code]) <= 1
    held = [p for d in DEPARTMENTS if (p := d.province_at(on)) is not None and p.code == code]
    assert held == [p for p in (province_at(code, on),) if p is not None]


def test_departments_have_stable_slugs_and_symbols() -> None:
    """63 Sở, slugs and symbols unique, names in the words of today where the Sở lives on."""
    assert len(DEPARTMENTS) == 63
    assert len({d.slug for d in DEPARTMENTS}) == len({d.symbols for d in DEPARTMENTS}) == 63
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", d.slug) for d in DEPARTMENTS)
    assert all(d.name.startswith("Sở Giáo dục và Đào tạo ") for d in DEPARTMENTS)
    for slug in ("ha-noi", "hai-phong", "nghe-an", "khanh-hoa", "tien-giang", "dong-thap", "ba-ria-vung-tau"):
        assert department(slug).slug == slug
    assert department("lao-cai").symbols == "10"


def test_merged_department_hands_over_to_its_successor() -> None:
    """Code 82 is Tiền Giang until 30/6/2025 and Đồng Tháp, which took it over, from the next day on."""
    tien_giang, dong_thap = department("tien-giang"), department("dong-thap")
    assert (tien_giang.closed_on, tien_giang.successor) == (date(2025, 7, 1), "dong-thap")
    assert (dong_thap.closed_on, dong_thap.successor) == (None, None)
    eve = date(2025, 7, 1) - timedelta(days=1)
    assert tien_giang.province_at(eve) == province_at("82", eve)
    assert dong_thap.province_at(AFTER) == province_at("82", AFTER)


def test_every_successor_exists_and_is_alive() -> None:
    """No chain of successors ends nowhere."""
    heirs = {d.successor for d in DEPARTMENTS if d.successor is not None}
    assert all(department(slug).closed_on is None for slug in heirs)
    assert sum(d.closed_on is None for d in DEPARTMENTS) == 34


def test_department_refuses_an_unknown_slug() -> None:
    """A slug that no Sở has is refused with its code."""
    with pytest.raises(Refused) as caught:
        department("sai-gon")
    assert caught.value.code == "SO_UNKNOWN"
