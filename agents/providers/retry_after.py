"""How long a server asks to be left alone. Pure but for the clock, which a date is read against."""

from collections.abc import Mapping
from email.utils import mktime_tz, parsedate_tz
from time import time


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds, from headers in lower case or of either case; 0 where it does not ask."""
    try:
        if "retry-after-ms" in headers:
            return float(headers["retry-after-ms"]) / 1000
        value = headers.get("retry-after", "0")
        date = parsedate_tz(value)
        return mktime_tz(date) - time() if date else float(value)
    except (ValueError, OverflowError):
        return 0.0
