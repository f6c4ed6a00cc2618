"""A provider of OpenID Connect for development: whoever comes may say who they are. Every page of it says so.

It refuses to be made for an address that others can reach. It knows one client, the portal that runs beside it.
"""

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI, Form, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from joserfc import jwk, jwt

from hub.domain.consent import Party
from hub.domain.identity import is_personal_id
from hub.errors import Refused
from hub.web.identity.development_page import choosing_page

__all__ = ["CLIENT_ID", "DevelopmentProvider"]

CLIENT_ID = "portal"
_TOKEN_TIME_S = 120
_CODE_COUNT_MAX = 1_000


@dataclass(frozen=True, slots=True)
class _Granted:
    claims: Mapping[str, object]
    challenge: str
    redirect_uri: str


class DevelopmentProvider:
    """Mount `app` at the path of `issuer`. `redirect_uri` is the one address that answers go to."""

    def __init__(
        self, issuer: str, redirect_uri: str, secret: str, chance: Callable[[int], bytes], seconds: Callable[[], int],
        host: str = "127.0.0.1",
    ) -> None:  # fmt: skip
        """Raises Refused IDENTITY_NOT_LOCAL when an address, or the host that is listened on, is not of loopback."""
        for address in (issuer, redirect_uri, f"//{host}"):
            _refuse_unless_loopback(address)
        self._issuer, self._redirect_uri, self._secret = issuer.rstrip("/"), redirect_uri, secret
        self._chance, self._seconds = chance, seconds
        self._key = jwk.ECKey.generate_key("P-256", parameters={"kid": chance(8).hex(), "use": "sig"})
        self._granted: dict[str, _Granted] = {}
        self.app = self._app()

    def _app(self) -> FastAPI:
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        app.get("/.well-known/openid-configuration")(self._configuration)
        app.get("/jwks")(self._keys)
        app.get("/authorize")(self._ask)
        app.post("/authorize")(self._grant)
        app.post("/token")(self._token)
        return app

    def _configuration(self) -> JSONResponse:
        here = self._issuer
        return JSONResponse({
            "issuer": here, "authorization_endpoint": f"{here}/authorize", "token_endpoint": f"{here}/token",
            "jwks_uri": f"{here}/jwks", "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
        })  # fmt: skip

    def _keys(self) -> JSONResponse:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    def _ask(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if asked.get("client_id") != CLIENT_ID or asked.get("redirect_uri") != self._redirect_uri:
            return HTMLResponse(choosing_page({}, "client"), 400)
        kept = {name: asked.get(name, "")[:200] for name in ("state", "nonce", "code_challenge")}
        return HTMLResponse(choosing_page(kept))

    def _grant(
        self, state: str = Form(max_length=200), nonce: str = Form(max_length=200),
        code_challenge: str = Form(max_length=200), party: Party = Form(), personal_id: str = Form(max_length=40),
    ) -> Response:  # fmt: skip
        number = personal_id.replace(" ", "")
        if not is_personal_id(number):
            kept = {"state": state, "nonce": nonce, "code_challenge": code_challenge}
            return HTMLResponse(choosing_page(kept, "number"), 422)
        subject = hashlib.sha256(f"{party} {number}".encode()).hexdigest()[:32]
        told: dict[str, object] = {"personal_id": number} if party == "pupil" else {"guardian_of": [number]}
        code = self._chance(32).hex()
        while len(self._granted) >= _CODE_COUNT_MAX:
            self._granted.pop(next(iter(self._granted)))
        self._granted[code] = _Granted({"sub": subject, "nonce": nonce, **told}, code_challenge, self._redirect_uri)
        return RedirectResponse(f"{self._redirect_uri}?{urlencode({'code': code, 'state': state})}", 303)

    def _token(
        self, request: Request, code: str = Form(), code_verifier: str = Form(), redirect_uri: str = Form()
    ) -> Response:
        granted = self._granted.pop(code, None)
        shown = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
        client = base64.b64encode(f"{CLIENT_ID}:{self._secret}".encode()).decode()
        known = hmac.compare_digest(request.headers.get("authorization", ""), f"Basic {client}")
        if not known or granted is None or granted.challenge != shown or granted.redirect_uri != redirect_uri:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = self._seconds()
        claims = {**granted.claims, "iss": self._issuer, "aud": CLIENT_ID, "iat": now, "exp": now + _TOKEN_TIME_S}
        token = jwt.encode({"alg": "ES256", "kid": self._key.kid}, claims, self._key)
        told = {"access_token": self._chance(16).hex(), "token_type": "Bearer", "id_token": token}
        return JSONResponse(told | {"expires_in": _TOKEN_TIME_S})


def _refuse_unless_loopback(address: str) -> None:
    host = urlsplit(address).hostname or ""
    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise Refused("IDENTITY_NOT_LOCAL", {"address": address[:100]})
