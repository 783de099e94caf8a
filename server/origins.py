"""Which pages may use the doors: those of this server, and those of the sites in ALLOWED_ORIGINS."""

from urllib.parse import urlsplit

from starlette.types import Scope


def allowed(scope: Scope, origins: tuple[str, ...]) -> bool:
    """Whether the request's Origin may open a socket. A client that is no browser sends none and may."""
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1")
    if not origin or "*" in origins or origin in origins:
        return True
    host = str(headers.get(b"host", b""), "latin-1")
    try:
        return bool(urlsplit(origin).netloc == host)
    except ValueError:
        return False
