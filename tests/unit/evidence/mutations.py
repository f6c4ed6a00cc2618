"""Evidence files changed by chance, as a forger with a few keys could: anywhere in a file, also in what was signed.

A statement that was changed is signed again by whoever signs its kind, most of the time: else every change would end
at the first signature, and the readers behind it would never be compared.
"""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any

from hub.errors import Refused
from hub.evidence import bundle_bytes
from hub.trust import base64url, canonical
from tests.unit.evidence.builders import (
    LATER_AT,
    a_locked,
    a_register,
    corrected,
    crls,
    edited,
    good,
    keys,
    parts_of,
)
from tests.unit.evidence.sealed_world import SYSTEMS, sealed

__all__ = ["bases", "mutated"]

_STRANGE: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**53 - 1, 1.5, "", "a", "0", "null", [], {}, [[]], {"a": {}}, ["a", "a"], "\0",
    "\u2028", "é", "e\u0301", "\U0001f600", "x" * 300, "2026-06-20T03:00:00Z", "2026-02-30T03:00:00Z",
    "2026-06-30T23:59:60Z", "2026-06-20T24:00:00Z", "2026-06-20T03:00:00+00:00", "2026-06-20T03:00:00.000Z",
    "2026-06-20T03:00:00.0001Z", "2026-06-20t03:00:00z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "00" * 32,
    "AB" * 32, "ab" * 31, "٣", "1 ", "=", "====", "AA==", "AB==", "A A=", "_-8=", "native", "derived", "ha-noi",
)  # fmt: skip
_SIGNERS = {  # by the type of a statement: who signs it, as what, of whom
    "vn.hocba.register-entry/1": ("registrar", "registrar", "so-ha-noi"),
    "vn.hocba.receipt/1": ("so", "so_seal", "so-ha-noi"),
    "vn.hocba.manifest/1": ("so", "so_seal", "so-ha-noi"),
    "vn.hocba.ingest-receipt/1": ("bo", "bo_seal", "bo"),
}
_SIGNED_AGAIN = 0.8
_MORE_CHANGES = 0.2
_TEXT_CHANGES: Sequence[Callable[[str, Random], str]] = (
    lambda text, _: text.upper(),
    lambda text, _: text.lower(),
    lambda text, _: text[:-1],
    lambda text, _: text[1:],
    lambda text, _: text + text[-1:],
    lambda text, chance: text + chance.choice(("\n", " ", "=", "\0", "A", "0")),
    lambda text, chance: chance.choice((" ", "\n", "0")) + text,
    lambda text, chance: _at(text, chance, chance.choice("0aA=/+_-. Z9\u0301")),
    lambda text, chance: _at(text, chance, ""),
)


@cache
def bases() -> tuple[bytes, ...]:
    """Honest files of every sort: native, superseded, and of each grade that no school signed."""
    first = a_locked()
    _, unlock, supersedes = corrected(first)
    register = (*a_register(), crls(LATER_AT))
    later = bundle_bytes(**parts_of(first, later=(unlock, supersedes), register=register))
    return good(), later, *(sealed(grade) for grade in SYSTEMS)


def mutated(chance: Random) -> bytes:
    """Return one of the honest files with one change or a few; its digest agrees with them."""

    def change(value: dict[str, Any]) -> None:
        _changed(value, chance)
        while chance.random() < _MORE_CHANGES:
            _changed(value, chance)

    return edited(chance.choice(bases()), change)


def _changed(value: Any, chance: Random) -> Any:
    """Change one thing in a value of JSON, in place where it has members; return it."""
    if isinstance(value, dict | list) and value and chance.random() < 0.9:
        return _changed_within(value, chance)
    if isinstance(value, str) and chance.random() < 0.9:
        return _changed_text(value, chance)
    if isinstance(value, int) and not isinstance(value, bool) and chance.random() < 0.7:
        return value + chance.choice((-1, 1, 2**32))
    return chance.choice(_STRANGE)


def _changed_within(value: Any, chance: Random) -> Any:
    names = sorted(value) if isinstance(value, dict) else range(len(value))
    name, what = chance.choice(names), chance.random()
    if what < 0.06:
        del value[name]
    elif what < 0.09 and isinstance(value, list):
        value.append(json.loads(json.dumps(value[name])))
    elif what < 0.12 and isinstance(value, list):
        value.reverse()
    elif what < 0.12:
        value[chance.choice(("a", "Z", "zz", "type", "ß"))] = chance.choice(_STRANGE)
    elif what < 0.15:
        value[name] = json.loads(json.dumps(value[chance.choice(names)]))
    else:
        before = value[name]
        value[name] = _changed(before, chance)
        if name == "statement" and chance.random() < _SIGNED_AGAIN:
            _sign_again(value, before)
    return value


def _changed_text(text: str, chance: Random) -> Any:
    """Change a text, or what stands in it: canonical JSON or bytes as base64, the header of a signature."""
    inner = _decoded(text)
    if inner is not None and chance.random() < 0.9:
        return base64.b64encode(_changed_bytes(inner, chance)).decode()
    header, dots, signature = text.partition("..")
    if dots and chance.random() < 0.7:
        try:
            said = canonical(_changed(json.loads(base64url.decode(header)), chance))
        except (Refused, ValueError):
            return text[::-1]
        return f"{base64url.encode(said)}..{signature}"
    if chance.random() < 0.15:
        return chance.choice(_STRANGE)
    return chance.choice(_TEXT_CHANGES)(text, chance)


def _changed_bytes(data: bytes, chance: Random) -> bytes:
    try:
        value = json.loads(data)
    except ValueError:
        place = chance.randrange(len(data) or 1)
        return data[:place] + bytes([chance.randrange(256)]) + data[place + chance.randrange(3) :]
    if isinstance(value, dict) and chance.random() < 0.95:
        return canonical(_changed(value, chance))
    return data + chance.choice((b" ", b"\n", b"{}", b"\xff"))


def _sign_again(signed: dict[str, Any], before: Any) -> None:
    try:
        data, kind = base64.b64decode(signed["statement"]), json.loads(base64.b64decode(before))["type"]
        at = json.loads(base64url.decode(signed["signature"].split("..")[0]))["iat"]
        who, role, owner = _SIGNERS[kind]
    except (KeyError, TypeError, ValueError, AttributeError, Refused):
        return  # it is not signed by its kind any more, or never was
    moment = datetime.fromtimestamp(at, UTC)
    signed["signature"] = keys().sign(who, data, role=role, typ=kind, at=moment, owner=owner)


def _decoded(text: str) -> bytes | None:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if len(data) > 24 and len(text) % 4 == 0 and len(text) != 64 else None


def _at(text: str, chance: Random, new: str) -> str:
    place = chance.randrange(len(text) or 1)
    return text[:place] + new + text[place + 1 :]
