"""Lets the thread that serves take a processor at once from threads that compute, where the system can (Linux)."""

import asyncio
import ctypes
import os
import platform
import struct
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

SLICE = 100_000
"""Nanoseconds that the serving thread asks for at a time, the least that Linux takes.

A thread that asks for less than the one that runs need not wait until the clock's next tick, up to 4 ms. While one
question after another was searched for in 20,000 chunks on two processors, the event loop stood still for more than
3 ms 66 times instead of 105, for more than 5 in 3 of 24 runs instead of 8; an idle process beside in 2 and 3.
"""

NICER = 5
"""By how much threads that compute are nicer than the one that serves.

Python's lock wakes the one that waits for it before it is free: that one goes to sleep again at once, and is woken
anew before Linux (6.12) finds that it may go on, so that it waits for the clock's next tick, 4 ms, behind a thread
that is as nice as itself. In six to sixteen quiet runs each, as above, the event loop stood still for more than 2 ms
16 times a run with 0, 15 with 1, 13 with 2 and 3, 10 with 4, three times with 5, once with 10; at most for 6.0 ms with
0 and for 4.6 with 5. Beside two other programs that compute in the same terminal the computing threads get less of a
processor while they hold Python's lock: at most 8 ms with 0, 18 with 5, 59 with 10. What runs in other sessions or
containers does not compete with them so: beside two programs in sessions of their own 7 ms with 0, 5 with 5.
"""

_CALLS = {"x86_64": (314, 315), "aarch64": (274, 275)}
"""Numbers of sched_setattr and sched_getattr; glibc has names for them since 2.41 only."""
_ATTRIBUTES = struct.Struct("=IIQiIQQQ")
"""struct sched_attr: size, policy, flags, nice, priority, runtime, deadline, period; see sched_setattr(2)."""
_NORMAL = 0
_RESET_ON_FORK = 1
"""Threads and processes that this one starts have the system's own slice."""


def run_soon() -> bool:
    """Asks for short slices for the calling thread, and no others. False where the system cannot, or denies it."""
    if sys.platform != "linux" or platform.machine() not in _CALLS:
        return False
    put, get = _CALLS[platform.machine()]
    call = ctypes.CDLL(None).syscall
    attributes = ctypes.create_string_buffer(_ATTRIBUTES.size)
    if call(get, 0, attributes, _ATTRIBUTES.size, 0) != 0:
        return False
    size, policy, flags, nice, *others = _ATTRIBUTES.unpack(attributes.raw)
    if policy != _NORMAL or nice < 0:
        return False  # an operator has decided otherwise; threads started from here on would lose their nice
    wanted = _ATTRIBUTES.pack(size, policy, flags | _RESET_ON_FORK, nice, others[0], SLICE, *others[2:])
    return bool(call(put, 0, wanted, 0) == 0)


def let_computing_give_way() -> None:
    """Call in the loop before anything computes: what it hands to threads from then on is nicer than itself (Linux)."""
    threads = ThreadPoolExecutor(thread_name_prefix="computing", initializer=_be_nicer)
    asyncio.get_running_loop().set_default_executor(threads)


def _be_nicer() -> None:
    if sys.platform == "linux":  # elsewhere a thread has no priority of its own
        thread = threading.get_native_id()
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + NICER)
