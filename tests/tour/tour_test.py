"""The tour itself, with recorded answers: `proviso tour` plays all five steps as told, and ends on Ctrl-C."""

import json
import os
import pathlib
import signal
import subprocess
import threading

import pytest

from support.gateway import BINARY
from support.recordings import ROOT

SECONDS_MAX = 120
STEPS = 5


def why_not() -> str:
    if not BINARY.is_file():
        return f"there is no {BINARY}; ./test builds it"
    listed = subprocess.run([BINARY, "--help"], capture_output=True, text=True).stdout
    return "" if "\n  tour " in listed else f"{BINARY} has no command tour"


def test_every_step_goes_as_told(tmp_path: pathlib.Path):
    if reason := why_not():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    process = subprocess.Popen(
        [BINARY, "tour", "--home", str(tmp_path / "home"), "--json"],
        cwd=ROOT,
        env=os.environ | {"PROVISO_NO_MODEL": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    too_late = threading.Timer(SECONDS_MAX, process.kill)
    too_late.start()
    told = []
    try:
        for line in process.stdout:
            if line.startswith("{"):
                told.append(json.loads(line))
            if len(told) == STEPS:
                break
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    finally:
        too_late.cancel()
        process.kill()
    assert [step["step"] for step in told] == list(range(1, STEPS + 1)), errors
    for step in told:
        assert step["as_told"], json.dumps(step, indent=1) + errors
    assert process.returncode == 0, errors
