"""Recovery: what becomes of an organisation whose database was restored to an earlier point, or whose log is gone.

A worker looks before it starts (`refuse_if_behind`), and one that runs notices at its next claim that a position went
back; an operator reads the lost messages back (`read_back`); the stages do the input again and meet them one by one
(`replay`). When the log is gone, `new_log` begins anew on another one.
"""

from hub.recovery.behind import own_topics, refuse_if_behind
from hub.recovery.log_plan import PublishedHead, Step, next_step
from hub.recovery.new_log import NewLog, new_log
from hub.recovery.reading_back import ReadBack, read_back
from hub.recovery.replay import (
    Met,
    await_registers,
    has_unmet,
    is_aside,
    is_replaying,
    manifest_signature,
    meet,
    pass_over,
    unmet,
    unmet_before,
    unmet_first,
    unmet_values,
)
from hub.recovery.same import differences
from hub.recovery.turns import Turns

__all__ = [
    "Met",
    "NewLog",
    "PublishedHead",
    "ReadBack",
    "Step",
    "Turns",
    "await_registers",
    "differences",
    "has_unmet",
    "is_aside",
    "is_replaying",
    "manifest_signature",
    "meet",
    "new_log",
    "next_step",
    "own_topics",
    "pass_over",
    "read_back",
    "refuse_if_behind",
    "unmet",
    "unmet_before",
    "unmet_first",
    "unmet_values",
]
