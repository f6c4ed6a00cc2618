"""A corrected document from a locked one: new values at named fields, the version that it replaces, and why.

A field is named as in a request: `$.subjects[TOAN].year` is the year mark of the subject with that code. Nothing is
judged here: the result is read and judged like every other document.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from hub.domain import subject_order
from hub.domain.difference import is_field
from hub.domain.statements import FieldPath
from hub.errors import Refused

__all__ = ["changed_document", "is_path", "read_changes", "value_at"]

_BYTES_MAX = 1_000_000
_STEP = re.compile(r"\.([a-z0-9_]+)(?:\[([0-9A-Za-z_\-]+)\])?")
_OWN = ("$.supersedes", "$.reason")


def read_changes(path: Path) -> dict[str, dict[str, Any]]:
    """Return by document (hash, hex) what a change file says: field -> new value, null for one that goes.

    The file holds {field: value} for the one document of a correction, then the key is "", or {hash: {field: value}}.
    Raises Refused OPTION_WRONG.
    """
    data = path.read_bytes()
    if len(data) > _BYTES_MAX:
        raise _wrong(f"> {_BYTES_MAX} bytes")
    try:
        said = msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _wrong('{"$.field": value}') from None
    by_document = said if said and not any(key.startswith("$") for key in said) else {"": said}
    for changes in by_document.values():
        _check(changes)
    return by_document


def changed_document(document: bytes, changes: Mapping[str, Any], *, supersedes: str, reason: str) -> bytes:
    """Return the canonical bytes of the corrected version. Raises Refused OPTION_WRONG for a field that cannot be."""
    value = msgspec.json.decode(document)
    for field, new in changes.items():
        _set(value, field, new)
    value |= {"supersedes": supersedes, "reason": reason}
    _in_order(value)
    return msgspec.json.encode(value, order="sorted")


def value_at(value: Any, field: str) -> Any:
    """Return what stands at a field of a document's JSON; None where nothing does. Raises Refused OPTION_WRONG."""
    for name, key in _steps(field):
        value = value.get(name) if isinstance(value, dict) else None
        if key is not None:
            value = _entry(value, key)
    return value


def is_path(field: str) -> bool:
    """Tell whether a text names a field of a transcript in the form in which requests name them."""
    try:
        msgspec.convert(field, FieldPath)
    except msgspec.ValidationError:
        return False
    return is_field(field)


def _check(changes: object) -> None:
    if not isinstance(changes, dict) or not changes:
        raise _wrong('{"$.field": value}')
    for field in changes:
        _steps(field)
        if field in _OWN:
            raise _wrong(f"{field}: --reason")


def _set(value: Any, field: str, new: Any) -> None:
    *way, (last, key) = _steps(field)
    for name, entry in way:
        value = value.setdefault(name, {}) if isinstance(value, dict) else None
        if entry is not None:
            value = _entry(value, entry)
    if not isinstance(value, dict):
        raise _wrong(f"{field}: not there")
    if key is not None:
        _set_entry(value, last, key, new, field)
    elif new is None:
        value.pop(last, None)
    else:
        value[last] = new


def _set_entry(value: dict[str, Any], name: str, key: str, new: Any, field: str) -> None:
    """Put an entry of a list in place of the one with that name, or behind the others; None takes it out."""
    entries = value.setdefault(name, [])
    if not isinstance(entries, list) or not (new is None or _is(new, key)):
        raise _wrong(f"{field}: code")
    place = next((n for n, entry in enumerate(entries) if _is(entry, key)), len(entries))
    entries[place : place + 1] = [] if new is None else [new]


def _entry(entries: Any, key: str) -> Any:
    found = entries if isinstance(entries, list) else ()
    return next((entry for entry in found if _is(entry, key)), None)


def _is(entry: Any, key: str) -> bool:
    return isinstance(entry, dict) and entry.get("code") == key


def _in_order(value: dict[str, Any]) -> None:
    """Put subjects where the circular puts them: a new one came behind the others."""
    order = subject_order(str(value.get("regulation")), value.get("grade") or 1)
    place = {code: n for n, code in enumerate(order)}
    subjects = value.get("subjects")
    if isinstance(subjects, list) and all(isinstance(s, dict) and s.get("code") in place for s in subjects):
        value["subjects"] = sorted(subjects, key=lambda s: place[s["code"]])


def _steps(field: str) -> list[tuple[str, str | None]]:
    if not is_path(field):
        raise _wrong(f"{field[:60]}: $.subjects[TOAN].year")
    return [(step[1], step[2]) for step in _STEP.finditer(field)]


def _wrong(reason: str) -> Refused:
    return Refused("OPTION_WRONG", {"option": "--changes / --field", "reason": reason})
