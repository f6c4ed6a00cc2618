"""Persons that exist for faults: expired, revoked, of an unknown issuer, unregistered; and a principal who teaches.

They belong to a few schools only (`has_strangers`), so that a large population does not pay for them.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hub.local.pki import Issued, Pki
from hub.local.population.fault import Strangers
from hub.local.population.officials import Official, Signer, officials_of_school
from hub.local.population.schools import SyntheticSchool

__all__ = ["has_strangers", "issue_strangers", "sibling_of", "stranger_officials", "strangers_of"]

_EVERY, _FIRST = 50, 4  # the first four schools, then every fiftieth
_DAY = timedelta(days=1)
_LONG_AGO = timedelta(days=800)


def has_strangers(school: SyntheticSchool, schools: Sequence[SyntheticSchool]) -> bool:
    """Tell whether faults of signers are planted here; it takes another school in the same Sở and two classes."""
    chosen = school.number < _FIRST or school.number % _EVERY == 0
    return chosen and len(school.classes) > 1 and sibling_of(school, schools) is not None


def strangers_of(school: SyntheticSchool, schools: Sequence[SyntheticSchool]) -> Strangers:
    """Name the persons of one school that `has_strangers`."""
    sibling = sibling_of(school, schools)
    assert sibling is not None
    code = school.code
    return Strangers(
        expired=f"GV-{code}-H01",
        revoked=f"GV-{code}-T01",
        unknown_issuer=f"GV-{code}-L01",
        unregistered=f"GV-{code}-K01",
        other_school=Signer(f"HT-{sibling.code}-001", "principal"),
        teaching_principal=f"HT-{code}-001",
        colleague=next(o.person for o in officials_of_school(school) if o.role == "homeroom_teacher"),
    )


def stranger_officials(school: SyntheticSchool, strangers: Strangers) -> Iterator[Official]:
    """List what the register says of them: all teach here, only the unregistered one is absent."""
    for person in (strangers.expired, strangers.revoked, strangers.unknown_issuer, strangers.teaching_principal):
        yield Official(person, "homeroom_teacher", school.so, school.code)


def issue_strangers(strangers: Strangers, pki: Pki, at: datetime, until: datetime) -> dict[str, Issued]:
    """Issue their certificates, by person; the revoked one is revoked a day before `at`."""
    since = at - _LONG_AGO
    revoked = pki.issue(strangers.revoked, "person", "ES256", since, until)
    pki.revoke(revoked, at - _DAY)
    return {
        strangers.expired: pki.issue(strangers.expired, "person", "ES256", since, at - _DAY),
        strangers.revoked: revoked,
        strangers.unknown_issuer: _of_unknown_issuer(strangers.unknown_issuer, since, until),
        strangers.unregistered: pki.issue(strangers.unregistered, "person", "ES256", since, until),
    }


def sibling_of(school: SyntheticSchool, schools: Sequence[SyntheticSchool]) -> SyntheticSchool | None:
    """Return another school of the same Sở, near in number; Sở take turns, so a few steps find one."""
    around = range(max(0, school.number - 64), min(len(schools), school.number + 65))
    return next((schools[n] for n in around if n != school.number and schools[n].so == school.so), None)


def _of_unknown_issuer(person: str, since: datetime, until: datetime) -> Issued:
    key, issuer_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name(person))
        .issuer_name(_name("Development authority that no policy names"))
        .serial_number(1)
        .not_valid_before(since)
        .not_valid_after(until)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(issuer_key, SHA256())
    )
    return Issued(certificate.public_bytes(Encoding.DER), key, "ES256", "person")


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
