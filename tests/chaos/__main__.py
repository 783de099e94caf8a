"""Every scenario many times, and a table of what readers were shown.

python -m tests.chaos [--times 20] [--arenas 2] [--only WORD]
"""

import argparse
import asyncio
import itertools
import statistics
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.chaos.arena import arena
from tests.chaos.scenarios import SCENARIOS, Scenario
from tests.chaos.trial import Outcome, attempt

Results = dict[str, list[Outcome | BaseException]]


def work(jobs: "itertools.chain[Scenario]", results: Results) -> None:
    """Strike with what is next until nothing is left, in an arena of one's own."""
    with arena() as place:
        for scenario in jobs:
            try:
                outcome: Outcome | BaseException = asyncio.run(attempt(place, scenario))
            except BaseException as error:
                outcome = error
                place.restore()
            results[scenario.name].append(outcome)
            told = "ok" if isinstance(outcome, Outcome) and outcome.whole else repr(outcome)
            print(f"  {scenario.name}: {told}", file=sys.stderr, flush=True)


def table(results: Results) -> bool:
    """Print the verdicts; whether all is well."""
    columns = (
        "scenario",
        "runs",
        "readers",
        "lost",
        "twice",
        "disorder",
        "endings≠1",
        "false",
        "failed",
        "anew",
        "median s",
        "worst s",
    )
    print(f"{columns[0]:<34}" + "".join(f"{name:>10}" for name in columns[1:]))
    fine = True
    for name, all_of in results.items():
        done = [outcome for outcome in all_of if isinstance(outcome, Outcome)]
        if not all_of:
            continue
        times = [outcome.recovery for outcome in done] or [float("nan")]
        counts = [
            len(all_of),
            sum(outcome.readers for outcome in done),
            sum(outcome.lost for outcome in done),
            sum(outcome.twice for outcome in done),
            sum(outcome.out_of_order for outcome in done),
            sum(outcome.without_one_ending for outcome in done),
            sum(outcome.false for outcome in done),
            len(all_of) - len(done),
            sum(outcome.again for outcome in done),
        ]
        fine = fine and not any(counts[2:-1])
        figures = "".join(f"{count:>10}" for count in counts)
        print(f"{name:<34}{figures}{statistics.median(times):>10.1f}{max(times):>10.1f}")
    return fine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--arenas", type=int, default=2, help="how many run side by side")
    parser.add_argument("--only", default="", help="scenarios whose name contains this")
    given = parser.parse_args()
    chosen = [scenario for scenario in SCENARIOS if given.only in scenario.name]
    results: Results = {scenario.name: [] for scenario in chosen}
    jobs = itertools.chain.from_iterable(itertools.repeat(chosen, given.times))
    with ThreadPoolExecutor(given.arenas) as pool:
        for done in [pool.submit(work, jobs, results) for _ in range(given.arenas)]:
            done.result()
    sys.exit(not table(results))


if __name__ == "__main__":
    main()
