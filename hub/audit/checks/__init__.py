"""The checks, in the order in which a record travels; each module has its PROMISE and its `check`."""

from collections.abc import Callable

from hub.audit.checks import (
    corrected,
    corrections,
    decided,
    endings,
    evidence,
    handled,
    heads,
    ingested,
    manifests,
    outbox,
    outcomes,
    positions,
    receipts,
    register,
    requests,
    signed,
    slips,
    states,
    stream,
    sums,
    transfers,
    versions,
    windows,
)
from hub.audit.report import Check
from hub.audit.world import World

__all__ = ["CHECKS"]

CHECKS: tuple[tuple[str, str, Callable[[World, Check], None]], ...] = (
    ("handled_once", handled.PROMISE, handled.check),
    ("one_outcome", outcomes.PROMISE, outcomes.check),
    ("sums", sums.PROMISE, sums.check),
    ("one_version", versions.PROMISE, versions.check),
    ("states", states.PROMISE, states.check),
    ("signed_bytes", signed.PROMISE, signed.check),
    ("receipts", receipts.PROMISE, receipts.check),
    ("manifest_roots", manifests.PROMISE, manifests.check),
    ("checkpoints", heads.PROMISE, heads.check),
    ("closed_logs", endings.PROMISE, endings.check),
    ("bo_equals_so", ingested.PROMISE, ingested.check),
    ("lock_requests", requests.PROMISE, requests.check),
    ("decisions", decided.PROMISE, decided.check),
    ("slips", slips.PROMISE, slips.check),
    ("corrections", corrections.PROMISE, corrections.check),
    ("corrected_versions", corrected.PROMISE, corrected.check),
    ("windows", windows.PROMISE, windows.check),
    ("national_stream", stream.PROMISE, stream.check),
    ("positions", positions.PROMISE, positions.check),
    ("outbox_and_topics", outbox.PROMISE, outbox.check),
    ("register", register.PROMISE, register.check),
    ("evidence", evidence.PROMISE, evidence.check),
    ("transfers", transfers.PROMISE, transfers.check),
)
