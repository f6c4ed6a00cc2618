"""A portal on real servers, and browsers without scripts that read there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx

from hub.local.hub import portal_spec
from hub.local.ports import port_of
from tests.journey.world import World, eventually

__all__ = ["Reader", "portal_of"]

_TIMEOUT_S = 60


class Reader:
    """A browser without scripts: keeps cookies, follows links, sends forms with the token of the page it is on."""

    def __init__(self, address: str) -> None:
        self.client = httpx.Client(base_url=address, follow_redirects=True, timeout=_TIMEOUT_S)
        self.text, self.content, self.status = "", b"", 0

    def get(self, path: str) -> "Reader":
        """Load a page."""
        return self._seen(self.client.get(path))

    def send(self, path: str, files=None, **fields) -> "Reader":  # type: ignore[no-untyped-def]
        """Send a form with what is hidden in the page that is open."""
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', self.text))
        return self._seen(self.client.post(path, data=hidden | fields, files=files))

    def verdict(self, data: bytes, name: str) -> str:
        """Upload a file and return the verdict."""
        self.get("/kiem-tra").send("/kiem-tra", files={"file": (name, data)})
        return self.text.partition('data-verdict="')[2].partition('"')[0]

    def log_in(self, party: str, number: str, back: str = "") -> "Reader":
        """Log in at the development provider; `back` names the page of transfers to come back to."""
        self.get(f"/dang-nhap?ben={party}&ve={back}")
        assert "Chỉ để phát triển" in self.text
        return self.send("/dang-nhap-thu/authorize", party=party, personal_id=number)

    def _seen(self, answer: httpx.Response) -> "Reader":
        self.content, self.status = answer.content, answer.status_code
        self.text = "" if answer.headers.get("content-type") == "application/pdf" else answer.text
        return self


@contextmanager
def portal_of(world: World) -> Iterator[str]:
    """Yield where the portal of this hub answers; it ends afterwards."""
    port = port_of(world.hub.data / "portal.port")
    url = f"http://127.0.0.1:{port}"
    spec = portal_spec(url)
    world.hub.start_workers([replace(spec, environment={**spec.environment, "HUB_PORTAL_PORT": str(port)})])

    def answers() -> bool:
        try:
            return httpx.get(url).status_code == 200
        except httpx.HTTPError:
            return False

    eventually("the portal", answers, 150)
    yield url
    kept = world.hub.worker("portal")
    kept.stop()
    world.hub.workers.remove(kept)
