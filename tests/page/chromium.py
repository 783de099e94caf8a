"""Finds a Chromium, or installs one where that is possible."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    *(("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()),
)


class NoChromium(Exception):
    """There is none, and none could be installed; the message says what was tried."""


@cache
def chromium() -> str:
    """The executable: on the PATH, else Debian's package as root, else Playwright's download. Raises NoChromium."""
    tried = [f"none of {', '.join(NAMES)} is on the PATH"]
    if found := _on_path():
        return found
    if shutil.which("apt-get") and os.geteuid() == 0:
        tried.append(_run("apt-get", "update", "-q") or _run("apt-get", "install", "-y", "-q", "chromium"))
        if found := _on_path():
            return found
    tried.append(_run(sys.executable, "-m", "playwright", "install", "chromium"))
    if found := _downloaded():
        return found
    raise NoChromium("; ".join(filter(None, tried)))


def _on_path() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def _downloaded() -> str | None:
    home = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return next((str(path) for path in sorted(home.glob("chromium-*/chrome-linux*/chrome"))), None)


def _run(*command: str) -> str:
    """What went wrong, if anything."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=600,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"`{' '.join(command)}`: {error}"
    return "" if done.returncode == 0 else f"`{' '.join(command)}`: {(done.stderr or done.stdout).strip()[-300:]}"
