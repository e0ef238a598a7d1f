"""terms check, diff and new as a person or a script runs them.

    PROVISO_BIN=build/dev/bin/proviso python3 tests/cli/terms_test.py

Standard library only. Each directory of tests/terms/defects holds one wording with a defect, its repaired twin,
and what a check must find of the first and not of the second.
"""

import html.parser
import json
import os
import pathlib
import pty
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("PROVISO_BIN", str(ROOT / "build/dev/bin/proviso"))
DEFECTS = ROOT / "tests/terms/defects"
CASES = sorted(path.name for path in DEFECTS.iterdir() if path.is_dir())
STARTER = str(ROOT / "examples/starter")
SECONDS_MAX = 240
OK, NO, USAGE, BAD_INPUT, UNAVAILABLE = range(5)

folder = tempfile.TemporaryDirectory(prefix="proviso-terms-")
unittest.addModuleCleanup(folder.cleanup)
CACHE = pathlib.Path(folder.name, "cache")
ENVIRONMENT = os.environ | {"XDG_CACHE_HOME": str(CACHE), "NO_COLOR": "1"}


def terms(*words: str, environment: dict | None = None) -> subprocess.CompletedProcess:
    return subprocess.run(
        [BINARY, "terms", *words],
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        stdin=subprocess.DEVNULL,
        env=ENVIRONMENT | (environment or {}),
    )


def package(case: str, which: str) -> pathlib.Path:
    """The package of a case, with the wording that `which` names."""
    made = pathlib.Path(folder.name, case, which)
    if made.is_dir():
        return made
    source = DEFECTS / case
    (made / "clauses").mkdir(parents=True)
    own = source / f"{which}.toml"
    agreement = (DEFECTS / "agreement.toml").read_text() + (own.read_text() if own.is_file() else "")
    (made / "agreement.toml").write_text(agreement)
    shutil.copy(source / f"{which}.cedar", made / "clauses/all.cedar")
    if (source / "safeguards.cedar").is_file():
        (made / "safeguards").mkdir()
        shutil.copy(source / "safeguards.cedar", made / "safeguards/all.cedar")
    return made


def checked(case: str, which: str) -> dict:
    done = terms("check", str(package(case, which)), "--json")
    assert done.returncode in (OK, NO), done.stderr
    return json.loads(done.stdout)


class Defects(unittest.TestCase):
    def test_each_is_found_in_the_wording_and_not_in_its_repaired_twin(self):
        for case in CASES:
            expect = json.loads((DEFECTS / case / "expect.json").read_text())
            keys = ("question", "subject", "answer", "party")
            wanted = {key: expect[key] for key in keys if key in expect}
            with self.subTest(case):
                before, after = (
                    [
                        finding
                        for finding in checked(case, which)["findings"]
                        if finding["remarkable"] and all(finding[key] == wanted[key] for key in wanted)
                    ]
                    for which in ("defect", "repaired")
                )
                self.assertEqual(len(before), 1, wanted)
                self.assertLessEqual(set(expect.get("facts", [])), set(before[0]["facts"]))
                self.assertEqual(after, [])

    def test_each_differs_from_its_repaired_twin_unless_it_decides_alike(self):
        for case in ("one-party", "advisory", "over-broad", "safeguard"):
            with self.subTest(case):
                done = terms("diff", str(package(case, "defect")), str(package(case, "repaired")), "--json")
                self.assertEqual(done.returncode, NO, done.stderr)
                told = json.loads(done.stdout)
                self.assertEqual(told["format"], "proviso.diff/v1")
                self.assertFalse(told["same"])
                self.assertIn("yes", [one["answer"] for one in told["differences"]])
                self.assertTrue(told["wordings"])

    def test_no_answer_is_unknown(self):
        for case in CASES:
            for which in ("defect", "repaired"):
                with self.subTest(f"{case} {which}"):
                    unknown = [one for one in checked(case, which)["findings"] if one["answer"] == "unknown"]
                    self.assertEqual([(one["question"], one["subject"], one["reason"]) for one in unknown], [])


class Witnesses(unittest.TestCase):
    def test_each_request_reads_back_to_the_decision_that_was_shown(self):
        for case in CASES:
            made = package(case, "defect")
            for finding in checked(case, "defect")["findings"]:
                for number, witness in enumerate(finding["witnesses"]):
                    with self.subTest(f"{case}: {finding['question']} {finding['subject']} [{number}]"):
                        request = pathlib.Path(folder.name, "request.toml")
                        request.write_text(witness["toml"])
                        done = subprocess.run(
                            [BINARY, "decide", str(made), "--request", str(request), "--json"],
                            capture_output=True,
                            text=True,
                            timeout=SECONDS_MAX,
                        )
                        self.assertEqual(done.returncode, OK, done.stderr + witness["toml"])
                        told = json.loads(done.stdout)
                        for key in ("outcome", "ground", "clauses"):
                            self.assertEqual(told[key], witness["decision"][key])


    def test_what_the_text_shows_can_be_pasted_into_the_examples_of_the_package(self):
        for case in CASES:
            with self.subTest(case):
                made = pathlib.Path(folder.name, "pasted", case)
                shutil.copytree(package(case, "defect"), made)
                shown = terms("check", str(made), "--all").stdout.splitlines()
                inside, pasted = False, []
                for line in shown:
                    inside = line == "      [[example]]" or inside and line.startswith("      ")
                    pasted += [line.strip()] if inside else []
                if not pasted:
                    continue
                (made / "examples").mkdir()
                (made / "examples/found.toml").write_text("\n".join(pasted))
                done = terms("test", str(made))
                self.assertEqual(done.returncode, OK, done.stdout + done.stderr)
                self.assertIn(f"{pasted.count('[[example]]')} examples, 0 failed", done.stdout)


class Page(html.parser.HTMLParser):
    """What a reader of the page needs to hold: elements that end, anchors that exist."""

    EMPTY = {"meta"}

    def __init__(self):
        super().__init__()
        self.open, self.anchors, self.links, self.wrong = [], set(), set(), []

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if tag not in self.EMPTY:
            self.open.append(tag)
        if "id" in told:
            self.anchors.add(told["id"])
        if "href" in told:
            self.links.add(told["href"])
        if tag in ("script", "link", "img", "iframe") or any(name.startswith("on") for name in told):
            self.wrong.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"/{tag}")


class Reports(unittest.TestCase):
    def test_the_page_of_a_check_and_of_a_diff_stand_on_their_own(self):
        path = pathlib.Path(folder.name, "report.html")
        one, other = str(package("one-party", "defect")), str(package("one-party", "repaired"))
        for words in (("check", one), ("diff", one, other)):
            with self.subTest(words[0]):
                terms(*words, "--html", str(path))
                page = Page()
                page.feed(path.read_text())
                self.assertEqual((page.open, page.wrong), ([], []))
                self.assertEqual([link for link in page.links if link.removeprefix("#") not in page.anchors], [])

    def test_the_text_shows_who_alone_can_set_a_clause_aside_and_the_request(self):
        done = terms("check", str(package("one-party", "defect")), "--question", "set-aside-by-one-party")
        self.assertEqual(done.returncode, NO, done.stderr)
        for text in (
            "set aside by one party",
            "determination.human_control_required",
            "customer",
            'tool = "assign"',
            "Section 3",
            "clauses/all.cedar:",
        ):
            self.assertIn(text, done.stdout)
        self.assertNotIn("\x1b", done.stdout + done.stderr)

    def test_a_refused_package_lists_what_is_wrong_in_every_form(self):
        made = pathlib.Path(folder.name, "refused")
        shutil.copytree(package("vacuous", "defect"), made, dirs_exist_ok=True)
        (made / "clauses/more.cedar").write_text('@id("9") permit (principal, action, resource) when { context.nothing };')
        done = terms("check", str(made))
        self.assertEqual((done.returncode, done.stdout), (BAD_INPUT, ""))
        self.assertIn("more.cedar:1", done.stderr)
        told = json.loads(terms("check", str(made), "--json").stdout)
        self.assertEqual((told["package"], told["may_load"]), (None, False))
        self.assertEqual({(one["question"], one["answer"]) for one in told["findings"]}, {("valid", "no")})
        self.assertEqual([one["sentence"] for one in told["findings"]], done.stderr.removeprefix("proviso: ").splitlines())

    def test_scripts_are_kept_where_they_are_asked_for(self):
        kept = pathlib.Path(folder.name, "scripts")
        done = terms("check", str(package("vacuous", "defect")), "--scripts", str(kept), "--no-cache", "--json")
        asked = {digest for one in json.loads(done.stdout)["findings"] for digest in one["scripts"]}
        self.assertTrue(asked)
        self.assertLessEqual(asked, {path.stem for path in kept.glob("*.smt2")})

    def test_progress_is_shown_on_a_terminal_only(self):
        words = [BINARY, "terms", "check", str(package("erroring", "defect")), "--no-cache"]
        at, terminal = pty.openpty()
        subprocess.run(words, stdout=subprocess.DEVNULL, stderr=terminal, timeout=SECONDS_MAX, env=ENVIRONMENT)
        os.close(terminal)
        self.assertIn(b"\r\x1b[K[", os.read(at, 1 << 16))
        os.close(at)
        self.assertNotIn("[1/", terms(*words[2:]).stderr)


class Cache(unittest.TestCase):
    def test_the_second_run_is_answered_from_the_cache(self):
        made, own = str(package("shadowed", "defect")), {"XDG_CACHE_HOME": str(pathlib.Path(folder.name, "own"))}
        first, second = (terms("check", made, environment=own) for _ in range(2))
        self.assertRegex(first.stderr, r"asked [1-9]\d* questions?; \d+ were answered from ")
        asked, kept = (int(word) for word in second.stderr.split() if word.isdigit())
        self.assertEqual(asked, kept, second.stderr)
        timeless = [[line for line in done.stdout.splitlines() if " s." not in line] for done in (first, second)]
        self.assertEqual(*timeless)
        self.assertNotIn("answered from", terms("check", made, "--no-cache", environment=own).stderr)


class Solver(unittest.TestCase):
    def test_a_missing_solver_is_named_with_what_to_install(self):
        for words in (("check", STARTER), ("diff", STARTER, STARTER)):
            done = terms(*words, environment={"PATH": "/nonexistent"})
            self.assertEqual(done.returncode, UNAVAILABLE, done.stderr)
            self.assertIn("cvc5", done.stderr)
        done = terms("check", STARTER, "--solver", "/nonexistent/cvc5")
        self.assertEqual(done.returncode, UNAVAILABLE, done.stderr)

    def test_wrong_words_are_refused(self):
        for words in (("check",), ("check", STARTER, "--question", "nice"), ("diff", STARTER), ("check", STARTER, "--time-ms", "0")):
            self.assertEqual(terms(*words).returncode, USAGE, words)
        self.assertEqual(terms("check", "/nonexistent").returncode, UNAVAILABLE)


class New(unittest.TestCase):
    def test_a_new_package_holds_its_examples_and_is_clear(self):
        made = str(pathlib.Path(folder.name, "made", "deeper"))
        done = terms("new", made, "--name", "our-terms")
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertIn(f"proviso terms check {made}", done.stdout)
        self.assertEqual(terms("test", made).returncode, OK)
        self.assertIn("our-terms", terms("show", made).stdout)
        told = json.loads(terms("check", made, "--json").stdout)
        self.assertTrue(told["may_load"], told["verdict"])

    def test_a_directory_with_something_in_it_is_left_alone(self):
        full = pathlib.Path(folder.name, "full")
        full.mkdir()
        (full / "mine").write_text("x")
        done = terms("new", str(full))
        self.assertEqual(done.returncode, NO)
        self.assertIn("not an empty directory", done.stderr)
        self.assertEqual([path.name for path in full.iterdir()], ["mine"])
        self.assertEqual(terms("new", str(full / "mine")).returncode, NO)

    def test_a_name_that_breaks_nothing_is_needed(self):
        made = pathlib.Path(folder.name, "odd")
        done = terms("new", str(made), "--name", 'a"\n[[party]]\nid = "x')
        self.assertIn(done.returncode, (OK, BAD_INPUT))
        if done.returncode == OK:
            self.assertEqual(terms("test", str(made)).returncode, OK)


class Same(unittest.TestCase):
    def test_a_bundle_is_checked_and_compared_as_its_directory(self):
        made, bundle = pathlib.Path(folder.name, "whole"), pathlib.Path(folder.name, "one.bundle")
        self.assertEqual(terms("new", str(made)).returncode, OK)
        done = terms("bundle", str(made), "--out", str(bundle))
        self.assertEqual(done.returncode, OK, done.stderr)
        told = [json.loads(terms("check", str(place), "--json").stdout)["package"] for place in (made, bundle)]
        self.assertEqual(*told)
        self.assertEqual(terms("diff", str(made), str(bundle)).returncode, OK)

    def test_a_package_does_not_differ_from_itself(self):
        done = terms("diff", STARTER, STARTER)
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertIn("No request's outcome differs: proved", done.stdout)


if __name__ == "__main__":
    unittest.main()
