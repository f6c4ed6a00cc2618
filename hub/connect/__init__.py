"""The runner of connectors: pull, prepare, send, receive and write back, with one effect of each record.

A system is read through its connector (`hub.connectors`); Sở is reached through a door: `KafkaDoor` is the real one,
`FolderDoor` answers like a Sở out of a folder, for checks and tests.
"""

from hub.connect.door import Door, Incoming
from hub.connect.folder_door import FolderDoor
from hub.connect.instance import INSTANCE_FILE, Instance, read_instance
from hub.connect.kafka_door import KafkaDoor
from hub.connect.run import Run
from hub.connect.signals import SignalKind, add_signal, signals
from hub.connect.status import STATES, Look, batches_waiting, look, losses, refusals
from hub.connect.store import STATE_FILE, Store, hold, open_store
from hub.connect.supervise import STEPS, Supervisor, begin

__all__ = [
    "INSTANCE_FILE", "STATES", "STATE_FILE", "STEPS", "Door", "FolderDoor", "Incoming", "Instance", "KafkaDoor",
    "Look", "Run", "SignalKind", "Store", "Supervisor", "add_signal", "batches_waiting", "begin", "hold", "look",
    "losses", "open_store", "read_instance", "refusals", "signals",
]  # fmt: skip
