"""The README's commands do what it says."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.e2e.targets import Embedded

README = Path(__file__).parents[2] / "README.md"


def commands() -> list[str]:
    """What the console transcripts type, in order."""
    typed: list[str] = []
    for block in re.findall(r"```console\n(.*?)```", README.read_text(), re.DOTALL):
        typed += [line[2:] for line in block.replace("\\\n", " ").splitlines() if line.startswith("$ ")]
    return typed


def test_the_transcripts_work_as_printed(serve: Callable[..., Embedded]) -> None:
    script = "\n".join(f"{command}\necho; echo '<end>'" for command in commands())
    server = serve(openai_base_url=None)
    script = script.replace("localhost:8000", server.url.removeprefix("http://"))
    script = script.replace('events?after=0-0"', 'events?after=0-0" --max-time 4')
    ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    _, answer, stream, accepted, channel, *_ = ran.stdout.split("<end>\n")
    assert '"agent":"billing"' in answer
    assert '"sources":[{' in answer
    ids = [int(number) for number in re.findall(r"^id: \d+-(\d+)$", stream, re.MULTILINE)]
    assert ids == list(range(1, len(ids) + 1))
    assert stream.index("event: run.started") < stream.index("event: routing") < stream.index("event: vector_search")
    assert stream.index("event: documents") < stream.index("event: token") < stream.index("event: run.completed")
    assert '"status":"queued"' in accepted
    assert channel.count("event: run.started") == 3
    assert channel.count("event: run.completed") == 3


def test_the_terminal_answers_without_a_server(tmp_path: Path) -> None:
    orchestratai = Path(sys.executable).parent / "orchestratai"
    asked = subprocess.run(
        [orchestratai, "ask", "How much is the Team plan?"],
        env={**os.environ, "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "EUR" in asked.stdout
    assert "routing" in asked.stderr
    helped = subprocess.run([orchestratai, "--help"], capture_output=True, text=True, check=True)
    for command in ("serve", "ingest", "ask", "eval"):
        assert command in helped.stdout
