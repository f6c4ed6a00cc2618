"""The one loop: the only place with a Faust agent, an acknowledgement or a retry.

A stage is four functions around a pure decision (`Stage`); `run_process` puts stages into a process.
"""

from hub.agents.stage.outbox import OutOfTurn, as_decided, put
from hub.agents.stage.record import Outgoing, Quarantined, Record
from hub.agents.stage.stage import Stage

__all__ = ["OutOfTurn", "Outgoing", "Quarantined", "Record", "Stage", "as_decided", "put"]
