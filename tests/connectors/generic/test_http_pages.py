"""A list behind REST that does not go on: no walk without an end, and no answer taken for that of another question."""

import asyncio
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

from hub.connectors.generic import read_file
from hub.connectors.generic.http import HttpSource
from hub.connectors.generic.records import Reader
from hub.connectors.generic.spec import HttpAt
from hub.connectors.sdk import Page
from hub.connectors.transport import HttpAnswer, HttpClient
from hub.errors import Refused
from tests.connectors.generic.test_shapes import SHAPES, a_file
from tests.connectors.transport.systems import Clock, answering, http


class Answering(HttpClient):
    """A client that answers with these values in turn, each with an ETag, and notes what it was asked."""

    def __init__(self, *values: Mapping[str, Any]) -> None:
        """Take the values."""
        self.values, self.etags = list(values), list[str | None]()

    async def get(
        self, path: str, parameters: Mapping[str, str] | None = None, etag: str | None = None,
        expected: Collection[int] = (), records: str | None = None,
    ) -> HttpAnswer:  # fmt: skip
        """Return the next."""
        self.etags.append(etag)
        return HttpAnswer(200, f"of {path} {sorted((parameters or {}).items())}", self.values.pop(0), 2)


def a_source(folder: Path, *values: Mapping[str, Any]) -> tuple[HttpSource, Answering]:
    """Return a source over these answers."""
    file, client = read_file(a_file(folder, *SHAPES["http-json"])), Answering(*values)
    assert isinstance(file.transport, HttpAt)
    return HttpSource(client, file.transport, Reader(file)), client


async def pulled(folder: Path, body: str) -> Page:
    """Return the page that a real answer with this body gives."""
    file = read_file(a_file(folder, *SHAPES["http-json"]))
    assert isinstance(file.transport, HttpAt)
    async with answering(http("200 OK", body.encode())) as (base, _):
        source = HttpSource(HttpClient(base, None, Clock()), file.transport, Reader(file))
        try:
            return await source.pull(None, 10)
        finally:
            await source.close()


ROW = '{"MaTruong": "82000001", "NamHoc": "2025-2026", "Ky": "CN", "MaHS": "%s", "HoTen": %s}'


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("NaN", "NaN or Infinity: HoTen"), ("1e999999", "a number too long: HoTen"),
        ("1" * 5_000, "a number too long: HoTen"), ('{"Ten": ["\\ud800"]}', "half a character: HoTen.Ten[0]"),
        ('{"Ten": 1, "Ten": 2}', "a name twice: HoTen"),
    ],
)  # fmt: skip
def test_value_that_no_record_can_hold_refuses_its_record_alone(tmp_path: Path, value: str, reason: str) -> None:
    """Under its own key, with its place, and the page goes on; mended in the system it is another version."""
    listed = f"{ROW % ('1', value)}, {ROW % ('2', 'null')}"
    page = asyncio.run(pulled(tmp_path, f'{{"du_lieu": [{listed}], "moc": "7"}}'))
    bad, good = page.records
    assert (bad.value, bad.key, good.findings) == (None, good.key.replace("/2/", "/1/"), ())
    assert good.value is not None
    assert [(found.code, found.facts["reason"]) for found in bad.findings] == [("JSON_WRONG", reason)]
    mended = asyncio.run(pulled(tmp_path, f'{{"du_lieu": [{ROW % ("1", "null")}], "moc": "7"}}'))
    assert mended.records[0].version != bad.version


@pytest.mark.parametrize("body", ['{"du_lieu": [], "moc": NaN}', '{"du_lieu": [], "sau": "\\ud800"}', "{", "[NaN]"])
def test_page_whose_own_values_cannot_be_read_is_refused(tmp_path: Path, body: str) -> None:
    """A mark or a token that is none leads nowhere."""
    with pytest.raises(Refused, match="SYSTEM_ANSWER_WRONG"):
        asyncio.run(pulled(tmp_path, body))


def test_token_that_leads_to_itself_is_refused(tmp_path: Path) -> None:
    """It would be asked for again for ever."""
    source, _ = a_source(tmp_path, {"du_lieu": [], "sau": "b"}, {"du_lieu": [], "sau": "b"})
    page = asyncio.run(source.pull(None, 10))
    with pytest.raises(Refused, match="SYSTEM_ANSWER_WRONG"):
        asyncio.run(source.pull(page.cursor, 10))


def test_etag_is_kept_of_the_question_that_is_asked_again_alone(tmp_path: Path) -> None:
    """That of a last page says nothing of the first one."""
    last: dict[str, Any] = {"du_lieu": [], "sau": None, "moc": "7"}
    source, client = a_source(tmp_path, {"du_lieu": [], "sau": "b"}, last, last, last)
    cursor: str | None = json.dumps({"since": "7"})
    for _ in range(4):
        cursor = asyncio.run(source.pull(cursor, 10)).cursor
    assert client.etags[:3] == [None, None, None]
    assert client.etags[3] is not None
    assert "page" not in client.etags[3]
