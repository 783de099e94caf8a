"""What a server says when it is ready: to a person in lines, to a program that reads its log as one event."""

import structlog
from rich.console import Console

from server.logs import is_text
from server.settings import Settings
from server.version import VERSION

log = structlog.get_logger(__name__)

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def welcome(settings: Settings) -> None:
    """Say that the server is ready, where the page is, what it runs on, and when anybody may come in."""
    model = settings.openai_model if settings.uses_model else "none: answers are quoted from the documents (embedded)"
    told = {"model": model, "store": store_of(settings), "index": index_of(settings), "keys": keys_of(settings)}
    exposed = not _given(settings) and settings.host not in LOOPBACK
    if not is_text(settings):
        (log.warning if exposed else log.info)("ready", url=settings.url, version=VERSION, **told)
        return
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(f"\n[bold green]ready[/]  {settings.url}/demo/")
    for name, text in told.items():
        console.print(f"  {name:8}{text}", markup=False, style="bold red" if exposed and name == "keys" else None)
    console.print()


def _given(settings: Settings) -> list[str]:
    named = (("API_KEYS", settings.api_keys), ("API_KEYS_FILE", settings.api_keys_file))
    return [name for name, value in named if value]


def keys_of(settings: Settings) -> str:
    """Who may come in."""
    if given := _given(settings):
        return f"those of {' and '.join(given)}"
    if settings.host in LOOPBACK:
        return "no API keys are set: anyone on this machine may use it"
    return "no API keys are set: anyone who reaches this address may use it. Set API_KEYS."


def store_of(settings: Settings) -> str:
    """Where sessions are, without the password."""
    if settings.redis_url is None:
        return f"SQLite in {settings.data_dir} (embedded)"
    scheme, _, rest = settings.redis_url.partition("://")
    return f"Redis at {scheme}://{rest.partition('?')[0].rpartition('@')[2]}"


def index_of(settings: Settings) -> str:
    """Where the index is, and what makes and orders what is found there."""
    index = "Qdrant Edge" if settings.qdrant_url is None else f"the Qdrant collection {settings.qdrant_collection}"
    embedded = " (embedded)" if settings.qdrant_url is None else ""
    vectors = settings.openai_embedding_model or settings.cohere_embedding_model or "WordLlama"
    reranked = f", reranked by {settings.cohere_rerank_model}" if settings.reranks else ""
    return f"{index} with {vectors} and BM25{embedded}{reranked}"
