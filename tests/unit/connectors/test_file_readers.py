"""The readers of files as connectors: a drop folder gives records, records documents, answers go beside the files."""

import asyncio
import json
import shutil
import time

import openpyxl
import pytest

from hub.connectors.answer_sheets import answer_ids
from hub.connectors.csdl_c1 import write_results
from hub.connectors.jsonl import write_jsonl
from hub.connectors.pupil_list import write_pupils
from hub.connectors.sdk import Answer, Context, Opened
from hub.connectors.sdk.finding import load
from hub.connectors.vnedu_primary import class_of, write_classes
from hub.connectors.vnedu_secondary import detail_sheet, summary_sheet
from hub.connectors.workbook_writing import write_workbook
from hub.domain.reading import canonical
from tests.unit.connectors.builders import SCHOOL, YEAR, a_pupil, a_result
from tests.unit.connectors.class_sheets import a_class, expressible, listed
from tests.unit.connectors.vnedu_secondary.builders import GDTC_2, TOAN, a_comment_row, a_summary_row
from tests.unit.connectors.vnedu_secondary.builders import a_pupil as a_secondary_pupil

REGISTER = Context(lambda code, _: SCHOOL if code == SCHOOL.code else None)


@pytest.fixture
def place(tmp_path):
    """The folder of a school and a year in a drop folder."""
    folder = tmp_path / "drop" / SCHOOL.code / YEAR
    folder.mkdir(parents=True)
    return folder


def an_instance(place, name="c"):
    """Return an instance whose files count at once."""
    drop = place.parents[1]
    folder = drop.parent / name
    folder.mkdir(exist_ok=True)
    return Opened({"folder": {"path": str(drop)}, "settle_s": 0.0}, folder, time.monotonic)


def pages_of(name, place, cursor=None):
    """Pull a connector by name until nothing more is there."""

    async def run():
        source, pages, at = load(name).source(an_instance(place)), [], cursor
        while not pages or pages[-1].more:
            pages.append(await source.pull(at, 2))
            at = pages[-1].cursor
        await source.close()
        return pages

    return asyncio.run(run())


def records_of(name, place):
    """Return all records of a connector."""
    return [record for page in pages_of(name, place) for record in page.records]


def mapped(name, records):
    """Map records by the register of one school."""
    return [load(name).mapper.forward(record, REGISTER) for record in records]


def test_a_drop_folder_of_c1_workbooks_gives_documents_with_the_registered_school(place):
    """Key, place and findings are those of the row; a page has no more than was asked for."""
    comma = a_result(C="0100849202", D="Lê Hòa Chi", G="8,5")
    write_results(place / "ket-qua.xlsx", [a_result(), comma, a_result(C=1)])
    write_pupils(place / "C1-HocSinh.xlsx", [a_pupil(), a_pupil(D="0100849202", E="Lê Hòa Chi", M="001318001235")])
    pages = pages_of("csdl-c1", place)
    good, comma, refused = [record for page in pages for record in page.records]
    assert [len(page.records) for page in pages] == [2, 1, 0]
    assert good.key == f"{SCHOOL.code}/{YEAR}/0100849201/year"
    assert good.place == f"{SCHOOL.code}/{YEAR}/ket-qua.xlsx!Sheet1!4"
    assert (refused.value, refused.place) == (None, f"{SCHOOL.code}/{YEAR}/ket-qua.xlsx!Sheet1!6")
    one, two, none = mapped("csdl-c1", [good, comma, refused])
    assert one.transcript.school == SCHOOL
    assert not one.losses
    assert [(loss.kind, loss.path) for loss in two.losses] == [("guessed", "CELL_DECIMAL_COMMA")]
    assert none.transcript is None
    assert {found.code for found in none.findings} == {found.code for found in refused.findings} != set()


def test_a_school_that_the_register_does_not_know_has_no_documents(place):
    """Its name and province are not ours to make up."""
    write_results(place / "ket-qua.xlsx", [a_result()])
    write_pupils(place / "C1-HocSinh.xlsx", [a_pupil()])
    (record,) = records_of("csdl-c1", place)
    made = load("csdl-c1").mapper.forward(record, Context(lambda _code, _year: None))
    assert made.transcript is None
    assert [found.code for found in made.findings] == ["SCHOOL_UNKNOWN"]


def test_class_summaries_come_back_as_the_documents_they_were_written_from(place):
    """One workbook of two classes beside their list; native values lose nothing on the way back."""
    classes = [a_class(1), a_class(2, first=3)]
    write_classes(place / "tong-hop.xlsx", [class_of(pupils, coded=True) for pupils in classes])
    write_pupils(place / "C1-HocSinh.xlsx", listed(*classes))
    records = records_of("vnedu-primary", place)
    documents = [one.transcript for one in mapped("vnedu-primary", records)]
    assert documents == [expressible(transcript) for pupils in classes for transcript in pupils]
    raw, losses = load("vnedu-primary").mapper.backward(documents[0])
    assert (json.loads(canonical(documents[0])), losses) == (json.loads(json.dumps(raw)), ())


def test_sheets_of_marks_are_read_together_and_never_sent(place):
    """Two workbooks make one record of the pupil, whose place is in the first; what they lack is told."""
    write_workbook(place / "toan.xlsx", [summary_sheet(TOAN, [a_summary_row()])])
    write_workbook(place / "the-chat.xlsx", [detail_sheet(GDTC_2, [a_comment_row()])])
    write_pupils(place / "C1-HocSinh.xlsx", [a_secondary_pupil()])
    (record,) = records_of("vnedu-secondary", place)
    assert record.value is None
    assert "FILE_NOT_FOR_SIGNING" in {found.code for found in record.findings}
    assert record.place.startswith(f"{SCHOOL.code}/{YEAR}/the-chat.xlsx!")


def test_lines_keep_their_own_school_and_the_line_s_number(place):
    """A line says all that a document says; a bad one is a record without a value."""
    transcripts = [expressible(transcript) for transcript in a_class(1, 2)]
    write_jsonl(place / "hoc-ba.jsonl", transcripts)
    with (place / "hoc-ba.jsonl").open("ab") as file:
        file.write(b"{}\n")
    records = records_of("jsonl", place)
    assert [one.transcript for one in mapped("jsonl", records)] == [*transcripts, None]
    assert [record.place for record in records] == [f"{SCHOOL.code}/{YEAR}/hoc-ba.jsonl!{n}" for n in (1, 2, 3)]


def test_a_class_without_its_list_is_no_record_until_the_list_comes(place):
    """Then both are read; the cursor of the first look still serves."""
    write_results(place / "ket-qua.xlsx", [a_result()])
    pages = []

    async def run():
        source = load("csdl-c1").source(an_instance(place))
        source_pages = [await source.pull(None, 10)]
        write_pupils(place / "C1-HocSinh.xlsx", [a_pupil()])
        source_pages.append(await source.pull(source_pages[0].cursor, 10))
        await source.close()
        pages.extend(source_pages)

    asyncio.run(run())
    told = [found.code for record in pages[0].records for found in record.findings]
    assert told in ([], ["PUPIL_LIST_NOT_BESIDE"])  # with no time to settle, left alone is left so
    assert [record.value is not None for record in pages[1].records] == [True]


def test_answers_lie_beside_their_files_and_are_not_read(place):
    """Equal answers give equal bytes; a school's answer about no file has a name of its own."""
    write_results(place / "ket-qua.xlsx", [a_result()])
    write_pupils(place / "C1-HocSinh.xlsx", [a_pupil()])
    pages = pages_of("csdl-c1", place)
    (record,) = pages[0].records
    shared = {"kind": "receipt", "group": "g", "school": SCHOOL.code, "school_year": YEAR, "at": "2026-06-10T00:00:00Z"}
    unsaid = shared | {"school": "", "school_year": ""}  # of a record without a value its school is not known
    answers = [
        Answer(answer_id="a" * 64, outcome="not_sent", record_key=record.key, place=record.place, **unsaid),
        Answer(answer_id="b" * 64, outcome="ingested", **shared),
    ]

    async def write():
        sink = load("csdl-c1").sink(an_instance(place, "s"))
        await sink.write(answers)
        await sink.close()

    asyncio.run(write())
    files = sorted(place.glob("*tra-loi-*.xlsx"))
    assert [file.name.partition("tra-loi-")[0] for file in files] == ["ket-qua.", ""]
    assert [answer_ids(file) for file in files] == [("a" * 64,), ("b" * 64,)]
    before = [file.read_bytes() for file in files]
    asyncio.run(write())
    assert [file.read_bytes() for file in files] == before
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(files[0])["Trả lời"].rows]
    assert rows[1] == [1, "0100849201", "Chưa gửi", None, "Sheet1!4", None, None, "a" * 64]
    assert not [record for page in pages_of("csdl-c1", place, pages[-1].cursor) for record in page.records]
    shutil.rmtree(place)
    assert not pages_of("csdl-c1", place, pages[-1].cursor)[0].records
