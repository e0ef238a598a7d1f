"""Compares our formats with the reference engine's: JSON, schemas, formatted text (see formats.mjs)."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

from support.gateway import BINARY

FOLDER = pathlib.Path(__file__).parent
DRIVER = BINARY.parents[1] / "tests/cedar/cedar_formats_driver"
CASES = os.environ.get("PROVISO_CEDAR_CASES", "300")
SEED = os.environ.get("PROVISO_CEDAR_SEED", "1")
# Where our text may differ: the reference counts the columns of wide and combining characters.
SHARE_FORMATTED_ALIKE_MIN = 0.99


def test_our_formats_are_those_of_the_reference() -> None:
    if not (FOLDER / "node_modules").is_dir() or shutil.which("node") is None:
        pytest.skip("the reference engine is not installed; ./test installs it")
    if not DRIVER.exists():
        pytest.skip(f"{DRIVER} is not built; ./test builds it")
    compared = subprocess.run(
        ["node", "formats.mjs", "--driver", DRIVER, "--cases", CASES, "--seed", SEED],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=600,
    )
    *differences, total = compared.stdout.splitlines() or [compared.stderr]
    assert compared.returncode == 0, "\n".join([*differences[:20], compared.stderr[-2000:]])
    counts = json.loads(total)
    assert counts["policy sets"] > 100 and counts["schemas"] > 50, total
    assert counts["formatted as the reference does"] >= SHARE_FORMATTED_ALIKE_MIN * counts["texts formatted"], total
