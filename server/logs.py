"""Structured logs: ours and the libraries' in one format, on standard error."""

import logging
import sys

import structlog
from structlog.typing import Processor

from server.settings import Settings

_PROCESSORS: list[Processor] = []
"""One list for good: loggers keep the one that they were first used with."""


def is_text(settings: Settings) -> bool:
    """Whether a person reads along, rather than a program."""
    return settings.log_format == "text" or (settings.log_format == "auto" and sys.stderr.isatty())


def configure(settings: Settings) -> None:
    """Log from now on as the settings say: text for a terminal, JSON for everything else."""
    text = is_text(settings)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    _PROCESSORS[:] = [*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter]
    structlog.configure(
        processors=_PROCESSORS,
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    render: list[Processor] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
        if text
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "httpx", "httpx2", "openai", "sse_starlette"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
