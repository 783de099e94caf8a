"""Which tools there are: every module of this package with a `TOOL`."""

import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import agents.tools
from agents.tools.tool import Tool

Tools = Mapping[str, Tool[Any]]
"""Tools by name."""


@cache
def known_tools() -> Tools:
    """All tools of the package, by name."""
    modules = sorted(module.name for module in pkgutil.iter_modules(agents.tools.__path__))
    found = (getattr(import_module(f"agents.tools.{name}"), "TOOL", None) for name in modules)
    return by_name(tool for tool in found if tool is not None)


def by_name(tools: Iterable[Tool[Any]]) -> Tools:
    """These tools by name."""
    return {tool.name: tool for tool in tools}
