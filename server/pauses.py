"""Keeps the event loop from standing still for what need not be done at once: the collector, other threads' turns."""

import gc
import sys

from server.preemption import run_soon

TURN = 0.0002
"""Seconds for which a thread that computes may keep the event loop waiting; Python's own 5 ms are felt in a stream.

While one question after another was searched for in 20,000 chunks, the loop stood still at most, in twelve runs each on
two processors, for 3.3 to 6.9 ms with .5 ms, 2.2 to 4.9 with .2 and 2.7 to 5.9 with .05; a search took 5.4, 5.7 and
6.2 ms. Four searches at a time share the processors less well: 8.5 ms of CPU each with 1 ms, 11.4 with .3.
"""

ROUNDS = (300, 2, 1000)
"""New objects after which the collector goes through them, and how many such rounds make one of the next kind.

Python's own 700 and 10 make rounds of 7,000 objects, 4 to 9 ms while questions are answered; these 1 to 2. The third
kind goes through all that is kept, some 12,600 objects, in 4 to 10 ms, and finds next to nothing: of 1,035 questions
over HTTP 1,071 objects were left that hold one another, nearly all found by the first two. It comes a tenth as often.
"""


def shorten_pauses() -> None:
    """Call in the loop's thread once all is loaded: going through that takes the collector 60 ms each time."""
    gc.freeze()
    gc.set_threshold(*ROUNDS)
    sys.setswitchinterval(TURN)
    run_soon()
