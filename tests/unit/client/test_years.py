"""One pupil's years: which version stands for each, which province its code meant, and how proofs are summed up."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hub.client.history import Version
from hub.client.years import YearProof, conclusion_of, in_force
from hub.domain.transcript import School
from hub.evidence import Conclusion, bundle_bytes, verify_bundle
from hub.trust import leaf_bytes
from tests.unit.client.builders import sha
from tests.unit.domain.builders import a_transcript
from tests.unit.evidence.builders import a_locked, good, parts_of, placed, roots
from tests.unit.evidence.sealed_lies import sealed_lies
from tests.unit.evidence.sealed_world import MAPPING, SYSTEMS, a_reader, sealed

AT = datetime(2026, 6, 20, tzinfo=UTC)


def a_version(number: int = 1, state: str = "locked", so: str = "tien-giang", **changes: object) -> Version:
    day = date(2026, 6, 30) if state in ("locked", "superseded") else None
    return Version(so, a_transcript(**changes), state, number, sha(f"v{number}"), AT, day, "L", 3, None)


def school(province: str, code: str = "0101001") -> dict[str, object]:
    return {"school": School(code=code, name="Trường Tiểu học Số 1", province=province)}


def proof(version: Version, data: bytes | None = None) -> YearProof:
    """Prove a version by some evidence file; it is not asked whether the file is about it."""
    report = None if data is None else verify_bundle(data, roots(), check=a_reader())
    return YearProof(version, 1, report, data, None if data is not None else "BUNDLE_NOT_COSIGNED")


@pytest.mark.parametrize(
    ("code", "year", "name", "now"),
    [
        ("82", "2020-2021", "Tiền Giang", "82 Đồng Tháp"),
        ("82", "2024-2025", "Tiền Giang", "82 Đồng Tháp"),
        ("82", "2025-2026", "Đồng Tháp", None),
        ("87", "2024-2025", "Đồng Tháp", "82 Đồng Tháp"),
        ("87", "2025-2026", None, None),
        ("31", "2024-2025", "Hải Phòng", None),
        ("30", "2024-2025", "Hải Dương", "31 Hải Phòng"),
        ("40", "2025-2026", "Nghệ An", None),
    ],
)
def test_province_is_the_one_that_the_code_meant_in_that_year(
    code: str, year: str, name: str | None, now: str | None
) -> None:
    """The codes changed hands on 1/7/2025; a document keeps the meaning of its own year."""
    shown = proof(a_version(school_year=year, **school(code))).shown()
    assert shown["province"] == {"code": code, "name": name, "now": now}


def test_version_in_force_stands_for_its_record() -> None:
    """The newest locked one, whatever waits behind it; recalled ones never count."""
    versions = [
        a_version(1, "superseded"), a_version(2), a_version(3, "pending"),
        a_version(1, "recalled", school_year="2024-2025"),
        a_version(1, "open", school_year="2023-2024"), a_version(1, so="hai-phong"),
    ]  # fmt: skip
    found = [(v.so, v.transcript.school_year, v.version, count) for v, count in in_force(versions)]
    assert found == [
        ("tien-giang", "2025-2026", 2, 3),
        ("tien-giang", "2023-2024", 1, 1),
        ("hai-phong", "2025-2026", 1, 1),
    ]


@pytest.mark.parametrize("grade", SYSTEMS)
def test_year_shows_what_its_evidence_says(grade) -> None:  # type: ignore[no-untyped-def]
    """Grade, system and mapping are those of the signatures that were checked, with the place in the log."""
    shown = proof(a_version(), sealed(grade)).shown()
    assert (shown["evidence"], shown["system"], shown["verdict"]) == (grade, SYSTEMS[grade], "valid")
    assert shown["mapping"] == (None if grade == "legacy_evidence" else MAPPING)
    assert (shown["log_index"], shown["tree_size"], shown["parts"]["source"]) == (3, 6, "valid")


def test_year_of_a_closed_log_names_who_follows() -> None:
    """The record stays where it was locked; whoever asks later learns where the schools are now."""
    one = a_locked()
    ended = bundle_bytes(**parts_of(one, place=placed(leaf_bytes(one.leaf), beyond=2, ended="dong-thap")))
    shown = proof(a_version(), ended).shown()
    assert (shown["verdict"], shown["log_successor"]) == ("valid", "dong-thap")
    assert proof(a_version(), good()).shown()["log_successor"] is None


def test_year_names_no_pupil() -> None:
    """What may be shown to whoever checks keeps name, birth date and numbers to itself."""
    shown = str(proof(a_version(), good()).shown())
    assert all(text not in shown for text in ("Nguyễn", "000123", "birth"))


def test_history_is_as_good_as_its_weakest_year() -> None:
    """Invalid before unknown before valid; a year without an evidence file is not proved."""
    right, wrong = proof(a_version(), good()), proof(a_version(), sealed_lies()["other source"].data)
    none = proof(a_version())
    assert conclusion_of([right, right]) is Conclusion.VALID
    assert conclusion_of([right, none]) is Conclusion.UNKNOWN
    assert conclusion_of([right, none, wrong]) is Conclusion.INVALID
    assert none.shown()["codes"] == ["BUNDLE_NOT_COSIGNED"]
    assert replace(none, version_count=4).shown()["version_count"] == 4
