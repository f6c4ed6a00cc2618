"""Files that are not what they say, or not safe: each leaves with its own code, and nothing else ever leaves."""

import io
import random
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.catalogue import CATALOGUE
from hub.connectors import opening, worksheets
from hub.connectors.csdl_c1 import read_results, write_results
from hub.connectors.pupil_list import read_pupils, write_pupils
from hub.connectors.worksheets import open_workbook
from hub.errors import Refused
from tests.unit.connectors.builders import a_pupil, a_result

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def code_of(path):
    """Return the code with which a file is refused."""
    with pytest.raises(Refused) as caught:
        open_workbook(path)
    assert caught.value.code in CATALOGUE
    return caught.value.code


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "WORKBOOK_PASSWORD_PROTECTED"),
        ("a.xls", OLE + "Workbook".encode("utf-16-le"), "WORKBOOK_XLS_FORMAT"),
        ("a.xlsx", OLE + "Workbook".encode("utf-16-le"), "WORKBOOK_XLS_FORMAT"),
        ("a.xls", b"\x09\x08\x08\x00\x00\x05" + bytes(64), "WORKBOOK_XLS_FORMAT"),
        ("a.doc", OLE + "WordDocument".encode("utf-16-le"), "FILE_KIND_UNKNOWN"),
        ("a.xls", b"<html><table>", "FILE_KIND_UNKNOWN"),
        ("a.xlsx", b"%PDF-1.7", "FILE_KIND_UNKNOWN"),
        ("a.xlsx", b"", "FILE_KIND_UNKNOWN"),
        ("a.xlsx", b"STT,\xc6\xb0", "FILE_KIND_UNKNOWN"),
        ("a.xlsx", b"PK\x03\x04" + bytes(200), "WORKBOOK_DAMAGED"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_its_code(tmp_path, name, data, code):
    """What the bytes say counts, not the name."""
    (tmp_path / name).write_bytes(data)
    assert code_of(tmp_path / name) == code


def test_a_workbook_of_another_extension_is_refused(tmp_path):
    """A workbook with macros or a wrong name has to be saved again as .xlsx."""
    write_results(tmp_path / "r.xlsm", [a_result()])
    assert code_of(tmp_path / "r.xlsm") == "FILE_KIND_UNKNOWN"


def test_an_absent_or_large_file_is_refused(tmp_path, monkeypatch):
    """A path without a file, a folder, and a file over the limit have codes."""
    assert code_of(tmp_path / "none.xlsx") == "FILE_UNREADABLE"
    assert code_of(tmp_path) == "FILE_UNREADABLE"
    monkeypatch.setattr(opening, "WORKBOOK_BYTES_MAX", 100)
    write_results(tmp_path / "r.xlsx", [a_result()])
    assert code_of(tmp_path / "r.xlsx") == "FILE_TOO_LARGE"


def repacked(path, extra=(), drop=(), change=None):
    """Copy a good workbook with parts added, dropped or changed."""
    write_results(path, [a_result()])
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in drop:
                new.writestr(name, change(name, old.read(name)) if change else old.read(name))
        for name, data in extra:
            new.writestr(name, data)
    return path


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path):
    """A part that unpacks to a thousand times its size is refused by the sizes that the container declares."""
    assert code_of(repacked(tmp_path / "a.xlsx", [("xl/media/a.bin", bytes(40_000_000))])) == "WORKBOOK_ZIP_BOMB"


def test_a_thousand_parts_are_refused(tmp_path):
    """A container of very many parts is refused."""
    extra = [(f"x/{n}", b"") for n in range(opening.PART_COUNT_MAX)]
    assert code_of(repacked(tmp_path / "a.xlsx", extra)) == "WORKBOOK_ZIP_BOMB"


@pytest.mark.parametrize("part", ["[Content_Types].xml", "docProps/custom.xml", "xl/_rels/unused.rels"])
def test_a_document_type_in_any_part_is_refused(tmp_path, part):
    """A DOCTYPE is refused in parts that are used and in parts that are not."""
    bad = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    drop = (part,) if part.startswith("[") else ()
    assert code_of(repacked(tmp_path / "a.xlsx", [(part, bad)], drop)) == "WORKBOOK_XML_FORBIDDEN"


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "_rels/.rels", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"]
)
def test_a_missing_part_is_damage(tmp_path, part):
    """A workbook without a part that it rests on is damaged, by name."""
    assert code_of(repacked(tmp_path / "a.xlsx", drop=(part,))) == "WORKBOOK_DAMAGED"


def test_a_link_to_elsewhere_is_not_followed(tmp_path):
    """A sheet whose target lies outside the package is damage; nothing is fetched."""

    def outside(name, data):
        return data.replace(b'Target="worksheets/sheet1.xml"', b'Target="http://127.0.0.1:9/" TargetMode="External"')

    assert code_of(repacked(tmp_path / "a.xlsx", change=outside)) == "WORKBOOK_DAMAGED"


def test_a_hostile_merged_range_costs_nothing(tmp_path):
    """A merge over the whole sheet neither fills memory nor changes the header."""

    def merge(name, data):
        return data.replace(b'ref="F1:R1"', b'ref="F1:XFD1048576"')

    assert len(read_results(repacked(tmp_path / "a.xlsx", change=merge)).rows) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'<row r="4">', b'<row r="2">'),
        (b'<row r="4">', b'<row r="x">'),
        (b'r="F4"', b'r="F9"'),
        (b'r="F4"', b'r="E4"'),
        (b'r="F4"', b'r="5"'),
        (b't="inlineStr"', b't="s"'),
    ],
)
def test_cells_that_contradict_themselves_are_damage(tmp_path, old, new):
    """References out of place or order, and a shared text without its index, leave open what is meant."""

    def change(name, data):
        return data.replace(old, new, 1) if name.endswith("sheet1.xml") else data

    path = repacked(tmp_path / "a.xlsx", change=change)
    assert code_of(path) == "WORKBOOK_DAMAGED"


def test_too_many_cells_are_refused(tmp_path, monkeypatch):
    """Rows, columns and cells are bounded."""
    write_results(tmp_path / "r.xlsx", [a_result()])
    monkeypatch.setattr(worksheets, "ROW_COUNT_MAX", 3)
    assert code_of(tmp_path / "r.xlsx") == "WORKBOOK_TOO_MANY_CELLS"


def attempt(read, path):
    """Read; only Refused with a catalogued code may leave."""
    code = None
    try:
        read(path)
    except Refused as error:
        code = error.code
    assert code is None or code in CATALOGUE


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", OLE]))
def test_random_bytes_leave_only_as_refusals(tmp_path, data, opening_bytes):
    """No bytes make anything but a refusal."""
    path = tmp_path / "fuzz.xlsx"
    path.write_bytes(opening_bytes + data)
    attempt(read_results, path)


@pytest.mark.parametrize("seed", range(4))
def test_broken_workbooks_leave_only_as_refusals(tmp_path, seed):
    """Workbooks cut short or with changed bytes, packed or unpacked, read or are refused; nothing else happens."""
    rng = random.Random(seed)
    write_pupils(tmp_path / "p.xlsx", [a_pupil()])
    good = (tmp_path / "p.xlsx").read_bytes()
    for _ in range(30):
        broken = bytearray(good[: rng.randrange(len(good))] if rng.random() < 0.3 else good)
        for _ in range(rng.randrange(1, 8)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        (tmp_path / "b.xlsx").write_bytes(broken)
        attempt(read_pupils, tmp_path / "b.xlsx")


@pytest.mark.parametrize("seed", range(4))
def test_broken_parts_leave_only_as_refusals(tmp_path, seed):
    """The same for the XML inside, where checksums are right."""
    rng = random.Random(seed)

    for _ in range(40):
        victim = rng.choice(
            ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"]
        )

        def disturb(name, data, victim=victim):
            changed = bytearray(data)
            for _ in range(rng.randrange(1, 4) if name == victim else 0):
                changed[rng.randrange(len(changed))] = rng.choice(b'0123456789"<>&;/ =AZaz-.e')
            return bytes(changed)

        attempt(read_results, repacked(tmp_path / "a.xlsx", change=disturb))
