"""Subprocesses that serve or read while another measures."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def running(
    module: str, *arguments: str, env: dict[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m module arguments…` with pipes, killed at the end of the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=env,
        limit=1 << 24,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def line(process: asyncio.subprocess.Process) -> str:
    """The process's next line. Raises EOFError when it ended instead."""
    assert process.stdout is not None
    text = (await process.stdout.readline()).decode().strip()
    if not text:
        raise EOFError("the process ended early")
    return text


async def tell(process: asyncio.subprocess.Process, text: str) -> str:
    """Send the process a line and return its answer."""
    assert process.stdin is not None
    process.stdin.write(text.encode() + b"\n")
    await process.stdin.drain()
    return await line(process)
