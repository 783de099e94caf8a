"""Where a request comes from, as far as that can be believed."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.types import Scope

Address = IPv4Address | IPv6Address


class Addresses:
    """Believes X-Forwarded-For only as far back as trusted proxies wrote it."""

    def __init__(self, trusted: tuple[str, ...]) -> None:
        self._trusted = tuple(ip_network(part, strict=False) for part in trusted)

    def of(self, scope: Scope) -> str:
        """The client's address; an IPv6 network of 64 bits counts as one, since one client has all of it."""
        peer = scope.get("client")
        address = _parse(peer[0] if peer else "")
        if address is None:
            return "unknown"
        if self._trusted and self._trusts(address):
            given = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
            for part in reversed(given.decode("latin-1").split(",")):
                before = _parse(part.strip())
                if before is None:
                    break
                address = before
                if not self._trusts(before):
                    break
        if isinstance(address, IPv6Address):
            return str(ip_network((address, 64), strict=False))
        return str(address)

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


def _parse(text: str) -> Address | None:
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if mapped is not None else address
