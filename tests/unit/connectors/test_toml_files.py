"""What people write into the files of a connector and mistype is told with its place, and with what was meant."""

from typing import get_args

import pytest

from hub.connect.check import CHECKS
from hub.connectors.generic import read_file
from hub.connectors.mapping.documentation import BEGIN, END, keys_of_files, with_keys
from hub.connectors.mapping.spec import Form, Kind
from hub.connectors.sdk import Manifest, read_manifest
from hub.errors import Refused
from tests.connectors.checking import DOCS, printed_file

MISTAKES = {
    "a key of a rule": ("required = true }", "requird = true }", "MAPPING_FILE_WRONG", ["requird", "required"]),
    "a key of the mapping": ("complete = true", "complet = true", "MAPPING_FILE_WRONG", ["complet", "complete"]),
    "a kind": ('kind = "count"', 'kind = "conut"', "MAPPING_FILE_WRONG", ["conut", "absences.excused", "mean count"]),
    "a place": ('to = "student.ethnicity"', 'to = "student.ethnicty"', "MAPPING_FILE_WRONG", ["student.ethnicity"]),
    "a place in a row": ('score = "Diem"', 'scor = "Diem"', "MAPPING_FILE_WRONG",
                         ["subjects.scor", "mean subjects.score"]),
    "a table": ('table = "gender"', 'table = "gendr"', "MAPPING_FILE_WRONG", ["gendr", "mean gender"]),
    "a missing key": ('school = "MaTruong"\n', "", "MAPPING_FILE_WRONG", ["school"]),
    "a wrong type": ("required = true }", 'required = "có" }', "MAPPING_FILE_WRONG", ["bool", "required"]),
    "no rows of a key": ('key = ["MaTruong", "NamHoc", "MaHS", "Ky"]', "key = []", "MAPPING_FILE_WRONG", ["key"]),
    "a grade": ("complete = true", "complete = true\ngrades = [13]", "MAPPING_FILE_WRONG", ["grades", "12"]),
    "a key of a code": ('means = "male" }', 'mean = "male" }', "MAPPING_FILE_WRONG", ["gender", "mean", "means"]),
    "a number as code": ('code = "Nam"', "code = 1", "MAPPING_FILE_WRONG", ["gender", "code"]),
    "a code twice": ('{ code = "Nữ", means = "female" }', '{ code = "Nam", means = "female" }', "MAPPING_FILE_WRONG",
                     ["gender", "Nam"]),
    "two rules for one place": (
        'from = "HoTen", kind = "text", required = true },',
        'from = "HoTen", kind = "text", required = true },\n  { to = "student.name", from = "Ten" },',
        "MAPPING_FILE_WRONG", ["two rules for student.name", "HoTen", "Ten"]),
    "no rule for a name": ('{ to = "student.name", from = "HoTen", kind = "text", required = true },', "",
                           "MAPPING_FILE_WRONG", ["no rule for student.name"]),
    "a meaning that is no code": ('means = "female"', 'means = "nu"', "MAPPING_FILE_WRONG",
                                  ["gender", "“nu” is no code of the hub", "female, male"]),
    "a table that is no list": ("[table]\n", "[table]\nx = 1\n", "MAPPING_FILE_WRONG", ["table x"]),
    "a key of the manifest": ("poll_s = 60", "pol_s = 60", "MANIFEST_WRONG", ["pol_s", "poll_s"]),
    "a limit": ("page_records = 200", "page_records = 0", "MANIFEST_WRONG", ["limits"]),
    "a limit that is none": ("page_records = 200", "pagerecords = 200", "MANIFEST_WRONG",
                             ["pagerecords", "did you mean page_records?"]),
    "a limit like no other": ("page_records = 200", "xyz = 200", "MANIFEST_WRONG", ["xyz", "waiting_records"]),
    "a name": ('name = "dong-thap"', 'name = "Đồng Tháp"', "MANIFEST_WRONG", ["a–z, 0–9", "$.name"]),
    "a certainty": ('certainty = "synthetic"', 'certainty = "sinthetic"', "MANIFEST_WRONG", ["mean synthetic"]),
    "a key of a loss": ('{ path = "DienThoai"', '{ paht = "DienThoai"', "MANIFEST_WRONG", ["loss", "mean path"]),
    "a key of the transport": ('take = "gui/*.csv"', 'tak = "gui/*.csv"', "MANIFEST_WRONG", ["take"]),
    "a transport": ('kind = "folder"', 'kind = "ftp"', "MANIFEST_WRONG", ["transport.kind"]),
    "a part": ("[mapping]\n", "[maping]\n", "MANIFEST_WRONG", ["mapping", "mean maping"]),
    "a date": ("to = 2025-07-01", "to = 2025-13-01", "MANIFEST_WRONG", ["line"]),
    "a bracket": ("loss = [", "loss = [[", "MANIFEST_WRONG", ["line"]),
    "a quote": ('owner = "Sở', "owner = “Sở", "MANIFEST_WRONG", ["line 3", "owner = “Sở GD&ĐT"]),
    "a row twice": ("poll_s = 60", "poll_s = 60\npoll_s = 60", "MANIFEST_WRONG", ["line"]),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_what_was_meant(mistake, tmp_path):
    """By its code, the field, and the nearest name where one is near."""
    before, after, code, told = MISTAKES[mistake]
    assert before in printed_file()
    path = tmp_path / "tinh.toml"
    path.write_text(printed_file().replace(before, after, 1), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read_file(path)
    assert refused.value.code == code
    assert refused.value.facts["file"] == "tinh.toml"
    assert [each for each in told if each not in refused.value.facts["reason"]] == [], refused.value.facts


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xfe", "no UTF-8"), (b"x = " + b"[" * 100_000, ""), (b"# " + b"x" * 2**20, "more than"),
        (b"", "missing table"),
    ],
)  # fmt: skip
def test_bytes_that_are_no_file_of_a_connector_are_refused(data, reason, tmp_path):
    """Whatever they are: no traceback, and nothing endless."""
    path = tmp_path / "manifest.toml"
    path.write_bytes(data)
    for read, expected in ((read_file, reason), (read_manifest, "")):
        with pytest.raises(Refused) as refused:
            read(path)
        assert refused.value.code == "MANIFEST_WRONG"
        assert expected in refused.value.facts["reason"]


def test_the_docs_name_every_key_of_the_files():
    """The tables are made from the types that read the files."""
    page = DOCS.read_text(encoding="utf-8")
    assert with_keys(page) == page
    assert keys_of_files().count("\n| `") > 50


@pytest.mark.parametrize("names", [get_args(Kind), get_args(Form), CHECKS, Manifest.__struct_fields__])
def test_the_docs_explain_every_name(names):
    """Kinds, forms, checks and keys of the manifest stand in a table each, in code letters."""
    page = DOCS.read_text(encoding="utf-8")
    assert [name for name in names if f"`{name}`" not in page] == []


def test_a_page_without_a_place_for_the_keys_is_refused():
    """Nothing is written to where nobody looks for it."""
    for page in ("", BEGIN, END):
        with pytest.raises(ValueError, match="no place"):
            with_keys(page)
