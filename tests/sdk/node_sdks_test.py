"""Runs the JavaScript SDKs' tests (node/sdks.test.mjs) against the same upstream and gateway."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

from support.gateway import ANALYST_KEY
from support.recordings import recordings
from support.synthetic import WITHHELD_MARK, cases

FOLDER = pathlib.Path(__file__).with_name("node")
UNSOUND = ("duplicate-message-start", "spliced-message-start")


def models() -> dict:
    sound = [one for one in recordings() if not any(name in one.name for name in UNSOUND)]
    return {
        "recordings": [{"model": one.name, "dialect": one.dialect, "streams": one.streams} for one in sound],
        "cases": [{"model": one.model, "dialect": one.dialect, "streams": one.streams} for one in cases("forbid")],
        "withheld": WITHHELD_MARK,
    }


def test_the_official_javascript_sdks_pass_their_tests(gateway, upstream):
    if not (FOLDER / "node_modules").is_dir() or shutil.which("node") is None:
        pytest.skip("the JavaScript SDKs are not installed; ./test installs them")
    environment = os.environ | {
        "GATEWAY_URL": gateway.url,
        "UPSTREAM_URL": upstream.url,
        "GATEWAY_KEY": ANALYST_KEY,
        "MODELS": json.dumps(models()),
    }
    done = subprocess.run(
        ["node", "--test", "--test-reporter=tap", "sdks.test.mjs"],
        cwd=FOLDER,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    failed = [line for line in done.stdout.splitlines() if line.startswith("not ok")]
    assert done.returncode == 0, "\n".join([*failed[:20], done.stdout[-6000:], done.stderr[-2000:]])
