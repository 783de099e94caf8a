"""Which pages may use the doors: those of this server, and those of the sites in ALLOWED_ORIGINS."""

import re
from urllib.parse import urlsplit

from starlette.types import Scope

OWN = ""
"""The origin of this server's own pages, and of clients that are no browsers: these send none."""


_ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^\s/?#@*]+")


def check_origin(text: str) -> str:
    """The origin as browsers write it. Raises ValueError for what no browser sends, and so would never fit."""
    origin = text.lower()
    for scheme, port in (("https://", ":443"), ("http://", ":80")):
        if origin.startswith(scheme):
            origin = origin.removesuffix(port)
    if not _ORIGIN.fullmatch(origin) or not origin.isascii():  # browsers write other letters as xn--…
        raise ValueError(f"{text!r} is no origin: give scheme and host alone, as https://shop.example, or *")
    return origin


def origin_of(scope: Scope) -> str:
    """The origin of the page that asks; OWN for this server's."""
    headers = dict(scope["headers"])
    origin = str(headers.get(b"origin", b""), "latin-1")
    return OWN if not origin or is_own(origin, scope) else origin


def is_own(origin: str, scope: Scope) -> bool:
    """Whether an origin is the one that the request was sent to."""
    host = str(dict(scope["headers"]).get(b"host", b""), "latin-1")
    try:
        return bool(urlsplit(origin).netloc == host) and bool(host)
    except ValueError:
        return False


def listed(origin: str, origins: tuple[str, ...]) -> bool:
    """Whether an origin may use the doors."""
    return origin == OWN or "*" in origins or origin in origins


def allowed(scope: Scope, origins: tuple[str, ...]) -> bool:
    """Whether the request's Origin may use the doors. A client that is no browser sends none and may."""
    return listed(origin_of(scope), origins)
