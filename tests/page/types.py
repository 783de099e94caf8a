"""Writes static/demo/events.d.ts, the events' types for the client's JSDoc, from the schemas that the server publishes.

python -m tests.page.types
"""

from pathlib import Path
from typing import Any

from streaming.envelope import ANY_EVENT

FILE = Path(__file__).parents[2] / "static" / "demo" / "events.d.ts"
HEAD = "// The events' types, made from the schemas at /schemas/events.json by `python -m tests.page.types`.\n"
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def typescript() -> str:
    """The file's text."""
    schema = ANY_EVENT.json_schema(mode="serialization")
    parts = [_interface(name, each) for name, each in schema["$defs"].items()]
    return "\n".join([HEAD, *parts, f"export type AnyEvent = {_type({'oneOf': schema['oneOf']})};\n"])


def _interface(name: str, schema: dict[str, Any]) -> str:
    said = schema.get("description", "").split("\n")[0]
    head = f"/** {said} */\n" if said else ""
    fields = [_field(key, each, schema) for key, each in schema["properties"].items()]
    return f"{head}export interface {name} {{\n{''.join(fields)}}}\n"


def _field(name: str, field: dict[str, Any], schema: dict[str, Any]) -> str:
    absent = {"type": "null"} in field.get("anyOf", [])  # nulls are omitted on the wire
    kinds = [each for each in field.get("anyOf", [field]) if each != {"type": "null"}]
    optional = "?" if absent or (name not in schema.get("required", []) and "const" not in field) else ""
    return f"  {name}{optional}: {' | '.join(map(_type, kinds))};\n"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "const" in schema:
        return f'"{schema["const"]}"'
    if "enum" in schema:
        return " | ".join(f'"{each}"' for each in schema["enum"])
    if "oneOf" in schema:
        return " | ".join(map(_type, schema["oneOf"]))
    if schema.get("type") == "array":
        return f"Array<{_type(schema['items'])}>"
    if schema.get("type") == "object":
        return "Record<string, any>"
    return PLAIN.get(schema.get("type", ""), "any")


if __name__ == "__main__":
    FILE.write_text(typescript(), "utf-8")
