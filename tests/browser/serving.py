"""The portal of the unit tests' world, served on a free port of loopback, with the development log-in beside it."""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import uvicorn
from fastapi import FastAPI

from hub.web.identity import DevelopmentProvider, IdentityClient
from hub.web.portal import DEVELOPMENT_PATH, Sessions, portal_app
from tests.unit.web.portal.world import World

__all__ = ["served"]

_CLIENT = "portal"
_SECRET = "only on loopback"
_START_S = 20.0


@contextmanager
def served() -> Iterator[tuple[World, str]]:
    """Yield the world behind the pages, and their address."""
    world = World(development=True)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = world.app = _app(world, address)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            _wait(server)
            yield world, address
        finally:
            server.should_exit = True
            thread.join(_START_S)
            world.portal.checks.close()  # type: ignore[attr-defined]
            if app.state.portal.identity is not None:
                app.state.portal.identity.close()


def _app(world: World, address: str) -> FastAPI:
    """Return the application under its real address; names of sessions and the beat are real here."""
    back = f"{address}/dang-nhap/ve"
    issuer = address + DEVELOPMENT_PATH
    provider = DevelopmentProvider(issuer, back, _SECRET, os.urandom, lambda: int(world.now.timestamp()))
    settings = replace(world.portal.settings, address=address, hosts=frozenset({address.removeprefix("http://")}))
    portal = replace(
        world.portal, settings=settings, identity=IdentityClient(issuer, _CLIENT, _SECRET, back, os.urandom),
        monotonic=time.monotonic, pause=asyncio.sleep, chance=os.urandom, sessions=Sessions(os.urandom),
    )  # fmt: skip
    return portal_app(portal, provider)


def _wait(server: uvicorn.Server) -> None:
    until = time.monotonic() + _START_S
    while not server.started:
        assert time.monotonic() < until, "the portal did not start"
        time.sleep(0.02)
