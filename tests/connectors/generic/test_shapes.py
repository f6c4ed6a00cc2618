"""The generic connector over each transport and format: what a system wrote is read, and answers arrive once."""

import asyncio
import json
import sqlite3
import time

import pytest

from hub.connect.check.answers import check_answers
from hub.connect.check.pulling import Pulled, drain
from hub.connect.check.systems import opened_source, playing, pulled_all, served
from hub.connectors.generic import read_file
from hub.connectors.generic.records import Reader
from hub.connectors.generic.simulator import records_of
from hub.connectors.sdk import load
from hub.errors import Refused
from tests.connectors.checking import a_subject, printed_file, transcripts_for

FOLDER = 'transport = { kind = "folder", take = "gui/*.csv", answer = "tra-loi/" }'
CSV = 'format = { kind = "csv", delimiter = ";" }'
COUNT = 80
SHAPES = {
    f"{kind}-{form}": (
        f'transport = {{ kind = "{kind}", take = "gui/*.{form}", answer = "tra-loi/" }}',
        f'format = {{ kind = "{form}" }}',
    )
    for kind in ("folder", "sftp") for form in ("csv", "xlsx", "json", "jsonl")
} | {
    "folder-windows-1258": (FOLDER, 'format = { kind = "csv", delimiter = ";", encoding = "windows-1258" }'),
    "http-json": (
        'transport = { kind = "http", list = "hoc-ba", records = "du_lieu", next = "sau", mark = "moc", '
        'answer = "tra-loi/{id}" }',
        'format = { kind = "json" }',
    )
}  # fmt: skip
QUERY = """
select * from hoc_ba where :after is null or moc > :after order by moc limit :limit
"""


def a_file(folder, transport, form):
    """Return the printed file over another transport and format."""
    path = folder / "connector.toml"
    path.write_text(printed_file().replace(FOLDER, transport).replace(CSV, form), encoding="utf-8")
    return path


def mapped(subject, pulled):
    """Return the documents of what was pulled, each of which must be one."""
    made = [subject.connector.mapper.forward(record, subject.context) for record in pulled.records.values()]
    assert all(each.transcript is not None for each in made), [
        each.findings for each in made if each.transcript is None
    ]
    return {
        (each.transcript.student.student_code, each.transcript.school_year, each.transcript.period) for each in made
    }


def known(documents):
    """Return who must be there."""
    return {(d.student.student_code, d.school_year, d.period) for d in documents}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_is_read_whole_and_answered_once(shape, tmp_path):
    """Every record comes out, none twice; each kind of answer arrives, and again is once."""
    subject = a_subject(str(a_file(tmp_path, *SHAPES[shape])), tmp_path / "work")

    async def tried():
        async with playing(subject, "shape", COUNT) as (_, settings):
            pulled = await pulled_all(subject, settings, "in", lambda p: len(p.keys) >= COUNT, patience_s=30)
        return pulled, await check_answers(subject)

    pulled, findings = asyncio.run(tried())
    assert mapped(subject, pulled) == known(served(subject, COUNT))
    assert set(pulled.again.values()) == {1}
    assert findings == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("MaTruong,NamHoc,MaHS,Ky\n1,2025-2026,2,CN\n3,2025-2026,4,CN\n",
         'no column MaTruong, NamHoc, MaHS, Ky; is ";" its delimiter?'),
        ("MaTruong;NamHoc;MaHSS;Ky\n1;2025-2026;2;CN\n", "no column MaHS"),
    ],
)  # fmt: skip
def test_table_without_the_columns_of_the_key_is_told_once_as_a_file(text, reason, tmp_path):
    """The fault is in its first line: nobody is sent to look at every pupil's number."""
    file = tmp_path / "x.toml"
    file.write_text(printed_file(), encoding="utf-8")
    (tmp_path / "5A.csv").write_text(text, encoding="utf-8")
    (record,) = Reader(read_file(file)).read(tmp_path / "5A.csv", "gui/5A.csv").records
    assert (record.key, record.value) == ("gui/5A.csv", None)
    assert [(found.code, found.facts["reason"]) for found in record.findings] == [("CSV_WRONG", reason)]


@pytest.mark.parametrize(
    ("transport", "reason"),
    [
        ('{ kind = "folder", take = "../*.csv", answer = "tra-loi/" }', "take"),
        ('{ kind = "folder", take = "/gui/*.csv", answer = "tra-loi/" }', "take"),
        ('{ kind = "sftp", take = "gui/*.csv", answer = "../tra-loi/" }', "answer"),
        ('{ kind = "sql", query = "DELETE FROM hoc_ba", after = "moc", answer = "tra-loi/" }', "query"),
        ('{ kind = "sql", query = "select 1; drop table x", after = "moc", answer = "tra-loi/" }', "query"),
    ],
)  # fmt: skip
def test_transport_that_could_not_work_is_refused_when_the_file_is_read(transport, reason, tmp_path):
    """Not at the first run, by a database or a server."""
    form = 'format = { kind = "rows" }' if "sql" in transport else CSV
    with pytest.raises(Refused, match="MANIFEST_WRONG") as refused:
        read_file(a_file(tmp_path, f"transport = {transport}", form))
    assert f"{reason}: " in refused.value.facts["reason"]


@pytest.mark.parametrize(
    "query", ["/* a; b */ SELECT ';' -- ;\n", "\n-- x\nselect 1;\n", "WITH a AS (SELECT 1) SELECT 1"]
)
def test_query_that_reads_is_taken_however_it_is_written(query, tmp_path):
    """A semicolon in a text or a remark ends no statement."""
    text = f"transport = {{ kind = 'sql', query = {json.dumps(query)}, after = 'moc', answer = 'tra-loi/' }}"
    assert read_file(a_file(tmp_path, text, 'format = { kind = "rows" }')).transport.query == query


def sql_file(folder):
    """Return the printed file over a query; the column that it goes on by is known, and left out."""
    after = "'''" + QUERY + "'''"
    transport = f'transport = {{ kind = "sql", query = {after}, after = "moc", answer = "tra-loi/" }}'
    path = a_file(folder, transport, 'format = { kind = "rows" }')
    text = path.read_text(encoding="utf-8").replace('known = ["DienThoai"]', 'known = ["DienThoai", "moc"]')
    text = text.replace("loss = [", 'loss = [{ path = "moc", kind = "dropped", reason = "a counter" },', 1)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_query_is_read_in_the_order_of_its_column(tmp_path):
    """A SQLite file, page by page; a row that changes and moves to the end comes again, the others do not."""
    path = sql_file(tmp_path)
    file, documents = read_file(path), list(transcripts_for(load(path)))[:COUNT]
    records, _ = records_of(file, documents)
    columns = list(dict.fromkeys(name for record in records for name in record))
    database = tmp_path / "hoc_ba.db"
    with sqlite3.connect(database) as connection:
        named = ", ".join(f'"{name}"' for name in columns)
        connection.execute(f"create table hoc_ba (moc integer primary key, {named})")
        for number, record in enumerate(records, 1):
            marks = ", ".join("?" for _ in columns)
            connection.execute(f"insert into hoc_ba values (?, {marks})", [number, *(record.get(c) for c in columns)])
    connection.close()
    subject = a_subject(str(path), tmp_path / "work")

    async def read():
        settings = {"sql": {"address": str(database)}, "folder": {"path": str(tmp_path)}}
        async with opened_source(subject, settings, "sql") as source:
            first = await drain(source, Pulled(), patience_s=20, now=time.monotonic, limit=30)
            with sqlite3.connect(database) as changing:
                changing.execute("update hoc_ba set moc = 1000, NhanXet = 'Đã sửa' where moc = 3")
            changing.close()
            again = await drain(source, Pulled(cursor=first.cursor), patience_s=20, now=time.monotonic, limit=30)
            return first, again

    first, again = asyncio.run(read())
    assert mapped(subject, first) == known(documents)
    assert first.pulls == 3
    ((key, _),) = again.records
    assert key in first.keys
