"""What an entry must be before it is registered: refused here, and not by every reader of the register afterwards."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hub.errors import Refused
from hub.trust.decisions import check_decision
from hub.trust.der import certificate_of_base64
from hub.trust.entry import Entry
from hub.trust.log_closing import check_log_closing
from hub.trust.register import Snapshot
from hub.trust.roster import check_roster
from hub.trust.round_opening import check_round_opening
from hub.trust.school import check_school_entry
from hub.trust.sealing_box import check_receiving_key
from hub.trust.source import SourceSystem

__all__ = ["check_entry"]

_Word = Annotated[str, Meta(min_length=1, max_length=200)]
_Role = Literal[
    "subject_teacher",
    "homeroom_teacher",
    "principal",
    "school_seal",
    "registrar",
    "so_officer",
    "so_lead",
    "so_seal",
    "system_seal",
    "bo_seal",
]
_OWN_CODES = frozenset(
    {
        "LOG_CLOSING_WRONG",
        "SCHOOL_LEVEL_DIFFERS",
        "SCHOOL_SUCCESSOR_WRONG",
        "SEVERITY_POLICY_WRONG",
        "SEVERITY_RULE_ASSUMED",
        "SEVERITY_RULE_FIXED",
        "SEVERITY_RULE_UNKNOWN",
    }
)


class _Official(msgspec.Struct, forbid_unknown_fields=True):
    certificate_sha256: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    person: _Word
    role: _Role
    school: _Word | UnsetType = UNSET
    so: _Word | UnsetType = UNSET
    decision: _Word | UnsetType = UNSET


_CHECKS: Mapping[str, Callable[[Entry], Any]] = {
    "calendar": check_decision,
    "certificate": lambda entry: certificate_of_base64(entry.payload["der_base64"]),
    "log_closing": check_log_closing,
    "official": lambda entry: msgspec.convert(dict(entry.payload), _Official),
    "receiving_key": check_receiving_key,
    "roster": check_roster,
    "round_opening": check_round_opening,
    "school": lambda entry: check_school_entry(entry.payload),
    "severity_policy": check_decision,
    "source_system": lambda entry: SourceSystem.of(entry.entry_id, entry.payload),
}


def check_entry(entry: Entry) -> None:
    """Refuse a payload that the register could not use, before it is registered.

    Raises Refused REGISTER_ENTRY_WRONG, or with the code of the one rule that it breaks (`_OWN_CODES`). Stricter than
    `Snapshot`: a certificate is parsed too, which a snapshot of many schools leaves to its first use.
    """
    check = _CHECKS.get(entry.kind)
    try:
        if check is not None:
            check(entry)
    except Refused as refused:
        if refused.code in _OWN_CODES:
            raise
        raise _wrong(entry) from None
    except (KeyError, ValueError, TypeError, msgspec.ValidationError):
        raise _wrong(entry) from None
    Snapshot([entry])


def _wrong(entry: Entry) -> Refused:
    return Refused("REGISTER_ENTRY_WRONG", {"kind": entry.kind, "entry_id": entry.entry_id})
