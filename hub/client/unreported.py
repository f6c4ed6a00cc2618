"""Học sinh không báo cáo: the pupils whom a school leaves out of a round, with reasons, from a file of its own; or a
Sở for many schools.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from hub.domain import is_personal_id
from hub.domain.statements import Unreported
from hub.errors import Refused

__all__ = ["read_unreported", "read_unreported_of_schools"]

_BYTES_MAX = 1_000_000
_COLUMNS = ("pupil", "reason")


def read_unreported(path: Path, school: str) -> tuple[Unreported, ...]:
    """Return what a JSON list of {"pupil", "reason"} or a CSV with these columns says, by pupil, ascending.

    A pupil is an identifier as the roster has it, or a personal number, or the school's own pupil code. Raises Refused
    OPTION_WRONG with the row (from 1) for a pupil named twice, a reason that is none, or a file that is neither.
    """
    return _of_schools((school, row) for row in _rows(path, _COLUMNS)).get(school, ())


def read_unreported_of_schools(path: Path) -> dict[str, tuple[Unreported, ...]]:
    """Return the same for many schools, by school: rows have a "school" too. Raises Refused OPTION_WRONG."""
    return _of_schools((row.pop("school", ""), row) for row in map(dict, _rows(path, ("pupil", "reason", "school"))))


def _of_schools(rows: Iterable[tuple[Any, Mapping[str, Any]]]) -> dict[str, tuple[Unreported, ...]]:
    found: dict[str, dict[str, Unreported]] = {}
    for number, (school, row) in enumerate(rows, 1):
        if not isinstance(school, str) or not school.strip():
            raise _wrong(f"{number}: school")
        own = found.setdefault(school.strip(), {})
        said = _said(row, school.strip(), number)
        if said.pupil in own:
            raise _wrong(f"{number}: pupil twice")
        own[said.pupil] = said
    if not found:
        raise _wrong("0 pupils")
    return {school: tuple(said for _, said in sorted(own.items())) for school, own in found.items()}


def _rows(path: Path, columns: tuple[str, ...]) -> Iterable[Mapping[str, Any]]:
    data = path.read_bytes()
    if len(data) > _BYTES_MAX:
        raise _wrong(f"> {_BYTES_MAX} bytes")
    try:
        text = data.decode("utf-8-sig")
        return _json(text) if text.lstrip().startswith("[") else _csv(text, columns)
    except (UnicodeDecodeError, msgspec.MsgspecError, csv.Error):
        raise _wrong("JSON | CSV, UTF-8") from None


def _json(text: str) -> list[dict[str, Any]]:
    return msgspec.json.decode(text, type=list[dict[str, Any]])


def _csv(text: str, columns: tuple[str, ...]) -> Iterable[Mapping[str, Any]]:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    if tuple(sorted(name.strip() for name in reader.fieldnames or ())) != columns:
        raise _wrong(f"columns: {','.join(columns)}")
    return [{str(name).strip(): value for name, value in row.items()} for row in reader]


def _said(row: Mapping[str, Any], school: str, number: int) -> Unreported:
    if set(row) != set(_COLUMNS) or not all(isinstance(value, str) for value in row.values()):
        raise _wrong(f"{number}: pupil, reason")
    try:
        return msgspec.convert(
            {"pupil": _identifier(row["pupil"].strip(), school), "reason": row["reason"].strip()}, Unreported
        )
    except msgspec.ValidationError:
        raise _wrong(f"{number}: moved | left | supplementary") from None


def _identifier(text: str, school: str) -> str:
    if is_personal_id(text):
        return f"id:{text}"
    return text if ":" in text or not text else f"school:{school}:{text}"


def _wrong(reason: str) -> Refused:
    return Refused("OPTION_WRONG", {"option": "--unreported", "reason": reason})
