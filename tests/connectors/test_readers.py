"""The readers of files beside the schools that export them, played: every class comes out as it was written."""

import asyncio

import pytest

from hub.connect.check.systems import playing, pulled_all, served
from hub.connectors.simulating import Faults
from hub.domain import canonical
from tests.connectors.checking import a_subject, checked

READERS = ("csdl-c1", "jsonl", "vnedu-primary", "vnedu-secondary")
COUNT = 150


def read(subject, name, faults=None):
    """Return what the system left out, its answers' simulator, and the records that came, by key."""

    async def run():
        async with playing(subject, name, COUNT, faults or Faults()) as (simulator, settings):
            pulled = await pulled_all(subject, {**settings, "settle_s": 0}, f"{name}-in", patience_s=30)
            return simulator.left_out, {record.key: record for record in pulled.records.values()}

    return asyncio.run(run())


def key_of(transcript):
    """Return the key under which a reader gives a transcript."""
    t = transcript
    return f"{t.school.code}/{t.school_year}/{t.student.student_code}/{t.period}"


@pytest.mark.parametrize("name", READERS)
def test_what_schools_export_comes_out_under_the_keys_of_its_pupils(name, tmp_path):
    """No row is refused, none is lost, and what the shape cannot say was not exported."""
    subject = a_subject(name, tmp_path)
    left_out, records = read(subject, "plain")
    keys = {key_of(transcript) for transcript in served(subject, COUNT)}
    assert len(records) == COUNT - left_out > COUNT // 2
    assert set(records) <= keys
    mapped = [subject.connector.mapper.forward(record, subject.context) for record in records.values()]
    checking_only = subject.connector.manifest.checking_only
    assert {each.transcript is None for each in mapped} == {checking_only}


def test_lines_come_out_byte_for_byte(tmp_path):
    """JSON Lines say everything that a document says."""
    subject = a_subject("jsonl", tmp_path)
    _, records = read(subject, "plain")
    mapped = [subject.connector.mapper.forward(record, subject.context).transcript for record in records.values()]
    assert {canonical(transcript) for transcript in mapped} == {canonical(t) for t in served(subject, COUNT)}


@pytest.mark.parametrize("change", ["added", "renamed", "removed"])
@pytest.mark.parametrize("name", READERS)
def test_an_export_that_changes_its_form_is_told(name, change, tmp_path):
    """From the second class on: a warning or a refusal names it, and the first class comes as ever."""
    subject = a_subject(name, tmp_path)
    _, plain = read(subject, "plain")
    _, records = read(subject, "changed", Faults(schema=change))
    codes = {found.code for record in records.values() for found in record.findings}
    before = {found.code for record in plain.values() for found in record.findings}
    assert codes - before or change == "removed"
    assert any(plain[key] == records.get(key) for key in plain)


@pytest.mark.parametrize("name", READERS)
def test_a_reader_passes_the_checks_that_need_its_system(name, tmp_path):
    """Pages, answers, limits and attacks, against the folder that the schools write into."""
    found = checked(name, tmp_path, "manifest", "pages", "limits", "answers", "encodings", "hostile")
    assert {check: codes for check, (outcome, codes) in found.items() if outcome != "passed"} == {}
