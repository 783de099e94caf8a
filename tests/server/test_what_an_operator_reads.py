"""What stands in the log at night: what went wrong, who should get up, and nothing that is secret."""

import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from agents.errors import ModelUnavailable
from server import data_dir
from server.errors import describe
from server.keys import Keys
from server.metrics import Metrics


def test_an_answer_that_failed_is_told_with_its_code_and_the_kind_of_its_cause_alone() -> None:
    error = ModelUnavailable("The model cannot be reached.")
    error.__cause__ = ConnectionError("Incorrect API key provided: sk-secret")
    with capture_logs() as logged:
        describe(error)
    assert [(line["event"], line["log_level"], line["code"], line["cause"]) for line in logged] == [
        ("answer failed", "warning", error.code, "ConnectionError")
    ]
    assert "sk-secret" not in str(logged)


def test_a_disk_with_little_room_is_told_before_it_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with capture_logs() as logged:
        monkeypatch.setattr(data_dir, "ROOM", 0)
        data_dir.tell_of_little_room(tmp_path)
        assert not logged
        monkeypatch.setattr(data_dir, "ROOM", 1 << 60)
        data_dir.tell_of_little_room(tmp_path)
    assert [line["log_level"] for line in logged] == ["warning"]
    assert "little room under DATA_DIR" in logged[0]["event"]


def test_keys_that_let_nobody_in_are_told(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text("alice:alice-has-a-key\n")
    keys = Keys(None, file)
    with capture_logs() as logged:
        file.write_text("")
        assert keys.owner("alice-has-a-key") is None
        file.write_text("alice:alice-has-a-key\n")
        assert keys.owner("alice-has-a-key") == "alice"
    assert [line["event"] for line in logged if line["log_level"] == "error"] == [
        "no key is known, so nobody may come in: API_KEYS and API_KEYS_FILE name none"
    ]
    assert "alice-has-a-key" not in str(logged)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of open files are posix")
@pytest.mark.parametrize(("most", "times"), [(256, 1), (1024, 0)])
def test_a_server_that_may_open_few_files_says_so(most: int, times: int) -> None:
    program = (
        f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({most}, {most}));"
        "from server.serve import allow_many_files; allow_many_files()"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (told.stdout + told.stderr).count("few files may be open") == times


@pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")
def test_metrics_tell_how_many_files_are_open_and_may_be() -> None:
    shown = Metrics(()).show().decode()
    for name in ("process_open_fds ", "process_max_fds ", "process_resident_memory_bytes ", "process_start_time_"):
        assert f"\n{name}" in shown
