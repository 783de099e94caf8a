"""Which store a URL means; the driver is imported when one is opened."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from streaming.log import StoreError

if TYPE_CHECKING:
    from streaming.redis_store import RedisStore

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+)(:\d{1,5})?")

SCHEMES: dict[str, Literal["redis"]] = {
    "redis": "redis",
    "rediss": "redis",
    "unix": "redis",
    "redis+sentinel": "redis",
    "rediss+sentinel": "redis",
    "redis+cluster": "redis",
    "rediss+cluster": "redis",
}


def check_url(url: str) -> str:
    """The URL as it is. Raises StoreError for one that names no place, without what is secret in it."""
    scheme = url.partition(":")[0]
    if scheme not in SCHEMES:
        raise StoreError(f"REDIS_URL has scheme {scheme!r}; known: {', '.join(SCHEMES)}")
    if scheme != "unix":
        _check_place(scheme, url)
    return url


def _check_place(scheme: str, url: str) -> None:
    several = "+" in scheme
    form = f"{scheme}://user:password@host:6379" + (",host:6379" if several else "/0")
    misshapen = StoreError(f"REDIS_URL is not of the form {form}, with / ? # : @ in a password as %2F %3F %23 %3A %40")
    try:
        parts = urlsplit(url)
    except ValueError:  # its words may hold the password
        raise misshapen from None
    if any("@" in each for each in (parts.path, parts.query.partition("=")[0], parts.fragment)):
        raise misshapen  # what looks like host and port is a password's beginning
    hosts = parts.netloc.rpartition("@")[2]
    if not all(_HOST.fullmatch(host) for host in hosts.split(",")) and (several or hosts):
        raise misshapen
    database = parts.path.strip("/").partition("/")[2 if scheme.endswith("sentinel") else 0]
    if database and not database.isdecimal():
        raise StoreError(f"REDIS_URL names the database {database!r}, which is not a number")


@asynccontextmanager
async def open_store(url: str, *, session_ttl: float) -> AsyncIterator["RedisStore"]:
    """The store that the URL names. Raises StoreError for a URL that cannot be used."""
    match SCHEMES[check_url(url).partition(":")[0]]:
        case "redis":
            from streaming.redis_store import open_redis

            async with open_redis(url, session_ttl=session_ttl) as store:
                yield store
