"""A Sở that seals what a system of its province signed: class files, their documents, and the seal of the system."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding

from hub.client import submission_sending
from hub.connectors.mapping import KeptMapping
from hub.connectors.sdk import Context, SourceRecord
from hub.connectors.tien_giang import connector
from hub.domain import canonical
from hub.domain.statements import RegisterEntry, RoundName, Submission, encode
from hub.domain.transcript import School
from hub.kafka.producer import Sending
from hub.local.pki import Issued
from hub.local.population import SyntheticSchool
from hub.local.population.signed import instant_text
from hub.signing import Signer
from hub.trust import Origin, encode_base64, sign
from tests.journey.world import World
from tests.unit.connectors.tien_giang.builders import a_file, a_key, a_record

__all__ = ["DERIVED", "SO", "Sealed", "Sealer"]

SO, DERIVED = "nghe-an", "ho-so-thu"
_FIRST = timedelta(days=400)


@dataclass(frozen=True)
class Sealed:
    """A document with its seal, and the source that it says it rests on."""

    document: bytes
    signatures: tuple[str, ...]
    source: bytes
    origin: Origin

    @property
    def sha256(self) -> str:
        """Hex."""
        return hashlib.sha256(self.document).hexdigest()


@dataclass
class Sealer:
    """Seals for one school; `mapping` is the kept one that new documents are made by."""

    world: World
    school: SyntheticSchool
    seal: Issued
    mapping: KeptMapping = field(default_factory=lambda: connector().mappings[-1])

    @classmethod
    def register(cls, world: World, school: SyntheticSchool) -> "Sealer":
        """Register system, seal and pinned certificate with the Sở."""
        at = world.at
        seal = world.pki.issue("Synthetic system seal", "seal", "ES256", at - _FIRST, at + _FIRST)
        pinned = a_key().certificate.public_bytes(Encoding.DER)
        official = {"certificate_sha256": seal.sha256.hex(), "person": "HT-THU", "role": "system_seal", "so": SO}
        system = {
            "format": "xades", "grade": "derived", "mapping": "tien-giang", "so": SO,
            "signers": [hashlib.sha256(pinned).hexdigest()],
        }  # fmt: skip
        made = cls(world, school, seal)
        for der in (seal.der, pinned):
            made.enter("certificate", hashlib.sha256(der).hexdigest(), {"der_base64": encode_base64(der)})
        made.enter("official", "ht-thu", official)
        made.enter("source_system", DERIVED, system)
        return made

    def enter(self, kind: str, entry_id: str, payload: dict[str, Any]) -> None:
        """Publish an entry of the Sở's register and wait until the Sở has it."""
        entry = RegisterEntry(
            entry_id=entry_id, issued_at=instant_text(self.world.at), kind=kind, payload=payload, so=SO,  # type: ignore[arg-type]
            type="vn.hocba.register-entry/1", valid_from=instant_text(self.world.at - _FIRST),
        )  # fmt: skip
        (place,) = self.world.send(self.world.register(entry))
        self.world.until_done(SO, "register", place)
        assert self.world.quarantine_code(SO, "register", place) is None

    def class_file(self, count: int) -> tuple[bytes, tuple[bytes, ...]]:
        """Return a signed class file of pupils whom no other test knows, and the documents that it says."""
        block = self._block
        records = tuple(self._record(block) for _ in range(count))
        source = a_file(records=records).data
        return source, tuple(self.document(record) for record in records)

    def document(self, record: Any) -> bytes:
        """Return the document of a record, by the mapping."""
        block = self._block
        known = Context(school=lambda code, _: block if code == block.code else None)
        mapped = self.mapping.mapper.forward(SourceRecord("k", "1", "#1", record), known)
        assert mapped.transcript is not None, mapped.findings
        return canonical(mapped.transcript)

    def sealed(self, document: bytes, source: bytes, **origin: Any) -> Sealed:
        """Seal a document over a source; `origin` changes what the seal says."""
        said: dict[str, Any] = {
            "grade": "derived", "mapping": self.mapping.name, "mapping_sha256": self.mapping.sha256,
            "source_sha256": hashlib.sha256(source).hexdigest(), "system": DERIVED,
        }  # fmt: skip
        made = Origin(**said | origin)
        like = msgspec.json.decode(document)
        scope = {"period": like["period"], "school": like["school"]["code"], "school_year": like["school_year"]}
        compact = sign(
            self.seal.signer, document, role="system_seal", scope=scope, typ=like["type"], iat=self.world.iat,
            origin=made,
        )  # fmt: skip
        return Sealed(document, (compact,), source, made)

    def submission(
        self, name: RoundName, *documents: Any, sources: Sequence[bytes] | None = None, signer: Signer | None = None,
        role: str = "system_seal",
    ) -> Sending:  # fmt: skip
        """Return the record that hands documents in, each source once (or these), signed by the system's seal."""
        given = (
            list(dict.fromkeys(d.source for d in documents if isinstance(d, Sealed))) if sources is None else sources
        )
        statement = Submission(
            command_id=self.world.command_id(),
            documents=tuple(d.sha256 for d in documents),
            issued_at=instant_text(self.world.at),
            mode="each",
            round=name,
            school=self.school.code,
            school_year=self.world.population.school_year,
            sources=tuple(hashlib.sha256(data).hexdigest() for data in given) or msgspec.UNSET,
            type="vn.hocba.submission/1",
        )
        data = encode(statement)
        signature = sign(
            signer or self.seal.signer, data, role=role, scope=statement.scope, typ=statement.type, iat=self.world.iat
        )
        rows = [(d.document, d.signatures) for d in documents]
        return submission_sending(SO, self.school.code, statement.command_id, data, signature, rows, given)

    def with_version(self, version: str) -> "Sealer":
        """Return the same with an older kept mapping."""
        return replace(self, mapping=next(m for m in connector().mappings if m.version == version))

    @property
    def _block(self) -> School:
        """The school as the register has it."""
        return next(iter(self.world.class_of(self.school).transcripts)).school

    def _record(self, block: School) -> Any:
        student = self.world.pupil(self.school).student
        born = "/".join(reversed(student.birth_date.split("-")))
        record = a_record(
            year=self.world.population.school_year, school=block.code, ma=student.student_code,
            dinhDanh=student.personal_id, HoTen=student.name, NgaySinh=born,
            GioiTinh="Nữ" if student.gender == "female" else "Nam",
        )  # fmt: skip
        return record | {"Truong": {"ma": block.code, "ten": block.name, "tinh": block.province}}
