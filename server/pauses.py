"""Keeps the event loop from standing still for what need not be done at once: the collector, other threads' turns."""

import gc
import sys

TURN = 0.001
"""Seconds for which a thread that computes may keep the event loop waiting; Python's own 5 ms are felt in a stream."""


def shorten_pauses() -> None:
    """Call once all is loaded: the collector then need not go through that again and again, 60 ms each time."""
    gc.freeze()
    sys.setswitchinterval(TURN)
