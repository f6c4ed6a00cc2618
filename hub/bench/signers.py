"""Người ký của kho mẫu: the synthetic population with the keys and the chains that a measurement asks for.

Everybody has a certificate of their own. RSA keys come from a pool, since making one takes 60 ms and a province has
twenty thousand signers; who verifies cannot tell: each certificate brings its own key object.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from hub.bench.wanted import SO, Wanted, school_count_of
from hub.local.pki import Issued, Pki
from hub.local.population import ClassSubmission, Credentials, Official, Population, Signer, SyntheticSchool
from hub.local.population.strangers import has_strangers, strangers_of
from hub.trust import encode_base64

__all__ = ["BenchPopulation", "new_keys"]

_SUBJECT_TEACHERS = 9  # of each school, where a document carries twelve signatures
_KEY_COUNT = 32
_KEY_BITS = 2048

Keys = Sequence[RSAPrivateKey]


def new_keys(count: int = _KEY_COUNT) -> list[RSAPrivateKey]:
    """Make the pool."""
    return [generate_private_key(public_exponent=65537, key_size=_KEY_BITS) for _ in range(count)]


class _Unsaved(Credentials):
    """Thousands of PKCS#12 files would take minutes; the stock keeps what it needs in one file of its own."""

    def save(self, folder: Path, persons: Collection[str] | None = None) -> None:
        """Write nothing."""

    def all(self) -> Mapping[str, Issued]:
        """Return everybody's certificate and key by staff id."""
        return self._issued


class _Pooled(Pki):
    """The authorities of a PKI; whom it issues an RSA certificate gets a key of the pool."""

    def __init__(self, of: Pki, keys: Keys) -> None:
        super().__init__(of.authorities, of._next_serial)
        self._keys, self._count = keys, 0

    def issue(self, common_name: str, kind: str, alg: str, not_before: datetime, not_after: datetime) -> Issued:
        """Issue a certificate; for PS256 the same with a pooled key in the place of a new one."""
        issued = super().issue(common_name, kind, "ES256", not_before, not_after)
        if alg == "ES256":
            return issued
        key = self._keys[self._count % len(self._keys)]
        self._count += 1
        der = _with_key(issued.der, key, self.authorities[kind][1].key)
        return Issued(der, key, alg, kind)


def _with_key(der: bytes, key: RSAPrivateKey, issuer_key: Any) -> bytes:
    before = x509.load_der_x509_certificate(der)
    builder = (
        x509.CertificateBuilder()
        .subject_name(before.subject)
        .issuer_name(before.issuer)
        .serial_number(before.serial_number)
        .not_valid_before(before.not_valid_before_utc)
        .not_valid_after(before.not_valid_after_utc)
        .public_key(key.public_key())
    )
    for extension in before.extensions:
        builder = builder.add_extension(extension.value, critical=extension.critical)
    return builder.sign(issuer_key, SHA256()).public_bytes(Encoding.DER)


class BenchPopulation(Population):
    """One Sở; every document of the round "completed/1" carries as many signatures as wanted.

    Twelve signatures on a primary transcript do not occur; they are put there so that both counts measure the same
    documents.
    """

    def __init__(self, wanted: Wanted, at: datetime, keys: Keys = ()) -> None:
        super().__init__(
            wanted.seed, pupil_count=wanted.pupils, at=at, school_year=wanted.school_year,
            school_count=school_count_of(wanted.pupils), sos=(SO,),
        )  # fmt: skip
        self._wanted, self._keys = wanted, keys

    def officials(self) -> Iterator[Official]:
        """Yield everybody, with the subject teachers that twelve signatures need."""
        return chain(super().officials(), self._more())

    def credentials(self, pki: Pki, *, rsa_seal_count: int = 0) -> _Unsaved:
        """Issue all certificates; people and seals of schools use the wanted algorithm, Sở and Bộ ES256."""
        every = self.schools()
        strangers = [strangers_of(school, every) for school in every if has_strangers(school, every)]
        people = [o.person for o in self.officials() if o.school is not None]
        rsa = frozenset(people if self._wanted.algorithm == "PS256" else ())
        made = _Unsaved.issue(self.officials(), strangers, _Pooled(pki, self._keys), self.at, rsa_persons=rsa)
        assert isinstance(made, _Unsaved)
        return made

    def register_entries(
        self, pki: Pki, credentials: Credentials, log_keys: Sequence[tuple[str, str]] = ()
    ) -> Iterator[dict[str, Any]]:
        """Yield the unsigned register, then the entries of the further subject teachers."""
        frame: dict[str, Any] = {}
        for entry in super().register_entries(pki, credentials, log_keys):
            frame = {k: v for k, v in entry.items() if k not in {"entry_id", "kind", "payload"}}
            yield entry
        for official in self._more():
            yield from _entries_of(official, credentials.of(official.person), frame)

    def completed(self, schools: Iterable[SyntheticSchool]) -> Iterator[ClassSubmission]:
        """Yield the classes of the round "completed/1" with the wanted chains."""
        for submission in self.submissions(tuple(schools)):
            if submission.round.cohort == "completed" and not submission.history:
                yield replace(submission, signers=tuple(self._chain(signers) for signers in submission.signers))

    def _chain(self, signers: Sequence[Signer]) -> tuple[Signer, ...]:
        needed = tuple(signers[-3:])
        school = needed[-1].person.removeprefix("DAU-")
        return (*(Signer(person, "subject_teacher") for person in self._teachers(school)), *needed)

    def _teachers(self, school: str) -> Iterator[str]:
        count = _SUBJECT_TEACHERS if self._wanted.signatures > 3 else 0
        return (f"GVM-{school}-{n + 1:03d}" for n in range(count))

    def _more(self) -> Iterator[Official]:
        for school in self.schools():
            yield from (Official(p, "subject_teacher", school.so, school.code) for p in self._teachers(school.code))


def _entries_of(official: Official, issued: Issued, frame: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    sha256 = issued.sha256.hex()
    said: Callable[..., dict[str, Any]] = lambda kind, key, payload: {  # noqa: E731  the one shape of both
        "entry_id": key, "kind": kind, "payload": payload, **frame,
    }  # fmt: skip
    yield said("certificate", sha256, {"der_base64": encode_base64(issued.der)})
    payload = {
        "certificate_sha256": sha256, "person": official.person, "role": official.role, "school": official.school,
    }  # fmt: skip
    yield said("official", f"{official.person}.{official.role}", payload)
