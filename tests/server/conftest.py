"""A DATA_DIR with the bundled index, and the command line in this process."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by the first question."""
    path = tmp_path_factory.mktemp("indexed") / "data"
    result = CliRunner().invoke(main, ["ask", "Hello!", "--data-dir", str(path)])
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture
def data_dir(indexed: Path, tmp_path: Path) -> Path:
    path = tmp_path / "data"
    shutil.copytree(indexed, path)
    return path


@pytest.fixture
def orchestratai(data_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Runs the command with these arguments, in an empty environment and folder."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "PORT", "HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(data_dir))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    return run
