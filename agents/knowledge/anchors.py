"""Anchors: what follows the `#` of a link to a place in a document, as the renderers of its kind make them. Pure."""

import re
from collections import Counter
from urllib.parse import quote, urlsplit

_OWN = re.compile(r"\s*\{#([\w.:-]+)\}\s*$")
_MARKUP = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*`~]|<[^>]*>")
_DROPPED = re.compile(r"[^\w\- ]")


class Slugs:
    """The anchors of one Markdown page's headings, as GitHub gives them: the second of a name gets `-1`."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def __call__(self, heading: str) -> str:
        """The next heading's anchor."""
        plain = _MARKUP.sub(lambda match: match[1] or "", heading).strip().lower()
        slug = _DROPPED.sub("", plain).replace(" ", "-")
        again = self._given[slug]
        self._given[slug] += 1
        return quote(f"{slug}-{again}" if again else slug)


def own_anchor(heading: str) -> tuple[str, str]:
    """A heading without the anchor that it names, `Refunds {#refunds}`, and that anchor; "" where it has none."""
    found = _OWN.search(heading)
    return (heading[: found.start()], found[1]) if found else (heading, "")


def takes_anchor(url: str) -> bool:
    """Whether an anchor may be added: not to a link that has one, nor to one that leads to no page."""
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        return False
    return "#" not in url and scheme in ("", "http", "https", "file")
