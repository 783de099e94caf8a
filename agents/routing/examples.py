"""The router's examples: text files, one message a line, named `<who should answer>.txt` or `<who>.<what>.txt`.

Beside them may lie `answered.txt` and `unanswered.txt`, by which the verdict goes.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

from agents.errors import AgentError
from agents.knowledge.text_encoding import NotText, text_of

Label = Literal["billing", "technical", "policy", "orchestrator", "none"]
Examples = Mapping[str, tuple[str, ...]]

KNOWN = ("answered", "unanswered")
"""Names of files beside the examples: questions of which it is known whether the documents answer them."""


class ExamplesInvalid(AgentError):
    """The example files do not make a router."""

    code = "examples_invalid"


def load_examples(folder: Path) -> Examples:
    """The messages of each label's files, without empty lines and lines that begin with #. Raises ExamplesInvalid."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.txt")):
        label = path.name.split(".")[0]
        if label in KNOWN:
            continue
        if label not in get_args(Label):
            raise ExamplesInvalid(f"{path} is not named after one of {', '.join((*get_args(Label), *KNOWN))}.")
        found[label] = (*found.get(label, ()), *messages(path))
    missing = [label for label in get_args(Label) if not found.get(label)]
    if missing:
        raise ExamplesInvalid(f"{folder} has no examples for {', '.join(missing)}; add {missing[0]}.txt.")
    return found


def load_known(folder: Path) -> list[tuple[str, bool]]:
    """The lines in the files of `KNOWN`, and whether the documents answer them. Raises ExamplesInvalid."""
    named = [(path, path.name.split(".")[0]) for path in sorted(folder.glob("*.txt"))]
    return [(message, name == "answered") for path, name in named if name in KNOWN for message in messages(path)]


def messages(path: Path) -> list[str]:
    """The messages of a file, one a line, without empty lines and lines that begin with #. Raises ExamplesInvalid."""
    try:
        text, _ = text_of(path.read_bytes())
    except NotText as error:
        raise ExamplesInvalid(f"{path} {error}.") from error
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]
