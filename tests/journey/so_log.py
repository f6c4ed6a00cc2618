"""The log of a Sở in the hands of a test: locks, manifests and heads, rightly made or spoilt, under the Sở's own keys.

For a Sở whose own lock stage does not run. Every promoted or refused lock takes a place in the log, so there is one
`SoLog` in a session.
"""

import hashlib
import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from hub.app import so_keyring
from hub.client import lock_request
from hub.domain import pupil_of
from hub.domain.statements import IngestStatement, Manifest, encode, read
from hub.domain.transcript import Transcript
from hub.kafka.headers import headers_of
from hub.kafka.producer import Sending
from hub.local.population import SignedDocument, sign_statement
from hub.schemas import encode as encode_message
from hub.signing import Signer, log_origin
from hub.topics import bo_receipt, locked
from hub.trust import (
    Checkpoint,
    Frontier,
    leaf_bytes,
    leaf_hash,
    leaf_of,
    manifest_root,
    sign,
    sign_checkpoint,
)
from tests.journey.world import COMPLETED, Place, World

__all__ = ["SO", "MadeLock", "SoLog"]

SO = "khanh-hoa"  # no lock stage of its own runs for it: its log belongs to the tests


@dataclass(frozen=True)
class MadeLock:
    """A lock before it is sent: its rows as chunks carry them, and its manifest."""

    manifest: Manifest
    rows: tuple[dict[str, Any], ...]
    documents: tuple[SignedDocument, ...]
    request: tuple[bytes, str]

    @property
    def lock_id(self) -> str:
        """Hex."""
        return self.manifest.lock_id

    def said(self, **changes: Any) -> "MadeLock":
        """Return the lock with a manifest that says something else."""
        values = {name: getattr(self.manifest, name) for name in self.manifest.__struct_fields__} | changes
        return replace(self, manifest=Manifest(**values))


class SoLog:
    """Makes what a Sở sends to Bộ, and knows which head Bộ has accepted."""

    def __init__(self, world: World, so: str) -> None:
        self.world, self.so = world, so
        self.keyring = so_keyring(world.hub.secrets, so)
        self.frontier = Frontier()
        self.statements: list[bytes] = []
        self._ids = itertools.count(1)

    # -- making

    def lock(self, count: int = 2, transcripts: Sequence[Transcript] = ()) -> MadeLock:
        """Make a good lock of new pupils (or of these transcripts)."""
        chosen = transcripts or [self.world.pupil(self.world.school(self.so)) for _ in range(count)]
        documents = tuple(self.world.signed(t) for t in chosen)
        rows = [self.row(t, d) for t, d in zip(chosen, documents, strict=True)]
        ordered = tuple(sorted(rows, key=lambda row: leaf_hash(row["leaf"])))
        request = self.request(chosen[0].school.code, [d.sha256 for d in documents])
        manifest = Manifest(
            count=len(rows),
            effective_on=self.world.today,
            lock_id=f"{next(self._ids):064x}",
            requested_by=hashlib.sha256(request[0]).hexdigest(),
            root=manifest_root(leaf_hash(row["leaf"]) for row in rows).hex(),
            round=COMPLETED,
            school=chosen[0].school.code,
            school_year=chosen[0].school_year,
            so=self.so,
            type="vn.hocba.manifest/1",
        )
        return MadeLock(manifest, ordered, documents, request)

    def request(self, school: str, hashes: Sequence[str], **changes: Any) -> tuple[bytes, str]:
        """Return statement and signature of the principal's lock request over these documents (hex hashes)."""
        world, of = self.world, next(s for s in self.world.population.schools() if s.code == school)
        year = world.population.school_year
        asked = lock_request(world.command_id(), school, year, COMPLETED, hashes, world.at)
        asked = msgspec.structs.replace(asked, **changes)
        return encode(asked), sign_statement(asked, world.class_of(of).issued_by, world.people, world.iat)

    def asked(self, lock: MadeLock, request: tuple[bytes, str]) -> MadeLock:
        """Return the lock with another request behind it, which its manifest names."""
        named = hashlib.sha256(request[0]).hexdigest()
        return replace(lock.said(requested_by=named), request=request)

    def row(self, transcript: Transcript, document: SignedDocument, **leaf: Any) -> dict[str, Any]:
        """Return a transcript as a chunk carries it; `leaf` changes what its leaf says."""
        said: dict[str, Any] = {
            "action": "LOCK", "document": document.document, "signatures": document.signatures,
            "salt_key": self.keyring.secret, "pupil": pupil_of(transcript), "year": transcript.school_year,
            "period": transcript.period, "version": 1, "locator": "56ABCDEFGH0", "effective_on": self.world.today,
        }  # fmt: skip
        data = leaf_bytes(leaf_of(**said | leaf))
        return {"document": document.document, "signatures": list(document.signatures), "leaf": data}

    def chunk(
        self, lock: MadeLock, index: int = 0, of: int = 1, rows: Sequence[dict[str, Any]] | None = None, **said: Any
    ) -> Sending:
        """Return the record of one chunk, by default the only one."""
        part = list(lock.rows[index::of]) if rows is None else list(rows)
        value = {"lock_id": lock.lock_id, "so": self.so, "index": index, "of": of, "documents": part} | said
        return self._sending("LockedChunk", f"{lock.lock_id}/{index}", value)

    def manifest(
        self, lock: MadeLock, log_index: int | None = None, seal: Signer | None = None, **said: Any
    ) -> Sending:
        """Return the record of the manifest at the next place in the log (or another one)."""
        statement = encode(lock.manifest)
        index = self.frontier.size if log_index is None else log_index
        value = {
            "lock_id": lock.lock_id, "so": self.so, "school": lock.manifest.school, "statement": statement,
            "signature": self.seal(statement, lock.manifest.type, seal), "log_index": index, "evidence": [],
            "request": lock.request[0], "request_signature": lock.request[1],
        } | said  # fmt: skip
        return self._sending("LockManifest", lock.lock_id, value)

    def checkpoint(self, frontier: Frontier, **said: Any) -> Sending:
        """Return the record of a head."""
        return self.head(Checkpoint(log_origin(self.so), frontier.size, frontier.root), **said)

    def head(self, checkpoint: Checkpoint, note: Any = None, seal: Signer | None = None, **said: Any) -> Sending:
        """Return the record of any head, signed by the log's key and the seal, or by others."""
        text = sign_checkpoint(checkpoint, note or self.keyring.note)
        signature = self.seal(text, "vn.hocba.checkpoint/1", seal)
        value = {
            "so": self.so,
            "text": text,
            "signature": signature,
            "tree_size": checkpoint.size,
            "timestamp": b"",
        } | said
        return self._sending("Checkpoint", str(checkpoint.size), value)

    def seal(self, payload: bytes, typ: str, seal: Signer | None = None) -> str:
        """Sign as the seal of this Sở."""
        scope = {"owner": f"so-{self.so}"}
        return sign(seal or self.keyring.seal, payload, role="so_seal", scope=scope, typ=typ, iat=int(time.time()))

    def after(self, *locks: MadeLock) -> Frontier:
        """Return the log's tree with these manifests appended; the log itself stays as it is."""
        frontier = Frontier.of_hex(self.frontier.size, self.frontier.to_hex())
        for lock in locks:
            frontier.append(leaf_hash(encode(lock.manifest)))
        return frontier

    def tree(self, size: int) -> Frontier:
        """Return the log's tree as it was at a size."""
        frontier = Frontier()
        for statement in self.statements[:size]:
            frontier.append(leaf_hash(statement))
        return frontier

    # -- sending

    def send(self, *records: Sending) -> list[str | None]:
        """Send to Bộ, wait until all is done, and return the quarantine code of each record (None: it stands)."""
        places = self.world.send(*records)
        self.world.until_done("bo", "ingest", places[-1])
        return [self.world.quarantine_code("bo", "ingest", place) for place in places]

    def close(
        self, *locks: MadeLock, also: Callable[[], Sequence[Sending]] = tuple, said: Mapping[str, Any] | None = None,
        timestamp: bytes = b"",
    ) -> list[IngestStatement]:  # fmt: skip
        """Append manifests (with messages that say `said`), send the head over them, return Bộ's answers in order."""
        first = self.frontier.size
        records = [self.manifest(lock, first + n, **said or {}) for n, lock in enumerate(locks)]
        grown = self.after(*locks)
        codes = self.send(*records, *also(), self.checkpoint(grown, timestamp=timestamp))
        assert codes[: len(locks)] == [None] * len(locks)
        assert codes[-1] is None
        self.frontier = grown
        self.statements += [encode(lock.manifest) for lock in locks]
        return [self.answer(lock) for lock in locks]

    def answer(self, lock: MadeLock) -> IngestStatement:
        """Wait for Bộ's receipt for a lock."""
        topic = bo_receipt()
        found = self.world.tail(topic).until(
            f"Bộ's answer to {lock.lock_id}",
            lambda r: r.key == self.so.encode() and r.decoded(topic).value["lock_id"] == lock.lock_id,
        )
        return read(found.decoded(topic).value["statement"], IngestStatement)

    def promoted(self, lock: MadeLock) -> None:
        """Send a good lock whole and see it promoted: Bộ still works."""
        assert self.send(self.chunk(lock)) == [None]
        (answer,) = self.close(lock)
        assert (answer.outcome, answer.count, answer.codes) == ("ingested", len(lock.rows), ())
        assert self.stored(lock) == len(lock.rows)

    def stored(self, lock: MadeLock) -> int:
        """Count the transcripts of a lock that stand in Bộ's database."""
        row = self.world.database("bo").execute(
            "SELECT count(*) FROM document WHERE so = %s AND lock_id = %s", (self.so, bytes.fromhex(lock.lock_id))
        ).fetchone()  # fmt: skip
        assert row is not None
        return int(row[0])

    def place(self, record: Sending) -> Place:
        """Send one record and wait until Bộ has done it."""
        (place,) = self.world.send(record)
        self.world.until_done("bo", "ingest", place)
        return place

    def _sending(self, kind: str, message_id: str, value: dict[str, Any]) -> Sending:
        headers = headers_of(kind, message_id, f"/so/{self.so}")
        return Sending(locked(self.so).name, self.so.encode(), encode_message(kind, value), headers)
