"""Who the pupil is: the personal number against sex, birth date and province; passports; temporary codes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from hub.domain.findings import Finding, refuses
from hub.domain.identity import birth_year_of, check_identity, sex_of
from hub.domain.provinces import PROVINCES
from tests.unit.domain.builders import a_student, a_transcript, codes_of

# Thông tư 59/2021/TT-BCA [secondary]: the digit, the sex and the century that it says.
DIGITS = [
    ("0", "male", 1900), ("1", "female", 1900), ("2", "male", 2000), ("3", "female", 2000), ("4", "male", 2100),
    ("5", "female", 2100), ("6", "male", 2200), ("7", "female", 2200), ("8", "male", 2300), ("9", "female", 2300),
]  # fmt: skip
OLD_PREFIXES = sorted({f"0{p.code}" for p in PROVINCES if p.valid_to is not None})


def found(**changes: Any) -> list[Finding]:
    return check_identity(a_transcript(student=a_student(**changes)))


@pytest.mark.parametrize(("digit", "sex", "century"), DIGITS)
def test_fourth_digit_says_sex_and_century(digit: str, sex: str, century: int) -> None:
    """All ten of them, each against both sexes, an unknown one, and another century."""
    number, born = f"001{digit}17000123", f"{century + 17}-05-02"
    assert (sex_of(number), birth_year_of(number)) == (sex, str(century + 17))
    other = "female" if sex == "male" else "male"
    assert found(personal_id=number, gender=sex, birth_date=born) == []
    assert found(personal_id=number, gender="unknown", birth_date=born) == []
    assert codes_of(found(personal_id=number, gender=other, birth_date=born)) == ["PERSONAL_ID_SEX_DIFFERS"]
    later = f"{century + 117}-05-02"
    assert codes_of(found(personal_id=number, gender=sex, birth_date=later)) == ["PERSONAL_ID_YEAR_DIFFERS"]


@pytest.mark.parametrize("prefix", OLD_PREFIXES)
def test_prefix_has_its_meaning_at_birth(prefix: str) -> None:
    """All of the 63 stay good after the merger, whatever their code means today."""
    assert found(personal_id=f"{prefix}217000123", birth_date="2017-01-31") == []


def test_there_are_sixty_three_prefixes() -> None:
    """Otherwise the test above would promise less."""
    assert len(OLD_PREFIXES) == 63
    assert "024" in OLD_PREFIXES  # Bắc Giang; lists that say 023 are wrong
    assert "023" not in OLD_PREFIXES


@pytest.mark.parametrize(
    ("prefix", "code"),
    [
        ("000", "PERSONAL_ID_PREFIX_UNKNOWN"),
        ("003", "PERSONAL_ID_PREFIX_UNKNOWN"),
        ("023", "PERSONAL_ID_PREFIX_UNKNOWN"),
        ("097", "PERSONAL_ID_PREFIX_UNKNOWN"),
        ("100", "PERSONAL_ID_PREFIX_COUNTRY"),
        ("273", "PERSONAL_ID_PREFIX_COUNTRY"),
        ("999", "PERSONAL_ID_PREFIX_COUNTRY"),
    ],
)
def test_other_prefix_only_warns(prefix: str, code: str) -> None:
    """Births that were registered abroad have the code of a country."""
    told = found(personal_id=f"{prefix}217000123", birth_date="2017-01-31")
    assert codes_of(told) == [code]
    assert not refuses(told)


@pytest.mark.parametrize("born", ["2017", "2017-03", "2017-03-14"])
def test_birth_date_is_compared_as_far_as_it_is_known(born: str) -> None:
    """A year or a month alone is legal, and enough to compare the year."""
    assert found(personal_id="001217000123", birth_date=born) == []
    assert codes_of(found(personal_id="001216000123", birth_date=born)) == ["PERSONAL_ID_YEAR_DIFFERS"]


@pytest.mark.parametrize(
    ("number", "repair"),
    [
        ("1217000123", "001217000123"),
        ("01217000123", "001217000123"),
        ("00121700012", None),  # with a zero more, the digits would not agree
        ("0012170001234", None),
        ("00121700012A", None),
        ("001217 00123", None),
        ("٠٠١٢١٧٠٠٠١٢٣", None),
        ("001217000123\n", None),
        ("Đ" * 11, None),
    ],
)
def test_number_that_is_not_twelve_digits_is_refused(number: str, repair: str | None) -> None:
    """With the zeros that a spreadsheet dropped as proposal, when the whole number then agrees."""
    (told,) = found(personal_id=number)
    assert (told.code, refuses([told])) == ("PERSONAL_ID_MALFORMED", True)
    assert told.facts.get("repair") == repair
    assert told.facts["length"] == str(len(number))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"personal_id": UNSET, "passport": "M12345678", "nationality": "KR"}, []),
        ({"passport": "M12345678", "nationality": "KR"}, []),  # a foreigner who has both
        ({"passport": "C1234567"}, []),  # a citizen who has both
        ({"personal_id": UNSET, "passport": "C1234567"}, ["PASSPORT_OF_CITIZEN"]),
        ({"personal_id": UNSET, "nationality": "KR"}, ["IDENTITY_MISSING"]),
        ({"personal_id": UNSET}, ["IDENTITY_MISSING"]),
        ({"student_code": "TAM-001217000123"}, []),
        ({"student_code": "TAM-001217000124"}, ["STUDENT_CODE_TEMPORARY_DIFFERS"]),
        ({"student_code": "TAM-1217000123"}, ["STUDENT_CODE_TEMPORARY_DIFFERS"]),
        ({"student_code": "TAM-"}, ["STUDENT_CODE_TEMPORARY_DIFFERS"]),
        ({"student_code": "TAM-001217000123", "personal_id": UNSET}, ["IDENTITY_MISSING"]),
        ({"student_code": "TAM", "personal_id": "001217000123"}, []),
    ],
)
def test_passports_and_temporary_codes(changes: dict[str, Any], expected: list[str]) -> None:
    """A foreigner is known by passport; a temporary code repeats the number; all of it only warns."""
    told = found(**changes)
    assert codes_of(told) == expected
    assert not refuses(told)


@st.composite
def good_students(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what agrees: prefix, digit, sex, year, and as much of the birth date as is known."""
    digit, sex, century = draw(st.sampled_from(DIGITS))
    year = century + draw(st.integers(0, 99))
    born = draw(st.sampled_from([f"{year}", f"{year}-07", f"{year}-07-21"]))
    serial = draw(st.integers(0, 999_999))
    number = f"{draw(st.sampled_from(OLD_PREFIXES))}{digit}{year % 100:02d}{serial:06d}"
    code = draw(st.sampled_from(["0100000123", f"TAM-{number}"]))
    gender = draw(st.sampled_from([sex, "unknown"]))
    return {"personal_id": number, "gender": gender, "birth_date": born, "student_code": code}


@given(good_students())
def test_number_that_agrees_has_no_finding(student: dict[str, Any]) -> None:
    """For every province, digit, year and serial."""
    assert found(**student) == []


PLANTED = {
    "PERSONAL_ID_PREFIX_UNKNOWN": lambda s: s | {"personal_id": "003" + s["personal_id"][3:]},
    "PERSONAL_ID_PREFIX_COUNTRY": lambda s: s | {"personal_id": "301" + s["personal_id"][3:]},
    "PERSONAL_ID_SEX_DIFFERS": lambda s: s | {"gender": {"male": "female", "female": "male"}[sex_of(s["personal_id"])]},
    "PERSONAL_ID_YEAR_DIFFERS": lambda s: s | {"birth_date": f"{int(s['birth_date'][:4]) + 1}{s['birth_date'][4:]}"},
    "PERSONAL_ID_MALFORMED": lambda s: s | {"personal_id": s["personal_id"] + "0"},
    "STUDENT_CODE_TEMPORARY_DIFFERS": lambda s: s | {"student_code": "TAM-" + s["personal_id"][::-1] + "0"},
}


@pytest.mark.parametrize("code", PLANTED)
@given(student=good_students())
def test_one_planted_disagreement_gives_exactly_its_code(code: str, student: dict[str, Any]) -> None:
    """No finding hides another, and none brings another along."""
    if code != "STUDENT_CODE_TEMPORARY_DIFFERS":
        student["student_code"] = "0100000123"
    told = found(**PLANTED[code](student))
    assert codes_of(told) == [code]
    assert refuses(told) == (code == "PERSONAL_ID_MALFORMED")
