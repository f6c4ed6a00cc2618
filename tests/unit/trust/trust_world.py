"""A small world: one development PKI, two schools with their officials, and the register that names them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.local.pki import Issued, Pki
from hub.trust import ChainCache, Entry, Snapshot, Verdict, encode_base64, sign, verify_document, verify_statement

AT = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)  # the proven time
YEAR_START = datetime(2025, 9, 1, tzinfo=UTC)
YEAR_END = datetime(2027, 9, 1, tzinfo=UTC)
SCHOOL, OTHER_SCHOOL = "010101", "010202"
SCOPE = {"period": "year", "school": SCHOOL, "school_year": "2025-2026"}
TYP = "vn.hocba.transcript/1"
DOCUMENT = b'{"type":"vn.hocba.transcript/1"}'
OFFICIALS = {  # name: (kind, role, school or so, person)
    "subject": ("person", "subject_teacher", SCHOOL, "GV-0101-009"),
    "teacher": ("person", "homeroom_teacher", SCHOOL, "GV-0101-003"),
    "principal": ("person", "principal", SCHOOL, "GV-0101-001"),
    "seal": ("seal", "school_seal", SCHOOL, "CD-0101"),
    "other_teacher": ("person", "homeroom_teacher", OTHER_SCHOOL, "GV-0202-003"),
    "so": ("seal", "so_seal", "ha-noi", "CD-HN"),
    "system": ("seal", "system_seal", "ha-noi", "HT-HN"),
    "officer": ("person", "so_officer", "ha-noi", "CB-HN-01"),
}


def an_entry(kind: str, entry_id: str, payload: Mapping[str, Any], **changes: Any) -> Entry:
    return replace(Entry(kind, entry_id, YEAR_START, None, payload, 1), **changes)


def an_office(entry_id: str, issued: Issued, role: str, place: str, person: str, **changes: Any) -> Entry:
    where = {"so": place} if role.startswith(("so_", "system_")) else {"school": place}
    payload = {"certificate_sha256": issued.sha256.hex(), "role": role, "person": person, **where}
    return an_entry("official", entry_id, payload, **changes)


def a_certificate(issued: Issued) -> Entry:
    return an_entry("certificate", issued.sha256.hex(), {"der_base64": encode_base64(issued.der)})


@dataclass
class World:
    """Everything that a check needs; `with_` gives a changed register."""

    pki: Pki
    issued: dict[str, Issued]
    entries: tuple[Entry, ...]
    cache: ChainCache = field(default_factory=ChainCache)

    def with_(self, *more: Entry, without: Iterable[str] = ()) -> "World":
        kept = tuple(entry for entry in self.entries if entry.entry_id not in set(without))
        return replace(self, entries=kept + more)

    def snapshot(self) -> Snapshot:
        return Snapshot.of(self.entries)

    def sign_as(self, who: str | Issued, role: str, follows: Iterable[str] = (), **changes: Any) -> str:
        issued = self.issued[who] if isinstance(who, str) else who
        fields = {"scope": SCOPE, "typ": TYP, "iat": int(AT.timestamp()) - 60} | changes
        payload = fields.pop("payload", DOCUMENT)
        return sign(issued.signer, payload, role=role, follows=tuple(follows), **fields)

    def chain(
        self, teacher: str | Issued = "teacher", principal: str | Issued = "principal", **changes: Any
    ) -> list[str]:
        first = self.sign_as(teacher, "homeroom_teacher", **changes)
        second = self.sign_as(principal, "principal", [first], **changes)
        return [first, second, self.sign_as("seal", "school_seal", [second], **changes)]

    def verify(self, signatures: list[str], at: datetime = AT, payload: bytes = DOCUMENT) -> Verdict:
        return verify_document(
            payload, signatures, **SCOPE, snapshot=self.snapshot(), proven_at=at, cache=self.cache
        )  # fmt: skip

    def codes(self, signatures: list[str], at: datetime = AT, payload: bytes = DOCUMENT) -> list[str]:
        return sorted({found.code for found in self.verify(signatures, at, payload).findings})

    def statement_codes(self, signature: str, statement: bytes = b"{}", **changes: Any) -> list[str]:
        fields = {"typ": "vn.hocba.recall/1", "scope": COMMAND_SCOPE, "roles": {"principal", "school_seal"}} | changes
        verdict = verify_statement(
            statement, signature, snapshot=self.snapshot(), proven_at=AT, cache=self.cache, **fields
        )  # fmt: skip
        return sorted({found.code for found in verdict.findings})


COMMAND_SCOPE = {"round": "2025-2026/completed/1", "school": SCHOOL, "school_year": "2025-2026"}


def build_world() -> World:
    pki = Pki.create(AT)
    issued = {
        name: pki.issue(f"{name} {place}", kind, "ES256", YEAR_START, YEAR_END)
        for name, (kind, _, place, _) in OFFICIALS.items()
    }
    offices = [
        an_office(name, issued[name], role, place, person) for name, (_, role, place, person) in OFFICIALS.items()
    ]
    policy = pki.trust_policy_payload(registrars=[issued["officer"].sha256], rs256_until="2027-06-30")
    entries = (
        *offices,
        *(a_certificate(one) for one in issued.values()),
        an_entry("trust_policy", "policy", policy),
        an_entry("revocation", "crls", pki.revocation_payload(AT - timedelta(days=1))),
    )
    return World(pki, issued, entries)
