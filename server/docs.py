"""GET /openapi.json, /asyncapi.json and /docs: the last is plain HTML with its own style, and asks no other host."""

import base64
import hashlib
import re
from functools import cache
from html import escape
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from server import asyncapi as asyncapi_document
from server import openapi as openapi_document
from server.house import House
from server.published import shown

Json = dict[str, Any]

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid; padding-bottom: .25rem; font-size: 1.1rem; }
code, pre { font: 14px/1.45 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; }
nav ul { columns: 2; padding-left: 1rem; }
"""

KEYS = (
    "This server asks for a key: `Authorization: Bearer <key>` or `X-API-Key: <key>` with every request but those that "
    "name no `401`. Browsers cannot send one on EventSource and WebSocket: these take a `ticket`."
)
OPEN = "This server asks for no key."

POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def openapi_of(house: House) -> Json:
    """The OpenAPI document of this server."""
    tools = tuple(house.agents.tools)
    return _openapi(not house.keys.open, tools, house.settings.uses_model)


@cache
def _openapi(keys: bool, tools: tuple[str, ...], model: bool) -> Json:
    return openapi_document.document(keys=keys, tools=tools, model=model)


@cache
def asyncapi_bytes() -> bytes:
    """The AsyncAPI document."""
    return orjson.dumps(asyncapi_document.document(), option=orjson.OPT_INDENT_2)


def page(document: Json) -> bytes:
    """The OpenAPI document as a page."""
    operations = [
        (method.upper(), path, told)
        for path, item in document["paths"].items()
        for method, told in item.items()
        if isinstance(told, dict)
    ]
    contents = "".join(
        f'<li><a href="#{told["operationId"]}"><code>{method} {escape(path)}</code></a></li>'
        for method, path, told in operations
    )
    schemas = "".join(_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items()))
    info = document["info"]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(info["title"])}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{_text(info['description'])}</p>"
        f"<p>{_text(KEYS if document['security'] else OPEN)}</p>"
        '<p><a href="/openapi.json">openapi.json</a>, <a href="/asyncapi.json">asyncapi.json</a>, '
        f'<a href="/schemas/events.json">events.json</a></p><nav><ul>{contents}</ul></nav>'
        f"{''.join(_operation(*each, document) for each in operations)}<h1>Schemas</h1>{schemas}</body></html>"
    ).encode()


def _operation(method: str, path: str, told: Json, document: Json) -> str:
    parts = [f'<h2 id="{told["operationId"]}"><code>{method} {escape(path)}</code></h2><p>{_text(told["summary"])}</p>']
    rows = [(each["name"], f"{each['in']}: {each['description']}") for each in told["parameters"]]
    if {"ticket": []} in told.get("security", ()):
        rows.append(("ticket", f"query: {document['components']['securitySchemes']['ticket']['description']}"))
    if "requestBody" in told:
        rows.append(("body", _content(told["requestBody"]["content"])))
    rows += [
        (status, f"{each['description']} {_content(each.get('content', {}))}")
        for status, each in told["responses"].items()
    ]
    cells = "".join(f"<tr><th><code>{escape(name)}</code></th><td>{_text(text)}</td></tr>" for name, text in rows)
    return f"{parts[0]}<table>{cells}</table>"


def _content(content: Json) -> str:
    names = [each["schema"].get("$ref", "").rpartition("/")[2] or media for media, each in content.items()]
    return f"({', '.join(f'`{name}`' for name in names)})" if names else ""


def _schema(name: str, schema: Json) -> str:
    shown_schema = orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode()
    return f'<h2 id="{escape(name)}"><code>{escape(name)}</code></h2><pre>{escape(shown_schema)}</pre>'


def _text(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


async def openapi(request: Request) -> Response:
    """The HTTP API, for tools."""
    house: House = request.app.state.house
    return shown(orjson.dumps(openapi_of(house), option=orjson.OPT_INDENT_2), "application/json")


async def asyncapi(request: Request) -> Response:
    """The streams, for tools."""
    return shown(asyncapi_bytes(), "application/json")


async def docs(request: Request) -> Response:
    """The HTTP API, for people."""
    house: House = request.app.state.house
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return Response(page(openapi_of(house)), media_type="text/html", headers=headers)
