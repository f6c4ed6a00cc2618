"""Tệp bằng chứng: the one canonical form of an evidence file, and of a status file that tells what came later.

Canonical JSON (RFC 8785); bytes as base64 with padding, hashes as lower-case hex. `digest` is the SHA-256 of the
canonical bytes of all other members: it notices a damaged file, and proves nothing against whoever made it.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hub.domain.statements import Slug
from hub.domain.transcript import Sha256
from hub.errors import Refused
from hub.trust import SIGNATURE_COUNT_MAX, canonical, decode_base64, encode_base64, parse

__all__ = [
    "BUNDLE_BYTE_COUNT_MAX", "BUNDLE_TYPE", "SOURCE_BYTE_COUNT_MAX", "STATUS_TYPE", "Bundle", "Head", "Place",
    "Position", "Signed", "StatusFile", "bundle_bytes", "read_file", "signed", "status_bytes", "without_source",
]  # fmt: skip

BUNDLE_TYPE = "vn.hocba.bundle/1"
STATUS_TYPE = "vn.hocba.status/1"
BUNDLE_BYTE_COUNT_MAX = 33_554_432  # revocation lists of public authorities have megabytes
SOURCE_BYTE_COUNT_MAX = 1_048_576  # a source came to Sở inside one message, which has no more
REGISTER_COUNT_MAX = 256
LATER_COUNT_MAX = 64
_DIGEST = re.compile(rb'\{"digest":"([0-9a-f]{64})",')
PATH_COUNT_MAX = 64  # hashes in one proof: as many as a size has bits


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Closed key set; members in canonical order."""


class Signed(_Part, frozen=True, kw_only=True):
    """A statement (base64) with its one detached JWS."""

    signature: str
    statement: str

    @property
    def data(self) -> bytes:
        """The bytes of the statement."""
        return decode_base64(self.statement)


class Position(_Part, frozen=True, kw_only=True):
    """Where a leaf stands in a tree, with the hashes (hex) of its inclusion proof, the leaf's sibling first."""

    index: Annotated[int, Meta(ge=0)]
    path: Annotated[tuple[Sha256, ...], Meta(max_length=PATH_COUNT_MAX)]


class Head(_Part, frozen=True, kw_only=True):
    """A head of the Sở's log: Bộ's cosignature line, the signed note (base64), the JWS of Sở's seal over the note.

    `timestamp` is the RFC 3161 token over the note (base64), with the certificates of its authority; absent without.
    """

    cosignature: str
    note: str
    signature: str
    timestamp: str | UnsetType = UNSET

    @property
    def token(self) -> bytes:
        """The time-stamp token; empty without one."""
        return b"" if isinstance(self.timestamp, UnsetType) else decode_base64(self.timestamp)


class Place(_Part, frozen=True, kw_only=True):
    """One leaf (base64) with all that proves where it stands; `receipt` is Bộ's answer to the lock that holds it."""

    head: Head
    in_log: Position
    in_manifest: Position
    leaf: str
    manifest: Signed
    receipt: Signed


_Register = Annotated[tuple[Signed, ...], Meta(max_length=REGISTER_COUNT_MAX)]
_Later = Annotated[tuple[Place, ...], Meta(max_length=LATER_COUNT_MAX)]
_Source = Annotated[str, Meta(max_length=4 * -(-SOURCE_BYTE_COUNT_MAX // 3))]


class Bundle(_Part, frozen=True, kw_only=True):
    """One locked transcript with its evidence: `later` are leaves that followed, `register` entries oldest first.

    `source` (base64): the source document, byte for byte, of a transcript that no school signed here; else absent.
    """

    digest: Sha256
    document: str
    later: _Later
    place: Place
    receipt: Signed
    register: _Register
    signatures: Annotated[tuple[str, ...], Meta(max_length=SIGNATURE_COUNT_MAX)]
    so: Slug
    source: _Source | UnsetType = UNSET
    type: Literal["vn.hocba.bundle/1"]


class StatusFile(_Part, frozen=True, kw_only=True):
    """What became of a transcript after its bundle was made: later leaves, and the register that they need."""

    digest: Sha256
    later: _Later
    register: _Register
    so: Slug
    type: Literal["vn.hocba.status/1"]


_F = TypeVar("_F", Bundle, StatusFile)


def signed(statement: bytes, signature: str) -> Signed:
    """Pair a statement with its signature."""
    return Signed(signature=signature, statement=encode_base64(statement))


def bundle_bytes(
    *, so: str, document: bytes, signatures: tuple[str, ...], receipt: Signed, place: Place,
    later: tuple[Place, ...], register: tuple[Signed, ...], source: bytes | None = None,
) -> bytes:  # fmt: skip
    """Return the evidence file of one transcript, with its source document where it has one."""
    members: dict[str, Any] = {
        "document": encode_base64(document), "later": later, "place": place, "receipt": receipt,
        "register": register, "signatures": signatures, "so": so, "type": BUNDLE_TYPE,
    }  # fmt: skip
    if source is not None:
        members["source"] = encode_base64(source)
    return _with_digest(msgspec.to_builtins(members))


def without_source(data: bytes) -> bytes:
    """Return an evidence file without its source document, which may tell of other pupils: what a family may have.

    Everything else stays as it was. Raises Refused as `read_file`.
    """
    members = msgspec.to_builtins(read_file(data, Bundle))
    return _with_digest({name: value for name, value in members.items() if name not in {"digest", "source"}})


def status_bytes(*, so: str, later: tuple[Place, ...], register: tuple[Signed, ...]) -> bytes:
    """Return the status file of one transcript."""
    return _with_digest(msgspec.to_builtins({"later": later, "register": register, "so": so, "type": STATUS_TYPE}))


def read_file(data: bytes, kind: type[_F]) -> _F:
    """Read a file strictly; what is base64 in it can be decoded.

    Raises Refused: a CANONICAL_ code, BUNDLE_SHAPE, BUNDLE_DIGEST_DIFFERS.
    """
    _check_digest(data)
    value = parse(data, BUNDLE_BYTE_COUNT_MAX)
    try:
        found = msgspec.convert(value, kind)
        for text in _encoded(found):
            decode_base64(text)
    except Refused:
        raise Refused("BUNDLE_SHAPE", {"reason": "base64"}) from None
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        raise Refused("BUNDLE_SHAPE", {"reason": _told(error)}) from None
    return found


def _encoded(file: Bundle | StatusFile) -> Iterator[str]:
    """Yield every text that holds bytes."""
    statements, places = list(file.register), list(file.later)
    if isinstance(file, Bundle):
        statements.append(file.receipt)
        places.append(file.place)
        yield file.document
        if not isinstance(file.source, UnsetType):
            yield file.source
    for place in places:
        statements += [place.manifest, place.receipt]
        yield place.leaf
        yield place.head.note
        if not isinstance(place.head.timestamp, UnsetType):
            yield place.head.timestamp
    yield from (one.statement for one in statements)


def _told(error: Exception) -> str:
    """Return where the shape is wrong, such as "$.place.leaf"; a stranger's text is not repeated."""
    _, mark, path = str(error).rpartition("`$")
    return "$" + "".join(c for c in path.rstrip("`") if c.isascii() and c.isprintable())[:100] if mark else "$"


def _with_digest(value: dict[str, Any]) -> bytes:
    """Put the digest before all other members, where its name belongs in canonical order."""
    rest = canonical(value)
    return b'{"digest":"' + hashlib.sha256(rest).hexdigest().encode() + b'",' + rest[1:]


def _check_digest(data: bytes) -> None:
    """Compare the digest with all other bytes, before anything is parsed. Raises Refused BUNDLE_DIGEST_DIFFERS.

    A file that does not begin with a digest is no bundle at all; its reader says what is wrong.
    """
    found = _DIGEST.match(data) if len(data) <= BUNDLE_BYTE_COUNT_MAX else None
    if found is not None and hashlib.sha256(b"{" + data[found.end() :]).hexdigest().encode() != found[1]:
        raise Refused("BUNDLE_DIGEST_DIFFERS")
