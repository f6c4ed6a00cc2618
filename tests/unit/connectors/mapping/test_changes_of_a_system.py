"""A system changes without asking: a field more, a field gone, a field renamed; none goes by in silence."""

import pytest

from hub.catalogue import Severity
from hub.connectors.mapping.paths import Reading, leaves, put
from tests.unit.connectors.mapping.builders import MAPPING, a_mapper, a_pupil, a_value, lost, mapped, told


def proposal(made, code, path):
    """Return what is proposed beside one finding."""
    return next(f.facts["proposal"] for f in made.findings if (f.code, f.path) == (code, path))


def test_a_field_more_warns_and_is_dropped():
    """The record still gives its document: an added column must not stop a province in June."""
    made = mapped(a_value(diem_thuong="2"))
    assert made.transcript is not None
    assert told(made) == {("MAPPING_FIELD_UNKNOWN", "diem_thuong")}
    assert ("dropped", "diem_thuong") in lost(made)


def test_a_field_more_in_a_list_is_one_loss():
    """Each item names its place, the loss report the list's."""
    rows = [{"ma": "M-TOAN", "muc": "1", "bac": "2"}, {"ma": "M-TV", "muc": "1", "bac": "3"}]
    made = mapped(a_value(mon_hoc=rows))
    assert told(made) == {("MAPPING_FIELD_UNKNOWN", "mon_hoc[0].bac"), ("MAPPING_FIELD_UNKNOWN", "mon_hoc[1].bac")}
    assert lost(made) == {("dropped", "mon_hoc[*].bac"), ("dropped", "nguoi_cap_nhat")}


def test_an_object_or_a_list_more_is_told_once_for_each_leaf():
    """Whatever its shape, nothing of it passes."""
    made = mapped(a_value(gia_dinh={"cha": {"ten": "A"}, "so": 2}, anh=[{"url": "x"}], rong={}))
    assert {path for code, path in told(made)} == {"gia_dinh.cha.ten", "gia_dinh.so", "anh", "rong"}


def test_a_required_field_under_a_new_name_is_told_twice():
    """Missing here, unknown there, each with the other's name; a lost one must not pass."""
    made = mapped(a_pupil(ma_hs=None, ma_hs_moi="3100849201"))
    assert made.transcript is None
    assert proposal(made, "MAPPING_FIELD_MISSING", "hoc_sinh.ma_hs") == "hoc_sinh.ma_hs_moi"
    assert proposal(made, "MAPPING_FIELD_UNKNOWN", "hoc_sinh.ma_hs_moi") == "hoc_sinh.ma_hs"


@pytest.mark.parametrize(("old", "new"), [("khoi", "khoi_lop"), ("nam_hoc", "namhoc_"), ("ma_truong", "ma_truong_hoc")])
def test_a_field_that_places_the_record_is_proposed_too(old, new):
    """School, year and grade come first, and their absence says no more than that."""
    value = a_value()
    value[new] = value.pop(old)
    made = mapped(value)
    assert proposal(made, "MAPPING_FIELD_MISSING", old) == new
    assert proposal(made, "MAPPING_FIELD_UNKNOWN", new) == old


def test_a_field_that_is_gone_is_told_where_records_are_complete():
    """There an optional field that is empty is null; its absence is a change of the system, and it warns."""
    mapper = a_mapper(complete=True)
    complete, _ = mapper.backward(mapped(a_value()).transcript)
    complete["ma_ho_so"] = "HS-1"
    assert mapped(complete, mapper).findings == ()
    del complete["hoc_sinh"]["dan_toc"], complete["nang_luc"]
    made = mapped(complete, mapper)
    assert {(f.code, f.path, f.severity) for f in made.findings} == {
        ("MAPPING_FIELD_MISSING", "hoc_sinh.dan_toc", Severity.WARN),
        ("MAPPING_FIELD_MISSING", "nang_luc", Severity.WARN),
    }
    assert made.transcript is not None
    assert lost(made) == {("defaulted", "hoc_sinh.dan_toc"), ("defaulted", "nang_luc")}


def test_a_complete_record_has_every_path_of_the_file():
    """Written back, what the document does not say is null, no, or an empty list."""
    raw, losses = a_mapper(complete=True).backward(mapped(a_value()).transcript)
    assert losses == ()
    assert (raw["hoc_sinh"]["dan_toc"], raw["hoan_thanh_cap"], raw["khen_thuong"]) == (None, "0", [])
    assert raw["mon_hoc"][0]["mien"] == "0"
    assert {"ma_ho_so", "nguoi_cap_nhat"}.isdisjoint(raw)


def test_a_path_left_out_on_purpose_within_items_is_a_declared_loss():
    """It is named as the manifest names it, and no finding is made of it."""
    mapper = a_mapper(known=[*MAPPING["known"], "mon_hoc[*].giao_vien"])
    made = mapped(a_value(mon_hoc=[{"ma": "M-TOAN", "muc": "1", "giao_vien": "gv02"}]), mapper)
    assert (made.findings, lost(made)) == (
        (), {("dropped", "mon_hoc[*].giao_vien"), ("dropped", "nguoi_cap_nhat")}
    )  # fmt: skip


def test_a_record_of_many_unknown_fields_is_told_within_bounds():
    """A table of the wrong shape must not make a report without end."""
    made = mapped(a_value(**{f"cot_{n}": "x" for n in range(300)}))
    assert (len(made.findings), len(made.losses)) == (50, 50)


def test_titles_are_compared_by_what_their_spellings_share():
    """Case, line breaks and decomposed letters do not make another column; the first of two is meant."""
    reading = Reading({"Toán /\nMức  đạt được": "T", "TOÁN / Mức đạt được": "H"})
    assert reading.get("Toán / Mức đạt được") == "T"
    assert reading.unasked() == [("TOÁN / Mức đạt được", "H")]


def test_paths_lead_into_objects_and_no_further_than_they_may():
    """Only plain names lead into objects; an object without members and what lies very deep are values."""
    raw = {}
    for path in ("a.b.c", "a.d", "Điểm K.T", "1.2"):
        put(raw, path, path)
    assert raw == {"a": {"b": {"c": "a.b.c"}, "d": "a.d"}, "Điểm K.T": "Điểm K.T", "1.2": "1.2"}
    deep = {}
    for _ in range(500):
        deep = {"x": deep}
    assert [path.count(".") for path, _ in leaves(deep)] == [32]
