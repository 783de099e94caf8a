"""Files of JSON lines to measure with."""

from pathlib import Path
from typing import Any

import orjson

from agents.errors import AgentError


class SetInvalid(AgentError):
    """A set to measure with is not of the shape that it should be; the message names the place."""

    code = "set_invalid"


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON-lines file. Raises SetInvalid."""
    found: list[dict[str, Any]] = []
    try:
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if line.strip():
                value = orjson.loads(line)
                if not isinstance(value, dict):
                    raise SetInvalid(f"{path}, line {number}: is not an object.")
                found.append(value)
    except OSError as error:
        raise SetInvalid(f"{path}: {error.strerror or error}") from error
    except orjson.JSONDecodeError as error:
        raise SetInvalid(f"{path}, line {len(found) + 1}: {error}") from error
    return found
