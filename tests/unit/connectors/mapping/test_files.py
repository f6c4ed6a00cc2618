"""Mapping files: what is wrong in one is told with its place; and the keys that records get from it."""

import pytest

from hub.connectors.mapping import DeclaredMapper
from hub.connectors.sdk import KEY_LENGTH_MAX, version_of
from hub.domain.findings import render
from hub.errors import Refused
from tests.unit.connectors.mapping.builders import MAPPING, TABLES, a_mapper, a_value

MINIMAL = """
key = ["ma"]
school = "truong"
school_year = "nam"
grade = { from = "khoi", form = "two_digits" }
field = [{ to = "class", from = "lop", required = true }]
ticks = [{ to = "rating", exactly = 1, of = { "Đánh giá / Hoàn thành" = "HT" } }]
columns = [{ to = "subjects", table = "subject", title = "{code}_{value}", values = { score = "Diem" } }]
[[list]]
to = "qualities"
from = "pham_chat"
item = [{ to = "code", from = "ma" }]
"""
MINIMAL_TABLES = 'subject = [{ code = "Toan", means = "TOAN", from = 2020-09-01, to = 2030-09-01 }]'


def written(folder, mapping=MINIMAL, tables=MINIMAL_TABLES):
    """Write both files and return their paths."""
    (folder / "mapping.toml").write_text(mapping, "utf-8")
    (folder / "tables.toml").write_text(tables, "utf-8")
    return folder / "mapping.toml", folder / "tables.toml"


def test_a_mapper_is_read_from_its_files(tmp_path):
    """Dates of TOML are dates, and the version is told with every loss."""
    mapper = DeclaredMapper(*written(tmp_path, f'version = "7"\n{MINIMAL}'))
    assert mapper.version == "7"
    places = {"ma", "truong", "nam", "khoi", "lop"}
    assert mapper.rules.names == places | {"Toan_Diem", "pham_chat", "Đánh giá / Hoàn thành"}


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('to = "class"', 'to = "klass"', "class"),
        ("score = ", "skore = ", "score"), ('to = "rating"', 'to = "raiting"', "rating"),
        ('table = "subject"', 'table = "subjects"', "subject"), ("required = true", "requird = true", "requird"),
        ('from = "lop"', 'from = ["lop", "ten"], kind = "code"', "class"), ("exactly = 1", "exactly = 2", "exactly"),
        ('[{ to = "code", from = "ma" }]', '[{ to = "level", from = "ma" }]', "code"), ("key = ", "kye = ", "kye"),
        ('form = "two_digits"', 'form = "two"', "form"), ("to = ", "to == ", "line"), ('["ma"]', "[]", "key"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_file_is_refused_with_its_place(tmp_path, old, new, named):
    """Misspelt words of a file are never passed over."""
    with pytest.raises(Refused) as raised:
        DeclaredMapper(*written(tmp_path, MINIMAL.replace(old, new, 1)))
    assert raised.value.code == "MAPPING_FILE_WRONG"
    assert raised.value.facts["file"] == f"{tmp_path.name}/mapping.toml"
    assert named in raised.value.facts["reason"]


@pytest.mark.parametrize(
    "tables",
    ['subject = [{ code = 1, means = "TOAN" }]', 'subject = [{ code = "1", means = "TOAN", form = 1 }]', "subject = 1",
     'subject = [{ code = "1", means = "TOAN" }, { code = "1", means = "TV", from = 2025-07-01 }]', "\udcff"],
)  # fmt: skip
def test_a_wrong_table_is_refused(tmp_path, tables):
    """A code is a text; one code means one thing at a time."""
    (tmp_path / "tables.toml").write_text(tables, "utf-8", "surrogateescape")
    (tmp_path / "mapping.toml").write_text(MINIMAL, "utf-8")
    with pytest.raises(Refused, match="MAPPING_FILE_WRONG"):
        DeclaredMapper(tmp_path / "mapping.toml", tmp_path / "tables.toml")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    """With its name, and no path of this machine."""
    with pytest.raises(Refused) as raised:
        DeclaredMapper(tmp_path / "mapping.toml", tmp_path / "tables.toml")
    assert str(tmp_path) not in str(raised.value)


def test_a_record_has_the_key_and_version_of_its_system():
    """Without a version of its own, the hash of what it holds."""
    record = a_mapper().record(a_value(), "trang 1")
    assert (record.key, record.version, record.place, record.value) == ("HS-1", "3", "trang 1", a_value())
    unversioned = a_value(phien_ban=None)
    assert a_mapper().record(unversioned, "trang 1").version == version_of(unversioned)
    joined = a_mapper(key=["ma_truong", "nam_hoc", "hoc_sinh.ma_hs"]).record(a_value(), "")
    assert joined.key == "31020001/2025-2026/3100849201"


@pytest.mark.parametrize("key", [None, "", "  ", ["a"], True, "x" * (KEY_LENGTH_MAX + 1), "a\u200bb", {"a": 1}])
def test_a_record_without_a_usable_key_is_refused_under_its_content(key):
    """It is told once, however often it is read."""
    value = a_value(ma_ho_so=key)
    record, again = a_mapper().record(value, "p"), a_mapper().record(value, "q")
    assert (record.value, record.key, record.version) == (None, again.key, again.version)
    assert [found.code for found in record.findings] == ["RECORD_KEY_WRONG"]
    assert "{" not in render(record.findings[0])["vi"]


def test_two_parts_of_a_key_cannot_become_another_key():
    """The parts "a/b" and "c" must not be "a" and "b/c"."""
    mapper = a_mapper(key=["ma_truong", "ma_ho_so"])
    assert mapper.record(a_value(ma_ho_so="1/2"), "p").value is None


def test_a_record_too_large_is_refused():
    """It would be kept and mapped for nothing."""
    record = a_mapper().record(a_value(nhan_xet_chung="x" * 300_000), "p")
    assert [(found.code, found.facts["limit"]) for found in record.findings] == [("RECORD_TOO_LARGE", "262144")]


def test_the_version_of_a_generic_file_stands_for_that_of_its_mapping():
    """One file has one version."""
    assert DeclaredMapper.of(MAPPING, TABLES, "9").version == "9"
    assert DeclaredMapper.of(MAPPING, TABLES).version == "3"
