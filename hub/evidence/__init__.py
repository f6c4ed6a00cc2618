"""Bằng chứng mang theo: one file that proves one locked transcript to anyone, without the hub. Pure: no I/O, no clock.

`docs/evidence.md` describes the file; `verifier/verify.mjs` checks the same file in another language.
"""

from hub.evidence.bundle import (
    BUNDLE_BYTE_COUNT_MAX,
    SOURCE_BYTE_COUNT_MAX,
    Bundle,
    Head,
    Place,
    Position,
    Signed,
    StatusFile,
    bundle_bytes,
    read_file,
    signed,
    status_bytes,
    without_source,
)
from hub.evidence.fork import (
    FORK_BYTE_COUNT_MAX,
    ForkFile,
    ForkReport,
    ForkText,
    ForkVerdict,
    fork_bytes,
    verify_fork,
)
from hub.evidence.ground import authentic_register_of, register_of
from hub.evidence.report import PARTS, Conclusion, Report
from hub.evidence.roots import ROOTS_BYTE_COUNT_MAX, Roots
from hub.evidence.semesters import Proof, with_semesters
from hub.evidence.verifying import verify_bundle

__all__ = [
    "BUNDLE_BYTE_COUNT_MAX",
    "FORK_BYTE_COUNT_MAX",
    "PARTS",
    "ROOTS_BYTE_COUNT_MAX",
    "SOURCE_BYTE_COUNT_MAX",
    "Bundle",
    "Conclusion",
    "ForkFile",
    "ForkReport",
    "ForkText",
    "ForkVerdict",
    "Head",
    "Place",
    "Position",
    "Proof",
    "Report",
    "Roots",
    "Signed",
    "StatusFile",
    "authentic_register_of",
    "bundle_bytes",
    "fork_bytes",
    "read_file",
    "register_of",
    "signed",
    "status_bytes",
    "verify_bundle",
    "verify_fork",
    "with_semesters",
    "without_source",
]
