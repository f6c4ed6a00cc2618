"""A whole proof made in memory: authorities, register, one signed transcript, its lock, the Sở's log, Bộ's answer."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec
from msgspec.structs import replace

from hub.domain import canonical, pupil_of
from hub.domain.statements import (
    IngestStatement,
    Manifest,
    ReceiptDocument,
    ReceiptStatement,
    RegisterEntry,
    RoundName,
    encode,
)
from hub.domain.transcript import Transcript
from hub.evidence import (
    Head,
    Place,
    Position,
    Roots,
    Signed,
    bundle_bytes,
    signed,
    status_bytes,
)
from hub.local.pki import Issued, Pki
from hub.signing import NoteKeySigner
from hub.trust import (
    CHECKPOINT_TYPE,
    COSIGNATURE,
    COSIGNER,
    Checkpoint,
    Leaf,
    Tree,
    cosign,
    encode_base64,
    leaf_bytes,
    leaf_hash,
    leaf_of,
    log_origin,
    sign,
    sign_checkpoint,
)
from hub.trust import canonical as canonical_json
from tests.unit.domain.builders import a_transcript
from tests.unit.trust import timestamp_world as stamps

SO, SCHOOL = "ha-noi", "0101001"
AT = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)  # Sở receives
LOCKED_AT = AT + timedelta(hours=2)
COSIGNED_AT = AT + timedelta(hours=3)
LATER_AT = AT + timedelta(days=3)
STAMPED_BEFORE = timedelta(seconds=2)  # before Bộ cosigns
YEAR = timedelta(days=365)
OWNER = {"owner": f"so-{SO}"}
SALT_KEY = bytes(range(32))
PEOPLE = {  # name: (kind of certificate, algorithm, role, place)
    "registrar": ("person", "ES256", "registrar", {"so": SO}),
    "teacher": ("person", "PS256", "homeroom_teacher", {"school": SCHOOL}),
    "principal": ("person", "ES256", "principal", {"school": SCHOOL}),
    "seal": ("seal", "ES256", "school_seal", {"school": SCHOOL}),
    "so": ("seal", "ES256", "so_seal", {"so": SO}),
    "bo": ("seal", "PS256", "bo_seal", {}),
}


def text_of(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def seconds(at: datetime) -> int:
    return int(at.timestamp())


@dataclass
class Keys:
    """Everybody's keys; `log` and `witness` sign notes."""

    pki: Pki
    issued: dict[str, Issued]
    log: NoteKeySigner = field(default_factory=lambda: NoteKeySigner(log_origin(SO), b"\1" * 32))
    witness: NoteKeySigner = field(default_factory=lambda: NoteKeySigner(COSIGNER, b"\2" * 32))

    def sign(self, who: str, data: bytes, *, role: str, typ: str, at: datetime, owner: str = f"so-{SO}") -> str:
        signer = self.issued[who].signer
        return sign(signer, data, role=role, scope={"owner": owner}, typ=typ, iat=seconds(at))

    def statement(self, who: str, statement: Any, *, role: str, at: datetime, owner: str = f"so-{SO}") -> Signed:
        data = encode(statement)
        return signed(data, self.sign(who, data, role=role, typ=statement.type, at=at, owner=owner))


@cache
def keys() -> Keys:
    pki = Pki.create(AT)
    issued = {n: pki.issue(n, kind, alg, AT - YEAR, AT + YEAR) for n, (kind, alg, _, _) in PEOPLE.items()}
    return Keys(pki, issued)


def entry(kind: str, entry_id: str, payload: dict[str, Any], by: str = "registrar", **changes: Any) -> Signed:
    said = {
        "entry_id": entry_id, "issued_at": text_of(AT - timedelta(days=1)), "kind": kind, "payload": payload, "so": SO,
        "type": "vn.hocba.register-entry/1", "valid_from": text_of(AT - YEAR),
    } | changes  # fmt: skip
    statement = msgspec.convert(said, RegisterEntry)
    return keys().statement(by, statement, role="registrar", at=AT - timedelta(days=1))


def policy_payload(**changes: Any) -> dict[str, Any]:
    k = keys()
    log_keys = [(log_origin(SO), k.log.key().text), (COSIGNER, k.witness.key(COSIGNATURE).text)]
    registrars = [k.issued["registrar"].sha256]
    return k.pki.trust_policy_payload(registrars=registrars, log_keys=log_keys) | stamps.policy_changes() | changes


def crls(at: datetime) -> Signed:
    return entry("revocation", "crls", keys().pki.revocation_payload(at))


def a_register(without: Sequence[str] = ()) -> list[Signed]:
    made = [entry("trust_policy", "policy", policy_payload()), crls(AT - timedelta(days=1))]
    for name, (_, _, role, place) in PEOPLE.items():
        if name in without:
            continue
        issued = keys().issued[name]
        made.append(entry("certificate", issued.sha256.hex(), {"der_base64": encode_base64(issued.der)}))
        payload = {"certificate_sha256": issued.sha256.hex(), "person": f"{name}-1", "role": role, **place}
        made.append(entry("official", f"{name}.{role}", payload))
    return made


def chain(document: bytes, period: str = "year", at: datetime = AT) -> tuple[str, ...]:
    scope = {"school": SCHOOL, "school_year": "2025-2026", "period": period}
    made: list[str] = []
    for who in ("teacher", "principal", "seal"):
        signer, role = keys().issued[who].signer, PEOPLE[who][2]
        follows, iat = made[-1:], seconds(at) - 60
        made.append(
            sign(signer, document, role=role, scope=scope, typ="vn.hocba.transcript/1", iat=iat, follows=follows)
        )
    return tuple(made)


@dataclass(frozen=True)
class Locked:
    """One transcript with its signatures and its leaf."""

    transcript: Transcript
    document: bytes
    signatures: tuple[str, ...]
    leaf: Leaf


def a_locked(version: int = 1, previous: Leaf | None = None, action: str = "LOCK", **changes: Any) -> Locked:
    transcript = a_transcript(**changes)
    document = canonical(transcript)
    signatures = chain(document, transcript.period)
    leaf = leaf_of(
        action=action, document=document, signatures=signatures, salt_key=SALT_KEY, pupil=pupil_of(transcript),
        year=transcript.school_year, period=transcript.period, version=version, locator="01ABCDEFGHJ",
        effective_on="2026-06-20", previous_leaf=None if previous is None else previous.hash,
    )  # type: ignore[arg-type]  # fmt: skip
    return Locked(transcript, document, signatures, leaf)


def others(count: int) -> list[bytes]:
    """Hashes of the leaves of other pupils."""
    return [leaf_hash(b"leaf of somebody else %d" % n) for n in range(count)]


def placed(
    leaf: bytes, at: datetime = COSIGNED_AT, lock_no: int = 1, logs: int = 4, beyond: int = 0,
    ended: str | None = None, told: dict[str, Any] | None = None, **says: Any,
) -> Place:  # fmt: skip
    """Lock a leaf among others, log the manifest among others, sign and cosign the head.

    `beyond`: how many manifests came after the head that Bộ's receipt names; `ended`: who follows the log;
    `told` are other members of that receipt, `says` of the manifest.
    """
    k = keys()
    hashes = sorted([*others(6), leaf_hash(leaf)])
    tree, index = Tree(hashes), hashes.index(leaf_hash(leaf))
    manifest = Manifest(
        count=len(hashes), effective_on="2026-06-20", lock_id=hashlib.sha256(b"%d" % lock_no).hexdigest(),
        requested_by="ab" * 32, root=tree.root.hex(), round=RoundName(cohort="completed", number=lock_no),
        school=SCHOOL, school_year="2025-2026", so=SO, type="vn.hocba.manifest/1",
    )  # fmt: skip
    manifest = replace(manifest, **says)
    by_so = k.statement("so", manifest, role="so_seal", at=LOCKED_AT)
    log = Tree([*others(logs), leaf_hash(by_so.data), *others(1 + beyond)])
    checkpoint = Checkpoint(log_origin(SO), log.size, log.root, ended)
    note = sign_checkpoint(checkpoint, k.log)
    head = Head(
        cosignature=cosign(checkpoint, k.witness, seconds(at)),
        note=encode_base64(note),
        signature=k.sign("so", note, role="so_seal", typ=CHECKPOINT_TYPE, at=LOCKED_AT),
        timestamp=encode_base64(stamps.a_token(note, at=at - STAMPED_BEFORE)),
    )
    said = IngestStatement(
        at=text_of(at), codes=(), count=len(hashes), lock_id=manifest.lock_id, log_index=logs, outcome="ingested",
        root=manifest.root, so=SO, tree_size=log.size - beyond, type="vn.hocba.ingest-receipt/1",
    )  # fmt: skip
    said = replace(said, **(told or {}))
    return Place(
        head=head, in_log=position(log, logs), in_manifest=position(tree, index), leaf=encode_base64(leaf),
        manifest=by_so, receipt=k.statement("bo", said, role="bo_seal", at=at, owner="bo"),
    )  # fmt: skip


def position(tree: Tree, index: int) -> Position:
    return Position(index=index, path=tuple(h.hex() for h in tree.inclusion_proof(index)))


def accepted(document: bytes, at: datetime = AT, outcome: str = "accepted", so: str = SO) -> Signed:
    answer = ReceiptDocument(document_sha256=hashlib.sha256(document).hexdigest(), outcome=outcome)  # type: ignore[arg-type]
    said = ReceiptStatement(
        at=text_of(at), command_id="command-1", documents=(answer,), findings=(), kind="Submission",
        outcome="accepted", register_version=9, school=SCHOOL, so=so, type="vn.hocba.receipt/1",
    )  # fmt: skip
    return keys().statement("so", said, role="so_seal", at=at)


def parts_of(one: Locked, **changes: Any) -> dict[str, Any]:
    """Everything that `bundle_bytes` takes; honest unless changed."""
    return {
        "so": SO, "document": one.document, "signatures": one.signatures, "receipt": accepted(one.document),
        "place": placed(leaf_bytes(one.leaf)), "later": (), "register": tuple(a_register()),
    } | changes  # fmt: skip


@cache
def good() -> bytes:
    return bundle_bytes(**parts_of(a_locked()))


def corrected(first: Locked) -> tuple[Locked, Place, Place]:
    """A second version with the two leaves that lead to it."""
    unlock = a_locked(previous=first.leaf, action="UNLOCK")
    second = a_locked(version=2, previous=unlock.leaf, action="SUPERSEDES", remarks="Điểm đã điều chỉnh")
    return second, placed(leaf_bytes(unlock.leaf), LATER_AT, 2), placed(leaf_bytes(second.leaf), LATER_AT, 2)


def a_status(*later: Place) -> bytes:
    return status_bytes(so=SO, later=later, register=(*a_register(), crls(LATER_AT)))


def roots(*names: str) -> Roots:
    """Trust these people as registrars; by default the one."""
    return Roots.of((f"{name}.der", keys().issued[name].der) for name in names or ("registrar",))


def edited(data: bytes, edit: Callable[[dict[str, Any]], None], *, keep_digest: bool = False) -> bytes:
    """Change a file as its maker could: the digest agrees with the change unless it is kept."""
    value = json.loads(data)
    edit(value)
    if not keep_digest:
        rest = {name: v for name, v in value.items() if name != "digest"}
        value["digest"] = hashlib.sha256(canonical_json(rest)).hexdigest()
    return canonical_json(value)
