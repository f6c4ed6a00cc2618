"""The portal as a client of OpenID Connect: authorisation code, PKCE, state and nonce; the ID token is checked here.

Claims that the portal reads beside `sub`: `personal_id` (12 digits of the person) and `guardian_of` (those of the
children whom the person may represent). Which provider gives them, and under which names, is [assumed].
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from hub.domain.consent import Party
from hub.domain.identity import is_personal_id
from hub.errors import Refused, Unavailable

__all__ = ["Identity", "IdentityClient", "Pending", "Relying"]

_TIMEOUT_S = 5.0
_ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA"]
_SECRET_BYTES = 32
_LEEWAY_S = 30
_CHILDREN_MAX = 32


@dataclass(frozen=True, slots=True)
class Identity:
    """Who logged in, as the provider says. `personal_id` is None where it says none."""

    issuer: str
    subject: str
    personal_id: str | None = field(repr=False, default=None)
    guardian_of: frozenset[str] = field(repr=False, default=frozenset())


@dataclass(frozen=True, slots=True)
class Pending:
    """A log-in that was begun: for whose consent, and what its answer must fit."""

    party: Party
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


class Relying(Protocol):
    """What the portal needs of a way to log in."""

    def begin(self, party: Party) -> tuple[str, Pending]:
        """Return where the browser goes, and what is to be kept for its answer."""

    def finish(self, answer: str, pending: Pending, now: int) -> Identity:
        """Return who logged in, from the address that the browser came back to."""

    def close(self) -> None:
        """Let go of the provider's connections."""


class IdentityClient:
    """One registered client of one provider; the provider's addresses are read when they are first needed."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str, redirect_uri: str, chance: Callable[[int], bytes],
        transport: httpx.BaseTransport | None = None,
    ) -> None:  # fmt: skip
        self._issuer, self._client_id = issuer.rstrip("/"), client_id
        self._chance, self._redirect_uri = chance, redirect_uri
        self._http = httpx.Client(timeout=_TIMEOUT_S, transport=transport)
        self._secret = client_secret
        self._metadata: dict[str, Any] | None = None

    def close(self) -> None:
        """Close the connections to the provider."""
        self._http.close()

    def begin(self, party: Party) -> tuple[str, Pending]:
        """Return the provider's address for this log-in. Raises Unavailable IDENTITY_UNAVAILABLE."""
        state, nonce, verifier = (self._chance(_SECRET_BYTES).hex() for _ in range(3))
        url, _ = self._oauth().create_authorization_url(
            self._known["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce, prompt="login"
        )
        return str(url), Pending(party, state, nonce, verifier)

    def finish(self, answer: str, pending: Pending, now: int) -> Identity:
        """Exchange the code and check the ID token at `now` (seconds).

        Raises Refused IDENTITY_REFUSED, Unavailable IDENTITY_UNAVAILABLE.
        """
        try:
            if "code=" not in answer:
                raise KeyError("code")
            token = self._oauth().fetch_token(
                self._known["token_endpoint"], authorization_response=answer, state=pending.state,
                code_verifier=pending.verifier,
            )  # fmt: skip
            return self._identity(token["id_token"], pending.nonce, now)
        except (AuthlibBaseError, JoseError, KeyError, TypeError, ValueError) as error:
            raise Refused("IDENTITY_REFUSED", {"reason": type(error).__name__}) from None
        except httpx.HTTPError:
            raise Unavailable("IDENTITY_UNAVAILABLE") from None

    def _oauth(self) -> Any:
        """Return a client for one step; one that is kept would carry state from one reader to the next."""
        return _Client(
            self._http, self._client_id, self._secret, token_endpoint_auth_method="client_secret_basic",  # noqa: S106
            scope="openid", redirect_uri=self._redirect_uri, code_challenge_method="S256",
        )  # fmt: skip

    @property
    def _known(self) -> dict[str, Any]:
        if self._metadata is None:
            found = self._get(f"{self._issuer}/.well-known/openid-configuration")
            if found.get("issuer") != self._issuer:
                raise Unavailable("IDENTITY_UNAVAILABLE")
            self._metadata = found
        return self._metadata

    def _get(self, url: str) -> dict[str, Any]:
        try:
            answer = self._http.get(url).raise_for_status()
            found: dict[str, Any] = json.loads(answer.content)
        except (httpx.HTTPError, ValueError):
            raise Unavailable("IDENTITY_UNAVAILABLE") from None
        return found

    def _identity(self, token: str, nonce: str, now: int) -> Identity:
        keys = jwk.KeySet.import_key_set(self._get(self._known["jwks_uri"]))  # type: ignore[arg-type]
        claims = jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
        wanted = jwt.JWTClaimsRegistry(
            now=now, leeway=_LEEWAY_S, iss={"essential": True, "value": self._issuer}, exp={"essential": True},
            aud={"essential": True, "value": self._client_id}, nonce={"essential": True, "value": nonce},
            sub={"essential": True}, iat={"essential": True},
        )  # fmt: skip
        wanted.validate(claims)
        own = claims.get("personal_id")
        children = claims.get("guardian_of") or ()
        known = {one for one in tuple(children)[:_CHILDREN_MAX] if isinstance(one, str) and is_personal_id(one)}
        personal_id = own if isinstance(own, str) and is_personal_id(own) else None
        return Identity(self._issuer, str(claims["sub"]), personal_id, frozenset(known))


class _BasicAuth(ClientAuth):  # type: ignore[misc]  # authlib has no types
    """Puts client id and secret into the header, as httpx asks for it."""

    def __call__(self, request: httpx.Request) -> httpx.Request:
        _, headers, _ = self.prepare("POST", str(request.url), {}, "")
        request.headers.update(headers)
        return request


class _Client(OAuth2Client):  # type: ignore[misc]
    client_auth_class = _BasicAuth
