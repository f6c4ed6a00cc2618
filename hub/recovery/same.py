"""Whether a message that is decided again says what was said before.

Signatures are drawn anew each time, so they are left out; everything else must agree. Two things in the receipt of a
command depend on how far another stage was at that moment and not on the command: which of two codes refuses a closed
round (`ROUND_CLOSED` before its lock was done, `RECORD_LOCKED` after), and the state in which an unchanged document
stands. They are left out too; what the school was told then is what stays.
"""

from typing import Any

import msgspec

from hub.errors import Refused
from hub.schemas import decode

__all__ = ["same_content"]

_SIGNED_ANEW = ("signature",)
_CLOSED = frozenset({"ROUND_CLOSED", "RECORD_LOCKED"})


def same_content(kind: str, first: bytes, second: bytes) -> bool:
    """Compare two messages of one kind without their signatures; bytes that do not read are compared as they are."""
    if first == second:
        return True
    try:
        return _content(kind, first) == _content(kind, second)
    except Refused:
        return False


def _content(kind: str, message: bytes) -> dict[str, Any]:
    value = {k: v for k, v in decode(message, (kind,)).value.items() if k not in _SIGNED_ANEW}
    if kind == "Receipt":
        value["statement"] = _receipt(value["statement"])
    return value


def _receipt(statement: bytes) -> Any:
    try:
        said = msgspec.json.decode(statement)
    except msgspec.DecodeError:
        return statement
    if not isinstance(said, dict) or said.get("kind") == "Lock":
        return said
    documents = said.get("documents", ())
    return said | {"findings": _findings(said), "documents": [_document(document) for document in documents]}


def _document(document: dict[str, Any]) -> dict[str, Any]:
    told = document | {"findings": _findings(document)}
    if document.get("outcome") == "unchanged":
        told.pop("state", None)
    return told


def _findings(said: dict[str, Any]) -> list[Any]:
    return ["closed" if found.get("code") in _CLOSED else found for found in said.get("findings", ())]
