"""How far a measurement is, asked with queries that cost the same whatever is stored; and who takes part in it."""

import os

from hub.bench.ground import Ground
from hub.bench.helper import Helper
from hub.bench.queries import queries
from hub.bench.sampling import Watched
from hub.store import Connection

__all__ = ["MEASUREMENT", "Eyes", "watched_of"]

MEASUREMENT = "measurement"  # the process that looks on


class Eyes:
    """Counts at Sở and Bộ, over a connection to each."""

    def __init__(self, so: Connection, bo: Connection) -> None:
        self._so, self._bo = so, bo
        self._before = {"validated": self._inserted(so), "ingested": self._inserted(bo)}

    def decided(self) -> int:
        """Return how many commands are decided, over all partitions."""
        return _number(self._so, "decided")

    def ingested(self) -> int:
        """Return how many transcripts stand at Bộ."""
        return _number(self._bo, "ingested")

    def unsent(self) -> int:
        """Return how many messages wait for a relay, of Sở and Bộ."""
        return sum(_number(connection, "unsent") for connection in (self._so, self._bo))

    def progress(self) -> dict[str, int]:
        """Return rows written since this object was made, for samples: the server tells them up to a second late."""
        now = {"validated": self._inserted(self._so), "ingested": self._inserted(self._bo)}
        return {name: count - self._before[name] for name, count in now.items()}

    @staticmethod
    def _inserted(connection: Connection) -> int:
        row = connection.execute(queries()["rows_inserted"], ("document",)).fetchone()
        return int(row[0]) if row is not None else 0


def watched_of(ground: Ground, producer: Helper, receipts: Helper) -> Watched:
    """Return everybody who takes part: the schools' processes, the broker, the workers, the database server, and us."""
    named = {"producer": producer.pid, "receipts": receipts.pid, "broker": ground.kafka_pid, MEASUREMENT: os.getpid()}
    return Watched(named | ground.worker_pids(), ground.postgres.pid)


def _number(connection: Connection, query: str) -> int:
    row = connection.execute(queries()[query]).fetchone()
    return int(row[0]) if row is not None else 0
