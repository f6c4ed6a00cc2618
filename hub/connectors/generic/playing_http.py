"""The REST system of a generic file, played: a list by pages, in the order of change, and answers by id."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from hub.connectors.generic.spec import GenericFile, HttpAt
from hub.connectors.sdk import Raw
from hub.connectors.simulating import Faults, HttpServer, KeptAnswers, Pager, Reply, Simulator

__all__ = ["HttpPlayed", "play_http"]

_CLIENT, _SECRET = "hub", "synthetic-secret"  # of a server on loopback
_PAGE_MAX = 200
_REQUESTS_PER_MINUTE = 6_000  # a check asks faster than any system is asked


def play_http(
    file: GenericFile, records: Sequence[Raw], left_out: int, folder: Path, faults: Faults, port: int = 0
) -> Simulator:
    """Return the system with these records."""
    return HttpPlayed(file, records, left_out, folder, faults, port)


class HttpPlayed:
    """See `Simulator`. The mark of a record is its place from 1; answers stay in `answers.jsonl`."""

    def __init__(
        self, file: GenericFile, records: Sequence[Raw], left_out: int, folder: Path, faults: Faults, port: int
    ) -> None:
        assert isinstance(file.transport, HttpAt)
        self._at, self._records, self.left_out = file.transport, records, left_out
        self._folder, self._faults = folder, faults
        self._pager = Pager(faults)
        self._kept = KeptAnswers(folder / "answers.jsonl")
        self.server = HttpServer(
            faults, port, client_id=_CLIENT, client_secret=_SECRET, requests_per_minute=_REQUESTS_PER_MINUTE
        )
        self.server.get(f"/{self._at.list}", self._list)
        if self._at.answer is not None:
            self.server.put(f"/{self._at.answer}", self._take)

    async def start(self) -> Mapping[str, Any]:
        """Serve, and return the settings of an instance."""
        secret = (self._folder / "client.secret").resolve()
        secret.touch(mode=0o600)
        secret.write_text(_SECRET, encoding="utf-8")
        address = await self.server.start()
        return {"http": {"base_url": address, "client_id": _CLIENT, "client_secret_file": str(secret)}}

    async def stop(self) -> None:
        """End serving."""
        await self.server.stop()

    def answers(self) -> Sequence[Mapping[str, Any]]:
        """Return what was put here, by id."""
        return self._kept.shown()

    async def _list(self, request: web.Request) -> Reply:
        since = int(request.query.get(self._at.since) or 0)
        size = min(int(request.query.get(self._at.limit) or _PAGE_MAX), _PAGE_MAX)
        waiting = self._records[since:]
        try:
            found, token, page = self._pager.page(waiting, request.query.get(self._at.page) or None, size)
        except LookupError:
            return Reply({"error": "gone"}, 410)
        rows = [self._faults.reshaped(row, "ghi_chu", page) for row in found]
        mark = str(len(self._records)) if token is None else str(since)
        return Reply({self._at.records: rows, self._at.next: token, self._at.mark: mark})

    async def _take(self, request: web.Request) -> Reply:
        offered = self._kept.offer("answer", request.match_info["id"], await request.read())
        return Reply({}, {"new": 201, "same": 200, "other": 409}[offered])
