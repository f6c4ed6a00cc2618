"""Faults that a simulated system shows on request, as `hub connector simulate --fault NAME[=VALUE]` names them.

slow=SECONDS       each answer waits
errors=N           each Nth answer is a 500; over SFTP the connection is lost
busy=N             each Nth answer is a 429 with Retry-After, in seconds and as a date by turns
half-written       files grow for eight seconds; over HTTP the first body of each address is cut short
schema=CHANGE      from the second page (file) on a field is `added`, `renamed` or `removed`
duplicate-page     one page comes twice, then the last record of a page comes again on the next
clock=SECONDS      the system's clock is wrong by so much: Date, file times, `cap_nhat`
token=SECONDS      a token lives so long; at least a second, since with less nobody could log in at all
hostile            what an attacker would put there; see hostile.py

Of a system that sends signed files in lots with a control file, as tien-giang does:

late-lot, repeated-lot, reused-number, missing-control, wrong-count, missing-file, damaged-file, extra-file,
replaced-file, wrong-signer, wrapped-signature

Of a database that is followed, as nghe-an's (there `schema` is a column of a table, and errors=N ends connections):

restarts           the server is killed and started three times, every ten seconds
slot-lost          the replication slot is dropped after ten seconds
late-commit        a change is committed ten seconds after later ones
key-changed        a record gets another key after ten seconds
record-deleted     a record is deleted after ten seconds
window-open        every entry window is open for the first ten seconds
unlock-requests    five records are asked to be unlocked
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal, cast

from hub.errors import Refused

__all__ = ["DATABASE_FAULTS", "LOT_FAULTS", "Faults", "SchemaChange", "parse_faults"]

SchemaChange = Literal["added", "renamed", "removed"]
_CHANGES = ("added", "renamed", "removed")
LOT_FAULTS: Final = (
    "late-lot", "repeated-lot", "reused-number", "missing-control", "wrong-count", "missing-file", "damaged-file",
    "extra-file", "replaced-file", "wrong-signer", "wrapped-signature",
)  # fmt: skip
"""What a system of lots may do wrong, or not in order."""
DATABASE_FAULTS: Final = (
    "restarts", "slot-lost", "late-commit", "key-changed", "record-deleted", "window-open", "unlock-requests",
)  # fmt: skip
"""What happens to a database while it is followed."""


@dataclass(frozen=True, slots=True)
class Faults:
    """Which faults a system shows; without any it is well."""

    slow: float | None = None
    errors: int | None = None
    busy: int | None = None
    half_written: bool = False
    schema: SchemaChange | None = None
    duplicate_page: bool = False
    clock: float = 0
    token: float | None = None
    hostile: bool = False
    lots: frozenset[str] = frozenset()
    database: frozenset[str] = frozenset()

    def reshaped(self, value: Mapping[str, Any], field: str, page: int) -> dict[str, Any]:
        """Return a record as page number `page` (from 0) shows it: from the second on its `field` may be another."""
        found = dict(value)
        if self.schema is None or page < 1:
            return found
        if self.schema == "added":
            return found | {f"{field}_bo_sung": "x"}
        gone = found.pop(field, None)
        return found | ({f"{field}_moi": gone} if self.schema == "renamed" else {})


def parse_faults(texts: Iterable[str]) -> Faults:
    """Return the faults that texts such as "slow=0.5" or "hostile" name. Raises Refused SIMULATOR_FAULT_UNKNOWN."""
    found: dict[str, Any] = {}
    for text in texts:
        name, _, value = text.partition("=")
        key = name.replace("-", "_")
        group = "lots" if text in LOT_FAULTS else "database" if text in DATABASE_FAULTS else None
        if group is not None:
            found[group] = found.get(group, frozenset()) | {text}
            continue
        try:
            found[key] = _READ[key](value)
        except (KeyError, ValueError):
            facts = {"fault": text[:40], "known": ", ".join(map("".join, _KNOWN.items()))}
            raise Refused("SIMULATOR_FAULT_UNKNOWN", facts) from None
    return Faults(**found)


def _seconds(value: str) -> float:
    found = float(value)
    if not 0 <= found <= 86_400:
        raise ValueError
    return found


def _life(value: str) -> float:
    found = _seconds(value)
    if found < 1:  # the system tells a life in whole seconds, and of none it takes no call
        raise ValueError
    return found


def _offset(value: str) -> float:
    return _seconds(value.removeprefix("-")) * (-1 if value.startswith("-") else 1)


def _each(value: str) -> int:
    found = int(value)
    if not 2 <= found <= 10_000:  # each answer a fault would be a system that is simply down
        raise ValueError
    return found


def _change(value: str) -> SchemaChange:
    if value not in _CHANGES:
        raise ValueError
    return cast(SchemaChange, value)


def _set(value: str) -> bool:
    if value:
        raise ValueError
    return True


# Names as they are written, with the values that each takes.
_KNOWN: Final = MappingProxyType({
    "slow": "=0…86400", "errors": "=2…10000", "busy": "=2…10000", "half-written": "",
    "schema": f"={'|'.join(_CHANGES)}", "duplicate-page": "", "clock": "=-86400…86400", "token": "=1…86400",
    "hostile": "", **dict.fromkeys((*LOT_FAULTS, *DATABASE_FAULTS), ""),
})  # fmt: skip
_READ: dict[str, Any] = {
    "slow": _seconds, "errors": _each, "busy": _each, "half_written": _set, "schema": _change, "duplicate_page": _set,
    "clock": _offset, "token": _life, "hostile": _set,
}  # fmt: skip
