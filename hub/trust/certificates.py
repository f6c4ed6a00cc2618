"""Chứng thư số: may this certificate have signed at this time? valid, invalid or unknown, with codes.

The facts of a certificate (its paths, their windows, its revocation) do not depend on the time; they are worked out
once for each (certificate, policy, revocation lists) and a judgement compares times only.
Invariant: `unknown` only says that the status source is missing or outdated; any proven fault is `invalid`.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from hub.errors import Refused
from hub.trust.algorithms import PublicKey, is_strong
from hub.trust.der import certificate_of, fingerprint
from hub.trust.paths import PathFault, faults_of_end, paths_of
from hub.trust.policy import TrustPolicy
from hub.trust.revocation import Revocation
from hub.trust.verdict import CertificateVerdict, Status

__all__ = ["CertificateFacts", "ChainCache", "facts_of", "judge_certificate", "judge_facts", "judge_revocation_of"]


@dataclass(frozen=True, slots=True)
class Window:
    """One path seen as times: issuers valid from–to, first revocation of any link, status known up to."""

    issuers_from: datetime
    issuers_to: datetime
    revoked_at: datetime | None
    known_until: datetime | None


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What holds of a certificate at all times; `public_key` is None when it is none that we verify with."""

    faults: tuple[str, ...]
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    windows: tuple[Window, ...] = ()
    public_key: PublicKey | None = None


def facts_of(der: bytes, policy: TrustPolicy, revocation: Revocation) -> CertificateFacts:
    """Work out the facts of one certificate: a few signature checks. Never raises for a bad certificate."""
    try:
        certificate = certificate_of(der)
    except Refused as refused:
        return CertificateFacts((refused.code,))
    fault = PathFault()
    windows = tuple(_window(path, revocation) for path in paths_of(certificate, policy, fault))
    faults = faults_of_end(certificate)
    if not windows and fault.code not in faults:
        faults.append(fault.code)
    key = certificate.public_key()
    return CertificateFacts(
        faults=tuple(faults),
        valid_from=certificate.not_valid_before_utc,
        valid_to=certificate.not_valid_after_utc,
        windows=windows,
        public_key=key if is_strong(key) else None,  # type: ignore[arg-type]  # is_strong looked at the class
    )


def judge_facts(facts: CertificateFacts, at: datetime) -> CertificateVerdict:
    """Judge known facts at `at` (aware); only compares times."""
    if _is_plainly_valid(facts, at):
        return _VALID
    codes = list(facts.faults)
    if facts.valid_from is not None and at < facts.valid_from:
        codes.append("CERTIFICATE_NOT_YET_VALID")
    if facts.valid_to is not None and at > facts.valid_to:
        codes.append("CERTIFICATE_EXPIRED")
    if facts.windows:
        path = _best([_judge_window(window, at) for window in facts.windows])
        if path.status is Status.UNKNOWN and not codes:
            return path
        if path.status is Status.INVALID:
            codes += path.codes
    return CertificateVerdict(Status.INVALID if codes else Status.VALID, tuple(codes))


def _is_plainly_valid(facts: CertificateFacts, at: datetime) -> bool:
    """The common case, in a handful of comparisons."""
    if facts.faults or facts.valid_from is None or facts.valid_to is None:
        return False
    return facts.valid_from <= at <= facts.valid_to and any(_judge_window(w, at) is None for w in facts.windows)


_VALID = CertificateVerdict(Status.VALID)


def judge_revocation_of(facts: CertificateFacts, at: datetime) -> CertificateVerdict:
    """Judge at `at` only revocation, of a certificate that was valid at its proven time.

    After a certificate's own end its lists fall silent: then its status at that end is what counts.
    """
    found = []
    for window in facts.windows:
        ends = [end for end in (at, facts.valid_to, window.issuers_to) if end is not None]
        found.append(_judge_revocation(window, at, min(ends)))
    if not found:
        return CertificateVerdict(Status.INVALID, facts.faults or ("CERTIFICATE_ISSUER_UNKNOWN",))
    return _best(found)


def judge_certificate(der: bytes, at: datetime, policy: TrustPolicy, revocation: Revocation) -> CertificateVerdict:
    """Judge one certificate at `at` (aware) without a cache."""
    return judge_facts(facts_of(der, policy, revocation), at)


class ChainCache:
    """Facts by (certificate hash, policy digest, revocation digest); the oldest entry leaves when it is full.

    Digests, not version numbers, are the key: two registers may number alike and hold different things. Facts hold a
    key of some kilobytes, and a teacher signs for one class: what is used again are principals and seals.
    """

    def __init__(self, entry_count_max: int = 4_096) -> None:
        self._entry_count_max = entry_count_max
        self._entries: OrderedDict[tuple[bytes, bytes, bytes], CertificateFacts] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def facts(self, sha256: bytes, der: bytes, policy: TrustPolicy, revocation: Revocation) -> CertificateFacts:
        """Return the facts of `der`, whose SHA-256 is `sha256`; worked out at the first call."""
        key = (sha256, policy.digest, revocation.digest)
        found = self._entries.get(key)
        if found is None:
            if fingerprint(der) != sha256:
                return CertificateFacts(("CERTIFICATE_UNREADABLE",))
            found = self._entries[key] = facts_of(der, policy, revocation)
            if len(self._entries) > self._entry_count_max:
                self._entries.popitem(last=False)
        return found


# Of several paths the one that serves best answers: a pending status before an ended issuer before a revocation.
_PREFERENCE = ("CERTIFICATE_STATUS_UNKNOWN", "CERTIFICATE_ISSUER_EXPIRED", "CERTIFICATE_REVOKED")


def _window(path: tuple[x509.Certificate, ...], revocation: Revocation) -> Window:
    links = [revocation.status(path[i], path[i + 1]) for i in range(len(path) - 1)]
    revoked = [link.revoked_at for link in links if link.revoked_at is not None]
    known = [link.known_until for link in links if link.known_until is not None]
    return Window(
        issuers_from=max(issuer.not_valid_before_utc for issuer in path[1:]),
        issuers_to=min(issuer.not_valid_after_utc for issuer in path[1:]),
        revoked_at=min(revoked, default=None),
        known_until=min(known) if len(known) == len(links) else None,
    )


def _judge_window(window: Window, at: datetime) -> str | None:
    code = _judge_revocation(window, at, at)
    if code != "CERTIFICATE_REVOKED" and not window.issuers_from <= at <= window.issuers_to:
        return "CERTIFICATE_ISSUER_EXPIRED"
    return code


def _judge_revocation(window: Window, at: datetime, known_from: datetime) -> str | None:
    if window.revoked_at is not None and window.revoked_at <= at:
        return "CERTIFICATE_REVOKED"
    if window.known_until is None or known_from > window.known_until:
        return "CERTIFICATE_STATUS_UNKNOWN"
    return None


def _best(found: list[str | None]) -> CertificateVerdict:
    """Sum up the paths of one certificate: the one that serves best answers."""
    if None in found:
        return CertificateVerdict(Status.VALID)
    code = min((code for code in found if code is not None), key=_PREFERENCE.index)
    return CertificateVerdict(Status.UNKNOWN if code == "CERTIFICATE_STATUS_UNKNOWN" else Status.INVALID, (code,))
