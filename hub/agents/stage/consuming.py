"""Faust's consumer without its pause of a second.

While every partition of a consumer is held back because the stage's buffer is full, Faust sleeps a whole second before
it looks again. A stage with one partition (the register) is then idle for most of each second once more than a buffer
waits: some 130 records a second, however fast it works.
"""

from typing import Any

from faust.transport.drivers.aiokafka import Consumer, Transport

__all__ = ["AwakeConsumer", "AwakeTransport"]

_LOOK_AGAIN_S = 0.02


class AwakeConsumer(Consumer):  # type: ignore[misc]
    """Looks again soon where nothing may be fetched just now."""

    async def _wait_next_records(self, timeout: float) -> Any:
        if self.flow_active and not self._get_active_partitions():
            await self.sleep(_LOOK_AGAIN_S)
            return {}, set()
        return await super()._wait_next_records(timeout)


class AwakeTransport(Transport):  # type: ignore[misc]
    """Faust's transport with this consumer."""

    Consumer = AwakeConsumer
