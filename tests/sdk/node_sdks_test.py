"""Runs the JavaScript SDKs' tests (node/*.test.mjs) against the same upstream and gateway."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

from support import responses
from support.gateway import ANALYST_KEY
from support.recordings import Recording, recordings
from support.synthetic import WITHHELD_MARK, Case, cases

FOLDER = pathlib.Path(__file__).with_name("node")
UNSOUND = ("duplicate-message-start", "spliced-message-start")


def models(recorded: tuple[Recording, ...], written: list[Case]) -> dict:
    sound = [one for one in recorded if not any(name in one.name for name in UNSOUND)]
    return {
        "recordings": [{"model": one.name, "dialect": one.dialect, "streams": one.streams} for one in sound],
        "cases": [{"model": one.model, "dialect": one.dialect, "streams": one.streams} for one in written],
        "withheld": WITHHELD_MARK,
    }


SUITES = {
    "sdks.test.mjs": lambda: models(recordings(), cases("forbid")),
    "responses.test.mjs": lambda: models(responses.recordings(), responses.cases("forbid")),
}


@pytest.mark.parametrize("suite", SUITES)
def test_the_official_javascript_sdks_pass_their_tests(gateway, upstream, suite):
    if not (FOLDER / "node_modules").is_dir() or shutil.which("node") is None:
        pytest.skip("the JavaScript SDKs are not installed; ./test installs them")
    environment = os.environ | {
        "GATEWAY_URL": gateway.url,
        "UPSTREAM_URL": upstream.url,
        "GATEWAY_KEY": ANALYST_KEY,
        "MODELS": json.dumps(SUITES[suite]()),
    }
    done = subprocess.run(
        ["node", "--test", "--test-reporter=tap", suite],
        cwd=FOLDER,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    failed = [line for line in done.stdout.splitlines() if line.startswith("not ok")]
    assert done.returncode == 0, "\n".join([*failed[:20], done.stdout[-6000:], done.stderr[-2000:]])
