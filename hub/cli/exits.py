"""Exit codes and how an error is told: code, Vietnamese, English, next step; never a traceback for bad input."""

import sys

from hub.catalogue import CATALOGUE, usage
from hub.catalogue.workbook import files, lines
from hub.domain import finding, render
from hub.errors import Corrupt, HubError, Refused, Unavailable

__all__ = ["EXIT_CODES", "exit_code", "explain"]

EXIT_CODES = (
    "Exit codes: 0 done · 1 refused, or findings that refuse · 2 unreadable input or wrong use · "
    "3 a server is not there · 4 an invariant is broken · 5 a stage is not keeping up (hub lag), or a school will miss "
    "its deadline (hub deadline) · "
    "6 superseded · 7 unknown (hub verify)."
)
_KINDS = {Refused: 1, Unavailable: 3, Corrupt: 4}
_ANSWERS = frozenset(
    {"BATCH_NOT_SIGNED", "BATCH_NOT_SEALED", "SIGNING_PREDECESSOR_MISSING", "SIGNING_ROLE_SIGNED", "SIGNING_TOO_LATE",
     "LOOKUP_NOTHING_FOUND", "LOCK_SET_EMPTY", "COMMANDS_NOT_KEPT", "CORRECTION_AMBIGUOUS",
     "CORRECTION_NOT_APPROVED"}
)  # fmt: skip
_KEY_FILES = frozenset(code for code in CATALOGUE if code.startswith("KEY_FILE_"))
_LOCATORS = frozenset({"LOCATOR_MALFORMED", "LOCATOR_CHECK_SYMBOL", "SCHOOL_YEAR_NOT_CONSECUTIVE"})
_EVIDENCE_FILES = frozenset({"BUNDLE_FILE_UNREADABLE", "ROOTS_UNREADABLE"})
_CONNECTORS = frozenset(
    {"CONNECTOR_UNKNOWN", "CONNECTOR_INSTANCE_WRONG", "CONNECTOR_STATE_MISSING", "CONNECTOR_SIGNAL_WRONG",
     "MANIFEST_WRONG", "MAPPING_FILE_WRONG", "MAPPING_UNKNOWN", "SIMULATOR_MISSING", "SIMULATOR_FAULT_UNKNOWN"}
)  # fmt: skip
_TRANSFERS = frozenset(
    {"TRANSFER_NOT_HEARD", "TRANSFER_AMBIGUOUS", "TRANSFER_PUPIL_MALFORMED", "TRANSFER_FOLDER_FOREIGN",
     "TRANSFER_FOLDER_WRONG", "TRANSFER_NO_RECEIVING_KEY"}
)  # fmt: skip
_FAMILIES = (*usage.ENTRIES, *files.FILES, *lines.LINES)
_OF_FAMILIES = frozenset(entry.code for entry in _FAMILIES)
_WRONG_USE = (_OF_FAMILIES | _KEY_FILES | _LOCATORS | _EVIDENCE_FILES | _CONNECTORS | _TRANSFERS) - _ANSWERS


def exit_code(error: HubError) -> int:
    """Return the exit code of an error: by its kind, and 2 where the input or the use was at fault."""
    if isinstance(error, Refused) and error.code in _WRONG_USE:
        return 2
    return next(code for kind, code in _KINDS.items() if isinstance(error, kind))


def explain(error: HubError) -> None:
    """Tell an error on standard error, in both languages."""
    if error.code not in CATALOGUE:
        print(f"{error.code} {error.facts}", file=sys.stderr)
        return
    shown = render(finding(error.code, facts=error.facts))
    print(f"{error.code}\n  {shown['vi']}\n  {shown['en']}", file=sys.stderr)
    print(f"  → {shown['next_vi']}\n  → {shown['next_en']}", file=sys.stderr)
