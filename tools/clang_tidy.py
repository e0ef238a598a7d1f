"""Runs clang-tidy-19 with .clang-tidy over src/, two files at a time.

    python3 tools/clang_tidy.py                          all of it
    python3 tools/clang_tidy.py src/http                 one room, or one file
    python3 tools/clang_tidy.py --seconds 300 src/http   begins no file after 300 seconds

Coroutines are checked without the path analyser: it does not understand them (it calls Asio's own frames
uninitialised) and takes minutes for each. A file that passed is not checked again until it, a header of ours or .clang-tidy changes. Needs
build/dev/compile_commands.json (./test makes it).
"""

import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATABASE = ROOT / "build/dev"
PASSED = ROOT / "build/tidy"
# A file that is being checked when the time is over gets this long to finish.
GRACE_SECONDS = 45


def digest(paths: list[pathlib.Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()


def sources(chosen: list[str]) -> list[pathlib.Path]:
    found: list[pathlib.Path] = []
    for name in chosen:
        path = (ROOT / name).resolve()
        found += sorted(path.rglob("*.cc")) if path.is_dir() else [path]
    return found


def check(path: pathlib.Path, stamp: pathlib.Path, deadline: float | None) -> str | None:
    """None when it was not done in time, "" when it passed, else what was found."""
    if stamp.exists():
        return ""
    if deadline is not None and time.monotonic() > deadline:
        return None
    command = ["clang-tidy-19", "--quiet", "-p", str(DATABASE), str(path)]
    if "co_await" in path.read_text(encoding="utf-8"):
        command.append("--checks=-clang-analyzer-*")
    left = None if deadline is None else deadline - time.monotonic() + GRACE_SECONDS
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=left)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        return done.stdout + (done.stderr if not done.stdout else "")
    stamp.touch()
    return ""


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--seconds", type=float, help="begin no file after this many seconds")
    reader.add_argument("paths", nargs="*", default=["src"], help="folders and files (default: src)")
    options = reader.parse_args()
    if not (DATABASE / "compile_commands.json").is_file():
        print(f"clang-tidy: there is no {DATABASE}/compile_commands.json; run ./test first", file=sys.stderr)
        return 2
    PASSED.mkdir(parents=True, exist_ok=True)
    files = sources(options.paths)
    common = digest(sorted((ROOT / "src").rglob("*.h")) + [ROOT / ".clang-tidy"])
    deadline = None if options.seconds is None else time.monotonic() + options.seconds
    stamps = [PASSED / hashlib.sha256((common + str(path) + digest([path])).encode()).hexdigest() for path in files]
    bad = skipped = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(check, files, stamps, [deadline] * len(files)):
            skipped += found is None
            if found:
                bad += 1
                print(found)
    print(f"clang-tidy: {len(files) - bad - skipped} files passed, {bad} failed, {skipped} not done in time")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
