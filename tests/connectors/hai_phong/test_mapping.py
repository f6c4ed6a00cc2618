"""Hải Phòng's records as transcripts: golden files, both ways, codes that changed hands, fields that changed."""

import json
from pathlib import Path

import msgspec
import pytest

import hub.connectors.hai_phong
from hub.connectors.hai_phong import connector
from hub.connectors.sdk import Context, LossReport
from hub.domain import canonical, examine
from hub.domain.findings import refuses
from hub.domain.transcript import School
from tests.connectors.hai_phong.systems import AT, as_of_hai_duong, the_register, two_years

GOLDEN = Path(hub.connectors.hai_phong.__file__).parent / "golden"
MAPPER = connector().mapper
DECLARED = connector().manifest.loss
OWN = {"ma_ho_so": "HP-31020001-2526-000009", "phien_ban": 1, "ma_truong_cu": None, "nguoi_cap_nhat": None}


def golden():
    """Return the raw records, what they must give, and the register they were written for."""
    raw = json.loads((GOLDEN / "records.json").read_text("utf-8"))
    known = {
        (one["code"], one["school_year"]): School(code=one["code"], name=one["name"], province=one["province"])
        for one in raw["schools"]
    }
    expected = json.loads((GOLDEN / "records.expected.json").read_text("utf-8"))
    return raw["records"], expected, Context(lambda code, year: known.get((code, year)))


def mapped(raw, context):
    """Return what the mapper makes of a record."""
    return MAPPER.forward(MAPPER.record(raw, "dòng 1"), context)


def as_record(transcript, **changed):
    """Return the record of a document as the system holds it."""
    raw, losses = MAPPER.backward(transcript)
    assert not losses
    raw = {**raw, **OWN, **changed}
    return {**raw, "hoc_sinh": {**raw["hoc_sinh"], "so_dien_thoai": None}}


def codes(made):
    """Return the codes of what was told."""
    return [found.code for found in made.findings]


def test_golden_records_give_the_stored_documents():
    """Records written by hand become exactly the stored documents and codes."""
    records, expected, context = golden()
    documents, rejected = [], []
    for row, raw in enumerate(records, 1):
        made = mapped(raw, context)
        if made.transcript is None:
            rejected.append({"row": row, "codes": sorted(codes(made))})
        else:
            document = json.loads(canonical(made.transcript))
            documents.append({"row": row, "codes": codes(made), "document": document})
    assert documents == expected["documents"]
    assert rejected == [{**one, "codes": sorted(one["codes"])} for one in expected["rejected"]]


def test_golden_documents_are_sound():
    """What the golden files promise is what Sở would take: no rule refuses it."""
    records, _, context = golden()
    made = [mapped(raw, context).transcript for raw in records]
    for transcript in filter(None, made):
        if transcript.period == "year":
            assert not refuses(examine(canonical(transcript), AT.date()).findings)


def test_golden_records_lose_only_what_the_manifest_declares():
    """The loss report of the golden files has no undeclared line but the one renamed field."""
    records, _, context = golden()
    report = LossReport()
    for raw in records:
        report.add(mapped(raw, context).losses, raw["ma_ho_so"])
    undeclared = {(loss.kind, loss.path) for loss in report.undeclared(DECLARED)}
    assert undeclared == {("dropped", "hoc_sinh.gioi_tinh_moi")}


def test_the_reason_of_a_replacing_record_is_carried():
    """What the clerk wrote beside a correction is handed on."""
    records, _, context = golden()
    assert mapped(records[3], context).reason == "Nhập sai điểm Toán."


@pytest.mark.parametrize("of", [lambda t: t, as_of_hai_duong], ids=["hai-phong", "hai-duong"])
def test_every_document_of_the_population_comes_back_as_it_was(of):
    """Out and in again loses nothing: 2025-2026, and 2024-2025 on both sides of the merger."""
    made = [of(t) if t.school_year < "2025-2026" else t for t in two_years()[::3]]
    context = the_register(made)
    assert {t.school_year for t in made} == {"2024-2025", "2025-2026"}
    for transcript in made:
        back = mapped(as_record(transcript), context)
        assert (codes(back), back.transcript) == ([], transcript)


def test_every_record_of_the_population_comes_back_as_it_was():
    """In and out again: the record that the way back writes is the one that was read."""
    context = the_register(two_years())
    for transcript in two_years()[:40]:
        raw = as_record(transcript)
        again, losses = MAPPER.backward(mapped(raw, context).transcript)
        left = {name: value for name, value in raw.items() if name not in OWN}
        left["hoc_sinh"].pop("so_dien_thoai")
        assert (again, losses) == (left, ())


def primary(year):
    """Return a document of a primary grade of a school year."""
    return next(t for t in two_years() if t.school_year == year and t.grade <= 5 and t.period == "year")


@pytest.mark.parametrize(
    ("year", "code", "award"),
    [
        ("2024-2025", "G1", "HSTB"),
        ("2025-2026", "G1", "HSXS"),
        ("2024-2025", "G3", "HSXS"),
        ("2025-2026", "G4", "HSTB"),
    ],
)
def test_an_award_code_means_what_it_meant_in_that_year(year, code, award):
    """G1 changed hands on 1/7/2025: the school year decides, in both directions."""
    transcript = primary(year)
    raw = as_record(transcript, khen_thuong=[code])
    back = mapped(raw, the_register(two_years())).transcript
    assert back.result.awards == (award,)
    assert MAPPER.backward(back)[0]["khen_thuong"] == [code]


def test_a_code_of_another_time_is_refused_with_its_year():
    """G3 went with the merger; HTT did too."""
    raw = as_record(primary("2025-2026"), khen_thuong=["G3"])
    made = mapped(raw, the_register(two_years()))
    assert (made.transcript, codes(made)) == (None, ["MAPPING_CODE_NOT_IN_FORCE"])


def test_letters_of_hai_duong_become_levels_and_are_told_as_widened():
    """HTT and 1 are one level: a loss that the manifest declares, and no other."""
    raw = as_record(as_of_hai_duong(primary("2024-2025")))
    letters = {"1": "HTT", "2": "HT", "3": "CHT", None: None}
    subjects = [{**row, "muc": letters[row["muc"]]} for row in raw["mon_hoc"]]
    made = mapped({**raw, "mon_hoc": subjects}, the_register(two_years()))
    assert made.transcript == as_of_hai_duong(primary("2024-2025"))
    report = LossReport()
    report.add(made.losses, "k")
    assert [row["path"] for row in report.shown()] == ["mon_hoc[*].muc"]
    assert report.undeclared(DECLARED) == []


def test_a_province_of_another_place_is_told_and_the_register_decides():
    """Quảng Ninh's code beside a school of Hải Phòng is a warning; the document has the register's."""
    made = mapped(as_record(primary("2025-2026"), ma_tinh="22"), the_register(two_years()))
    assert codes(made) == ["PROVINCE_NOT_IN_YEAR"]
    assert made.transcript.school.province == "31"


def test_an_added_field_is_told_and_the_record_goes_on():
    """What no rule names is dropped, told, and not declared: the connector is degraded, not stopped."""
    made = mapped(as_record(primary("2025-2026"), lop_bo_sung="x"), the_register(two_years()))
    assert made.transcript is not None
    assert codes(made) == ["MAPPING_FIELD_UNKNOWN"]
    assert [loss.path for loss in made.losses] == ["lop_bo_sung"]


def test_a_renamed_field_is_told_twice_with_the_right_proposal():
    """The old name is missing, the new one unknown, and each proposes the other."""
    raw = as_record(primary("2025-2026"))
    raw["lop_moi"] = raw.pop("lop")
    made = mapped(raw, the_register(two_years()))
    told = {found.code: found.facts["proposal"] for found in made.findings}
    assert told == {"MAPPING_FIELD_MISSING": "lop_moi", "MAPPING_FIELD_UNKNOWN": "lop"}
    assert made.transcript is None


@pytest.mark.parametrize("path", ["hoc_sinh.dan_toc", "nghi.co_phep", "khen_thuong", "nhan_xet_chung", "pham_chat"])
def test_a_removed_field_is_told_even_where_it_may_be_empty(path):
    """Records of this system are complete, so a field that is gone is a change of the system."""
    raw = as_record(primary("2025-2026"))
    above, _, last = path.rpartition(".")
    (raw[above] if above else raw).pop(last)
    made = mapped(raw, the_register(two_years()))
    assert "MAPPING_FIELD_MISSING" in codes(made)
    assert path in {loss.path for loss in made.losses} | {found.path for found in made.findings}


def test_what_the_manifest_says_cannot_be_expressed_is_a_declared_loss_on_the_way_out():
    """A replacing document names what it replaces; the system counts its own versions."""
    transcript = msgspec.structs.replace(primary("2025-2026"), supersedes="0" * 64, reason="Sửa điểm.")
    raw, losses = MAPPER.backward(transcript)
    report = LossReport()
    report.add(losses, "k")
    assert raw["ly_do_sua"] == "Sửa điểm."
    assert [row["path"] for row in report.shown()] == ["$.supersedes"]
    assert report.undeclared(DECLARED) == []
