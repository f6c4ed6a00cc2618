"""Play the REST system: the calls of the README on loopback, over records made by the mapping's way back."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from hub.connectors.hai_phong.connecting import connector
from hub.connectors.hai_phong.simulated_records import CHANGES, SystemRecords
from hub.connectors.simulating import Faults, HttpServer, KeptAnswers, Pager, Reply
from hub.domain import Transcript

__all__ = ["RestSystem", "simulator"]

CLIENT_ID = "hub"
PAGE_RECORDS_MAX = 200
_ANSWERS = "tra-loi.jsonl"
_CHANGED_FIELD = "lop"  # the field that the fault `schema` adds to, renames or removes
_STATUS = {"new": 201, "same": 200, "other": 409}


class RestSystem:
    """A simulated system. `records` is what it holds, `requests` what it was asked."""

    def __init__(self, transcripts: Iterable[Transcript], folder: Path, faults: Faults, port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        of = connector()
        self.records = SystemRecords(transcripts, of.mapper, folder / CHANGES)
        self._kept = KeptAnswers(folder / _ANSWERS)
        self._pager, self._faults = Pager(faults), faults
        self._secret_file = (folder / "secret").absolute()
        self._server = HttpServer(
            faults, port, client_id=CLIENT_ID, client_secret=_secret(self._secret_file),
            requests_per_minute=of.manifest.limits["requests_per_minute"],
        )  # fmt: skip
        self._server.get("/ho-so", self._list)
        self._server.get("/ho-so/{ma}", self._one)
        for kind in ("phan-hoi", "dinh-chinh", "tiep-nhan"):
            self._server.put(f"/{kind}/{{ma}}", self._take)

    @property
    def left_out(self) -> int:
        """Return how many transcripts the system cannot express."""
        return self.records.left_out

    @property
    def requests(self) -> Sequence[str]:
        """Return the requests in their order, "GET /ho-so?tu=0"."""
        return tuple(self._server.requests)

    async def start(self) -> Mapping[str, Any]:
        """Serve, and return the settings for `connector.toml`."""
        base_url = await self._server.start()
        return {
            "http": {"base_url": base_url, "client_id": CLIENT_ID, "client_secret_file": str(self._secret_file)},
        }  # fmt: skip

    async def stop(self) -> None:
        """End serving; what the system holds stays in its folder."""
        await self._server.stop()

    def answers(self) -> Sequence[Mapping[str, Any]]:
        """Return what the system holds of us."""
        return self._kept.shown()

    async def _list(self, request: web.Request) -> Reply:
        self.records.refresh()
        try:
            moc = int(request.query.get("tu", "0"))
            size = min(max(1, int(request.query.get("so_dong", "1"))), PAGE_RECORDS_MAX)
        except ValueError:
            return Reply({"loi": "tham so"}, 400)
        try:
            entries, token, number = self._pager.page(self.records.behind(moc), request.query.get("trang"), size)
        except LookupError:
            return Reply({"loi": "trang"}, 410)
        rows = [self._faults.reshaped(row, _CHANGED_FIELD, number) for row in self.records.rows(entries)]
        return Reply({"du_lieu": rows, "trang_sau": token, "moc": str(max(moc, self.records.moc))})

    async def _one(self, request: web.Request) -> Reply:
        self.records.refresh()
        row = self.records.get(request.match_info["ma"])
        return Reply({"loi": "khong co"}, 404) if row is None else Reply(row, headers={"ETag": _etag(row)})

    async def _take(self, request: web.Request) -> Reply:
        """Keep an answer under its id; a correction only of the version that it names."""
        kind, name = request.path.split("/")[1], request.match_info["ma"]
        asked = request.headers.get("If-Match")
        if asked is not None and not self._is_current(await request.json(), asked) and not self._holds(kind, name):
            return Reply({"loi": "phien ban"}, 412)
        return Reply(status=_STATUS[self._kept.offer(kind, name, await request.read())])

    def _is_current(self, body: Mapping[str, Any], etag: str) -> bool:
        self.records.refresh()
        row = self.records.get(str(body.get("ma_ho_so")))
        return row is not None and _etag(row) == etag

    def _holds(self, kind: str, name: str) -> bool:
        return any((row["kind"], row["id"]) == (kind, name) for row in self._kept.shown())


def simulator(transcripts: Iterable[Transcript], folder: Path, faults: Faults, port: int = 0) -> RestSystem:
    """Return the system on a port of loopback (0: any); its state is in `folder`."""
    return RestSystem(transcripts, folder, faults, port)


def _etag(row: Mapping[str, Any]) -> str:
    return f'"{row["phien_ban"]}"'


def _secret(path: Path) -> str:
    """Return the client's secret, made once; it guards loopback alone, so where it lies is secret enough."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(hashlib.sha256(str(path).encode()).hexdigest(), encoding="ascii")
    return path.read_text(encoding="ascii")
