"""The description of the API: OpenAPI, and a page of it that asks nobody else for anything."""

from functools import lru_cache
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from signalroom.api.endpoints import ENDPOINTS, Endpoint
from signalroom.api.problems import MEDIA_TYPE, SCHEMA
from signalroom.api.store import Snapshot

SCHEME = "key"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
ABOUT = (
    "Rows of the marts, from one published snapshot each time. Decimals are strings. "
    "`next` is the cursor of the next page of the same snapshot, which is kept for a while. "
    "A WebSocket at `/ws` takes the key as its first message, and tells the newest snapshot "
    "whenever there is another."
)
ERRORS = {
    401: "No API key, or one that does not hold.",
    403: "The key is not for this client.",
    410: "The snapshot of the cursor is kept no more: begin without a cursor.",
    422: "A parameter is unknown, or not as it is declared.",
    429: "The key asks more than it may: again after Retry-After seconds.",
    503: "Nothing is published yet.",
}
JSON_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "bigint": {"type": "integer"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
}
DECIMAL = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}


def responses(endpoint: Endpoint) -> dict[int | str, dict[str, Any]]:
    """What an endpoint may answer."""
    page = _json(f"#/components/schemas/{endpoint.name}-page", "A page of rows.")
    unchanged = {"description": "Nothing changed since the ETag of If-None-Match."}
    return {200: page, 304: unchanged, **{status: _problem(status) for status in ERRORS}}


def _json(schema: str, description: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": schema}}}
    return {"description": description, "content": content}


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/problem"}
    return {"description": ERRORS[status], "content": {MEDIA_TYPE: {"schema": schema}}}


HEALTH: dict[int | str, dict[str, Any]] = {
    200: _json("#/components/schemas/health", "The newest snapshot."),
    503: _problem(503),
}


@lru_cache(maxsize=1)
def openapi(app: FastAPI, snapshot: Snapshot | None) -> dict[str, Any]:
    """The OpenAPI document; rows are described as the snapshot has them."""
    found = get_openapi(
        title=app.title, version=version("signalroom"), description=ABOUT, routes=app.routes
    )
    texts = {"type": "string"}
    health = {"snapshot": texts, "published_at": texts | {"format": "date-time"}}
    schemas = {"problem": SCHEMA, "health": _object(health)}
    for endpoint in ENDPOINTS:
        columns = snapshot.columns[endpoint.name] if snapshot else {}
        row = {
            name: _column(endpoint, name, kind, description)
            for name, (kind, description) in columns.items()
        }
        schemas[f"{endpoint.name}-row"] = _object(row)
        rows = {"$ref": f"#/components/schemas/{endpoint.name}-row"}
        after = {"type": ["string", "null"], "description": "The cursor of the next page."}
        page = {"data": {"type": "array", "items": rows}, "next": after}
        schemas[f"{endpoint.name}-page"] = _object(page)
    scheme = {"type": "http", "scheme": "bearer", "description": "An API key."}
    found["components"] = {"schemas": schemas, "securitySchemes": {SCHEME: scheme}}
    return found


@lru_cache(maxsize=1)
def page(app: FastAPI, snapshot: Snapshot | None) -> str:
    """The document as a page to read."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("signalroom.api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("docs.html").render(api=openapi(app, snapshot))


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


def _column(endpoint: Endpoint, name: str, kind: str, description: str) -> dict[str, Any]:
    schema = DECIMAL if kind.startswith("decimal") else JSON_TYPES[kind]
    if name not in dict(endpoint.key):
        schema = schema | {"type": [schema["type"], "null"]}
    return schema | {"description": description}
