"""The tour with recorded answers: every step goes as told, by the storyteller alone and by `proviso tour`."""

import json
import os
import pathlib
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from support.gateway import BINARY, Serving, free_port, run, why_not
from support.recordings import ROOT

SECONDS_MAX = 120
STEPS = 6
UPSTREAM = ROOT / "examples/tour/recorded_upstream.py"
STORYTELLER = ROOT / "examples/tour/tour.py"

CONFIGURATION = """
[[provider]]
name = "recorded"
url = "http://127.0.0.1:{upstream}"
dialects = ["openai-chat", "anthropic-messages"]
[[model]]
name = "recorded"
provider = "recorded"
"""


def without_gateway(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def recorded_provider() -> Iterator[int]:
    """The port of the tour's recorded provider."""
    process = subprocess.Popen([sys.executable, UPSTREAM, "--port", "0"], stdout=subprocess.PIPE, text=True)
    yield int(process.stdout.readline().strip().rpartition(":")[2])
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0


@pytest.fixture
def home(tmp_path: pathlib.Path, recorded_provider: int) -> Iterator[dict[str, str]]:
    """A gateway as `proviso init` makes it, with the recorded provider; the storyteller's environment."""
    if reason := why_not():
        without_gateway(reason)
    place, port = tmp_path / "home", free_port()
    run("init", "--home", str(place))
    configuration = (place / "config.toml").read_text().replace("127.0.0.1:8484", f"127.0.0.1:{port}")
    (place / "config.toml").write_text(configuration + CONFIGURATION.format(upstream=recorded_provider))
    serving = Serving(place, f"http://127.0.0.1:{port}")
    yield os.environ | {
        "PROVISO_URL": f"http://127.0.0.1:{port}",
        "PROVISO_HOME": str(place),
        "PROVISO_BIN": str(BINARY),
        "PROVISO_API_KEY": (place / "keys/api-analyst-desk.key").read_text().strip(),
        "PROVISO_MODEL_KIND": "recorded",
        "PROVISO_RECORDED_MODEL": "recorded",
    }
    serving.close()


def test_every_step_goes_as_told(home: dict[str, str]):
    done = subprocess.run(
        [sys.executable, STORYTELLER, "--json"], env=home, capture_output=True, text=True, timeout=SECONDS_MAX
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [step["step"] for step in told] == list(range(1, STEPS + 1)), done.stderr
    for step in told:
        assert step["as_told"], json.dumps(step, indent=1)
    assert done.returncode == 0, done.stderr
    assert home["PROVISO_API_KEY"] not in done.stdout + done.stderr


def test_a_step_that_goes_otherwise_is_a_failure(home: dict[str, str]):
    wrong = home | {"PROVISO_API_KEY": "no-such-key"}
    done = subprocess.run([sys.executable, STORYTELLER], env=wrong, capture_output=True, text=True, timeout=SECONDS_MAX)
    assert done.returncode == 1
    assert "NOT SO" in done.stdout and "did not go as told" in done.stderr


def test_the_commands_that_it_shows_to_look_closer_run(home: dict[str, str]):
    done = subprocess.run(
        [sys.executable, STORYTELLER, "--json"], env=home, capture_output=True, text=True, timeout=SECONDS_MAX
    )
    events = [event for line in done.stdout.splitlines() for event in json.loads(line)["events"]]
    shown = {event["text"] for event in events if event["what"] == "look"}
    assert len(shown) >= STEPS
    for command in shown:
        looked = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert looked.returncode == 0, f"{command}\n{looked.stdout}{looked.stderr}"


def test_proviso_tour_plays_it_and_ends(tmp_path: pathlib.Path):
    listed = subprocess.run([BINARY, "--help"], capture_output=True, text=True).stdout if BINARY.is_file() else ""
    if "\n  tour " not in listed:
        without_gateway(f"{BINARY} has no command tour")
    done = subprocess.run(
        [BINARY, "tour", "--recorded", "--once", "--home", str(tmp_path / "home")],
        cwd=ROOT,
        env=os.environ | {"PROVISO_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for number in range(1, STEPS + 1):
        assert f"\n{number}. " in done.stdout
