"""Whether a message that is decided again says what was said before.

Signatures are drawn anew each time, so they are left out; everything else must agree. Some things depend on how far
another stage was at that moment, and not on what is answered. In the receipt of a command: which of two codes refuses a
closed round (`ROUND_CLOSED` before its lock was done, `RECORD_LOCKED` after), and the state in which an unchanged
document stands. In Bộ's receipt: what is missing beside the roster as it was registered, which the receipt for the
school repeats. They are left out too; what was told then is what stays. The request beside a manifest is bound by its
hash in the manifest, and older hubs did not send it.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from hub.errors import Refused
from hub.schemas import decode

__all__ = ["differences"]

_ABSENT = object()
_SIGNED_ANEW = ("signature",)
_BOUND_ELSEWHERE = frozenset({("LockManifest", "request"), ("LockManifest", "request_signature")})
_CLOSED = frozenset({"ROUND_CLOSED", "RECORD_LOCKED"})


def differences(kind: str, first: bytes, second: bytes) -> list[str]:
    """Return the paths at which two messages of one kind say something else: names of fields, never a value.

    Bytes that do not read are compared as they are.
    """
    if first == second:
        return []
    try:
        return list(_paths("$", _content(kind, first), _content(kind, second)))
    except Refused:
        return ["$"]


def _paths(path: str, first: Any, second: Any) -> Iterator[str]:
    if isinstance(first, dict) and isinstance(second, dict):
        for name in sorted(first.keys() | second.keys()):
            yield from _paths(f"{path}.{name}", first.get(name, _ABSENT), second.get(name, _ABSENT))
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for n, (one, other) in enumerate(zip(first, second, strict=True)):
            yield from _paths(f"{path}[{n}]", one, other)
    elif first != second:
        yield path


def _content(kind: str, message: bytes) -> dict[str, Any]:
    value = {k: v for k, v in decode(message, (kind,)).value.items() if k not in _SIGNED_ANEW}
    if kind == "Receipt":
        value["statement"] = _receipt(value["statement"])
    elif kind == "IngestReceipt":
        value["statement"] = _without(value["statement"], "missing")
    return {k: v for k, v in value.items() if (kind, k) not in _BOUND_ELSEWHERE}


def _without(statement: bytes, *names: str) -> Any:
    try:
        said = msgspec.json.decode(statement)
    except msgspec.DecodeError:
        return statement
    return {k: v for k, v in said.items() if k not in names} if isinstance(said, dict) else said


def _receipt(statement: bytes) -> Any:
    said = _without(statement)
    if not isinstance(said, dict):
        return said
    if said.get("kind") == "Lock":
        return _without(statement, "findings")
    documents = said.get("documents", ())
    return said | {"findings": _findings(said), "documents": [_document(document) for document in documents]}


def _document(document: dict[str, Any]) -> dict[str, Any]:
    told = document | {"findings": _findings(document)}
    if document.get("outcome") == "unchanged":
        told.pop("state", None)
    return told


def _findings(said: dict[str, Any]) -> list[Any]:
    return ["closed" if found.get("code") in _CLOSED else found for found in said.get("findings", ())]
