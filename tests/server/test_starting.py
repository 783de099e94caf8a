"""A server that cannot start says in one line what to do."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from pydantic import ValidationError

from server.cli import told
from server.settings import Settings
from server.welcome import store_of

ROOT = Path(__file__).parents[2]

Run = Callable[..., Result]


def refusal(orchestratai: Run) -> str:
    """What `serve` says, in one line, without a trace."""
    result = orchestratai("serve")
    assert result.exit_code == 1, result.output
    said = [line for line in result.stderr.splitlines() if line.strip()]
    assert len(said) == 1, result.stderr
    assert said[0].startswith("Error: ")
    return said[0]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "high", "PORT should be a valid integer"),
        ("WORKERS", "2", "WORKERS=2 needs REDIS_URL"),
        ("REDIS_URL", "reddis://host", "REDIS_URL has scheme 'reddis'"),
        ("REDIS_URL", "redis://host:port/0", "REDIS_URL is not of the form redis://user:password@host:6379/0"),
        ("REDIS_URL", "redis://:pass/word@host:6379/0", "with / ? # : @ in a password as %2F %3F %23 %3A %40"),
        ("REDIS_URL", "redis://host:6379/zero", "names the database 'zero', which is not a number"),
        ("REDIS_URL", "redis+sentinel://", "REDIS_URL is not of the form redis+sentinel://"),
        ("REDIS_URL", "redis+cluster://", "REDIS_URL is not of the form redis+cluster://"),
        ("OPENAI_BASE_URL", "localhost", "OPENAI_BASE_URL is not a URL"),
        ("QDRANT_URL", "qdrant:6333", "QDRANT_URL is not a URL"),
        ("COHERE_BASE_URL", "cohere", "COHERE_BASE_URL is not a URL"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "OTEL_EXPORTER_OTLP_ENDPOINT is not a URL"),
        ("ALLOWED_ORIGINS", "https://a.example, b.example", "'b.example' is no origin"),
        ("ALLOWED_ORIGINS", "https://a.example/", "'https://a.example/' is no origin"),
        ("HOST", "no.such.invalid", "Name another with HOST"),
        ("API_KEYS", "a-key-without-a-name", "API_KEYS: entry 1 is not name:key"),
        ("API_KEYS_FILE", "not-there", "cannot be read: No such file"),
        ("EXAMPLES_DIR", "/", "has no examples"),
    ],
)
def test_what_is_wrong_is_named_as_the_operator_wrote_it(
    orchestratai: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv("PORT", "0")
    monkeypatch.setenv(name, value)
    said = refusal(orchestratai)
    assert says in said
    assert "pass/word" not in said


def test_a_data_dir_that_is_none_is_told(orchestratai: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("PORT", "0")
    monkeypatch.setenv("DATA_DIR", str(file))
    assert f"DATA_DIR {file} cannot be used: File exists" in refusal(orchestratai)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are posix")
def test_a_disk_that_takes_nothing_more_is_told(tmp_path: Path) -> None:
    """A process whose files may not grow meets what a full disk is, where the first byte is written."""
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0));"
        "from server.cli import main; main(['serve', '--port', '0', '--data-dir', 'data'])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr == "Error: DATA_DIR data cannot be used: File too large. Mend that, or name another DATA_DIR\n"


@pytest.mark.parametrize(
    "url",
    [
        "redis://host",
        "redis:///1",
        "rediss://user:p%40ss@host:6379/0",
        "redis://[::1]:6379/0",
        "unix:///run/redis.sock",
        "redis+sentinel://a:26379,b:26379/mymaster/1?sentinel_password=x",
        "rediss+cluster://user:word@a,b:6379",
    ],
)
def test_every_documented_redis_url_is_taken(url: str) -> None:
    assert Settings(_env_file=None, redis_url=url).redis_url == url  # type: ignore[call-arg]


@pytest.mark.parametrize("password", ["12/secret", "12?secret", "12#secret", "℀secret"])
def test_a_password_whose_signs_are_not_encoded_is_refused_without_being_told(password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, redis_url=f"redis://me:{password}@host:6379/0")  # type: ignore[call-arg]
    assert "REDIS_URL is not of the form" in told(refused.value)
    assert "secret" not in told(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://me:secret@a:26379/mymaster?sentinel_password=se@cret",
        "redis://me:secret@host:6379/0?client_name=x",
        "unix://me:secret@/run/redis.sock?db=1",
    ],
)
def test_where_the_sessions_are_is_told_without_a_password(url: str) -> None:
    where = store_of(Settings(_env_file=None, redis_url=url))  # type: ignore[call-arg]
    assert where.startswith(f"Redis at {url.partition(':')[0]}://")
    assert "cret" not in where


def test_levels_may_be_written_large_and_addresses_of_six_have_brackets() -> None:
    settings = Settings(_env_file=None, log_level="WARNING", log_format="JSON", host="::1")  # type: ignore[arg-type, call-arg]
    assert (settings.log_level, settings.log_format) == ("warning", "json")
    assert settings.url == "http://[::1]:8000"
    assert settings.address == "[::1]:8000"
