"""Chứng thư và khóa: one development certificate a person or seal, as PKCS#12 files named after the staff id."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from hub.local.pki import Issued, Pki
from hub.local.population.fault import Strangers
from hub.local.population.officials import Official
from hub.local.population.strangers import issue_strangers
from hub.signing import KeySigner

__all__ = ["CERTIFICATE_VALID_FOR", "Credentials"]

CERTIFICATE_VALID_FOR = timedelta(days=800)  # on either side of the population's time
_SEAL_ROLES = frozenset({"school_seal", "so_seal", "system_seal", "bo_seal"})


class Credentials:
    """Certificates with their keys, by staff id. Calling it gives the signer of a person."""

    def __init__(self, issued: Mapping[str, Issued]) -> None:
        self._issued = dict(issued)
        self._signers: dict[str, KeySigner] = {}

    @classmethod
    def issue(
        cls,
        officials: Iterable[Official],
        strangers: Iterable[Strangers],
        pki: Pki,
        at: datetime,
        *,
        rsa_persons: Collection[str] = (),
    ) -> "Credentials":
        """Issue one certificate a person: ES256, or PS256 (100 ms each) for `rsa_persons`."""
        since, until = at - CERTIFICATE_VALID_FOR, at + CERTIFICATE_VALID_FOR
        issued: dict[str, Issued] = {}
        for group in strangers:
            issued |= issue_strangers(group, pki, at, until)
        for official in officials:
            if official.person not in issued:
                kind = "seal" if official.role in _SEAL_ROLES else "person"
                alg = "PS256" if official.person in rsa_persons else "ES256"
                issued[official.person] = pki.issue(official.person, kind, alg, since, until)
        return cls(issued)

    def __call__(self, person: str) -> KeySigner:
        """Return the signer of a staff id; KeyError for a person who has no key here."""
        signer = self._signers.get(person)
        if signer is None:
            signer = self._signers[person] = self._issued[person].signer
        return signer

    def of(self, person: str) -> Issued:
        """Return certificate and key of a staff id."""
        return self._issued[person]

    def save(self, folder: Path, persons: Collection[str] | None = None) -> None:
        """Write `<person>.p12` for `persons` (default: all, some milliseconds each), readable by the owner only."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for person in self._issued if persons is None else persons:
            path = folder / f"{person}.p12"
            path.touch(mode=0o600)
            path.write_bytes(self._issued[person].p12())
