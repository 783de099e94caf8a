"""Whether two names or figures of a sentence have changed places: "3 on Team and 10 on Business" for 10 and 3. Pure."""

from collections.abc import Sequence
from itertools import combinations


def crossed(ours: Sequence[str], theirs: Sequence[str], names: frozenset[str]) -> bool:
    """Whether figures have changed places among names that have not, or names around a word that both have.

    Both are stems and figures in their order; `names` are stems, too.
    """
    shared = [key for key in dict.fromkeys(ours) if ours.count(key) == 1 == theirs.count(key)]
    named = [key for key in shared if key in names]
    figures = [key for key in shared if key[0] in "#@"]
    here, there = {key: ours.index(key) for key in shared}, {key: theirs.index(key) for key in shared}
    turned = [there[a] > there[b] for a, b in combinations(figures, 2)]
    if any(turned) and len(named) > 1 and not any(there[a] > there[b] for a, b in combinations(named, 2)):
        return True
    return any(
        there[a] > there[b]
        and any(
            here[a] < here[key] < here[b] and there[b] < there[key] < there[a] for key in shared if key not in named
        )
        for a, b in combinations(named, 2)
    )
