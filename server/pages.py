"""The bundled page, served from the package with a content security policy that allows its own files alone."""

from importlib.resources import files
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

METHODS = ("GET", "HEAD")


def demo_folder() -> Path:
    """Where the page's files are installed."""
    return Path(str(files("static") / "demo"))


class Page:
    """Static files, each with the policy."""

    def __init__(self, folder: Path) -> None:
        self._files = StaticFiles(directory=folder, html=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] += [
                    (b"content-security-policy", POLICY.encode()),
                    (b"cache-control", b"no-cache"),
                ]
            await send(message)

        if scope["method"] not in METHODS:
            raise HTTPException(405, headers={"Allow": ", ".join(METHODS)})
        await self._files(scope, receive, guarded)


async def root(request: Request) -> Response:
    """The site's root leads to the page."""
    return RedirectResponse("/demo/")
