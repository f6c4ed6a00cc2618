"""A Sở that seals what systems of its province say: class files signed by one, extracts of one that signs nothing."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding

from hub.client import submission_sending
from hub.connectors import nghe_an as nghe_an_package
from hub.connectors.mapping import KeptMapping
from hub.connectors.nghe_an import connector as nghe_an
from hub.connectors.sdk import Context, SealedConnector, SourceRecord, extract_bytes
from hub.connectors.tien_giang import connector as tien_giang
from hub.domain import canonical
from hub.domain.statements import RegisterEntry, RoundName, Submission, encode
from hub.domain.transcript import School
from hub.kafka.producer import Sending
from hub.local.population import SyntheticSchool
from hub.local.population.signed import instant_text
from hub.signing import Signer
from hub.trust import Origin, encode_base64, sign
from tests.journey.world import World
from tests.unit.connectors.tien_giang.builders import a_file, a_key, a_record

__all__ = ["SO", "Attesting", "Sealed", "Sealer", "Signing", "enter"]

SO = "nghe-an"
_FIRST = timedelta(days=400)
_GOLDEN = Path(str(nghe_an_package.__file__)).parent / "golden" / "records.json"


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


def enter(world: World, kind: str, entry_id: str, payload: dict[str, Any]) -> None:
    """Publish an entry of the Sở's register and wait until the Sở has it."""
    entry = RegisterEntry(
        entry_id=entry_id, issued_at=instant_text(world.at), kind=kind, payload=payload, so=SO,  # type: ignore[arg-type]
        type="vn.hocba.register-entry/1", valid_from=instant_text(world.at - _FIRST),
    )  # fmt: skip
    (place,) = world.send(world.register(entry))
    world.until_done(SO, "register", place)
    assert world.quarantine_code(SO, "register", place) is None


@dataclass
class Sealer:
    """Seals for one school what one system says; `mapping` is the kept one that new documents are made by."""

    world: World
    school: SyntheticSchool
    seal: Signer
    connector: SealedConnector
    mapping: KeptMapping
    system: str
    grade: str
    role: str

    def made(self, count: int) -> list["Sealed"]:
        """Return documents of pupils whom no other test knows, each sealed over its source."""
        raise NotImplementedError

    def document(self, record: SourceRecord) -> bytes:
        """Return the document of a record, by the mapping."""
        block = self.block
        known = Context(school=lambda code, _: block if code == block.code else None)
        mapped = self.mapping.mapper.forward(record, known)
        assert mapped.transcript is not None, mapped.findings
        return canonical(mapped.transcript)

    def sealed(self, document: bytes, source: bytes, **origin: Any) -> Sealed:
        """Seal a document over a source; `origin` changes what the seal says."""
        said: dict[str, Any] = {
            "grade": self.grade, "mapping": self.mapping.name, "mapping_sha256": self.mapping.sha256,
            "source_sha256": hashlib.sha256(source).hexdigest(), "system": self.system,
        }  # fmt: skip
        made = Origin(**said | origin)
        like = msgspec.json.decode(document)
        scope = {"period": like["period"], "school": like["school"]["code"], "school_year": like["school_year"]}
        compact = sign(
            self.seal, document, role=self.role, scope=scope, typ=like["type"], iat=self.world.iat, origin=made
        )  # fmt: skip
        return Sealed(document, (compact,), source, made)

    def submission(
        self, name: RoundName, *documents: Any, sources: Sequence[bytes] | None = None, signer: Signer | None = None,
        role: str | None = None,
    ) -> Sending:  # fmt: skip
        """Return the record that hands documents in, each source once (or these), signed by the same seal."""
        named = dict.fromkeys(d.source for d in documents if isinstance(d, Sealed))
        given = tuple(named) if sources is None else sources
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
            signer or self.seal, data, role=role or self.role, scope=statement.scope, typ=statement.type,
            iat=self.world.iat,
        )  # fmt: skip
        rows = [(d.document, d.signatures) for d in documents]
        return submission_sending(SO, self.school.code, statement.command_id, data, signature, rows, given)

    def with_version(self, version: str) -> "Sealer":
        """Return the same with another kept mapping."""
        return replace(self, mapping=next(m for m in self.connector.mappings if m.version == version))

    @property
    def block(self) -> School:
        """The school as the register has it."""
        return next(iter(self.world.class_of(self.school).transcripts)).school


class Signing(Sealer):
    """Class files that a system of the province signed, sealed by that system's certificate: derived."""

    @classmethod
    def register(cls, world: World, school: SyntheticSchool) -> "Signing":
        """Register system, seal and pinned certificate with the Sở."""
        seal = world.pki.issue("Synthetic system seal", "seal", "ES256", world.at - _FIRST, world.at + _FIRST)
        pinned = a_key().certificate.public_bytes(Encoding.DER)
        for der in (seal.der, pinned):
            enter(world, "certificate", hashlib.sha256(der).hexdigest(), {"der_base64": encode_base64(der)})
        official = {"certificate_sha256": seal.sha256.hex(), "person": "HT-THU", "role": "system_seal", "so": SO}
        enter(world, "official", "ht-thu", official)
        signers = [hashlib.sha256(pinned).hexdigest()]
        system = {"format": "xades", "grade": "derived", "mapping": "tien-giang", "signers": signers, "so": SO}
        enter(world, "source_system", "ho-so-thu", system)
        door = tien_giang()
        return cls(world, school, seal.signer, door, door.mappings[-1], "ho-so-thu", "derived", "system_seal")

    def made(self, count: int) -> list[Sealed]:
        """Return the documents of one class file, sealed."""
        source, documents = self.class_file(count)
        return [self.sealed(document, source) for document in documents]

    def class_file(self, count: int) -> tuple[bytes, tuple[bytes, ...]]:
        """Return a signed class file of pupils whom no other test knows, and the documents that it says."""
        values = tuple(self._value() for _ in range(count))
        source = a_file(records=values).data
        return source, tuple(self.document(SourceRecord("k", "1", "#1", value)) for value in values)

    def _value(self) -> Any:
        student, block = self.world.pupil(self.school).student, self.block
        born = "/".join(reversed(student.birth_date.split("-")))
        value = a_record(
            year=self.world.population.school_year, school=block.code, ma=student.student_code,
            dinhDanh=student.personal_id, HoTen=student.name, NgaySinh=born,
            GioiTinh="Nữ" if student.gender == "female" else "Nam",
        )  # fmt: skip
        return value | {"Truong": {"ma": block.code, "ten": block.name, "tinh": block.province}}


class Attesting(Sealer):
    """Extracts from a database that signs nothing, sealed by the Sở: attested."""

    @classmethod
    def register(cls, world: World, school: SyntheticSchool) -> "Attesting":
        """Register the system with the Sở, whose seal is registered already."""
        system = {"format": "extract", "grade": "attested", "mapping": "nghe-an", "so": SO}
        enter(world, "source_system", "so-lieu-thu", system)
        door, seal = nghe_an(), world.people(f"DAU-{SO}")
        return cls(world, school, seal, door, door.mappings[-1], "so-lieu-thu", "attested", "so_seal")

    def made(self, count: int) -> list[Sealed]:
        """Return documents of one extract each, sealed."""
        return [self.sealed(self.document(record), self.extract(record)) for record in self.records(count)]

    def extract(self, record: SourceRecord, system: str | None = None) -> bytes:
        """Return the extract of a record, of this system or of another one."""
        return extract_bytes(system or self.system, record)

    def records(self, count: int) -> list[SourceRecord]:
        """Return rows of a class of grade 1, as the database has them."""
        return [self._record() for _ in range(count)]

    def _record(self) -> SourceRecord:
        student = self.world.pupil(self.school).student
        value = dict(json.loads(_GOLDEN.read_text("utf-8"))["records"][0])
        pupil = value["hoc_sinh"] | {
            "ma_hs": student.student_code, "ho_ten": student.name, "so_dinh_danh": student.personal_id,
            "ngay_sinh": "/".join(reversed(student.birth_date.split("-"))),
            "gioi_tinh": "nu" if student.gender == "female" else "nam",
        }  # fmt: skip
        value |= {"ma_truong": self.block.code, "nam_hoc": self.world.population.school_year, "hoc_sinh": pupil}
        key = f"NA-{student.student_code}"
        return SourceRecord(key, "1", key, value | {"ma_ho_so": key})
