"""The read part of the Confluent schema registry API, from the schema files: stock clients resolve our ids with it.

Nothing can be written: schemas come with a release. A client that registers a schema that already stands under the
subject gets its id, as from any registry. Answers hold exactly the fields of that API, no others; unknown fields of
a request are ignored. Source: error codes and content type of Confluent's registry, API version 1 [text].
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import fastavro
from aiohttp import web

from hub.schemas import Registry, SchemaVersion, registry

__all__ = ["CONTENT_TYPE", "registry_app", "serve_registry"]

CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"
_GLOBAL_COMPATIBILITY = "BACKWARD_TRANSITIVE"  # the weaker of the two that our subjects have
_REQUEST_BYTES_MAX = 262_144
_VERSION_MAX = 2**31 - 1

_Subjects = dict[str, dict[int, SchemaVersion]]  # subject -> version -> schema
_SUBJECTS: web.AppKey[_Subjects] = web.AppKey("subjects", dict)
_SCHEMAS = web.AppKey("schemas", Registry)


class _ApiError(Exception):
    """An answer of the API other than success; `code` is its status, with or without two more digits."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


def registry_app(slugs: Iterable[str], schemas: Registry | None = None) -> web.Application:
    """Return the application for the Sở with the given slugs; mount it or run it as it is."""
    known = schemas or registry()
    app = web.Application(middlewares=[_answer_errors], client_max_size=_REQUEST_BYTES_MAX)
    app[_SCHEMAS] = known
    app[_SUBJECTS] = _subjects(known, tuple(slugs))
    app.add_routes(_routes())
    return app


async def serve_registry(slugs: Iterable[str], port: int) -> None:
    """Serve on 127.0.0.1 until cancelled; a proxy of the deployment shows it to outsiders."""
    runner = web.AppRunner(registry_app(slugs), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def _routes() -> list[web.RouteDef]:
    return [
        web.get("/", _root),
        web.get("/subjects", _list_subjects),
        web.post("/subjects/{subject}", _look_up),
        web.get("/subjects/{subject}/versions", _list_versions),
        web.post("/subjects/{subject}/versions", _register),
        web.get("/subjects/{subject}/versions/{version}", _one_version),
        web.get("/subjects/{subject}/versions/{version}/schema", _one_schema),
        web.get("/schemas/types", _types),
        web.get("/schemas/ids/{id}", _by_id),
        web.get("/schemas/ids/{id}/schema", _schema_by_id),
        web.get("/schemas/ids/{id}/subjects", _subjects_of_id),
        web.get("/schemas/ids/{id}/versions", _versions_of_id),
        web.get("/config", _global_config),
        web.get("/config/{subject}", _config),
        web.get("/mode", _mode),
        web.get("/{path:.*}", _not_found),
        *(web.route(method, "/{path:.*}", _refuse_writing) for method in ("POST", "PUT", "DELETE")),
    ]


def _subjects(schemas: Registry, slugs: tuple[str, ...]) -> _Subjects:
    found: _Subjects = {}
    for schema in sorted(schemas.by_id.values(), key=lambda one: one.version):
        for subject in schema.subjects(slugs):
            found.setdefault(subject, {})[schema.version] = schema
    return found


@web.middleware
async def _answer_errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except _ApiError as error:
        return _json({"error_code": error.code, "message": error.message}, int(str(error.code)[:3]))
    except web.HTTPException as error:
        return _json({"error_code": error.status, "message": f"HTTP {error.status} {error.reason}"}, error.status)


def _json(body: Any, status: int = 200) -> web.Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return web.Response(body=text.encode(), status=status, content_type=CONTENT_TYPE)


def _raw(schema: SchemaVersion) -> web.Response:
    return web.Response(body=schema.text.encode(), content_type=CONTENT_TYPE)


def _versions(request: web.Request) -> Mapping[int, SchemaVersion]:
    subject = request.match_info["subject"]
    subjects = request.app[_SUBJECTS]
    if subject not in subjects:
        raise _ApiError(40401, f"Subject '{subject}' not found.")
    return subjects[subject]


def _version(request: web.Request) -> SchemaVersion:
    versions = _versions(request)
    wanted = request.match_info["version"]
    if wanted in ("latest", "-1"):
        return versions[max(versions)]
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) <= 10 and 1 <= int(wanted) <= _VERSION_MAX):
        raise _ApiError(42202, f"The specified version '{wanted}' is not a valid version id.")
    if int(wanted) not in versions:
        raise _ApiError(40402, f"Version {wanted} not found.")
    return versions[int(wanted)]


def _schema(request: web.Request) -> SchemaVersion:
    wanted = request.match_info["id"]
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) <= 10 else -1
    schema = request.app[_SCHEMAS].by_id.get(number)
    if schema is None:
        raise _ApiError(40403, f"Schema {wanted} not found")
    return schema


def _places(request: web.Request) -> list[tuple[str, int]]:
    schema = _schema(request)
    subjects = request.app[_SUBJECTS]
    return [(name, schema.version) for name, all_ in subjects.items() if all_.get(schema.version) is schema]


def _described(subject: str, schema: SchemaVersion) -> dict[str, Any]:
    return {"subject": subject, "version": schema.version, "id": schema.id, "schema": schema.text}


async def _root(_request: web.Request) -> web.Response:
    return _json({})


async def _list_subjects(request: web.Request) -> web.Response:
    prefix = request.query.get("subjectPrefix", "")
    return _json(sorted(name for name in request.app[_SUBJECTS] if name.startswith(prefix)))


async def _list_versions(request: web.Request) -> web.Response:
    return _json(sorted(_versions(request)))


async def _one_version(request: web.Request) -> web.Response:
    return _json(_described(request.match_info["subject"], _version(request)))


async def _one_schema(request: web.Request) -> web.Response:
    return _raw(_version(request))


async def _types(_request: web.Request) -> web.Response:
    return _json(["AVRO"])


async def _by_id(request: web.Request) -> web.Response:
    return _json({"schema": _schema(request).text})


async def _schema_by_id(request: web.Request) -> web.Response:
    return _raw(_schema(request))


async def _subjects_of_id(request: web.Request) -> web.Response:
    return _json([subject for subject, _ in _places(request)])


async def _versions_of_id(request: web.Request) -> web.Response:
    return _json([{"subject": subject, "version": version} for subject, version in _places(request)])


async def _global_config(_request: web.Request) -> web.Response:
    return _json({"compatibilityLevel": _GLOBAL_COMPATIBILITY})


async def _config(request: web.Request) -> web.Response:
    versions = _versions(request)
    return _json({"compatibilityLevel": versions[max(versions)].compatibility})


async def _mode(_request: web.Request) -> web.Response:
    return _json({"mode": "READONLY"})


async def _look_up(request: web.Request) -> web.Response:
    found = await _same_schema(request)
    if found is None:
        raise _ApiError(40403, "Schema not found")
    return _json(_described(request.match_info["subject"], found))


async def _register(request: web.Request) -> web.Response:
    subjects = request.app[_SUBJECTS]
    found = await _same_schema(request) if request.match_info["subject"] in subjects else None
    if found is None:
        raise _read_only()
    return _json({"id": found.id})


async def _not_found(_request: web.Request) -> web.Response:
    raise _ApiError(404, "HTTP 404 Not Found")


async def _refuse_writing(_request: web.Request) -> web.Response:
    raise _read_only()


def _read_only() -> _ApiError:
    return _ApiError(40301, "Schemas come with a release of the hub; this registry is read-only.")


async def _same_schema(request: web.Request) -> SchemaVersion | None:
    """Find the version under the subject that the request's schema is: equal, or with ?normalize=true equal in form."""
    versions = _versions(request)
    asked = await _asked(request)
    normalize = request.query.get("normalize", "false").lower() == "true"
    form = _canonical_form(asked)
    for schema in versions.values():
        if schema.schema == asked or (normalize and _canonical_form(schema.schema) == form):
            return schema
    return None


async def _asked(request: web.Request) -> Any:
    try:
        body = json.loads(await request.read())
        kind = body.get("schemaType", "AVRO")
        return json.loads(body["schema"]) if kind == "AVRO" else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _ApiError(42201, "Input schema is invalid.") from None


def _canonical_form(schema: Any) -> str:
    try:
        return str(fastavro.schema.to_parsing_canonical_form(schema))
    except Exception:  # whatever the library makes of a stranger's schema
        raise _ApiError(42201, "Input schema is invalid.") from None
