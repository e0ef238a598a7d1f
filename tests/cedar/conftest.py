"""The reference engine, as the tests of this folder run it."""

import os
import pathlib
import shutil
import subprocess
from collections.abc import Callable

import pytest

FOLDER = pathlib.Path(__file__).parent
CASES = os.environ.get("PROVISO_CEDAR_CASES", "300")
SEED = os.environ.get("PROVISO_CEDAR_SEED", "1")


@pytest.fixture
def run_script() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a script of this folder with more words, for CASES cases made up from SEED."""
    if not (FOLDER / "node_modules").is_dir() or shutil.which("node") is None:
        pytest.skip("the reference engine is not installed; ./test installs it")

    def run(script: str, *words: object) -> subprocess.CompletedProcess[str]:
        command = ["node", script, *map(str, words), "--cases", CASES, "--seed", SEED]
        return subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=600)

    return run
