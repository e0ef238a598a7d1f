"""Every command in the docs runs: each `$ ` line of a fenced `console` block, in order, a page at a time.

A page has a scratch directory of its own, where `proviso` is on the PATH and `examples` and `tests` point
into the repository. A command must exit 0 unless its line ends with `# exit N`. A line that ends with `&`
runs until the page ends. A block whose fence says `console no-test` is shown and not run; the word after
`no-test` says why.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
from typing import NamedTuple

import pytest

from support.gateway import BINARY
from support.recordings import ROOT

FENCE = re.compile(r"^```console(?P<rest>[^\n]*)\n(?P<body>.*?)^```\s*$", re.M | re.S)
COMMAND_SECONDS_MAX = 120


class Command(NamedTuple):
    line: int
    text: str
    exit_code: int


def pages() -> list[pathlib.Path]:
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in found if page.is_file() and commands(page.read_text(encoding="utf-8"))]


def commands(text: str) -> list[Command]:
    found = []
    for block in FENCE.finditer(text):
        if block["rest"].strip().startswith("no-test"):
            continue
        first = text.count("\n", 0, block.start("body")) + 1
        lines = block["body"].splitlines()
        for number, line in enumerate(lines):
            if not line.startswith("$ "):
                continue
            # A backslash at the end continues the command, as in a shell.
            last = number
            while lines[last].endswith("\\") and last + 1 < len(lines):
                last += 1
            command = "\n".join([line[2:], *lines[number + 1 : last + 1]])
            told = re.search(r"#\s*exit\s+(\d+)\s*$", command)
            found.append(Command(first + number, command, int(told[1]) if told else 0))
    return found


def environment(scratch: pathlib.Path) -> dict[str, str]:
    (scratch / "bin").mkdir()
    (scratch / "bin/proviso").symlink_to(BINARY.resolve())
    for name in ("examples", "tests"):
        (scratch / name).symlink_to(ROOT / name)
    path = f"{scratch / 'bin'}:{ROOT / '.venv/bin'}:{os.environ['PATH']}"
    return os.environ | {"PATH": path, "HOME": str(scratch), "NO_COLOR": "1"}


def run_page(page: pathlib.Path, scratch: pathlib.Path) -> None:
    told = environment(scratch)
    behind: list[subprocess.Popen] = []
    try:
        for command in commands(page.read_text(encoding="utf-8")):
            where = f"{page.relative_to(ROOT)}:{command.line}: $ {command.text}"
            if command.text.rstrip().endswith("&"):
                text = command.text.rstrip().rstrip("&")
                behind.append(subprocess.Popen(["bash", "-c", f"exec {text}"], cwd=scratch, env=told))
                time.sleep(1)
                assert behind[-1].poll() is None, f"{where}\nended at once"
                continue
            done = subprocess.run(
                ["bash", "-c", command.text],
                cwd=scratch,
                env=told,
                capture_output=True,
                text=True,
                timeout=COMMAND_SECONDS_MAX,
            )
            output = (done.stdout + done.stderr)[-2000:]
            assert done.returncode == command.exit_code, f"{where}\nexited {done.returncode}:\n{output}"
    finally:
        for process in behind:
            process.send_signal(signal.SIGTERM)
        for process in behind:
            process.wait(timeout=60)


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_the_page_runs(page):
    if not BINARY.is_file():
        pytest.skip(f"there is no {BINARY}; ./test builds it")
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="proviso-docs-"))
    try:
        run_page(page, scratch)
    finally:
        shutil.rmtree(scratch)


def test_reads_commands_as_a_page_shows_them():
    text = "a\n```console\n$ one\nits output\n$ two \\\n  more  # exit 3\n```\n```console no-test needs-a-network\n$ three\n```\n"
    assert commands(text) == [Command(3, "one", 0), Command(5, "two \\\n  more  # exit 3", 3)]
