"""Names through the whole way: a reader that repairs them in silence is found, though its mapper is good."""

import asyncio
import dataclasses
import unicodedata

import pytest

from hub.connect.check.whole_way import check_whole_way
from tests.connectors.checking import GOOD, a_subject

NAMES = ["Nguyễn Thị Ánh", unicodedata.normalize("NFD", "Trần Văn Bình"), "Lê\u200bVăn D", " Đỗ  Văn C"]


class Composing:
    """A good source, with every text composed and trimmed before anybody looks at it."""

    def __init__(self, good):
        self._good, self.close = good, good.close

    async def pull(self, cursor, limit):
        """Return the page with other texts."""
        page = await self._good.pull(cursor, limit)
        return dataclasses.replace(page, records=tuple(map(composed, page.records)))


def composed(record):
    """Return a record with composed texts."""
    value = {name: unicodedata.normalize("NFC", v) if isinstance(v, str) else v for name, v in record.value.items()}
    return dataclasses.replace(record, value=value)


class Silent:
    """A good connector with that source."""

    def __init__(self, good):
        self._good, self.manifest, self.mapper, self.sink = good, good.manifest, good.mapper, good.sink

    def source(self, opened):
        """Open it."""
        return Composing(self._good.source(opened))


@pytest.mark.parametrize("silent", [False, True])
def test_a_name_that_is_composed_in_silence_is_found(silent, tmp_path):
    """By its sample; what the mapper repairs is told, and so is well."""
    subject = a_subject(str(GOOD), tmp_path)
    if silent:
        subject = dataclasses.replace(subject, connector=Silent(subject.connector))
    found = asyncio.run(check_whole_way(subject, NAMES))
    assert [each.code for each in found] == (["CONFORMANCE_TEXT_CHANGED"] if silent else [])
    assert all("\\u0301" in each.facts["sample"] or "\\u0300" in each.facts["sample"] for each in found)
