"""Transfers in the Sở's database: notices of Bộ as they came, and which sealed documents passed to whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from msgspec import UNSET, UnsetType

from hub.domain.statements import TransferNotice, read
from hub.store.connection import Connection, unavailable
from hub.store.queries import queries_of
from hub.store.so.decisions import load_links

__all__ = [
    "Carried", "CarriedPlace", "HeardTransfer", "NoticePlace", "add_carried", "add_notice", "carried_known",
    "locked_of_pupil", "look_transfers", "notices_known",
]  # fmt: skip

_SQL = queries_of("so")
_T = TypeVar("_T")
NoticePlace = tuple[bytes, str, int]
"""Transfer id (32 bytes), school, number of the notice."""
CarriedPlace = tuple[bytes, str, int, int]
"""Transfer id (32 bytes), school, delivery, place in it from 0."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A sealed document that goes by: its place, of how many, the transcript's hash, the hash of the receiver's key."""

    place: CarriedPlace
    of: int
    document_sha256: bytes
    key_sha256: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class HeardTransfer:
    """What a school of this Sở was last told of a transfer; `carried` counts the messages of the latest delivery.

    `flags`: every notice about one of its own years that rests on what the transfer brought.
    """

    said: TransferNotice
    statement: bytes
    signature: str
    at: datetime
    carried: int
    flags: tuple[TransferNotice, ...] = ()


def notices_known(connection: Connection, places: Iterable[NoticePlace]) -> dict[NoticePlace, bytes]:
    """Return the hash of the statement of each of these notices that is here already."""
    columns = list(zip(*sorted(set(places)), strict=True))
    rows = connection.execute(_SQL["transfer_notices_known"], [list(c) for c in columns]).fetchall() if columns else ()
    return {(bytes(transfer), school, n): bytes(digest) for transfer, school, n, digest in rows}


def carried_known(connection: Connection, places: Iterable[CarriedPlace]) -> dict[CarriedPlace, bytes]:
    """Return the document hash of each of these places that is taken already."""
    columns = list(zip(*sorted(set(places)), strict=True))
    rows = connection.execute(_SQL["transfer_carried_known"], [list(c) for c in columns]).fetchall() if columns else ()
    return {(bytes(transfer), school, delivery, n): bytes(digest) for transfer, school, delivery, n, digest in rows}


def add_notice(connection: Connection, said: TransferNotice, statement: bytes, signature: str, at: datetime) -> None:
    """Keep a notice that is not here yet; `at` is when it came."""
    documents = None if said.documents is UNSET else [bytes.fromhex(one) for one in said.documents]
    root = _or_none(said.root)
    row = (
        bytes.fromhex(said.transfer), said.to.school, said.n, said.state, said.outcome, said.step, said.step_id,
        list(said.codes), said.at, _or_none(said.awaited), _or_none(said.due_at), list(said.overdue), said.pupil,
        said.sending.school, said.receiving.school, _or_none(said.delivery),
        None if root is None else bytes.fromhex(root), documents, statement, signature, at,
    )  # fmt: skip
    connection.execute(_SQL["add_transfer_notice"], row)


def add_carried(connection: Connection, carried: Carried) -> None:
    """Count a sealed document that is not counted yet."""
    row = (*carried.place, carried.of, carried.document_sha256, carried.key_sha256, carried.at)
    connection.execute(_SQL["add_transfer_carried"], row)


def look_transfers(
    connection: Connection, school: str | None = None, transfer: str | None = None
) -> list[HeardTransfer]:
    """Return the transfers of a school (None: of all of the Sở), oldest first; only the one of that id (64 hex digits).

    Raises Unavailable.
    """
    named = {"school": school, "transfer": None if transfer is None else bytes.fromhex(transfer)}
    with unavailable():
        rows = connection.execute(_SQL["look_transfers"], named).fetchall()
    return [
        HeardTransfer(read(bytes(statement), TransferNotice), bytes(statement), signature, at, carried, _all(flags))
        for statement, signature, at, carried, flags in rows
    ]


def locked_of_pupil(connection: Connection, school: str, pupil: str) -> list[tuple[str, str, str]]:
    """Return (hash, school year, period) of each current locked transcript of a person at a school, by hash.

    Raises Unavailable.
    """
    with unavailable():
        person = sorted(load_links(connection, [pupil]).same_person(pupil))
        rows = connection.execute(_SQL["locked_of_pupil"], (school, person)).fetchall()
    return [(bytes(digest).hex(), year, period) for digest, year, period in rows]


def _all(statements: Iterable[bytes]) -> tuple[TransferNotice, ...]:
    return tuple(read(bytes(one), TransferNotice) for one in statements)


def _or_none(value: _T | UnsetType) -> _T | None:
    return None if isinstance(value, UnsetType) else value
