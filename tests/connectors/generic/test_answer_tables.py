"""Answers in a table are written as the system writes: in its encoding, and no letter becomes another."""

import codecs
import csv
import io
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from hub.connectors.formats import decoded
from hub.connectors.generic import read_file
from hub.connectors.generic.answers import table_bytes
from hub.connectors.generic.spec import Format
from hub.connectors.sdk import load
from hub.domain import canonical
from tests.connectors.checking import printed_file, transcripts_for
from tests.connectors.generic.test_http_sink import an_answer


def a_table(folder: Path, form: Format) -> tuple[bytes, str]:
    """Return the table with one correction, and the name of its pupil."""
    path = folder / "dong-thap.toml"
    path.write_text(printed_file(), encoding="utf-8")
    file, document = read_file(path), transcripts_for(load(path))[0]
    answer = msgspec.structs.replace(an_answer(1), kind="correction", documents=(canonical(document).decode(),))
    return table_bytes([answer], file.mapper, file.rules.key, form), document.student.name


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1258"])
def test_answers_stand_in_the_encoding_of_the_system(
    tmp_path: Path, encoding: Literal["utf-8", "windows-1258"]
) -> None:
    """What it writes in Windows-1258 it reads so; UTF-8 says by its first bytes that it is UTF-8."""
    data, name = a_table(tmp_path, Format(kind="csv", delimiter=";", encoding=encoding))
    text, _ = decoded(data, encoding)
    (row,) = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    assert (row["HoTen"], row["KetQua"]) == (name, "accepted")
    assert data.startswith(codecs.BOM_UTF8) is (encoding == "utf-8")
