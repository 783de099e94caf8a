"""CSV as text: each row becomes an item that names its columns, `- Plan: Team; Price: 20 EUR`. Pure."""

import csv
import re
from collections.abc import Iterator, Sequence
from io import StringIO

MAX_NAME = 100
"""Characters of a column's name that are repeated with each row."""
MAX_TEXT = 20 * 1024 * 1024
"""Characters of all rows together, the names repeated."""
_SIGN = re.compile(r'"?sep=([,;\t|])"?\n', re.I)
"""The line by which Excel is told what parts the cells."""


class TableTooLarge(ValueError):
    """With its columns named in each row, a table would be far larger than its file."""


def rows(text: str) -> str:
    """The rows of a CSV text, the first one naming the columns. Raises csv.Error and TableTooLarge."""
    if said := _SIGN.match(text):
        text = text[said.end() :]
    dialect = _dialect(said[1] if said else text)
    table = csv.reader(StringIO(text, newline=""), dialect, strict=True)
    names = [_plain(name)[:MAX_NAME] for name in next(table, [])]
    lines: list[str] = []
    size = 0
    for line in _items(names, table):
        lines.append(line)
        size += len(line) + 1
        if size > MAX_TEXT:
            raise TableTooLarge
    return "\n".join(lines) if lines else "; ".join(filter(None, names))


def _items(names: Sequence[str], table: Iterator[list[str]]) -> Iterator[str]:
    for row in table:
        cells = ((names[n] if n < len(names) else "", _plain(cell)) for n, cell in enumerate(row))
        said = "; ".join(f"{name}: {cell}" if name else cell for name, cell in cells if cell)
        if said:
            yield f"- {said}"


def _dialect(text: str) -> type[csv.Dialect]:
    """A comma parts the cells, unless the first line holds more of another sign."""
    first = text[: text.find("\n")] if "\n" in text else text
    most = max(",;\t|", key=lambda sign: (first.count(sign), sign == ","))

    class Parted(csv.excel):
        delimiter = most

    return Parted


def _plain(cell: str) -> str:
    return " ".join(cell.split())
