"""Statements as bytes: canonical both ways."""

from typing import TypeVar

import msgspec

from hub.domain.statements.base import Statement
from hub.errors import Refused

__all__ = ["encode", "read"]

_S = TypeVar("_S", bound=Statement)


def encode(statement: Statement) -> bytes:
    """Return the canonical bytes of a statement; maps inside keep RFC 8785 order because they are re-sorted here."""
    return msgspec.json.encode(statement, order="sorted")


def read(data: bytes, kind: type[_S]) -> _S:
    """Read one statement strictly. Refused(STATEMENT_INVALID) unless `data` is canonical and of that kind."""
    try:
        statement = msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refused("STATEMENT_INVALID") from None
    if encode(statement) != data or b"\\u0000" in data:
        raise Refused("STATEMENT_INVALID", {"reason": "not canonical"})
    return statement
