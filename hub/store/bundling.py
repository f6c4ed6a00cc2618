"""Tệp bằng chứng: gathers from a database all that proves one locked transcript, for whoever cannot ask the hub.

Everything is taken verbatim as it was signed; only the Merkle proofs are worked out here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from msgspec import UNSET

from hub.domain.locator import check
from hub.domain.statements import IngestStatement, ReceiptStatement, read
from hub.errors import Corrupt, Refused
from hub.evidence import Head, Place, Position, Signed, bundle_bytes, signed, status_bytes
from hub.schemas import decode
from hub.store.connection import Connection, open_connection, unavailable
from hub.store.queries import queries_of
from hub.trust import Leaf, Origin, Tree, encode_base64, leaf_hash, origin_of, parse_leaf
from hub.trust import read as read_signature

__all__ = ["BundleFile", "make_bundle", "make_bundle_at_bo", "pupils_of_locator", "pupils_of_student"]

_SQL, _BO = queries_of("so"), queries_of("bo")
_COPY = {  # what a Sở's query of that name gives, of Bộ's copy
    "cosigned_closing": _BO["copy_cosigned_closing"],
    "leaf_hashes": _BO["copy_leaf_hashes"],
    "leaves_of_year": _BO["copy_leaves_of_year"],
    "lock_in_log": _BO["copy_lock_in_log"],
    "manifests_below": _BO["copy_manifests_below"],
    "register_evidence": _BO["copy_register_evidence"],
    "revocation_evidence": _BO["copy_revocation_evidence"],
    "signed_head": _BO["copy_signed_head"],
}
_NEWEST = 2**63 - 1
_LAST = datetime(9999, 1, 1, tzinfo=UTC)
_NEVER = datetime(1, 1, 2, tzinfo=UTC)
_ROUND_COUNT_MAX = 8  # registrars who name registrars; more would be no register of ours


@dataclass(frozen=True, slots=True)
class BundleFile:
    """What was made: the bundle, a status file of the same record, and which leaf it is about.

    `source_byte_count`: how much of the bundle is a source document, which may tell of other pupils; 0 without one.
    """

    so: str
    bundle: bytes
    status: bytes
    leaf: Leaf
    source_byte_count: int = 0


@dataclass(frozen=True, slots=True)
class _Row:
    """One leaf of the year with the transcript that it stands for; `receipt` is the message that answered it."""

    school: str
    period: str
    document: bytes
    signatures: Sequence[str]
    leaf: bytes
    leaf_sha256: bytes
    lock_id: bytes
    n: int
    receipt: Signed | None

    @property
    def said(self) -> Leaf:
        """The leaf, read."""
        return parse_leaf(self.leaf)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where the parts of a Sở's proofs are read: its own database, or Bộ's, by queries of the same names."""

    connection: Connection
    so: str
    sql: Mapping[str, str]

    def rows(self, query: str, **named: Any) -> list[Any]:
        return self.connection.execute(self.sql[query], {"so": self.so} | named).fetchall()

    def row(self, query: str, **named: Any) -> Any:
        return next(iter(self.rows(query, **named)), None)


def pupils_of_locator(so_urls: Mapping[str, str], locator: str) -> dict[str, list[str]]:
    """Return by Sở whose học bạ a locator finds. Raises Refused LOCATOR_*, Unavailable."""
    return _pupils(so_urls, "pupil_of_locator", (check(locator),))


def pupils_of_student(so_urls: Mapping[str, str], school: str, student: str) -> dict[str, list[str]]:
    """Return by Sở whom a school knows under a code."""
    return _pupils(so_urls, "pupils_of_student", (school, student))


def make_bundle(
    so: str, url: str, pupils: Sequence[str], year: str, *, school: str | None = None, period: str | None = None,
    version: int | None = None,
) -> BundleFile:  # fmt: skip
    """Make the bundle of a pupil's locked transcript of one school year: its newest version, or the one named.

    Raises Refused BUNDLE_NOTHING_LOCKED, BUNDLE_SEVERAL, BUNDLE_NOT_COSIGNED; Unavailable without a database.
    """
    with open_connection(url) as connection, unavailable():
        return _bundle(_Kept(connection, so, _SQL), pupils, year, school, period, version)


def make_bundle_at_bo(
    connection: Connection, so: str, pupils: Sequence[str], year: str, *, school: str | None = None,
    period: str | None = None, version: int | None = None,
) -> BundleFile:  # fmt: skip
    """Make the same of Bộ's copy of what a Sở locked; a source document stays with its Sở, and is named by its hash.

    Raises as `make_bundle`, and Refused BUNDLE_RECEIPT_ABSENT for what was locked before receipts came with locks.
    """
    with unavailable():
        return _bundle(_Kept(connection, so, _COPY), pupils, year, school, period, version)


def _bundle(
    kept: _Kept, pupils: Sequence[str], year: str, school: str | None, period: str | None, version: int | None
) -> BundleFile:  # fmt: skip
    found = kept.rows("leaves_of_year", pupils=list(pupils), year=year)
    rows = [_row(*row) for row in found]
    row = _chosen(rows, year, school, period, version)
    return _made(kept, row, list(_later(rows, row)))


def _pupils(so_urls: Mapping[str, str], query: str, values: Sequence[str]) -> dict[str, list[str]]:
    found = {}
    for so, url in so_urls.items():
        with open_connection(url) as connection, unavailable():
            found[so] = [pupil for (pupil,) in connection.execute(_SQL[query], values)]
    return {so: pupils for so, pupils in found.items() if pupils}


def _chosen(rows: Iterable[_Row], year: str, school: str | None, period: str | None, version: int | None) -> _Row:
    fitting = [
        row
        for row in rows
        if row.said.action != "UNLOCK"
        and school in (None, row.school)
        and period in (None, row.period)
        and version in (None, row.said.version)
    ]
    if not fitting:
        raise Refused("BUNDLE_NOTHING_LOCKED", {"year": year})
    records = sorted({(row.school, row.period) for row in fitting})
    if len(records) > 1:
        raise Refused("BUNDLE_SEVERAL", {"found": ", ".join(f"{school} {period}" for school, period in records)})
    return max(fitting, key=lambda row: row.said.version)


def _later(rows: Sequence[_Row], first: _Row) -> Iterator[_Row]:
    """Yield the leaves that follow one, each naming the one before it."""
    following = {row.said.previous_leaf: row for row in rows if isinstance(row.said.previous_leaf, str)}
    row = following.pop(first.leaf_sha256.hex(), None)
    while row is not None:
        yield row
        row = following.pop(row.leaf_sha256.hex(), None)


def _made(kept: _Kept, row: _Row, later: Sequence[_Row]) -> BundleFile:
    so, receipt = kept.so, row.receipt
    if receipt is None:
        raise Refused("BUNDLE_RECEIPT_ABSENT")
    places = [_place(kept, one) for one in (row, *later)]
    version = read(receipt.data, ReceiptStatement).register_version
    signatures = [*row.signatures, receipt.signature, *(text for place in places for text in _signatures(place))]
    cosigned = [datetime.fromisoformat(read(place.receipt.data, IngestStatement).at) for place in places]
    origin = origin_of(row.signatures)
    register = _register(kept, signatures, version, cosigned, None if origin is None else origin.system)
    source = _source(kept, origin)
    bundle = bundle_bytes(
        so=so, document=row.document, signatures=tuple(row.signatures), receipt=receipt, place=places[0],
        later=tuple(places[1:]), register=register, source=source,
    )  # fmt: skip
    status = status_bytes(so=so, later=tuple(places), register=register)
    return BundleFile(so, bundle, status, row.said, 0 if source is None else len(source))


def _row(
    school: str, period: str, document: bytes, signatures: Sequence[str], leaf: bytes, leaf_sha256: bytes,
    lock_id: bytes, n: int, *receipt: Any,
) -> _Row:  # fmt: skip
    return _Row(school, period, document, signatures, leaf, leaf_sha256, lock_id, n, _receipt(receipt))


def _receipt(stored: Sequence[Any]) -> Signed | None:
    """Return a Sở's receipt: the message that its database has, or statement and signature as Bộ keeps them."""
    if len(stored) == 1:
        value = decode(stored[0], ("Receipt",)).value
        return signed(value["statement"], value["signature"])
    return None if stored[0] is None else signed(*stored)


def _answer(stored: Sequence[Any]) -> tuple[bytes, str, str]:
    """Return statement, signature and cosignature of Bộ's answer: as the Sở keeps them, or in Bộ's own message."""
    if len(stored) > 1:
        return stored[0], stored[1], stored[2]
    value = decode(stored[0], ("IngestReceipt",)).value
    return value["statement"], value["signature"], value["cosignature"]


def _source(kept: _Kept, origin: Origin | None) -> bytes | None:
    """Return the source document as it was handed in; None for a transcript that its school signed, and at Bộ.

    Raises Corrupt RECORD_CHANGED for one that Sở has accepted and has no more, or that is not what the seal names.
    """
    if origin is None or "source_of" not in kept.sql:
        return None
    found = kept.row("source_of", sha256=bytes.fromhex(origin.source_sha256))
    if found is None or sha256(found[0]).hexdigest() != origin.source_sha256:
        raise Corrupt("RECORD_CHANGED", {"document": origin.source_sha256, "what": "source"})
    return bytes(found[0])


def _place(kept: _Kept, row: _Row) -> Place:
    found = kept.row("lock_in_log", lock_id=row.lock_id)
    if found is None or found[3] != "ingested":
        raise Refused("BUNDLE_NOT_COSIGNED")
    manifest, by_so, log_index, _, *answer = found
    said, by_bo, cosignature = _answer(answer)
    hashes = [bytes(digest) for (digest,) in kept.rows("leaf_hashes", lock_id=row.lock_id)]
    size, head = _newest_head(kept, read(said, IngestStatement).tree_size, cosignature)
    log = [leaf_hash(one) for (one,) in kept.rows("manifests_below", size=size)]
    return Place(
        head=head,
        in_log=_position(log, log_index),
        in_manifest=_position(hashes, row.n),
        leaf=encode_base64(row.leaf),
        manifest=signed(manifest, by_so),
        receipt=signed(said, by_bo),
    )


def _newest_head(kept: _Kept, size: int, cosignature: str) -> tuple[int, Head]:
    """Return the head with its size: of a closed log the final one, else the one that Bộ's receipt names.

    Raises Refused BUNDLE_NOT_COSIGNED.
    """
    final = kept.row("cosigned_closing")
    if final is not None:
        return final[0], _head(*final[1:])
    head = kept.row("signed_head", size=size)
    if head is None:
        raise Refused("BUNDLE_NOT_COSIGNED")
    return size, _head(head[0], head[1], head[2], cosignature)


def _head(note: bytes, signature: str, token: bytes, cosignature: str) -> Head:
    stamp = encode_base64(token) if token else UNSET
    return Head(cosignature=cosignature, note=encode_base64(note), signature=signature, timestamp=stamp)


def _position(leaf_hashes: Sequence[bytes], index: int) -> Position:
    return Position(index=index, path=tuple(digest.hex() for digest in Tree(leaf_hashes).inclusion_proof(index)))


def _signatures(place: Place) -> tuple[str, str, str]:
    return place.manifest.signature, place.head.signature, place.receipt.signature


def _register(
    kept: _Kept, signatures: Sequence[str], version: int, cosigned: Iterable[datetime], system: str | None
) -> tuple[Signed, ...]:  # fmt: skip
    """Return the entries that these signatures are judged by, and those that the entries' own signatures need.

    `system` is the source system that a seal names: its entry, and the certificates that it pins, are judged by too.
    """
    found: dict[int, Signed] = {}
    moments: list[tuple[int, datetime]] = [(version, _NEVER), (_NEWEST, _LAST), *((0, at) for at in cosigned)]
    for newest, at in moments:
        _keep(found, kept.rows("revocation_evidence", version=newest, at=at))
    named: set[str] = set()
    for _ in range(_ROUND_COUNT_MAX):
        wanted = {_certificate(text) for text in (*signatures, *(one.signature for one in found.values()))}
        if wanted <= named:
            break
        named |= wanted
        _keep(found, kept.rows("register_evidence", certificates=sorted(named), system=system))
    return tuple(found[number] for number in sorted(found))


def _keep(found: dict[int, Signed], rows: Iterable[Any]) -> None:
    found |= {number: signed(statement, signature) for number, statement, signature in rows}


def _certificate(compact: str) -> str:
    return read_signature(compact).certificate_sha256.hex()
