"""The only place that reads the environment: it becomes one frozen value."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from agents.providers.prices import Price, parse
from server.origins import check_origin
from streaming.log import StoreError
from streaming.stores import check_url

_URL = re.compile(r"https?://[^\s/?#]+([/?#]\S*)?")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class Settings(BaseSettings):
    """Every setting, from the environment or a `.env` file; all optional. An empty value counts as absent."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    data_dir: Path = Field(Path("data"), description="Where sessions, events and the index are kept.")
    examples_dir: Path | None = Field(None, description="The router's examples; none: the bundled ones.")
    redis_url: str | None = Field(None, description="Redis that instances share; none: SQLite, for one.")
    workers: int = Field(1, ge=1, le=64, description="Processes that serve the port; more than one needs REDIS_URL.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    log_format: Literal["auto", "text", "json"] = Field("auto", description="`auto`: text on a terminal, else JSON.")
    openai_api_key: SecretStr | None = Field(None, description="Key for the model's provider.")
    openai_base_url: str | None = Field(None, description="Any server that speaks chat completions.")
    openai_model: str = Field("gpt-5-mini", description="The model that writes answers.")
    openai_embedding_model: str | None = Field(None, description="There, the model that embeds; none: WordLlama.")
    openai_timeout: float = Field(30.0, gt=0, description="Seconds of silence after which the model is given up.")
    model_prices: Annotated[dict[str, Price], NoDecode] = Field(
        {},
        description="What models cost, as `model=prompt/completion`, comma separated: US dollars per million tokens.",
    )
    qdrant_url: str | None = Field(None, description="A Qdrant server; none: the embedded index.")
    qdrant_api_key: SecretStr | None = Field(None, description="Key for the Qdrant server.")
    qdrant_collection: str = Field("orchestratai", min_length=1, max_length=255, description="The collection there.")
    cohere_api_key: SecretStr | None = Field(None, description="Key for Cohere, which then reranks.")
    cohere_base_url: str = Field("https://api.cohere.com", description="Any server that speaks Cohere's API.")
    cohere_rerank_model: str = Field("rerank-v5.0-fast", description="The model that reranks; `none`: none does.")
    cohere_embedding_model: str | None = Field(None, description="There, the model that embeds; none: WordLlama.")
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Origins of other sites whose pages may use the API, comma separated; `*` for all."
    )
    api_keys: SecretStr | None = Field(None, description="Keys as `name:key`, comma separated; none: open to all.")
    api_keys_file: Path | None = Field(None, description="File with a `name:key` a line; read again when it changes.")
    ticket_secret: SecretStr | None = Field(None, description="Signs tickets; one for all instances. None: random.")
    ticket_ttl: float = Field(60.0, gt=0, le=3600, description="Seconds for which a ticket opens a stream.")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses or networks whose X-Forwarded-For is believed, comma separated."
    )
    rate_limit_per_ip: int = Field(100, ge=0, description="Requests a minute from one address without a key; 0: any.")
    rate_limit_per_key: int = Field(1000, ge=0, description="Requests a minute with one key; 0: any.")
    streams_per_client: int = Field(200, ge=0, description="Open streams, and sockets, of one key or address; 0: any.")
    runs_per_client: int = Field(50, ge=0, description="Unfinished runs of one key or address; 0: any.")
    max_runs: int = Field(200, ge=1, description="Runs that one process works on; more are refused with 503.")
    otel_exporter_otlp_endpoint: str | None = Field(None, description="Where traces are sent, as http://host:4318.")
    active_for: float = Field(900.0, gt=0, description="Seconds after its last use for which a session is active.")
    session_ttl: float = Field(30 * 86400, gt=0, description="Seconds that an unused session is kept.")
    run_timeout: float = Field(300.0, gt=0, description="Seconds after which a run is ended as failed.")
    body_timeout: float = Field(10.0, gt=0, description="Seconds that a request's body may take to arrive.")
    heartbeat: float = Field(5.0, gt=0, description="Seconds between pings during a run; three times that when idle.")
    slow_timeout: float = Field(20.0, gt=0, description="Seconds after which a reader that takes nothing is dropped.")
    drain_timeout: float = Field(25.0, ge=0, description="Seconds that active runs get when the server ends.")

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _small(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("openai_base_url", "qdrant_url", "cohere_base_url", "otel_exporter_otlp_endpoint")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not _URL.fullmatch(value):
            raise ValueError("is not a URL as http://host:port or https://host/path")
        return value

    @field_validator("allowed_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("model_prices", mode="before")
    @classmethod
    def _prices(cls, value: object) -> object:
        return parse(value) if isinstance(value, str) else value

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(check_origin(part) for part in value)

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            ip_network(part, strict=False)  # its ValueError says what is wrong
        return value

    @field_validator("redis_url")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        try:
            return None if value is None else check_url(value)
        except StoreError as error:
            raise ValueError(str(error)) from None

    @model_validator(mode="after")
    def _one_process(self) -> Self:
        if self.workers > 1 and self.redis_url is None:
            raise ValueError(
                f"WORKERS={self.workers} needs REDIS_URL: without it sessions live in a SQLite file for one process"
            )
        return self

    @model_validator(mode="after")
    def _one_embedding(self) -> Self:
        if self.openai_embedding_model and self.cohere_embedding_model:
            raise ValueError("OPENAI_EMBEDDING_MODEL and COHERE_EMBEDDING_MODEL are both set: an index has one")
        if self.openai_embedding_model and not self.uses_model:
            raise ValueError("OPENAI_EMBEDDING_MODEL needs OPENAI_API_KEY or OPENAI_BASE_URL")
        if self.cohere_embedding_model and self.cohere_api_key is None:
            raise ValueError("COHERE_EMBEDDING_MODEL needs COHERE_API_KEY")
        return self

    @property
    def url(self) -> str:
        """Where the server is reached from this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - read, not bound
        return f"http://{_bracketed(host)}:{self.port}"

    @property
    def address(self) -> str:
        """Where it listens, to be told."""
        return f"{_bracketed(self.host)}:{self.port}"

    @property
    def model_url(self) -> str | None:
        """Where the model is asked, if one is."""
        return (self.openai_base_url or "https://api.openai.com/v1") if self.uses_model else None

    @property
    def reranks(self) -> bool:
        """Whether a model puts the passages in order."""
        return self.cohere_api_key is not None and self.cohere_rerank_model != "none"

    @property
    def uses_model(self) -> bool:
        """Whether a model writes the answers; else they are put together from the sources' sentences."""
        return self.openai_api_key is not None or self.openai_base_url is not None
