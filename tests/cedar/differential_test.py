"""Compares our Cedar engine with the reference engine, on cases made up from a seed (see differential.mjs)."""

import pathlib
import re
import subprocess
from collections.abc import Callable

import pytest

from support.gateway import BINARY

# What we refuse and the reference reads: see "Known differences" in src/cedar/README.md.
KNOWN = re.compile(
    r"expected to load, got .*("
    r"is declared twice in this record|unknown key `|is an escape and stands alone|an entity's uid is|"
    r"an extension value|`__expr` is not supported|expected an entity, as in User::.*, found `\(`)"
)


def test_our_cedar_decides_and_refuses_what_the_reference_does(
    tmp_path: pathlib.Path, run_script: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    if not BINARY.exists():
        pytest.skip(f"{BINARY} is not built; ./test builds it")
    made = run_script("differential.mjs", "--out", tmp_path)
    assert made.returncode == 0, made.stderr[-3000:]
    compared = subprocess.run(
        [BINARY, "cedar", "conformance", tmp_path], capture_output=True, text=True, timeout=600
    )
    *differences, total = compared.stdout.splitlines()
    assert re.match(r"[1-9]\d\d+ cases, ", total), compared.stdout + compared.stderr
    unknown = [line for line in differences if not KNOWN.search(line)]
    assert not unknown, "\n".join([*unknown[:20], f"made by: {' '.join(map(str, made.args))}"])
