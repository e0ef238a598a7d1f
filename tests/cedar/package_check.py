"""The library proviso-cedar as others meet it: installed, found by CMake, linked, run.

    python3 tests/cedar/package_check.py build/dev clang++-19

Standard library only; ctest runs it as cedar.package. Everything happens in a scratch folder.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path("build/dev")
COMPILER = "clang++-19"
SECONDS_MAX = 240


def run(*words: str | pathlib.Path) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=SECONDS_MAX)
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, words))}\nexited {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def tutorial(header: str) -> str:
    """The program in the comment of cedar.h: what is set in by four."""
    return "\n".join(re.findall(r"^//     (.*)$", header, re.M)) + "\n"


def printed(header: str) -> list[str]:
    """What the header says that its program prints: the quoted words of one sentence."""
    said = re.search(r"^// It prints (.*)\.$", header, re.M)
    return re.findall(r'"([^"]*)"', said[1]) if said else []


class InstalledPackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = pathlib.Path(tempfile.mkdtemp(prefix="proviso-cedar-"))
        cls.prefix = cls.scratch / "installed"
        run("cmake", "--install", BUILD, "--prefix", cls.prefix, "--component", "proviso-cedar")
        cls.include = cls.prefix / "include/proviso"
        cls.archive = next(cls.prefix.rglob("libproviso-cedar.a"))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.scratch)

    def compile(self, source: pathlib.Path, *more: str) -> pathlib.Path:
        program = self.scratch / source.stem
        flags = ("-std=c++23", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", f"-I{self.prefix / 'include'}")
        run(COMPILER, *flags, source, *more, "-o", program)
        return program

    def test_the_example_builds_from_the_install_and_runs(self):
        build = self.scratch / "example"
        run("cmake", "-S", ROOT / "examples/cedar", "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}",
            f"-DCMAKE_CXX_COMPILER={COMPILER}", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON")  # fmt: skip
        run("cmake", "--build", build)
        self.assertEqual(run(build / "may_ada_publish"), "allowed by policy0\n")
        commands = json.loads((build / "compile_commands.json").read_text())
        ours = [word for word in commands[0]["command"].split() if word.startswith(("-W", "-f", "-D"))]
        self.assertEqual(ours, [], "flags of ours reach those who link the library")

    def test_the_program_in_the_header_runs_and_prints_what_it_says(self):
        header = (self.include / "cedar/cedar.h").read_text()
        source = self.scratch / "tutorial.cc"
        source.write_text(tutorial(header))
        lines = printed(header)
        self.assertEqual(len(lines), 2)
        self.assertEqual(run(self.compile(source, str(self.archive))).splitlines(), lines)

    def test_every_header_is_whole_by_itself(self):
        for header in sorted(self.include.rglob("*.h")):
            name = header.relative_to(self.prefix / "include")
            with self.subTest(str(name)):
                source = self.scratch / f"alone_{header.parent.name}_{header.stem}.cc"
                source.write_text(f'#include <{name}>\n#include <{name}>\n')
                self.compile(source, "-fsyntax-only")

    def test_only_public_headers_are_installed_and_all_are_below_proviso(self):
        headers = [str(path.relative_to(self.prefix)) for path in self.prefix.rglob("*.h")]
        public = {f"include/proviso/cedar/{path.name}" for path in (ROOT / "src/cedar").glob("*.h")}
        self.assertLessEqual(public, set(headers))
        for header in headers:
            with self.subTest(header):
                self.assertRegex(header, r"^include/proviso/(cedar|base)/[a-z0-9_]+\.h$")
                self.assertNotRegex((self.prefix / header).read_text(), r'#include "(base|cedar)/')

    def test_the_archive_holds_all_that_it_needs(self):
        source = self.scratch / "whole.cc"
        source.write_text("int main() {}\n")
        self.compile(source, "-Wl,--whole-archive", str(self.archive), "-Wl,--no-whole-archive", "-Wl,--no-undefined")

    def test_a_program_that_asks_for_another_version_is_refused(self):
        (self.scratch / "newer").mkdir()
        project = self.scratch / "newer/CMakeLists.txt"
        project.write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(newer LANGUAGES CXX)\n"
            "find_package(proviso-cedar 99 CONFIG REQUIRED)\n"
        )
        with self.assertRaisesRegex(AssertionError, "version: 0[.]"):
            run("cmake", "-S", project.parent, "-B", self.scratch / "newer/build",
                f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DCMAKE_CXX_COMPILER={COMPILER}")  # fmt: skip


if __name__ == "__main__":
    BUILD, COMPILER = pathlib.Path(sys.argv[1]), sys.argv[2]
    unittest.main(argv=sys.argv[:1])
