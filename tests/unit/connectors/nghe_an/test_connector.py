"""The connector's own files: its kept mapping and golden records, its extracts, its settings."""

import json
import time

import pytest

from hub.connect.check.golden import golden_files, mapped_golden, records_of
from hub.connectors.nghe_an import connector
from hub.connectors.nghe_an.description import description
from hub.connectors.nghe_an.settings import open_database
from hub.connectors.sdk import Opened, extract_bytes, place_of
from hub.errors import Refused

URL = "postgresql://hub_doc@127.0.0.1:5432/nghe_an"


def test_golden_records_give_just_what_was_written_by_hand():
    """Documents, codes and what is rejected."""
    (file,) = golden_files(place_of("nghe-an") / "golden")
    expected = json.loads(file.with_name("records.expected.json").read_text(encoding="utf-8"))
    assert mapped_golden(connector().mapper, file) == expected


def test_an_extract_gives_the_record_and_the_record_its_document():
    """What is sealed is enough to make the document again, with the version of the mapping that is kept."""
    made = connector()
    (file,) = golden_files(place_of("nghe-an") / "golden")
    values, context = records_of(file)
    record = made.mapper.record(values[0], "ho_so 1")
    (again,) = made.rows(extract_bytes("so-lieu-nghe-an", record))
    assert (again.key, again.version, again.value) == (record.key, record.version, record.value)
    assert made.mappings[-1].name == "nghe-an/1"
    assert made.mapper.forward(again, context).transcript == made.mapper.forward(record, context).transcript


def test_no_personal_column_is_read_that_no_transcript_needs():
    """Telephone numbers and clerks stand in the tables and in no query's reach."""
    assert {name for table in description().values() for name in table.passed_over} >= {
        "so_dien_thoai",
        "nguoi_cap_nhat",
    }


@pytest.mark.parametrize(
    "table",
    [
        None, {}, {"url": "mysql://x"}, {"url": URL, "changes": "trigger"}, {"url": URL, "slot": "Hub-1"},
        {"url": URL, "schema": "a; drop"}, {"url": URL, "pasword_file": "x"},
        {"url": "postgresql://hub:secret@127.0.0.1/nghe_an"}, {"url": URL, "write_url": f"{URL}?password=x"},
    ],
)  # fmt: skip
def test_settings_that_are_not_right_are_refused(table, tmp_path):
    """A wrong address, an unknown key, a name that is none, a password where none may stand."""
    settings = {} if table is None else {"database": table}
    with pytest.raises(Refused) as refused:
        open_database(Opened(settings, tmp_path, time.monotonic))
    assert refused.value.code == "SYSTEM_ADDRESS_WRONG"
    assert "secret" not in str(refused.value.facts)
