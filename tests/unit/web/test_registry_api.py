"""The schema registry API over real HTTP, as stock clients use it."""

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web

from hub.schemas import registry
from hub.web import registry_app

SUBMISSION = "hocba.so-ha-noi.command.v1-vn.hocba.Submission"
RECEIPT = "hocba.so-ha-noi.receipt.v1-value"
TYPE = "application/vnd.schemaregistry.v1+json"


def ask(*requests):
    """Send requests (method, path, body) to a fresh server on the loopback; return (status, body) of each."""
    return asyncio.run(_ask(requests))


async def _ask(requests):
    runner = web.AppRunner(registry_app(["ha-noi", "hai-phong"]))
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        async with aiohttp.ClientSession(f"http://{host}:{port}") as session:
            return [await _one(session, *request) for request in requests]
    finally:
        await runner.cleanup()


async def _one(session, method, path, body=None):
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    async with session.request(method, path, data=data, headers={"Content-Type": TYPE}) as answer:
        assert answer.content_type == TYPE
        return answer.status, await answer.json(content_type=TYPE)


def get(path):
    return ask(("GET", path))[0]


def test_schema_is_found_by_id_as_stock_deserializers_ask():
    """The one question of a stock deserializer, with and without a subject, gives the schema and nothing else."""
    for query in ("", "?subject=whatever-value", "?format=&subject="):
        status, body = get(f"/schemas/ids/1001{query}")
        assert status == 200
        assert set(body) == {"schema"}
        assert json.loads(body["schema"]) == registry().by_id[1001].schema


def test_every_subject_lists_its_versions_and_leads_to_its_id():
    """Each subject is there for each Sở; its latest version names the id, and the id names the subject."""
    _, subjects = get("/subjects")
    assert SUBMISSION in subjects
    assert SUBMISSION.replace("ha-noi", "hai-phong") in subjects
    assert "hocba.bo.transcript.v1-value" in subjects
    for subject in subjects:
        versions, latest, first = ask(
            *(("GET", f"/subjects/{subject}/versions{end}") for end in ("", "/latest", "/1"))
        )  # fmt: skip
        count = len(versions[1])
        assert versions == (200, list(range(1, count + 1)))
        assert (latest == first) is (count == 1)
        assert set(latest[1]) == {"subject", "version", "id", "schema"}
        for one in (first, latest):
            places = get(f"/schemas/ids/{one[1]['id']}/versions")[1]
            assert {"subject": subject, "version": one[1]["version"]} in places
        assert latest[1]["version"] == count


def test_small_answers():
    """Types, configuration, mode and the plain schema are answered in the API's own shape."""
    answers = ask(
        ("GET", "/"), ("GET", "/schemas/types"), ("GET", "/config"), ("GET", f"/config/{RECEIPT}"), ("GET", "/mode"),
        ("GET", "/schemas/ids/1006/subjects"), ("GET", "/schemas/ids/1006/schema"),
        ("GET", f"/subjects/{RECEIPT}/versions/1/schema"),
    )  # fmt: skip
    assert {status for status, _ in answers} == {200}
    bodies = [body for _, body in answers]
    assert bodies[:3] == [{}, ["AVRO"], {"compatibilityLevel": "BACKWARD_TRANSITIVE"}]
    assert bodies[3:5] == [{"compatibilityLevel": "FULL_TRANSITIVE"}, {"mode": "READONLY"}]
    assert bodies[5] == [RECEIPT, RECEIPT.replace("ha-noi", "hai-phong")]
    assert bodies[6] == bodies[7] == registry().by_id[1006].schema


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/subjects/absent/versions", None, 40401),
        ("GET", "/subjects/hocba.so-unknown.receipt.v1-value/versions/latest", None, 40401),
        ("GET", f"/subjects/{RECEIPT}/versions/2", None, 40402),
        ("GET", f"/subjects/{RECEIPT}/versions/0", None, 42202),
        ("GET", f"/subjects/{RECEIPT}/versions/first", None, 42202),
        ("GET", f"/subjects/{RECEIPT}/versions/{'9' * 5000}", None, 42202),
        ("GET", "/schemas/ids/1", None, 40403),
        ("GET", f"/schemas/ids/{'9' * 5000}", None, 40403),
        ("GET", "/config/absent", None, 40401),
        ("GET", "/nowhere", None, 404),
        ("POST", f"/subjects/{RECEIPT}", {"schema": '"string"'}, 40403),
        ("POST", f"/subjects/{RECEIPT}", {"schema": "{"}, 42201),
        ("POST", f"/subjects/{RECEIPT}", {"schema": '{"type":"record"}'}, 42201),
        ("POST", f"/subjects/{RECEIPT}", b"not json", 42201),
        ("POST", f"/subjects/{RECEIPT}", b"[" * 100_000, 42201),
        ("POST", f"/subjects/{RECEIPT}", b" " * 300_000, 413),
        ("POST", "/subjects/absent", {"schema": '"string"'}, 40401),
        ("POST", f"/subjects/{RECEIPT}/versions", {"schema": '"string"'}, 40301),
        ("POST", "/subjects/absent/versions", {"schema": '"string"'}, 40301),
        ("DELETE", f"/subjects/{RECEIPT}", None, 40301),
        ("PUT", "/config", {"compatibility": "NONE"}, 40301),
        ("PUT", "/mode", {"mode": "READWRITE"}, 40301),
    ],
)
def test_error_has_the_code_that_clients_know(method, path, body, code):
    """Each refusal carries the registry's own error code, and its first three digits as the status."""
    status, answer = ask((method, path, body))[0]
    assert set(answer) == {"error_code", "message"}
    assert (status, answer["error_code"]) == (int(str(code)[:3]), code)


def test_known_schema_is_looked_up_and_registering_it_again_gives_its_id():
    """A producer that asks for, or registers, the schema that is already there gets its id; new fields are ignored."""
    schema = registry().latest["Receipt"]
    bare = json.loads(schema.text)
    for field in bare["fields"]:
        del field["doc"]
    body = {"schema": schema.text, "schemaType": "AVRO", "references": [], "metadata": {"x": 1}, "ruleSet": {}}
    found, again, other_form, normalized = ask(
        ("POST", f"/subjects/{RECEIPT}?normalize=False&deleted=False", body),
        ("POST", f"/subjects/{RECEIPT}/versions?normalize=False", body),
        ("POST", f"/subjects/{RECEIPT}", {"schema": json.dumps(bare)}),
        ("POST", f"/subjects/{RECEIPT}?normalize=true", {"schema": json.dumps(bare)}),
    )
    assert found == (200, {"subject": RECEIPT, "version": 1, "id": schema.id, "schema": schema.text})
    assert again == (200, {"id": schema.id})
    assert other_form[0] == 404
    assert normalized == found
