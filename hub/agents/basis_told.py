"""What was told of a transcript's basis before a restore.

Which documents a transfer has brought by then depends on another topic, which a replay may read sooner or later. So
what the recovered receipt says of a basis is said again.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from hub.agents.snapshots import receipt_id_of
from hub.catalogue import Severity
from hub.decision import Known, Prepared
from hub.decision.basis import BASIS_CODES
from hub.domain.findings import Finding
from hub.domain.semesters import semester_bases
from hub.recovery import unmet
from hub.schemas import decode
from hub.store import Connection
from hub.topics import receipt as receipt_topic

__all__ = ["with_basis_told"]


def with_basis_told(connection: Connection, so: str, known: Known, commands: Sequence[Prepared]) -> Known:
    """Add what the recovered receipts of this batch say of bases; nothing when nothing is replayed."""
    told: dict[tuple[bytes, int], tuple[Finding, ...]] = {}
    for command in commands:
        resting = [d.n for d in command.documents if d.transcript is not None and semester_bases(d.transcript)]
        if not resting:
            continue
        receipt_id = receipt_id_of(so, command.message_sha256.hex(), "answer")
        met = unmet(connection, receipt_topic(so).name, "Receipt", receipt_id, None)
        if met is not None and met.value is not None:
            said = msgspec.json.decode(decode(met.value, ("Receipt",)).value["statement"])["documents"]
            told |= {(command.message_sha256, n): _findings(said[n]) for n in resting if n < len(said)}
    known.basis.told = told
    return known


def _findings(document: dict[str, Any]) -> tuple[Finding, ...]:
    return tuple(
        Finding(one["code"], one["path"], one.get("value"), Severity(one["severity"]), one.get("facts", {}))
        for one in document.get("findings", ())
        if one["code"] in BASIS_CODES
    )
