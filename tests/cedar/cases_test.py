"""The differences that were found between our Cedar engine and the reference, each as a case: in `cases/`, with what
was found and what the reference does. A difference that is found anew becomes a file there."""

import json
import pathlib
import re
import subprocess

import pytest

from support.gateway import BINARY

CASES = pathlib.Path(__file__).parent / "cases"


def test_every_difference_found_stays_as_it_was_settled() -> None:
    if not BINARY.exists():
        pytest.skip(f"{BINARY} is not built; ./test builds it")
    run = subprocess.run([BINARY, "cedar", "conformance", CASES], capture_output=True, text=True, timeout=60)
    *differences, total = run.stdout.splitlines()
    assert not differences, run.stdout
    assert re.match(r"[1-9]\d* cases, .*, 0 mismatches$", total), run.stdout + run.stderr


def test_every_case_says_what_was_found_and_what_the_reference_does() -> None:
    cases = [path for path in CASES.glob("*.json") if path.name.count(".") == 1]
    assert len(cases) >= 7
    for path in cases:
        case = json.loads(path.read_text())
        assert case["found"] and case["reference"], path
