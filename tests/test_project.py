"""What must stay true of the project itself."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from server import errors
from server.settings import Settings

ROOT = Path(__file__).parent.parent


def tracked() -> list[Path]:
    """The project's files, as they would be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file()]


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_in_the_readme(name: str) -> None:
    assert f"`{name.upper()}`" in (ROOT / "README.md").read_text()
    assert Settings.model_fields[name].description


def test_the_readme_names_no_setting_that_does_not_exist() -> None:
    table = (ROOT / "README.md").read_text().partition("## Settings")[2].partition("\n## ")[0]
    named = {name for row in table.splitlines() if row.startswith("|") for name in re.findall(r"`([A-Z][A-Z_]+)`", row)}
    assert named <= {name.upper() for name in Settings.model_fields}


def test_every_code_of_an_error_is_in_the_clients_documentation_with_what_to_do() -> None:
    table = (ROOT / "docs" / "client.md").read_text().partition("| what to do | codes |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`([a-z_]+)`", table))
    codes = {problem.code for problem in vars(errors).values() if isinstance(problem, errors.Problem)}
    assert named == codes | set(errors.RUN_FAILURES)


def test_the_lock_holds_names_versions_and_hashes_alone() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    pinned = re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for requirement in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        name = re.split(r"[^A-Za-z0-9-]", requirement)[0].lower()
        assert name in pinned, f"{name} is not locked: run make lock"


def test_each_source_file_says_why_it_exists() -> None:
    for path in tracked():
        if path.suffix == ".py":
            assert path.read_text().startswith('"""'), f"{path} has no first line"


def test_packages_export_nothing_from_their_init() -> None:
    for path in tracked():
        if path.name == "__init__.py":
            assert re.fullmatch(r'""".*?"""\s*', path.read_text(), re.DOTALL), f"{path} holds more than a docstring"
