"""In: sheets under Bộ's seal, from evidence files; the seal's key stays loaded, and what it needs with it."""

import threading
from datetime import datetime

from hub.errors import Refused
from hub.evidence import Bundle, read_file, register_of
from hub.print import Issuer
from hub.signing import Signer
from hub.trust import TrustPolicy

__all__ = ["Sheets"]

_ROLE, _OWNER = "bo_seal", "bo"


class Sheets:
    """One at a time: the compiler of a layout takes one document after the other."""

    def __init__(self, signer: Signer, address: str, timestamp_url: str | None) -> None:
        self._signer, self._address, self._timestamp_url = signer, address, timestamp_url
        self._lock = threading.Lock()
        self._kept: tuple[tuple[bytes, tuple[bytes, ...]], Issuer] | None = None

    def issue(self, bundle: bytes, at: datetime) -> bytes:
        """Return the sealed sheet. Raises Refused TRUST_POLICY_MISSING and as `Issuer.issue`."""
        register = register_of(read_file(bundle, Bundle))
        policy = register.policy(at)
        if policy is None:
            raise Refused("TRUST_POLICY_MISSING")
        with self._lock:
            return self._issuer(policy, register.crls).issue(bundle, at)

    def _issuer(self, policy: TrustPolicy, crls: tuple[bytes, ...]) -> Issuer:
        """Return the issuer under a policy and its revocation lists: the last one, as long as they are the same.

        It knows how long a time-stamp is; a new one asks the authority for one that is thrown away.
        """
        asked = (policy.digest, crls)
        if self._kept is None or self._kept[0] != asked:
            made = Issuer.of(self._signer, _ROLE, _OWNER, self._address, policy, crls, self._timestamp_url)
            self._kept = asked, made
        return self._kept[1]
