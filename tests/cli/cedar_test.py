"""proviso cedar: exit codes as a table, what is printed, and by hand the reference CLI beside it.

    PROVISO_BIN=build/dev/bin/proviso python3 tests/cli/cedar_test.py
    PROVISO_REFERENCE_CEDAR=path/to/cedar …        runs each row with the reference too (cedar-policy-cli 4.5)

Standard library only.
"""

import json
import os
import pathlib
import pty
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("PROVISO_BIN", str(ROOT / "build/dev/bin/proviso"))
REFERENCE = os.environ.get("PROVISO_REFERENCE_CEDAR", "")
SECONDS_MAX = 30
OK, FAILURE, DENY, REJECTED = range(4)
USAGE = 2

FILES = {
    "policies.cedar": """@id("family")
permit (principal in Team::"family", action == Action::"view", resource)
when { context.hour < 22 && resource.public };
@id("never")
@why("private is private")
forbid (principal, action, resource) when { resource.public == false };
""",
    "template.cedar": '@id("t")\npermit (principal == ?principal, action, resource);\n',
    "links.json": r'[{"template_id": "t", "link_id": "ada", "args": {"?principal": "User::\"ada\""}}]',
    "links_bad.json": r'[{"template_id": "t", "link_id": "ada", "args": {"?who": "User::\"ada\""}}]',
    "broken.cedar": "permit (principal, action resource);\n",
    "twice.cedar": '@id("a") permit(principal,action,resource);@id("a") permit(principal,action,resource);\n',
    "untyped.cedar": "permit (principal, action, resource) when { resource.publik };\n",
    "errs.cedar": "permit (principal, action, resource);\nforbid (principal, action, resource) when { resource.absent };\n",
    "schema.cedarschema": """entity Team;
entity User in [Team] = { age: Long };
entity Photo = { public: Bool };
action view appliesTo { principal: User, resource: Photo, context: { hour: Long } };
""",
    "schema_bad.cedarschema": "entity User in [Taem];\n",
    "schema.json": json.dumps(
        {"": {"entityTypes": {"Team": {}, "User": {"memberOfTypes": ["Team"]}, "Photo": {}}, "actions": {}}}
    ),
    "entities.json": json.dumps(
        [
            {"uid": {"type": "User", "id": "ada"}, "attrs": {"age": 36}, "parents": [{"type": "Team", "id": "family"}]},
            {"uid": {"type": "User", "id": "bob"}, "attrs": {"age": 9}, "parents": []},
            {"uid": {"type": "Photo", "id": "beach"}, "attrs": {"public": True}, "parents": []},
            {"uid": {"type": "Photo", "id": "letter"}, "attrs": {"public": False}, "parents": []},
        ]
    ),
    "entities_bad.json": '[{"uid": {"type": "User"}}]',
    "early.json": '{"hour": 9}',
    "late.json": '{"hour": 23}',
    "list.json": "[]",
    "request.json": r"""{"principal": "User::\"ada\"", "action": "Action::\"view\"",
                         "resource": "Photo::\"beach\"", "context": {"hour": 9}}""",
    "request_no_context.json": r"""{"principal": "User::\"ada\"", "action": "Action::\"view\"",
                                    "resource": "Photo::\"beach\""}""",
}
VIEW = ("-a", 'Action::"view"', "--entities", "entities.json")
ADA, BOB = ("-l", 'User::"ada"'), ("-l", 'User::"bob"')
BEACH, LETTER = ("-r", 'Photo::"beach"'), ("-r", 'Photo::"letter"')
EARLY, LATE = ("-c", "early.json"), ("-c", "late.json")
POLICIES, SCHEMA = ("-p", "policies.cedar"), ("-s", "schema.cedarschema")
ASKED = (*ADA, *VIEW, *BEACH, *EARLY)

# Exit code, a word of what is printed, the command.
ROWS = (
    (OK, "ALLOW", ("authorize", *ASKED, *POLICIES)),
    (OK, "family", ("authorize", *ASKED, *POLICIES, "--verbose")),
    (OK, "ALLOW", ("authorize", *ASKED, *POLICIES, *SCHEMA)),
    (OK, "ALLOW", ("authorize", *POLICIES, "--entities", "entities.json", "--request-json", "request.json")),
    (OK, "ALLOW", ("authorize", *ASKED, "-p", "template.cedar", "-k", "links.json")),
    (OK, "ALLOW", ("authorize", *ASKED, "-p", "errs.cedar")),
    (DENY, "DENY", ("authorize", *BOB, *VIEW, *BEACH, *EARLY, *POLICIES)),
    (DENY, "DENY", ("authorize", *ADA, *VIEW, *BEACH, *LATE, *POLICIES)),
    (DENY, "never", ("authorize", *ADA, *VIEW, *LETTER, *EARLY, *POLICIES, "-v")),
    (DENY, "no policies applied", ("authorize", *BOB, *VIEW, *BEACH, *EARLY, *POLICIES, "-v")),
    (DENY, "DENY", ("authorize", *ASKED, "-p", "template.cedar")),
    (FAILURE, "broken.cedar", ("authorize", *ASKED, "-p", "broken.cedar")),
    (FAILURE, "", ("authorize", *ASKED, "-p", "twice.cedar")),
    (FAILURE, "absent.cedar", ("authorize", *ASKED, "-p", "absent.cedar")),
    (FAILURE, "schema_bad", ("authorize", *ASKED, *POLICIES, "-s", "schema_bad.cedarschema")),
    (FAILURE, "entities_bad", ("authorize", *ADA, "-a", 'Action::"view"', *BEACH, "--entities", "entities_bad.json", *POLICIES)),
    (FAILURE, "principal", ("authorize", *VIEW, *BEACH, *POLICIES)),
    (FAILURE, "User", ("authorize", "-l", "User:ada", *VIEW, *BEACH, *POLICIES)),
    (FAILURE, "list.json", ("authorize", *ADA, *VIEW, *BEACH, "-c", "list.json", *POLICIES)),
    (FAILURE, "context", ("authorize", *POLICIES, "--entities", "entities.json", "--request-json", "request_no_context.json")),
    (FAILURE, "?principal", ("authorize", *ASKED, "-p", "template.cedar", "-k", "links_bad.json")),
    (USAGE, "--entities", ("authorize", *ADA, *BEACH, *POLICIES)),
    (USAGE, "--request-json", ("authorize", *ASKED, *POLICIES, "--request-json", "request.json")),
    (USAGE, "--policy-format", ("authorize", *ASKED, *POLICIES, "--policy-format", "yaml")),
    (OK, "37", ("evaluate", *ASKED, "principal.age + 1")),
    (OK, "true", ("evaluate", *ASKED, 'principal in Team::"family"')),
    (FAILURE, "", ("evaluate", *ASKED, "principal.name")),
    (FAILURE, "", ("evaluate", *ASKED, "principal.")),
)  # fmt: skip


def run(binary: list[str], words: tuple[str, ...], folder: str, given: str = "") -> subprocess.CompletedProcess:
    return subprocess.run(
        [*binary, *words], cwd=folder, input=given, capture_output=True, text=True, timeout=SECONDS_MAX
    )


class CedarCommands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="proviso-cedar-cli-")
        cls.folder = cls.scratch.name
        for name, text in FILES.items():
            pathlib.Path(cls.folder, name).write_text(text)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def cedar(self, *words: str, given: str = "") -> subprocess.CompletedProcess:
        return run([BINARY, "cedar"], words, self.folder, given)

    def test_exits_as_the_table_says_and_says_why(self):
        for code, word, words in ROWS:
            with self.subTest(" ".join(words)):
                done = self.cedar(*words)
                self.assertEqual(done.returncode, code, done.stdout + done.stderr)
                self.assertIn(word, done.stdout + done.stderr)
                if code == FAILURE and words[0] != "format":
                    self.assertTrue(done.stderr.startswith("proviso: "), done.stderr)

    @unittest.skipUnless(REFERENCE, "PROVISO_REFERENCE_CEDAR does not name the reference CLI")
    def test_the_reference_exits_alike(self):
        for code, _, words in ROWS:
            with self.subTest(" ".join(words)):
                done = run([REFERENCE], as_the_reference_spells(words), self.folder)
                self.assertEqual(done.returncode, code, done.stdout + done.stderr)

    def test_reads_standard_input_once(self):
        ask = ("authorize", *ASKED)
        self.assertEqual(self.cedar(*ask, given=FILES["policies.cedar"]).returncode, OK)
        self.assertEqual(self.cedar(*ask, "-p", "-", given=FILES["policies.cedar"]).returncode, OK)
        read = ("authorize", *POLICIES, "--entities", "entities.json", "--request-json", "-")
        self.assertEqual(self.cedar(*read, given=FILES["request.json"]).returncode, OK)
        twice = self.cedar(*ask, "-s", "-", given=FILES["policies.cedar"])
        self.assertEqual(twice.returncode, FAILURE)
        self.assertIn("--schema: standard input was read for --policies already", twice.stderr)

    def test_reports_everything_that_is_wrong_at_once(self):
        done = self.cedar("authorize", "-p", "broken.cedar", "--entities", "entities_bad.json", *ADA, *BEACH)
        for word in ("broken.cedar:1:27", "entities_bad.json", "--action"):
            self.assertIn(word, done.stderr)

    def test_explains_a_policy_by_the_part_that_settled_it(self):
        done = self.cedar("authorize", *ADA, *VIEW, *BEACH, *LATE, *POLICIES, "--explain")
        self.assertEqual(
            done.stdout,
            "DENY\n\nNot permitted: no permit holds, and no forbid does either.\n\nThe other policies:\n"
            "  family  permit, not satisfied for its condition: (policies.cedar:3:21) `context.hour < 22` is false\n"
            "  never  forbid, not satisfied for its condition: (policies.cedar:6:61) `resource.public == false` is false\n",
        )
        forbidden = self.cedar("authorize", *ADA, *VIEW, *LETTER, *EARLY, *POLICIES, "--explain")
        self.assertIn("Forbidden: these forbids hold", forbidden.stdout)
        self.assertIn("  never  policies.cedar:4:1\n      @why: private is private\n", forbidden.stdout)

    def test_says_of_a_policy_that_errs_that_it_was_left_out(self):
        done = self.cedar("authorize", *ASKED, "-p", "errs.cedar")
        self.assertEqual(done.stdout, "ALLOW\n")
        self.assertIn('errs.cedar:2', done.stderr)
        self.assertIn('"absent"', done.stderr)

    def test_gives_the_same_as_json(self):
        done = self.cedar("authorize", *ADA, *VIEW, *LETTER, *EARLY, *POLICIES, "--json", "--explain")
        answer = json.loads(done.stdout)
        self.assertEqual((answer["decision"], answer["outcome"], answer["reasons"]), ("deny", "forbidden", ["never"]))
        self.assertEqual([policy["standing"] for policy in answer["policies"]], ["not satisfied", "satisfied"])
        self.assertEqual(answer["policies"][0]["part"], "condition")

    def test_has_colours_only_on_a_terminal(self):
        words = ("authorize", *ASKED, *POLICIES)
        self.assertNotIn("\x1b", self.cedar(*words).stdout)
        master, slave = pty.openpty()
        environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        subprocess.run([BINARY, "cedar", *words], cwd=self.folder, stdout=slave, env=environment, check=True)
        os.close(slave)
        self.assertIn(b"\x1b[32mALLOW", os.read(master, 4096))
        os.close(master)


def as_the_reference_spells(words: tuple[str, ...]) -> tuple[str, ...]:
    """`translate policy` is `translate-policy` there."""
    return (f"translate-{words[1]}", *words[2:]) if words[0] == "translate" else words


if __name__ == "__main__":
    unittest.main()
