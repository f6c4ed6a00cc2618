"""Certificate paths: from an end certificate to a root of the trust policy, by explicit rules (RFC 5280 §6, narrowed).

Why not `cryptography.x509.verification`: it judges at one given time and answers with a text, while the hub needs
the facts of a path once for all times, and a code for each fault; its interface is also declared unstable. The rules
here are few because the policy is closed: at most four certificates, intermediates only from the policy, names
chained byte for byte, no critical extension that we do not know (name constraints included: refused, not ignored).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hub.trust.algorithms import RSA_BIT_COUNT_MIN, is_strong
from hub.trust.policy import TrustPolicy
from hub.trust.revocation import STRONG_HASHES

__all__ = ["PathFault", "faults_of_end", "paths_of"]

LENGTH_MAX = 4  # end certificate, two intermediates, root
CHECK_COUNT_MAX = 32  # signature checks for one certificate, whatever the policy holds

_KNOWN_CRITICAL = (
    x509.BasicConstraints,
    x509.KeyUsage,
    x509.ExtendedKeyUsage,
    x509.SubjectAlternativeName,
    x509.CertificatePolicies,
)
_AUTHORITY_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
Path = tuple[x509.Certificate, ...]


@dataclass(slots=True)
class PathFault:
    """Why the best attempt at a path failed: the code of the deepest fault met, issuer unknown if none."""

    code: str = "CERTIFICATE_ISSUER_UNKNOWN"


def faults_of_end(certificate: x509.Certificate) -> list[str]:
    """Return the codes of all faults of an end certificate by itself, whatever its issuer and the time."""
    codes = []
    if not is_strong(certificate.public_key()):
        codes.append("CERTIFICATE_KEY_WEAK")
    if not _is_strongly_signed(certificate):
        codes.append("CERTIFICATE_HASH_WEAK")
    if _is_authority(certificate) or not _may_sign_documents(certificate):
        codes.append("CERTIFICATE_USAGE_WRONG")
    if _has_unknown_critical(certificate):
        codes.append("CERTIFICATE_EXTENSION_UNKNOWN")
    return codes


def paths_of(certificate: x509.Certificate, policy: TrustPolicy, fault: PathFault) -> Iterator[Path]:
    """Yield each path to a root, end certificate first; `fault` then tells why others failed."""
    budget = CHECK_COUNT_MAX
    waiting: list[Path] = [(certificate,)]
    while waiting:
        path = waiting.pop()
        for issuer, is_root in _issuers(path[-1], policy):
            if issuer in path:
                continue
            budget -= 1
            if budget < 0:
                fault.code = "CERTIFICATE_CHAIN_WRONG"
                return
            code = _fault_of_link(path, issuer)
            if code is not None:
                fault.code = code
            elif is_root:
                yield (*path, issuer)
            elif len(path) + 1 < LENGTH_MAX:
                waiting.append((*path, issuer))


def _issuers(certificate: x509.Certificate, policy: TrustPolicy) -> Iterator[tuple[x509.Certificate, bool]]:
    for root in policy.roots:
        if root.subject == certificate.issuer:
            yield root, True
    for intermediate in policy.intermediates:
        if intermediate.subject == certificate.issuer:
            yield intermediate, False


def _fault_of_link(path: Path, issuer: x509.Certificate) -> str | None:
    """Check that `issuer` may and did issue the last certificate of `path`."""
    if not _is_authority(issuer) or not _may_sign_certificates(issuer) or _has_unknown_critical(issuer):
        return "CERTIFICATE_CHAIN_WRONG"
    limit = _basic(issuer)
    if limit is not None and limit.path_length is not None and len(path) - 1 > limit.path_length:
        return "CERTIFICATE_CHAIN_WRONG"
    if not _is_strong_authority_key(issuer):
        return "CERTIFICATE_KEY_WEAK"
    if not _is_strongly_signed(path[-1]):
        return "CERTIFICATE_HASH_WEAK"
    try:
        path[-1].verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return "CERTIFICATE_SIGNATURE_WRONG"
    return None


def _basic(certificate: x509.Certificate) -> x509.BasicConstraints | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return None


def _usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None


def _is_authority(certificate: x509.Certificate) -> bool:
    basic = _basic(certificate)
    return basic is not None and basic.ca


def _may_sign_certificates(certificate: x509.Certificate) -> bool:
    usage = _usage(certificate)
    return usage is None or usage.key_cert_sign


def _may_sign_documents(certificate: x509.Certificate) -> bool:
    usage = _usage(certificate)
    return usage is None or usage.digital_signature or usage.content_commitment


def _has_unknown_critical(certificate: x509.Certificate) -> bool:
    return any(item.critical and not isinstance(item.value, _KNOWN_CRITICAL) for item in certificate.extensions)


def _is_strongly_signed(certificate: x509.Certificate) -> bool:
    try:
        digest = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return False
    return digest is not None and digest.name in STRONG_HASHES


def _is_strong_authority_key(certificate: x509.Certificate) -> bool:
    """Authorities may hold larger keys and other NIST curves than signers."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= RSA_BIT_COUNT_MIN
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _AUTHORITY_CURVES)
