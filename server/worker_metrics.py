"""One port's workers told as one: whichever of them is scraped shows what each has counted, by its number.

Each keeps what it counts in a file beside its index, since a scrape reaches only one, and another one the next time:
counters would seem to fall. What the others show is as old as their last writing.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

PERIOD = 2.0
"""Seconds between two writings."""

NAME = "metrics.prom"

SHARED = frozenset({"orchestratai_runs_unfinished", "orchestratai_sessions_active"})
"""What is counted for all instances when a worker is scraped: the others' figures are as old as their last scrape."""


class WorkerMetrics:
    """The metrics of the worker whose folder this is, with those of its siblings."""

    def __init__(self, folder: Path, show: Callable[[], bytes]) -> None:
        self._folder = folder
        self._own = show

    def show(self) -> bytes:
        """All workers' metrics in Prometheus' text format; each sample is labelled with its worker.

        Takes some 5 ms a worker: for a thread. What is SHARED is told once, without a label.
        """
        registry = CollectorRegistry()
        registry.register(_Merged(self._texts()))
        return generate_latest(registry)

    def _texts(self) -> Iterator[tuple[str, str]]:
        yield self._folder.name, self._own().decode()
        for other in sorted(self._folder.parent.glob(f"*/{NAME}")):
            if other.parent != self._folder:
                with suppress(OSError):  # its worker is being replaced
                    yield other.parent.name, other.read_text()

    async def watch(self) -> None:
        """Write what this worker counts, until cancelled."""
        while True:
            await asyncio.to_thread(self._write)
            await asyncio.sleep(PERIOD)

    def _write(self) -> None:
        text = self._own()
        new = self._folder / f"{NAME}.new"
        with suppress(OSError):  # a full disk is told where it matters
            new.write_bytes(text)
            os.replace(new, self._folder / NAME)


class _Merged(Collector):
    """Each family once, with all workers' samples. The first text is that of the worker that is scraped."""

    def __init__(self, texts: Iterator[tuple[str, str]]) -> None:
        self._families: dict[str, Metric] = {}
        for number, (worker, text) in enumerate(texts):
            for family in text_string_to_metric_families(text):
                shared = family.name in SHARED
                if shared and number > 0:
                    continue
                into = self._families.setdefault(
                    family.name, Metric(family.name, family.documentation, family.type, family.unit)
                )
                own = {} if shared else {"worker": worker}
                into.samples += [sample._replace(labels={**sample.labels, **own}) for sample in family.samples]

    def collect(self) -> Iterator[Metric]:
        yield from self._families.values()
