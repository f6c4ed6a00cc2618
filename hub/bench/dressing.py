"""Gửi hôm nay: the documents of a stock under commands signed now, encoded as records and written to a file.

A command must be younger than a day, so it is signed anew for each measurement: one signature for a class. Schools
come in groups whose classes take turns, as they would from many schools at once; the request to lock stands behind
the last class of its school.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from hub.bench.signers import BenchPopulation
from hub.bench.stock import Stock
from hub.bench.wanted import SO
from hub.client import command_sending, lock_request, submission_sending
from hub.domain.statements import RoundName, Submission, encode
from hub.errors import Unavailable
from hub.kafka.producer import Sending
from hub.local.founding import signed_register
from hub.local.population import Credentials, Shipment, SignedDocument
from hub.local.population.signed import instant_text
from hub.trust import sign

__all__ = ["Dressed", "Parcel", "dress", "read_parcels", "register_of"]

_SCHOOLS_AT_ONCE = 16
_LENGTH_BYTES = 4
_ROUND = RoundName(cohort="completed", number=1)


class Parcel(msgspec.Struct, array_like=True, frozen=True):
    """One command, ready to send."""

    key: bytes
    command_id: str
    value: bytes
    headers: list[tuple[str, bytes]]
    transcripts: int

    def sending(self, topic: str) -> Sending:
        """Return the record for a topic."""
        return Sending(topic, self.key, self.value, self.headers)


@dataclass(frozen=True, slots=True)
class Dressed:
    """A file of parcels and what is in it. `documents`: the hashes (32 bytes) that must arrive."""

    path: Path
    documents: frozenset[bytes]
    submissions: int
    locks: int
    value_bytes: int

    @property
    def messages(self) -> int:
        """Number of commands."""
        return self.submissions + self.locks


_decoder = msgspec.msgpack.Decoder(Parcel)
_encoder = msgspec.msgpack.Encoder()


@dataclass(frozen=True, slots=True)
class _Part:
    """Some documents of one class, under a command id of their own."""

    school: str
    school_year: str
    command_id: str
    documents: Sequence[SignedDocument]


def register_of(stock: Stock, at: datetime) -> list[Sending]:
    """Return the register of today: its revocation lists speak for some days only."""
    return [sending for _, sending in signed_register(BenchPopulation(stock.wanted, at), stock.founded())]


def dress(
    stock: Stock, at: datetime, counts: Sequence[int], folder: Path, *, per_submission: int = 0, locks: bool = True
) -> list[Dressed]:
    """Write one file for each of `counts`, of different schools each; `per_submission` 0 leaves classes whole.

    Raises Unavailable WAITED_IN_VAIN when the stock holds too few.
    """
    clerk = _Clerk(stock.founded().credentials, at, locks)
    schools = stock.schools()
    found = []
    for number, count in enumerate(counts):
        chosen = _schools_for(schools, count, per_submission)
        found.append(_write(folder / f"parcels-{number}.bin", clerk, chosen))
        if len(found[-1].documents) != count:
            facts = {"what": f"{count} transcripts of the stock, found {len(found[-1].documents)}", "seconds": "0"}
            raise Unavailable("WAITED_IN_VAIN", facts)
    return found


def read_parcels(path: Path) -> Iterator[Parcel]:
    """Stream the parcels of a file in their order."""
    with path.open("rb") as file:
        while length := file.read(_LENGTH_BYTES):
            yield _decoder.decode(file.read(int.from_bytes(length)))


def _schools_for(schools: Iterator[list[Shipment]], count: int, per_submission: int) -> Iterator[list[_Part]]:
    """Take schools until `count` documents are together; the last one is cut."""
    while count > 0 and (school := next(schools, None)) is not None:
        parts: list[_Part] = []
        for shipment in school:
            s = shipment.submission
            documents = s.documents[:count]
            count -= len(documents)
            size = per_submission or max(1, len(documents))
            for n in range(0, len(documents), size):
                command_id = s.command_id if size >= len(documents) else f"{s.command_id}-{n}"
                parts.append(_Part(s.school, s.school_year, command_id, documents[n : n + size]))
        if parts:
            yield parts


def _write(path: Path, clerk: "_Clerk", schools: Iterator[list[_Part]]) -> Dressed:
    documents: set[bytes] = set()
    submissions = locks = value_bytes = 0
    with path.open("wb") as file:
        while group := [school for _, school in zip(range(_SCHOOLS_AT_ONCE), schools, strict=False)]:
            queues = [clerk.parcels(school, documents) for school in group]
            for parcel in _in_turn(queues):
                data = _encoder.encode(parcel)
                file.write(len(data).to_bytes(_LENGTH_BYTES) + data)
                submissions, locks = submissions + bool(parcel.transcripts), locks + (not parcel.transcripts)
                value_bytes += len(parcel.value)
    return Dressed(path, frozenset(documents), submissions, locks, value_bytes)


def _in_turn(queues: list[Iterator[Parcel]]) -> Iterator[Parcel]:
    while queues:
        for queue in tuple(queues):
            parcel = next(queue, None)
            if parcel is None:
                queues.remove(queue)
            else:
                yield parcel


class _Clerk:
    """Signs the commands of all schools as their principals."""

    def __init__(self, credentials: Credentials, at: datetime, locks: bool) -> None:
        self._credentials, self._at, self._locks = credentials, at, locks
        self._iat = int(at.timestamp())

    def parcels(self, school: list[_Part], documents: set[bytes]) -> Iterator[Parcel]:
        """Yield the submissions of a school, and its request to lock; note the hashes of its documents."""
        hashes: list[str] = []
        for part in school:
            digests = [hashlib.sha256(d.document).digest() for d in part.documents]
            documents.update(digests)
            hashes += [digest.hex() for digest in digests]
            yield self._submission(part, [digest.hex() for digest in digests])
        if self._locks:
            yield self._lock(school[0], sorted(hashes))

    def _submission(self, part: _Part, hashes: list[str]) -> Parcel:
        statement = Submission(
            command_id=part.command_id, documents=tuple(hashes), issued_at=instant_text(self._at), mode="each",
            round=_ROUND, school=part.school, school_year=part.school_year, type="vn.hocba.submission/1",
        )  # fmt: skip
        data = encode(statement)
        signature = sign(
            self._credentials(f"HT-{part.school}-001"), data, role="principal", scope=statement.scope,
            typ=statement.type, iat=self._iat,
        )  # fmt: skip
        rows = [(d.document, d.signatures) for d in part.documents]
        made = submission_sending(SO, part.school, part.command_id, data, signature, rows)
        return _parcel(made, part.command_id, len(hashes))

    def _lock(self, part: _Part, hashes: list[str]) -> Parcel:
        command_id = f"{part.school}-{part.school_year}-completed-1-lock"
        statement = lock_request(command_id, part.school, part.school_year, _ROUND, hashes, self._at)
        signer = self._credentials(f"HT-{part.school}-001")
        return _parcel(command_sending(SO, statement, signer, "principal", self._iat), command_id, 0)


def _parcel(made: Sending, command_id: str, transcripts: int) -> Parcel:
    headers = [(name, value or b"") for name, value in made.headers]
    return Parcel(made.key or b"", command_id, made.value or b"", headers, transcripts)
