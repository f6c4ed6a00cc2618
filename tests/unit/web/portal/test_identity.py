"""Log-in by OpenID Connect: the client believes only what fits its own question; the development provider is local."""

import asyncio
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from hub.errors import Refused, Unavailable
from hub.web.identity import CLIENT_ID, DevelopmentProvider, Identity, IdentityClient, Pending
from tests.unit.web.portal.world import World

HERE = "http://127.0.0.1:8088"
ISSUER = f"{HERE}/dang-nhap-thu"
BACK = f"{HERE}/dang-nhap/ve"
NUMBER = "001217000123"
NOW = 1_780_000_000


class Through(httpx.BaseTransport):
    """Hands requests of the client to the provider, as if it stood at its issuer's path."""

    def __init__(self, app: object) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.ask(request.method, str(request.url), content=request.read(), headers=dict(request.headers))

    def ask(self, method: str, url: str, **more) -> httpx.Response:  # type: ignore[no-untyped-def]
        async def main() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
                return await client.request(method, url.removeprefix(ISSUER), **more)

        answer = asyncio.run(main())
        return httpx.Response(answer.status_code, content=answer.content, headers=answer.headers)


def a_pair() -> tuple[IdentityClient, DevelopmentProvider, Through]:
    chance = World().chance
    provider = DevelopmentProvider(ISSUER, BACK, "secret", chance, lambda: NOW)
    through = Through(provider.app)
    return IdentityClient(ISSUER, CLIENT_ID, "secret", BACK, chance, through), provider, through


def log_in(through: Through, address: str, party: str = "pupil", number: str = NUMBER) -> httpx.Response:
    asked = through.ask("GET", address)
    assert "Chỉ để phát triển" in asked.text
    kept = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', asked.text))
    fields = kept | {"party": party, "personal_id": number}
    return through.ask("POST", "/authorize", data=fields)


def answer_of(client: IdentityClient, through: Through, party: str = "pupil") -> tuple[str, Pending]:
    address, pending = client.begin(party)  # type: ignore[arg-type]
    return log_in(through, address, party).headers["location"], pending


@pytest.mark.parametrize(("party", "own", "children"), [("pupil", NUMBER, []), ("guardian", None, [NUMBER])])
def test_who_logs_in_is_known_by_number(party: str, own: str | None, children: list[str]) -> None:
    client, _, through = a_pair()
    who = client.finish(*answer_of(client, through, party), NOW)
    assert (who.issuer, who.personal_id, sorted(who.guardian_of)) == (ISSUER, own, children)
    assert isinstance(who, Identity)


def test_question_is_asked_with_pkce_state_and_nonce() -> None:
    client, _, _ = a_pair()
    address, pending = client.begin("pupil")
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert (asked["state"], asked["nonce"]) == ([pending.state], [pending.nonce])
    assert pending.verifier not in address


@pytest.mark.parametrize(
    "bend",
    [
        lambda url, p: (url.replace("state=", "state=x"), p),
        lambda url, p: (url, Pending(p.party, p.state, p.nonce, "0" * 64)),
        lambda url, p: (url, Pending(p.party, p.state, "other", p.verifier)),
        lambda url, p: (url.replace("code=", "code=0"), p),
        lambda url, p: (url.partition("?")[0] + "?error=access_denied&state=" + p.state, p),
    ],
    ids=["state", "verifier", "nonce", "code", "error"],
)
def test_answer_that_does_not_fit_is_refused(bend: Callable[..., tuple[str, Pending]]) -> None:
    client, _, through = a_pair()
    with pytest.raises(Refused, match="IDENTITY_REFUSED"):
        client.finish(*bend(*answer_of(client, through)), NOW)


def test_code_is_good_once() -> None:
    client, _, through = a_pair()
    answer = answer_of(client, through)
    client.finish(*answer, NOW)
    with pytest.raises(Refused, match="IDENTITY_REFUSED"):
        client.finish(*answer, NOW)


def test_token_that_is_over_is_refused() -> None:
    client, _, through = a_pair()
    with pytest.raises(Refused, match="IDENTITY_REFUSED"):
        client.finish(*answer_of(client, through), NOW + 3600)


def test_provider_that_is_away_is_unavailable() -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away", request=request)

    client = IdentityClient(ISSUER, CLIENT_ID, "secret", BACK, World().chance, httpx.MockTransport(away))
    with pytest.raises(Unavailable, match="IDENTITY_UNAVAILABLE"):
        client.begin("pupil")


def test_wrong_number_is_told_on_a_labelled_page() -> None:
    client, _, through = a_pair()
    address, _ = client.begin("pupil")
    answer = log_in(through, address, number="12")
    assert answer.status_code == 422
    assert "Chỉ để phát triển" in answer.text


def test_answers_go_to_the_portal_alone() -> None:
    client, _, through = a_pair()
    address, _ = client.begin("pupil")
    elsewhere = through.ask("GET", address.removeprefix(ISSUER).replace("8088", "9999"))
    assert elsewhere.status_code == 400


@pytest.mark.parametrize(
    ("issuer", "back", "host"),
    [
        ("https://hocba.example/x", BACK, "127.0.0.1"), (ISSUER, "http://192.0.2.1/ve", "127.0.0.1"),
        (ISSUER, BACK, "0.0.0.0"), (ISSUER, BACK, "::"), ("http://127.0.0.1.evil.example/", BACK, "127.0.0.1"),
    ],
)  # fmt: skip
def test_development_provider_refuses_to_run_where_others_reach_it(issuer: str, back: str, host: str) -> None:
    with pytest.raises(Refused, match="IDENTITY_NOT_LOCAL"):
        DevelopmentProvider(issuer, back, "secret", World().chance, lambda: NOW, host)
