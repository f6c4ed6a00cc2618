"""What stock deserializers make of a schema that grew, and of an id that no registry knows; no broker is needed."""

import asyncio
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import web

from hub.schemas import Registry, encode, registry
from hub.schemas import decode as decoded
from hub.schemas.versions import FOLDER, load
from hub.web import registry_app
from tests.journey.stock_clients import Clients

_SCRIPTS = Path(__file__).parent / "consumers"
_NEXT_ID = 4_000_000  # of nothing that exists
_UNKNOWN_ID = 40_404
_SUBJECT = "hocba.bo.transcript.v1-value"
Decode = Callable[[str, list[bytes]], list[dict[str, object]]]


@pytest.fixture(scope="module", params=["python", "node"])
def decode(request: pytest.FixtureRequest, cache: Path) -> Decode:
    """Each stock deserializer: messages in, values out."""
    clients = Clients(cache)
    run, script = {
        "python": (clients.python, _SCRIPTS / "decode.py"),
        "node": (clients.node, _SCRIPTS / "decode.mjs"),
    }[request.param]

    def decode(url: str, messages: list[bytes]) -> list[dict[str, object]]:
        return [json.loads(line) for line in run(script, url, stdin="\n".join(map(bytes.hex, messages)))]

    return decode


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """The registry of a later release: Transcript has a third version, with one more field."""
    folder = tmp_path_factory.mktemp("schemas") / "schemas"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__", "examples"))
    lines = json.loads((folder / "registry.json").read_bytes())
    newest = [line for line in lines if line["message"] == "Transcript"][-1]
    schema = json.loads((folder / newest["file"]).read_bytes())
    schema["fields"].append({"name": "added_later", "type": ["null", "string"], "doc": "Invented.", "default": None})
    (folder / "transcript.3.avsc").write_text(json.dumps(schema), encoding="utf-8")
    lines.append({**newest, "id": _NEXT_ID, "version": 3, "file": "transcript.3.avsc"})
    (folder / "registry.json").write_text(json.dumps(lines), encoding="utf-8")
    return load(folder)


def test_stock_deserializer_reads_messages_of_every_version(decode: Decode, grown: Registry) -> None:
    """Nothing is set up anew: each message is read by the schema that it names, old ones without the new fields."""
    first, second = ((FOLDER / "examples" / f"transcript.{n}.bin").read_bytes() for n in (1, 2))
    value = decoded(second, ("Transcript",)).value
    third = encode("Transcript", {**value, "added_later": "mới"}, schemas=grown)
    with _served(grown) as url:
        oldest, before, after = decode(url, [first, second, third])
    assert after == {**before, "added_later": "mới"}
    assert before == json.loads(json.dumps(value, default=bytes.hex))
    assert before["evidence"] == "derived"
    assert oldest == {name: told for name, told in before.items() if name != "evidence"}
    assert decoded(first, ("Transcript",)).value["evidence"] == "native"


def test_stock_deserializer_tells_that_an_id_is_unknown(decode: Decode) -> None:
    """An error that names the registry's answer, not a wrong value; the message before it is read."""
    known = (FOLDER / "examples" / "transcript.1.bin").read_bytes()
    with _served(registry()) as url:
        first, second = decode(url, [known, known[:1] + _UNKNOWN_ID.to_bytes(4, "big") + known[5:]])
    assert "pupil_key" in first
    assert second["error"] == 404


@contextmanager
def _served(schemas: Registry) -> Iterator[str]:
    """Serve the registry API on a free port, in a thread of its own."""
    loop, runner = asyncio.new_event_loop(), web.AppRunner(registry_app(["ha-noi"], schemas))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> str:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return "http://{}:{}".format(*runner.addresses[0][:2])

    try:
        yield asyncio.run_coroutine_threadsafe(start(), loop).result(30)
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()
