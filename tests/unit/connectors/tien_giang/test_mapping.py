"""The kept mapping of Tiền Giang: golden records of each version, what version 2 corrects, whose records they are."""

import asyncio
import time
from datetime import UTC, date, datetime

import pytest

from hub.connect.check.golden import check_golden, golden_files, mapped_golden
from hub.connect.check.subject import Subject
from hub.connectors.sdk import Context
from hub.connectors.sdk.finding import door
from hub.local.population import Level, Population
from hub.local.population.submissions import transcripts_before
from tests.unit.connectors.tien_giang.builders import CONNECTOR, a_record, the_register

AT = door("tien-giang")[1]


def a_subject(tmp_path, at=AT):
    """Return the connector for a check that needs no system."""
    return Subject("tien-giang", at, CONNECTOR, None, (), tmp_path, time.monotonic)


def forward(record, version=-1):
    """Map one record with a kept version."""
    return CONNECTOR.mappings[version].mapper.forward(CONNECTOR.mapper.record(record, "#1"), the_register())


def test_golden_records_of_every_version_stand_in_signed_files(tmp_path) -> None:
    """Written by hand, signed with a test key: rows, documents and codes are those that are stored."""
    assert [path.name for path in golden_files(AT / "golden")] == ["lop-5a-1.json", "lop-5a.json", "lop-7b.json"]
    assert asyncio.run(check_golden(a_subject(tmp_path))) == []


@pytest.mark.parametrize(
    ("file", "before", "after", "path"),
    [
        ("lop-5a.xml", "Ánh</HoTen>", "Anh</HoTen>", "SOURCE_XML_CONTENT_DIFFERS"),
        ("lop-5a.json", '"DanToc": "Kinh"', '"DanToc": "Hoa"', "$.HocSinh.DanToc"),
        ("lop-5a-1.json", "tien-giang/1", "tien-giang/2", "$.document.remarks"),
    ],
)
def test_golden_check_sees_what_was_changed(tmp_path, file, before, after, path) -> None:
    """A signed file that is not what was signed, rows that are not in it, another version of the mapping."""
    golden = tmp_path / "golden"
    golden.mkdir()
    for held in (AT / "golden").iterdir():
        text = held.read_text(encoding="utf-8")
        assert held.name != file or before in text
        (golden / held.name).write_text(text.replace(before, after) if held.name == file else text, encoding="utf-8")
    found = asyncio.run(check_golden(a_subject(tmp_path, tmp_path)))
    assert {each.code for each in found} == {"CONFORMANCE_GOLDEN_DIFFERS"}
    assert path in {each.path for each in found}


def test_sealed_connector_without_a_signed_golden_file_is_told(tmp_path) -> None:
    """Rows of nothing prove nothing."""
    golden = tmp_path / "golden"
    golden.mkdir()
    for name in ("lop-7b.json", "lop-7b.expected.json"):
        text = (AT / "golden" / name).read_text(encoding="utf-8").replace('"signed"', '"khong-ky"')
        (golden / name).write_text(text, encoding="utf-8")
    found = asyncio.run(check_golden(a_subject(tmp_path, tmp_path)))
    assert [each.code for each in found] == ["CONFORMANCE_GOLDEN_UNSIGNED"]


def test_version_2_reads_the_remark_and_the_best_level() -> None:
    """What version 1 left out and mistook; whatever else it says is equal."""
    one, two = (mapped_golden(kept.mapper, AT / "golden" / "lop-5a.json") for kept in CONNECTOR.mappings[:2])
    before, after = one["documents"][0]["document"], two["documents"][0]["document"]
    assert after.pop("remarks") == "Em học tốt, biết giúp đỡ bạn."
    levels = [next(s for s in each["subjects"] if s["code"] == "TOAN").pop("level") for each in (before, after)]
    assert levels == ["H", "T"]
    assert before == after
    assert one["rejected"] == two["rejected"]


def test_code_of_a_title_is_that_of_its_time() -> None:
    """DH3 was học sinh tiêu biểu until the merger, DH9 is since; neither reaches the other's years."""
    before = forward(a_record(KhenThuong=["DH3"]))
    after = forward(a_record(year="2025-2026", KhenThuong=["DH9"]))
    assert before.transcript.result.awards == after.transcript.result.awards == ("HSTB",)
    for wrong in (a_record(KhenThuong=["DH9"]), a_record(year="2025-2026", KhenThuong=["DH3"])):
        assert {found.code for found in forward(wrong).findings} == {"MAPPING_CODE_NOT_IN_FORCE"}


def test_province_code_82_is_of_one_so_at_a_time() -> None:
    """Tiền Giang until 30/6/2025, Đồng Tháp from the next day on."""
    table = CONNECTOR.manifest.province
    for on, so in ((date(2025, 6, 30), "tien-giang"), (date(2025, 7, 1), "dong-thap")):
        rows = [r for r in table if (r.since is None or r.since <= on) and (r.until is None or on < r.until)]
        assert [(row.code, row.so) for row in rows] == [("82", so)]


def test_version_3_says_the_primary_grades_of_the_former_circular() -> None:
    """TT 30/2014 as the system writes it, in both directions without a loss; version 2 has no code for it."""
    population = Population(
        7, pupil_count=80, at=datetime(2024, 6, 15, 2, tzinfo=UTC), school_year="2023-2024", school_count=4,
        sos=("tien-giang",),
    )  # fmt: skip
    schools = {school.level: school for school in population.schools()}
    primary, now_at = schools[Level.PRIMARY], schools[Level.LOWER_SECONDARY]
    for years_ago in range(1, 6):
        for transcript in transcripts_before(7, primary, now_at, "2023-2024", years_ago):
            assert transcript.regulation == "TT30-2014"
            raw, losses = CONNECTOR.mapper.backward(transcript)
            there = Context(lambda code, year, of=transcript: of.school)
            record = CONNECTOR.mapper.record(raw, "#1")
            assert losses == ()
            assert CONNECTOR.mapper.forward(record, there).transcript == transcript
            found = CONNECTOR.mappings[1].mapper.forward(record, there)
            assert (found.transcript, {one.code for one in found.findings}) == (None, {"MAPPING_CODE_UNKNOWN"})
