"""Belonging: which school and school year a record is of when it gave no document, so that its answer finds them."""

import re

from hub.connect.store import Row
from hub.connectors.sdk import Mapped

__all__ = ["stated_by"]

# Where a system keeps files by school and school year, place and key say both: "gui/31020001/2025-2026/5A.xlsx!5A!9".
_FOLDERS = re.compile(r"(?:\A|/)([0-9A-Za-z]{2,20})/([0-9]{4}-[0-9]{4})(?:/|\Z)")


def stated_by(row: Row, mapped: Mapped) -> tuple[str | None, str | None]:
    """Return school code and school year: of the document, else as the record states them, else of its folders.

    A function of the record alone, since an answer's id stands for one text.
    """
    if mapped.transcript is not None:
        return mapped.transcript.school.code, mapped.transcript.school_year
    found = _FOLDERS.search(row["key"]) or _FOLDERS.search(row["place"])
    school, school_year = (None, None) if found is None else found.groups()
    return mapped.school or school, mapped.school_year or school_year
