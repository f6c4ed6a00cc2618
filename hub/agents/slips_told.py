"""What was answered about look-up slips before a restore.

Whether a school may issue one depends on what was locked by then, and a replay may lock sooner or later. So the answer
that was given then is read from the recovered receipt, and given again.
"""

from collections.abc import Sequence

import msgspec

from hub.agents.snapshots import receipt_id_of
from hub.decision import Known, Prepared
from hub.domain.statements import SlipIssue
from hub.recovery import unmet
from hub.schemas import decode
from hub.store import Connection
from hub.topics import receipt as receipt_topic

__all__ = ["with_told"]


def with_told(connection: Connection, so: str, known: Known, commands: Sequence[Prepared]) -> Known:
    """Add the outcome of every slip of this batch that was answered before; nothing when nothing is replayed."""
    for command in commands:
        if isinstance(command.command, SlipIssue):
            receipt_id = receipt_id_of(so, command.message_sha256.hex(), "answer")
            met = unmet(connection, receipt_topic(so).name, "Receipt", receipt_id, None)
            if met is not None and met.value is not None:
                said = msgspec.json.decode(decode(met.value, ("Receipt",)).value["statement"])
                known.slips_told[command.message_sha256] = str(said["outcome"])
    return known
