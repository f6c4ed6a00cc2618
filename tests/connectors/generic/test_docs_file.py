"""Đồng Tháp joins by the one file that docs/connectors.md prints: it is taken from there and run."""

import asyncio
import csv
import time
from pathlib import Path

import pytest

from hub.connect.check.running import Running
from hub.connect.check.suite import run_checks
from hub.connect.check.systems import opened_source, playing, served
from hub.connectors.sdk import Answer, load
from hub.domain import canonical, finding, render
from hub.errors import Refused
from tests.connectors.checking import a_subject, checked, printed_file


@pytest.fixture
def printed(tmp_path):
    """The file as the docs print it."""
    path = tmp_path / "dong-thap.toml"
    path.write_text(printed_file(), encoding="utf-8")
    return path


def test_the_printed_file_is_a_connector_of_dong_thap(printed):
    """Code 82 was Tiền Giang's until 1/7/2025 and is Đồng Tháp's from then on."""
    manifest = load(printed).manifest
    assert (manifest.name, manifest.so, manifest.transport) == ("dong-thap", "dong-thap", "folder")
    assert [(row.code, row.so) for row in manifest.province] == [("87", "dong-thap"), ("82", "dong-thap")]


def test_the_printed_file_passes_what_looks_at_mappings(printed, tmp_path):
    """Codes, both directions, changes of the system's form, and how texts are written."""
    checks = ("manifest", "codes", "round_trip", "loss_report", "encodings", "pages", "limits", "answers")
    found = checked(str(printed), tmp_path / "work", *checks)
    assert {check: codes for check, (outcome, codes) in found.items() if outcome != "passed"} == {}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('{ path = "DienThoai", kind = "dropped", reason = "a transcript needs no telephone number" },', "",
         "known DienThoai: "),
        ('key = ["MaTruong", "NamHoc", "MaHS", "Ky"]', 'key = ["MaTruong", "NamHoc", "MaHSS", "Ky"]', "key MaHSS: "),
    ],
)  # fmt: skip
def test_mapping_that_says_what_the_manifest_does_not_fails_the_manifest(printed, before, after, told, tmp_path):
    """What is left out is declared, and a key that is nearly a column of a rule is a misspelt one."""
    text = printed.read_text(encoding="utf-8")
    assert before in text
    printed.write_text(text.replace(before, after), encoding="utf-8")
    (outcome,) = asyncio.run(run_checks(a_subject(str(printed), tmp_path / "work"), ["manifest"]))
    assert [found["facts"]["what"].startswith(told) for found in outcome.findings] == [True]


def test_a_province_joins_by_the_printed_file_and_gets_its_answers(printed, tmp_path):
    """`hub connector run` reads its CSV files, persons sign, the Sở takes every record once, and answers lie there."""
    subject = a_subject(str(printed), tmp_path / "work")
    documents = served(subject, 60)

    async def joined():
        async with playing(subject, "join", 60) as (simulator, settings):
            running = Running(subject, "join-run", {**settings, "settle_s": 0})
            await asyncio.to_thread(_run, running, len(documents))
            return running, simulator.answers(), settings["folder"]["path"]

    running, answers, root = asyncio.run(joined())
    states = running.states()
    held_back = states.pop("held_back", 0)  # of the year before, when 82 was Tiền Giang's
    assert set(states) == {"accepted"}, states
    assert states["accepted"] + held_back == len(documents)
    assert set(running.door.effects().values()) == {1}
    assert answers
    rows = [row for answer in answers for row in _rows(f"{root}/{answer['id']}")]
    told = {(row["MaHS"], row["NamHoc"], row["KetQua"]) for row in rows}
    accepted = {
        (d.student.student_code, d.school_year)
        for d in documents
        if (d.student.student_code, d.school_year, "accepted") in told
    }
    assert len(accepted) == states["accepted"]


def _run(running, count):
    running.start()
    try:
        running.settle(count, 90)
        time.sleep(3)  # the last answers are written
    finally:
        running.end()


def _rows(path):
    with Path(path).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def test_an_answer_has_the_columns_of_the_key_and_no_formula(printed, tmp_path):
    """A clerk finds the pupil's row by what the system calls it; an office program runs nothing."""
    subject = a_subject(str(printed), tmp_path / "work")
    document = served(subject, 1)[0]
    told = render(finding("SCHOOL_YEAR_NOT_CONSECUTIVE", facts={"school_year": "=1+1"}))
    told["vi"] = "=1+1"
    key = f"{document.school.code}/{document.school_year}/{document.student.student_code}/CN"
    common = {
        "group": "g",
        "school": document.school.code,
        "school_year": document.school_year,
        "at": "2026-07-01T02:00:00Z",
    }
    refused = Answer(answer_id="a" * 64, kind="receipt", outcome="refused", record_key=key, findings=(told,), **common)
    text = canonical(document).decode()
    incoming = Answer(answer_id="b" * 64, kind="incoming_pupil", outcome="incoming", documents=(text,), **common)

    async def written():
        async with playing(subject, "answer", 1) as (simulator, settings):
            sink = subject.connector.sink(subject.opened(settings, "sink"))
            await sink.write([refused, incoming])
            await sink.close()
            return settings["folder"]["path"], [answer["id"] for answer in simulator.answers()]

    root, names = asyncio.run(written())
    (receipt,) = _rows(f"{root}/{next(name for name in names if 'tra-loi-' in name)}")
    assert (receipt["MaHS"], receipt["KetQua"], receipt["LyDo"]) == (document.student.student_code, "refused", "'=1+1")
    assert receipt["MaLoi"] == "SCHOOL_YEAR_NOT_CONSECUTIVE"
    (came,) = _rows(f"{root}/{next(name for name in names if 'tiep-nhan-' in name)}")
    assert (came["HoTen"], came["KetQua"]) == (document.student.name, "incoming")


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ('kind = "folder"', 'kind = "ftp"', "transport.kind"),
        ("poll_s = 60", "pol_s = 60", "pol_s"),
        ('answer = "tra-loi/"', 'answer = ""', "answers are declared"),
        ('format = { kind = "csv"', 'format = { kind = "rows"', "does not come by"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_the_place(before, after, reason, printed):
    """Nothing is guessed, and nothing is passed over."""
    printed.write_text(printed_file().replace(before, after, 1), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        load(printed)
    assert refused.value.code == "MANIFEST_WRONG"
    assert reason in refused.value.facts["reason"]


def test_the_source_of_a_folder_reads_what_its_system_wrote(printed, tmp_path):
    """The same documents come out as the system can say, neither more nor less."""
    subject = a_subject(str(printed), tmp_path / "work")

    async def read():
        async with playing(subject, "read", 100) as (_, settings), opened_source(subject, settings, "in") as source:
            found, cursor, ends = [], None, time.monotonic() + 30
            while len(found) < len(served(subject, 100)) and time.monotonic() < ends:
                page = await source.pull(cursor, 40)
                cursor = page.cursor
                found += page.records
                await asyncio.sleep(0.05)
            return found

    mapped = [subject.connector.mapper.forward(record, subject.context) for record in asyncio.run(read())]
    assert {m.transcript.student.student_code for m in mapped} == {d.student.student_code for d in served(subject, 100)}
