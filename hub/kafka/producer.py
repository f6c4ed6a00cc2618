"""The one way of sending: idempotent, acks=all, bounded, and awaited."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordTooLargeError

from hub.errors import Refused, Unavailable
from hub.topics import MESSAGE_BYTES_MAX, VALUE_BYTES_MAX

__all__ = ["Sender", "Sending"]

_REQUEST_TIMEOUT_MS = 30_000
_METADATA_MS = 3_000  # a refresh that failed is tried again no sooner than this; default: five minutes
_BATCH_TIMEOUT_S = 60.0  # an idempotent producer never expires a batch by itself
_STOP_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Sending:
    """One record to send. Key None only in tests of bad input."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = ()
    part: int | None = None


class Sender:
    """An aiokafka producer that is renewed when it hangs: receivers treat a repeated message id as done.

    `compression`: zstd costs a fraction of gzip, which in turn every stock client of every language reads.
    """

    def __init__(self, bootstrap: str, compression: Literal["zstd", "gzip"] = "zstd") -> None:
        self._bootstrap, self.compression = bootstrap, compression
        self._producer: Any = None

    async def send(self, batch: Sequence[Sending]) -> list[tuple[int, int]]:
        """Send all and return (partition, offset) of each, in order.

        Raises Refused(SUBMISSION_TOO_LARGE) before anything is sent, Unavailable(KAFKA_UNAVAILABLE) when the cluster
        does not acknowledge in time: then send the same batch again.
        """
        for record in batch:
            if len(record.value or b"") > VALUE_BYTES_MAX:
                raise _too_large(record)
        try:
            producer = await self._started()
            futures = [
                await asyncio.wait_for(
                    producer.send(r.topic, _sendable(r), r.key, partition=r.part, headers=list(r.headers)),
                    _BATCH_TIMEOUT_S,
                )
                for r in batch
            ]
            acknowledged = await asyncio.wait_for(asyncio.gather(*futures), _BATCH_TIMEOUT_S)
        except (MessageSizeTooLargeError, RecordTooLargeError) as error:
            raise _too_large(max(batch, key=lambda r: len(r.value or b""))) from error
        except (KafkaError, TimeoutError) as error:
            await self.close()
            raise Unavailable("KAFKA_UNAVAILABLE", {"error": type(error).__name__}) from error
        return [(a.partition, a.offset) for a in acknowledged]

    async def _started(self) -> Any:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                acks="all",
                enable_idempotence=True,
                compression_type=self.compression,
                linger_ms=5,
                max_request_size=2 * MESSAGE_BYTES_MAX,
                request_timeout_ms=_REQUEST_TIMEOUT_MS,
                metadata_max_age_ms=_METADATA_MS,
            )
            try:
                await asyncio.wait_for(producer.start(), _BATCH_TIMEOUT_S)
            except BaseException:
                await _stop(producer)
                raise
            self._producer = producer
        return self._producer

    async def close(self) -> None:
        """Stop the producer; a hanging one is abandoned after a few seconds."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stop(producer)


async def _stop(producer: Any) -> None:
    with suppress(KafkaError, TimeoutError):
        await asyncio.wait_for(producer.stop(), _STOP_TIMEOUT_S)


def _sendable(record: Sending) -> bytes | None:
    """Return the value; a record with neither key nor value, which the client does not send, gets an empty one."""
    return b"" if record.key is None and record.value is None else record.value


def _too_large(record: Sending) -> Refused:
    facts = {"size": f"{len(record.value or b'')} bytes", "limit": f"{MESSAGE_BYTES_MAX} bytes"}
    return Refused("SUBMISSION_TOO_LARGE", facts)
