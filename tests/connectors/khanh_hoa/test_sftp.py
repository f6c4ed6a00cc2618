"""The connector over a real SFTP server: three templates in one folder, faults of the system, answers read back."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import openpyxl
import pytest
from msgspec.structs import replace

from hub.connectors.answer_sheets import answer_ids
from hub.connectors.khanh_hoa import connector, read_class_file, simulator
from hub.connectors.sdk import Answer
from hub.connectors.simulating import Faults
from hub.domain.reading import canonical
from hub.errors import Unavailable
from tests.connectors.khanh_hoa.builders import (
    FORMER,
    PRIMARY,
    SECONDARY,
    a_class,
    by_key,
    context,
    opened,
    pulled,
    receipt,
)

TRANSCRIPTS = [
    *a_class(1), *a_class(4, school=FORMER, school_year="2024-2025", first=20),
    *a_class(6, school=SECONDARY, first=40), *a_class(10, school=SECONDARY, first=60),
]  # fmt: skip
WELL = Faults()
MAPPER = connector().mapper


def played(
    folder: Path, act: Callable[[object, dict[str, object]], Awaitable[object]], faults: Faults = WELL,
    transcripts: object = None,
) -> object:  # fmt: skip
    """Run `act(system, settings)` while the system is there."""

    async def run() -> object:
        system = simulator(TRANSCRIPTS if transcripts is None else transcripts, folder / "system", faults)
        settings = await system.start()
        try:
            async with asyncio.timeout(60):
                return await act(system, settings)
        finally:
            await system.stop()

    return asyncio.run(run())


def test_three_templates_in_one_place_become_their_documents(tmp_path):
    """Each pupil once, whatever template; the province is that of the sheet."""

    async def act(system, settings):
        source = connector().source(opened(settings, tmp_path / "c"))
        records, pages = await pulled(source, limit=2)
        await source.close()
        assert max(len(page.records) for page in pages) == 2
        assert not [found for page in pages for found in page.findings if found.severity == "refuse"]
        return records, system.left_out

    records, left_out = played(tmp_path, act)
    mapped = {key: MAPPER.forward(record, context()) for key, record in by_key(records).items()}
    assert sorted(canonical(one.transcript) for one in mapped.values()) == sorted(map(canonical, TRANSCRIPTS))
    assert {key.split("/")[0]: one.province for key, one in mapped.items()} == {
        "56020001": "56", "56020007": "58", "56030002": "56",
    }  # fmt: skip
    assert len(records) == len(TRANSCRIPTS)
    assert left_out == 0


def test_what_no_template_says_is_left_out_and_counted(tmp_path):
    """A pupil with an exempt subject stays with the school's paper; comments are declared to be lost."""
    said, unsaid, plain = a_class(1)
    exempt = replace(unsaid.subjects[-1], exempt=True)
    made = [replace(said, remarks="Học tốt."), replace(unsaid, subjects=(*unsaid.subjects[:-1], exempt)), plain]
    assert simulator(made, tmp_path, WELL).left_out == 1


def test_pulling_goes_on_at_the_cursor_after_a_restart(tmp_path):
    """With a new source, nothing comes twice that was behind it, and nothing is lost."""

    async def act(_, settings):
        of, seen, cursor = connector(), [], None
        for number in range(50):
            source = of.source(opened(settings, tmp_path / f"c{number}"))
            page = await source.pull(cursor, 2)
            await source.close()
            seen, cursor = [*seen, *page.records], page.cursor
            if not page.more:
                return seen
        return seen

    seen = played(tmp_path, act)
    assert len({record.key for record in seen}) == len(seen) == len(TRANSCRIPTS)


def test_a_changed_list_makes_its_class_files_be_read_again(tmp_path):
    """And only these: another name of a pupil is another version of that pupil's record."""

    async def act(system, settings):
        source = connector().source(opened(settings, tmp_path / "c"))
        before, pages = await pulled(source)
        path = tmp_path / "system/files/gui/56020001/2025-2026/C1-HocSinh.xlsx"
        book = openpyxl.load_workbook(path)
        book.worksheets[0]["J2"] = "Chăm"
        book.save(path)
        page = await source.pull(pages[-1].cursor, 50)
        await source.close()
        return by_key(before), page.records

    before, again = played(tmp_path, act)
    assert {record.key for record in again} == {key for key in before if key.startswith("56020001/")}
    assert [record.key for record in again if record.version != before[record.key].version] == [again[0].key]


def test_a_class_file_without_a_list_waits_and_is_refused_when_left_so(tmp_path):
    """The list may come a moment later; nobody is answered before the folder was left alone."""

    async def act(_, settings):
        (tmp_path / "system/files/gui/56020001/2025-2026/C1-HocSinh.xlsx").unlink()
        source = connector().source(opened(settings, tmp_path / "c", settle_s=0.02))
        first, _ = await pulled(source)
        await asyncio.sleep(3)
        late, _ = await pulled(source)
        await source.close()
        return by_key(first), by_key(late)

    first, late = played(tmp_path, act)
    assert not [key for key in first if "56020001" in key]
    (refused,) = [record for key, record in late.items() if "56020001" in key]
    assert [found.code for found in refused.findings] == ["PUPIL_LIST_NOT_BESIDE"]
    assert refused.place == "gui/56020001/2025-2026/1A-KH1.xlsx"


@pytest.mark.parametrize(
    "faults",
    [Faults(clock=-90_000_000), Faults(slow=0.01), Faults(duplicate_page=True)],
    ids=["clock", "slow", "twice"],
)
def test_faults_of_the_system_lose_and_double_nothing(tmp_path, faults):
    """A clock of years ago, a slow server, a file that comes twice: each key once."""

    async def act(_, settings):
        source = connector().source(opened(settings, tmp_path / "c"))
        records, _ = await pulled(source, wait_s=30)
        await source.close()
        return records

    records = played(tmp_path, act, faults)
    assert len({(record.key, record.version) for record in records}) == len(TRANSCRIPTS)


def test_a_lost_connection_is_tried_again(tmp_path):
    """Each third call ends the connection: one look takes many calls, and goes on all the same."""

    async def act(_, settings):
        source, seen, cursor = connector().source(opened(settings, tmp_path / "c")), {}, None
        for _ in range(50):
            try:
                page = await source.pull(cursor, 50)
            except Unavailable:
                continue
            seen |= by_key(page.records)
            cursor = page.cursor
            if not page.more and len(seen) == len(TRANSCRIPTS):
                break
        await source.close()
        return len(seen)

    assert played(tmp_path, act, Faults(errors=3)) == len(TRANSCRIPTS)


@pytest.mark.parametrize("change", ["added", "renamed", "removed"])
def test_a_change_of_the_schema_is_told(tmp_path, change):
    """From the second file on a column is another: each such record says so."""

    async def act(_, settings):
        source = connector().source(opened(settings, tmp_path / "c"))
        records, _ = await pulled(source)
        await source.close()
        return records

    records = played(tmp_path, act, Faults(schema=change))
    mapped = {record.key: MAPPER.forward(record, context()) for record in records}
    told = {key for key, one in mapped.items() if {found.code for found in one.findings} & {
        "MAPPING_FIELD_UNKNOWN", "MAPPING_FIELD_MISSING",
    }}  # fmt: skip
    assert told == {key for key in mapped if not key.startswith("56020001/")}


def test_a_half_written_file_is_not_read_before_it_is_whole(tmp_path):
    """It grows for eight seconds; no row of it is refused, and every row comes in the end."""

    async def act(_, settings):
        source = connector().source(opened(settings, tmp_path / "c", settle_s=1.2))
        seen, cursor = [], None
        for _ in range(400):
            page = await source.pull(cursor, 50)
            seen, cursor = [*seen, *page.records], page.cursor
            if len(seen) >= 3:
                break
            await asyncio.sleep(0.1)
        await source.close()
        return seen

    seen = played(tmp_path, act, Faults(half_written=True), a_class(1))
    assert [record.value is None for record in seen] == [False] * 3


def test_hostile_files_are_refused_and_stop_no_other(tmp_path):
    """Entities, bombs, pages of errors: one refused record each, once left alone; nothing of this machine in them."""
    refused = {"WORKBOOK_XML_FORBIDDEN", "WORKBOOK_ZIP_BOMB", "FILE_KIND_UNKNOWN"}

    async def act(_, settings):
        source, seen, cursor = connector().source(opened(settings, tmp_path / "c", settle_s=0.01)), [], None
        for _ in range(300):
            page = await source.pull(cursor, 50)
            seen, cursor = [*seen, *page.records], page.cursor
            if refused <= {found.code for record in seen for found in record.findings}:
                break
            await asyncio.sleep(0.1)
        await source.close()
        return by_key(seen)

    seen = played(tmp_path, act, Faults(hostile=True), a_class(1))
    good = [record for record in seen.values() if record.value is not None]
    assert {record.key.split("/")[0] for record in good} == {PRIMARY.code}
    assert refused <= {found.code for record in seen.values() for found in record.findings}


def test_receipts_go_beside_their_files_and_are_read_back(tmp_path):
    """A row for each finding in the words of the catalogue, with the receipt; written twice it is there once."""

    async def act(system, settings):
        of, instance = connector(), opened(settings, tmp_path / "c")
        source, sink = of.source(instance), of.sink(opened(settings, tmp_path / "s"))
        records, pages = await pulled(source)
        first = [record for record in records if record.key.startswith(PRIMARY.code)]
        answers = [receipt(first[0]), receipt(first[1], "refused", ["RATING_MISSING", "SUBJECT_TWICE"])]
        for _ in range(2):
            await sink.write(answers)
        page = await source.pull(pages[-1].cursor, 50)
        assert not page.records
        await source.close()
        await sink.close()
        return answers, system.answers()

    answers, held = played(tmp_path, act)
    assert {(row["kind"], row["id"], row["offered"]) for row in held} == {("receipt", a.answer_id, 1) for a in answers}
    (name,) = {file for row in held for file in row["files"]}
    assert name.startswith("gui/56020001/2025-2026/1A-KH1.tra-loi-")
    book = openpyxl.load_workbook(tmp_path / "system/files" / name)
    rows = [[cell.value for cell in row] for row in book["Trả lời"].rows]
    assert [row[1:5] for row in rows[1:]] == [
        ["5600000000", "Đã nhận", None, "1A!9"], ["5600000001", "Bị từ chối", "RATING_MISSING", "1A!10"],
        ["5600000001", "Bị từ chối", "SUBJECT_TWICE", "1A!10"],
    ]  # fmt: skip
    signed = [[cell.value for cell in row] for row in book["Biên nhận"].rows]
    assert signed == [["statement", "c2lnbmVk"], ["JWS", "jws"]]


def test_corrections_and_incoming_pupils_come_in_the_templates(tmp_path):
    """They read back as the documents that they carry, with the pupil's own row of the list."""
    history = [a_class(5, 1)[0], a_class(4, 1, school=FORMER, school_year="2024-2025")[0]]

    async def act(system, settings):
        sink = connector().sink(opened(settings, tmp_path / "s"))
        shared = {"school": SECONDARY.code, "school_year": "2025-2026", "at": "2026-08-05T01:00:00Z"}
        documents = tuple(canonical(transcript).decode() for transcript in history)
        said = {"kind": "correction", "group": "g", "outcome": "corrected", "documents": documents[:1], **shared}
        await sink.write([Answer(answer_id="c" * 64, **said)])
        said = {"kind": "incoming_pupil", "group": "h", "outcome": "incoming", "documents": documents, **shared}
        await sink.write([Answer(answer_id="d" * 64, **said)])
        await sink.close()
        return system.answers()

    held = played(tmp_path, act, transcripts=[])
    assert {(row["kind"], row["id"]) for row in held} == {("correction", "c" * 64), ("incoming_pupil", "d" * 64)}
    for row, carried in zip(held, (history[:1], history), strict=True):
        path = tmp_path / "system/files" / row["files"][0]
        assert answer_ids(path) == (row["id"],)
        for transcript in carried:
            assert transcript in _read_back(path, transcript.school_year)


def _read_back(path, school_year):
    """Read the class sheet of a year out of an answer, as a school's own reader of templates would."""
    folder = path.with_suffix("")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for sheet, kept in (("list", "C1-HocSinh"), ("class", school_year)):
        book = openpyxl.load_workbook(path)
        for name in book.sheetnames:
            if kept not in name:
                del book[name]
        if sheet == "list":  # the list says who the pupil is now, the sheets which class it was
            book[kept]["B2"] = book[kept]["C2"] = None
        book.save(folder / f"{sheet}.xlsx")
    school = FORMER if school_year == "2024-2025" else PRIMARY
    name = f"gui/{school.code}/{school_year}/a.xlsx"
    records = read_class_file(folder / "class.xlsx", folder / "list.xlsx", name, MAPPER.record).records
    return [MAPPER.forward(record, context()).transcript for record in records]
