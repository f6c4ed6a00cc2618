"""Lots: taken as a whole when everything in them agrees, else not at all; what goes wrong in one file stays with it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.connectors.tien_giang.class_files import Replaced
from hub.connectors.tien_giang.lot_faults import wrapped
from hub.connectors.tien_giang.taken import Taken
from hub.errors import Refused
from tests.unit.connectors.tien_giang.builders import a_class, a_copy, a_file, a_key, a_record, codes, read, signers

OTHER_CLASS = {"class_": "5B"}
AT = datetime(2025, 6, 5, 8, tzinfo=UTC)


def taken_after(folder, *lots):
    """Return what stands in the cursor after these lots, each (number, files)."""
    taken = Taken()
    for number, files in lots:
        taken = taken.after(read(a_copy(folder, number, files), number, taken).taken)
    return taken


def refused_code(folder, files=None, **copy):
    """Return the code with which a lot as a whole is refused, and its facts."""
    with pytest.raises(Refused) as refused:
        read(a_copy(folder, "000001", files or (a_file(),), **copy))
    return refused.value.code, dict(refused.value.facts)


def test_lot_that_agrees_gives_each_record_with_its_signed_file(tmp_path) -> None:
    """In the order of the control file; the place names file and pupil, the source is the file byte for byte."""
    files = (a_file(), a_file(records=a_class(2, **OTHER_CLASS)))
    lot = read(a_copy(tmp_path, "000001", files))
    assert [record.key for record in lot.records] == [
        *(f"82020001/2024-2025/820084920{n}/CN" for n in (1, 2, 3)),
        *(f"82020001/2024-2025/820084920{n}/CN" for n in (1, 2)),
    ]
    assert lot.records[1].place == f"gui/lo-000001/{files[0].name}!2"
    assert {lot.by_hash[str(record.source_sha256)] for record in lot.records} == {file.data for file in files}
    assert (lot.findings, codes(lot.records)) == ((), [])


def test_lot_without_its_control_file_is_not_taken(tmp_path) -> None:
    """It may still be on its way."""
    with pytest.raises(Refused) as refused:
        read(replace(a_copy(tmp_path, "000001", (a_file(),)), control=None))
    assert refused.value.code == "LOT_CONTROL_MISSING"


def test_lot_that_lacks_a_file_is_not_taken(tmp_path) -> None:
    """Not the files that are there, either."""
    files = (a_file(), a_file(records=a_class(2, **OTHER_CLASS)))
    code, facts = refused_code(tmp_path, files, without=(files[1].name,))
    assert (code, facts) == ("LOT_FILE_MISSING", {"lot": "000001", "count": "1", "file": files[1].name})


def test_lot_with_a_damaged_file_is_not_taken(tmp_path) -> None:
    """Its bytes are not what the control file says."""
    copy = a_copy(tmp_path, "000001", (a_file(),))
    (path,) = copy.files.values()
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Refused) as refused:
        read(copy)
    assert refused.value.code == "LOT_FILE_DIFFERS"


@pytest.mark.parametrize("stated", [2, 4])
def test_lot_with_a_wrong_count_is_not_taken(tmp_path, stated) -> None:
    """Fewer or more records than the control file says."""
    file = replace(a_file(), count=stated)
    code, facts = refused_code(tmp_path, (file,))
    assert (code, facts["found"], facts["stated"]) == ("LOT_COUNT_WRONG", "3", str(stated))


def test_file_that_nobody_names_is_refused_alone(tmp_path) -> None:
    """It cannot stop the lot that it was put into."""
    lot = read(a_copy(tmp_path, "000001", (a_file(),), extra=("ho-so-la.xml",)))
    assert len(lot.records) == 4
    assert codes(lot.records) == ["LOT_FILE_EXTRA"]
    assert lot.records[3].place == "gui/lo-000001/ho-so-la.xml"


def test_file_of_another_signer_is_refused_alone(tmp_path) -> None:
    """Whoever issued the certificate: only the pinned one counts."""
    files = (a_file(key=a_key("ke-la")), a_file(records=a_class(2, **OTHER_CLASS)))
    lot = read(a_copy(tmp_path, "000001", files))
    assert codes(lot.records) == ["SOURCE_CERTIFICATE_UNKNOWN"]
    assert sum(record.value is not None for record in lot.records) == 2
    assert set(lot.by_hash.values()) == {files[1].data}


@pytest.mark.parametrize("pinned", [("he-thong", "ke-la"), ("ke-la", "he-thong")])
def test_every_pinned_signer_is_taken(tmp_path, pinned) -> None:
    """A system that changes its key has two for a while."""
    files = (a_file(key=a_key("ke-la")), a_file(records=a_class(2, **OTHER_CLASS)))
    lot = read(a_copy(tmp_path, "000001", files), pinned=signers(*pinned))
    assert codes(lot.records) == []


def test_wrapped_signature_is_refused(tmp_path) -> None:
    """A file that says other things than were signed, with the signed one inside it."""
    good = a_file()
    evil = replace(good, data=wrapped(good.data, a_class(HoTen="Kẻ Gian"), "000001"))
    lot = read(a_copy(tmp_path, "000001", (evil,)))
    assert codes(lot.records) == ["SOURCE_XML_SIGNATURE_MOVED"]


def test_signed_file_that_is_no_class_file_is_refused_alone(tmp_path) -> None:
    """Whatever else the system signs."""
    good = a_file()
    data = a_key().signed(b'<HoaDon xmlns="urn:bia-ra:khac"><So>1</So></HoaDon>', AT)
    lot = read(a_copy(tmp_path, "000001", (replace(good, data=data),)))
    assert codes(lot.records) == ["LOT_FILE_SHAPE"]


def test_file_of_another_lot_cannot_come_again_as_a_new_one(tmp_path) -> None:
    """The control file is nobody's word; what lot a file is of, and what it replaces, its signer says."""
    old, replaced = a_file("000001"), Replaced("000002", "ho-so-cu.xml")
    assert codes(read(a_copy(tmp_path, "000003", (old,)), "000003").records) == ["LOT_FILE_OF_OTHER_LOT"]
    as_newer = replace(a_file("000003"), replaced=replaced)
    assert codes(read(a_copy(tmp_path, "000003", (as_newer,)), "000003").records) == ["LOT_FILE_OF_OTHER_LOT"]


def test_lot_that_comes_again_gives_nothing(tmp_path) -> None:
    """In another folder, with the same control file."""
    taken = taken_after(tmp_path, ("000001", (a_file(),)))
    lot = read(a_copy(tmp_path, "000001", (a_file(),)), taken=taken, folder="lo-000001_lai")
    assert (lot.records, lot.taken) == ((), None)
    assert [found.code for found in lot.findings] == ["LOT_REPEATED"]


def test_lot_that_is_read_on_gives_what_it_gave(tmp_path) -> None:
    """After a kill between two pages: the same lot in the same folder is no repetition."""
    copy = a_copy(tmp_path, "000001", (a_file(),))
    first = read(copy)
    assert read(copy, taken=Taken().after(first.taken)) == first


def test_number_that_comes_again_with_other_content_is_refused(tmp_path) -> None:
    """Neither content is mixed with the other."""
    taken = taken_after(tmp_path, ("000001", (a_file(),)))
    other = a_file(records=a_class(2, **OTHER_CLASS))
    lot = read(a_copy(tmp_path, "000001", (other,)), taken=taken, folder="lo-000001_khac")
    assert codes(lot.records) == ["LOT_NUMBER_REUSED"]
    assert lot.taken is None


def test_lot_that_was_refused_may_come_again_under_its_number(tmp_path) -> None:
    """Nothing was taken of it."""
    assert refused_code(tmp_path, (replace(a_file(), count=9),))[0] == "LOT_COUNT_WRONG"
    assert len(read(a_copy(tmp_path, "000001", (a_file(),))).records) == 3


def test_late_lot_is_taken_and_told(tmp_path) -> None:
    """Its classes are of nobody else."""
    taken = taken_after(tmp_path, ("000005", (a_file("000005"),)))
    lot = read(a_copy(tmp_path, "000002", (a_file("000002", a_class(2, **OTHER_CLASS)),)), "000002", taken)
    assert [(found.code, dict(found.facts)) for found in lot.findings] == [
        ("LOT_LATE", {"lot": "000002", "after": "000005"})
    ]
    assert (len(lot.records), codes(lot.records)) == (2, [])


def test_class_of_a_late_lot_that_a_later_one_has_said_is_not_taken(tmp_path) -> None:
    """What is older never takes the place of what is newer, whichever comes first."""
    taken = taken_after(tmp_path, ("000005", (a_file("000005", replaced=Replaced("000002", "ho-so-a.xml")),)))
    files = (a_file("000002"), a_file("000002", a_class(2, **OTHER_CLASS)))
    lot = read(a_copy(tmp_path, "000002", files), "000002", taken)
    assert codes(lot.records) == ["LOT_FILE_OVERTAKEN"]
    assert sum(record.value is not None for record in lot.records) == 2
    assert taken.after(lot.taken).lot_of(("82020001", "2024-2025", "CN", "5A")) == 5


def test_class_that_comes_again_without_a_word_is_refused(tmp_path) -> None:
    """Who changes what was sent names it."""
    taken = taken_after(tmp_path, ("000001", (a_file(),)))
    lot = read(a_copy(tmp_path, "000002", (a_file("000002"),)), "000002", taken)
    assert codes(lot.records) == ["LOT_CLASS_TWICE"]


def replacing(tmp_path, records, *, there=True):
    """Return a lot whose file replaces that of lot 1, which may be gone, and the first file's records."""
    first = a_file()
    taken = taken_after(tmp_path, ("000001", (first,)))
    named = Replaced("000001", first.name)
    (tmp_path / "thay").write_bytes(first.data)
    files = (a_file("000002", records, named),)
    copy = a_copy(tmp_path, "000002", files, replaced={named: tmp_path / "thay"} if there else {})
    return read(copy, "000002", taken), read(a_copy(tmp_path, "000001", (first,))).records


def test_replacing_file_changes_only_what_differs(tmp_path) -> None:
    """Every record comes again under its key; only the one that changed has another version."""
    lot, before = replacing(tmp_path, (a_record(1), a_record(2, NhanXetChung="Khác."), a_record(3)))
    same = [new.version == old.version for new, old in zip(lot.records, before, strict=True)]
    assert [record.key for record in lot.records] == [record.key for record in before]
    assert same == [True, False, True]
    assert codes(lot.records) == []


def test_record_that_a_replacing_file_lacks_is_told_and_stays(tmp_path) -> None:
    """Under a key of its own, so that nothing happens to what was taken."""
    lot, before = replacing(tmp_path, (a_record(1), a_record(4)))
    gone = [record for record in lot.records if record.value is None]
    assert [record.key for record in gone] == [f"thieu/{before[1].key}", f"thieu/{before[2].key}"]
    assert codes(gone) == ["LOT_RECORD_NOT_REPEATED"] * 2
    assert {record.key for record in lot.records if record.value is not None} == {
        before[0].key, "82020001/2024-2025/8200849204/CN",
    }  # fmt: skip


def test_replaced_file_that_is_gone_is_told(tmp_path) -> None:
    """What the new one lacks cannot be said then; it is taken."""
    lot, _ = replacing(tmp_path, (a_record(1),), there=False)
    assert [found.code for found in lot.findings] == ["LOT_REPLACED_ABSENT"]
    assert codes(lot.records) == []


def test_replaced_file_that_nobody_pinned_signed_tells_nothing(tmp_path) -> None:
    """Somebody who lays another file in its place cannot make records seem missing."""
    lot, _ = replacing(tmp_path, (a_record(1),), there=True)
    assert "LOT_RECORD_NOT_REPEATED" in codes(lot.records)
    (tmp_path / "thay").write_bytes(a_file(key=a_key("ke-la")).data)
    named = Replaced("000001", a_file().name)
    copy = a_copy(
        tmp_path, "000002", (a_file("000002", (a_record(1),), named),), replaced={named: tmp_path / "thay"}
    )  # fmt: skip
    assert [found.code for found in read(copy, "000002").findings] == ["LOT_REPLACED_ABSENT"]
