"""A relay with nothing in between: what the model's socket gives is written to the client as it comes.

`python -m benchmarks.raw_relay MODEL_PORT` prints its port. A request's body is sent on to the model as it is.
"""

import asyncio
import sys

import uvloop


class Upstream(asyncio.Protocol):
    """The model's side of one stream."""

    def __init__(self, client: asyncio.Transport, request: bytes) -> None:
        self._client = client
        self._request = request

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._client.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._client.close()


class Downstream(asyncio.Protocol):
    """The client's side of one stream."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._request = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._request += data
        head, gap, body = self._request.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if gap and len(body) == length:
            loop = asyncio.get_running_loop()
            self._task = loop.create_task(
                loop.create_connection(lambda: Upstream(self._transport, self._request), "127.0.0.1", self._port)
            )


async def main(port: int) -> None:
    """Relay until killed."""
    server = await asyncio.get_running_loop().create_server(lambda: Downstream(port), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
