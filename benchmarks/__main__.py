"""`make bench`: every budget that concerns one process, measured in one run."""

import argparse
import asyncio
import importlib

from benchmarks.table import show

PARTS = ("delivery", "memory", "relay", "first_token", "start", "large", "redis")


def main() -> None:
    """Run the parts named, or all, and print one table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all by default")
    parts = parser.parse_args().parts or PARTS
    rows = []
    for part in parts:
        print(f"measuring {part} …", flush=True)
        rows += asyncio.run(importlib.import_module(f"benchmarks.{part}").rows())
    show(rows)


if __name__ == "__main__":
    main()
