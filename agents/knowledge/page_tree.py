"""A page's tree as a browser has it: what is left open ends, and a cell stands in every row that it spans."""

from collections.abc import Iterator
from copy import copy
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Tag

_CELLS = ["td", "th"]
_ENDS = {"p": ["p"], "li": ["li", "p"], "dt": ["dt", "dd", "p"], "dd": ["dt", "dd", "p"]}
_ENDS |= {"td": [*_CELLS, "p"], "th": [*_CELLS, "p"], "tr": [*_CELLS, "tr", "p"]}
"""What ends where such an element begins, though no tag says so."""
MOST_ROWS = 1000
"""Rows that one cell may span."""
MOST_AGAIN = 50_000
"""Cells that are repeated in one page."""
LONGEST_AGAIN = 200
"""Characters of a cell that is repeated; a longer one is no name of what stands in its rows."""


def page_tree(text: str) -> BeautifulSoup:
    """The tree of a page, or of a piece of one."""
    page = _Page(text, "html.parser")
    spare = iter(range(MOST_AGAIN))
    for table in page("table"):
        _fill_rows(table, spare)
    return page


class _Page(BeautifulSoup):
    def handle_starttag(self, name: str, *about: Any, **more: Any) -> Tag | None:
        while self.currentTag is not None and self.currentTag.name in _ENDS.get(name, ()):
            self.handle_endtag(self.currentTag.name)
        return super().handle_starttag(name, *about, **more)


def _fill_rows(table: Tag, spare: Iterator[int]) -> None:
    """Repeats a cell that spans rows in each of them, so that every row says all that is so of it."""
    above: dict[int, tuple[int, Tag]] = {}
    for row in table("tr"):
        if row.find_parent("table") is not table:
            continue
        column = 0
        for cell in row.find_all(_CELLS, recursive=False):
            while column in above and next(spare, None) is not None:
                cell.insert_before(again := _again(above, column))
                column += _span(again, "colspan")
            if (height := _span(cell, "rowspan")) > 1:
                above[column] = (height - 1, cell)
            column += _span(cell, "colspan")
        while column in above and next(spare, None) is not None:
            row.append(again := _again(above, column))
            column += _span(again, "colspan")


def _again(above: dict[int, tuple[int, Tag]], column: int) -> Tag:
    left, cell = above.pop(column)
    again = copy(cell)
    if len(again.get_text()) > LONGEST_AGAIN:
        again.clear()
    if left > 1:
        above[column] = (left - 1, again)
    return again


def _span(cell: Tag, name: str) -> int:
    given = str(cell.get(name, "1"))
    return min(max(int(given), 1), MOST_ROWS) if given.isdecimal() and len(given) < 10 else 1
