"""Keeps the event loop from standing still for what need not be done at once: the collector, other threads' turns."""

import gc
import sys

TURN = 0.0005
"""Seconds for which a thread that computes may keep the event loop waiting; Python's own 5 ms are felt in a stream.

Beside four searches at a time the loop stood still for 10.2 ms at most with 1 ms, 7.2 with .3, 6.9 with .1; a search
took 8.5, 11.4 and 9.9 ms of CPU. The machine was busy otherwise; beside one search it was 7.5 (median of six), 5.6
with .4, 4.9 with .1, and no search took longer.
"""

ROUNDS = (300, 2, 100)
"""New objects after which the collector goes through them, and how many such rounds make one of the next kind.

Python's own 700 and 10 make rounds of 7,000 objects, 4 to 9 ms while questions are answered; these are 1 to 2.
"""


def shorten_pauses() -> None:
    """Call once all is loaded: the collector then need not go through that again and again, 60 ms each time."""
    gc.freeze()
    gc.set_threshold(*ROUNDS)
    sys.setswitchinterval(TURN)
