"""How long a model may take, and how often it is asked again."""

from dataclasses import dataclass

MOST_TEXT = 500_000
"""Characters of one answer, far beyond what anybody reads; a model that writes more is broken off."""


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """Seconds, except `retries`. Together they bound every answer: none lasts longer than `first_byte + whole`."""

    connect: float = 5.0
    """One attempt to connect."""
    first_byte: float = 60.0
    """From asking to the response's headers, all retries included; and once more from there to its first byte."""
    stall: float = 30.0
    """Silence between two reads; a comment counts as a sign of life."""
    whole: float = 300.0
    """From the headers to the end of the answer, however lively."""
    settle: float = 5.0
    """From the answer's finish to the usage chunk and the end; past it, the answer counts as complete."""
    retries: int = 2
    """Further attempts, only before the first byte, after 429, 408, 409, 5xx or no connection."""
    retry_after: float = 10.0
    """The longest `Retry-After` that is waited for; a longer one is reported at once."""
