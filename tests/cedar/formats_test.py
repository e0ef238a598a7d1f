"""Compares our formats with the reference engine's: JSON, schemas, formatted text (see formats.mjs)."""

import json
import subprocess
from collections.abc import Callable

import pytest

from support.gateway import BINARY

DRIVER = BINARY.parents[1] / "tests/cedar/cedar_formats_driver"
# Where our text may differ: the reference counts the columns of wide and combining characters.
SHARE_FORMATTED_ALIKE_MIN = 0.99


def test_our_formats_are_those_of_the_reference(run_script: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    if not DRIVER.exists():
        pytest.skip(f"{DRIVER} is not built; ./test builds it")
    compared = run_script("formats.mjs", "--driver", DRIVER)
    *differences, total = compared.stdout.splitlines() or [compared.stderr]
    assert compared.returncode == 0, "\n".join([*differences[:20], compared.stderr[-2000:]])
    counts = json.loads(total)
    assert counts["policy sets"] > 100 and counts["schemas"] > 50, total
    assert counts["formatted as the reference does"] >= SHARE_FORMATTED_ALIKE_MIN * counts["texts formatted"], total
