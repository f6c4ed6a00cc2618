"""The conformance kit: one suite over any connector, with a signed result. docs/connectors.md lists the checks."""

from hub.connect.check.apart import CHECK_S, run_apart
from hub.connect.check.outcome import CheckOutcome, stopped
from hub.connect.check.result import (
    NOTE_NAME,
    SUITE_VERSION,
    CheckResult,
    files_sha256,
    sign_result,
    verify_result,
    whole_outcome,
)
from hub.connect.check.seed import SEED_FILE, read_signer, signer_of
from hub.connect.check.subject import MakeSimulator, Subject, subject_of
from hub.connect.check.suite import CHECKS, run_checks

__all__ = [
    "CHECKS", "CHECK_S", "NOTE_NAME", "SEED_FILE", "SUITE_VERSION", "CheckOutcome", "CheckResult", "MakeSimulator",
    "Subject", "files_sha256", "read_signer", "run_apart", "run_checks", "sign_result", "signer_of", "stopped",
    "subject_of", "verify_result", "whole_outcome",
]  # fmt: skip
