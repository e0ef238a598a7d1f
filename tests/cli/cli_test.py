"""The commands as a person or a script runs them: the built binary, its output and its exit codes.

    PROVISO_BIN=build/dev/bin/proviso python3 tests/cli/cli_test.py

Standard library only. Held calls come from a gateway whose provider is examples/tour/recorded_upstream.py.
"""

import hashlib
import json
import os
import pathlib
import pty
import re
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("PROVISO_BIN", str(ROOT / "build/dev/bin/proviso"))
SECONDS_MAX = 30
OK, NO, USAGE, BAD_INPUT, UNAVAILABLE = range(5)
TOOL = {
    "type": "object",
    "properties": {
        "asset": {"type": "string", "enum": ["asset-1", "asset-2", "asset-3"]},
        "zone": {"type": "string", "enum": ["north", "south"]},
    },
    "required": ["asset", "zone"],
}
REQUEST = {
    "model": "recorded",
    "messages": [{"role": "user", "content": "Use assign_asset with asset asset-2 and zone north."}],
    "tools": [{"type": "function", "function": {"name": "assign_asset", "parameters": TOOL}}],
}

said: list[str] = []  # everything that any command has printed


def proviso(*arguments: str) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [BINARY, *arguments], capture_output=True, text=True, timeout=SECONDS_MAX, stdin=subprocess.DEVNULL
    )
    said.append(done.stdout + done.stderr)
    return done


def on_terminal(*arguments: str, types: str = "", environment: dict | None = None) -> tuple[int, str]:
    """Exit code and screen of a run at a terminal where somebody types `types`."""
    master, slave = pty.openpty()
    # NO_COLOR counts by being there, so it must not come from whoever runs this test.
    inherited = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    process = subprocess.Popen(
        [BINARY, *arguments], stdin=slave, stdout=slave, stderr=slave, env=inherited | (environment or {})
    )
    os.close(slave)
    os.write(master, types.encode())
    screen = b""
    deadline = time.monotonic() + SECONDS_MAX
    while time.monotonic() < deadline:
        if not select.select([master], [], [], 0.1)[0]:
            continue
        try:
            read = os.read(master, 65536)
        except OSError:  # how a terminal says that the other side has closed
            break
        screen += read
        if not read:
            break
    os.close(master)
    if time.monotonic() >= deadline:
        process.kill()
    return process.wait(), screen.decode()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def subcommands(*path: str) -> list[str]:
    listed = proviso(*path, "--help").stdout.partition("Subcommands:\n")[2].partition("\n\n")[0]
    return re.findall(r"^  (\S+)", listed, re.MULTILINE)


def commands(*path: str) -> list[tuple[str, ...]]:
    """Every command that does something, by its words."""
    below = subcommands(*path)
    return [found for name in below for found in commands(*path, name)] if below else [path]


class TheCommandLine(unittest.TestCase):
    def test_every_command_has_help_with_an_example(self):
        found = commands()
        for expected in (("tour",), ("holds", "approve"), ("keys", "new"), ("record", "verify")):
            self.assertIn(expected, found)
        for words in found:
            with self.subTest(" ".join(words)):
                done = proviso(*words, "--help")
                self.assertEqual(done.returncode, OK)
                self.assertRegex(done.stdout, r"Examples?:\s+proviso " + " ".join(words))
                self.assertEqual(done.stderr, "")

    def test_an_unknown_command_is_a_usage_error_with_a_hint(self):
        for words, meant in ((["hold"], "holds"), (["keys", "shwo"], "show"), (["holds", "aprove"], "approve")):
            with self.subTest(" ".join(words)):
                done = proviso(*words)
                self.assertEqual(done.returncode, USAGE)
                self.assertIn(f"did you mean {meant}?", done.stderr)
                self.assertEqual(done.stdout, "")

    def test_nothing_and_a_wrong_option_are_usage_errors(self):
        for words in ([], ["holds"], ["holds", "list", "--nonsense"], ["keys", "new"], ["holds", "list", "--url", "http://a"]):
            with self.subTest(" ".join(words)):
                self.assertEqual(proviso(*words).returncode, USAGE)


class Keys(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.file = str(pathlib.Path(self.folder.name, "alice.key"))

    def test_new_prints_the_public_half_and_keeps_the_other_to_its_owner(self):
        done = proviso("keys", "new", "alice.example", "--out", self.file)
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertRegex(done.stdout, r"^alice\.example\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+\n$")
        self.assertEqual(os.stat(self.file).st_mode & 0o777, 0o600)
        secret = pathlib.Path(self.file).read_text().strip()
        self.assertTrue(secret.startswith("PRIVATE+KEY+"))
        shown = proviso("keys", "show", self.file)
        self.assertEqual(shown.stdout, done.stdout)
        self.assertNotIn("PRIVATE", shown.stdout + shown.stderr + done.stdout + done.stderr)
        as_json = json.loads(proviso("keys", "show", self.file, "--json").stdout)
        self.assertEqual(as_json, {"name": "alice.example", "public": done.stdout.strip()})

    def test_new_never_writes_over_a_key(self):
        proviso("keys", "new", "alice.example", "--out", self.file)
        before = pathlib.Path(self.file).read_text()
        done = proviso("keys", "new", "alice.example", "--out", self.file)
        self.assertEqual(done.returncode, NO)
        self.assertIn("nothing was changed", done.stderr)
        self.assertEqual(pathlib.Path(self.file).read_text(), before)

    def test_new_refuses_a_name_that_no_note_can_carry(self):
        for name in ("", "two words", "a+b", "line\nend"):
            with self.subTest(repr(name)):
                self.assertEqual(proviso("keys", "new", name, "--out", self.file).returncode, BAD_INPUT)
                self.assertFalse(os.path.exists(self.file))

    def test_show_does_not_quote_what_is_no_key(self):
        pathlib.Path(self.file).write_text("PRIVATE+KEY+almost+a+secret\n")
        done = proviso("keys", "show", self.file)
        self.assertEqual(done.returncode, BAD_INPUT)
        self.assertNotIn("secret", done.stdout + done.stderr)

    def test_api_keys_fit_their_digests(self):
        made = json.loads(proviso("keys", "api", "--json").stdout)
        self.assertEqual(hashlib.sha256(made["key"].encode()).hexdigest(), made["sha256"])
        self.assertNotEqual(made["key"], json.loads(proviso("keys", "api", "--json").stdout)["key"])

    def test_an_api_key_that_goes_to_a_file_is_not_printed(self):
        done = proviso("keys", "api", "--out", self.file)
        key = pathlib.Path(self.file).read_text().strip()
        self.assertNotIn(key, done.stdout + done.stderr)
        self.assertIn(hashlib.sha256(key.encode()).hexdigest(), done.stdout)
        self.assertEqual(os.stat(self.file).st_mode & 0o777, 0o600)


class Holds(unittest.TestCase):
    """One gateway for the class; each test has a held call of its own."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.home = pathlib.Path(cls.folder.name, "home")
        cls.port, upstream = free_port(), free_port()
        made = proviso("init", "--home", str(cls.home), "--listen", f"127.0.0.1:{cls.port}")
        assert made.returncode == OK, made.stderr
        script = str(ROOT / "examples/tour/recorded_upstream.py")
        command = json.dumps([sys.executable, script, "--port", str(upstream)])
        with (cls.home / "config.toml").open("a") as config:
            config.write(f'[[child]]\nname = "recorded"\ncommand = {command}\n')
            config.write(f'[[provider]]\nname = "recorded"\nurl = "http://127.0.0.1:{upstream}/v1"\n')
            config.write('dialects = ["openai-chat"]\n[[model]]\nname = "recorded"\nprovider = "recorded"\n')
        cls.log = pathlib.Path(cls.folder.name, "serve.log").open("w+")
        cls.addClassCleanup(cls.log.close)
        cls.gateway = subprocess.Popen(
            [BINARY, "serve", "--home", str(cls.home)], stdout=cls.log, stderr=subprocess.STDOUT
        )
        cls.addClassCleanup(cls.stop)
        cls.wait_for(f"http://127.0.0.1:{cls.port}/healthz")
        cls.wait_for(f"http://127.0.0.1:{upstream}/")
        cls.here = ("--home", str(cls.home))
        operator = str(cls.home / "keys/operator.key")
        cls.there = ("--url", f"http://127.0.0.1:{cls.port}", "--operator-key", operator)

    @classmethod
    def stop(cls):
        cls.gateway.terminate()
        cls.gateway.wait(SECONDS_MAX)
        cls.log.seek(0)
        said.append(cls.log.read())

    @classmethod
    def wait_for(cls, url: str):
        deadline = time.monotonic() + SECONDS_MAX
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(url, timeout=1).close()
                return
            except urllib.error.HTTPError:
                return  # any answer shows that it is up
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"{url} does not answer")

    def setUp(self):
        before = self.ids()
        self.answers = []
        self.request = threading.Thread(target=self.ask)
        self.request.start()
        self.addCleanup(self.request.join)
        deadline = time.monotonic() + SECONDS_MAX
        while not (new := self.ids() - before):
            self.assertLess(time.monotonic(), deadline, "no call was held")
            time.sleep(0.02)
        self.hold = new.pop()

    def ask(self):
        key = (self.home / "keys/api-analyst-desk.key").read_text().strip()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        headers["Proviso-Purpose"] = "logistics-planning"
        url = f"http://127.0.0.1:{self.port}/v1/chat/completions"
        request = urllib.request.Request(url, json.dumps(REQUEST).encode(), headers)
        self.answers.append(json.load(urllib.request.urlopen(request, timeout=SECONDS_MAX)))

    def ids(self) -> set[str]:
        listed = proviso("holds", "list", *self.here, "--json")
        self.assertEqual(listed.returncode, OK, listed.stderr)
        return {hold["id"] for hold in json.loads(listed.stdout)["holds"]}

    def decide(self, verdict: str, person: int, where: tuple, *more: str) -> subprocess.CompletedProcess:
        key = str(self.home / f"keys/approver-{person}.key")
        return proviso("holds", verdict, self.hold, "--key", key, *where, *more)

    def state(self) -> str:
        return json.loads(proviso("holds", "show", self.hold, *self.here, "--json").stdout)["state"]

    def released(self) -> bool:
        self.request.join()
        return bool(self.answers[0]["choices"][0]["message"].get("tool_calls"))

    def test_two_people_release_a_call_on_the_open_connection(self):
        first = self.decide("approve", 1, self.here)
        self.assertEqual(first.returncode, OK, first.stderr)
        self.assertIn("1 of 2: needs another person with role commander", first.stdout)
        self.assertEqual(self.state(), "waiting")
        second = self.decide("approve", 2, self.here)
        self.assertEqual(second.returncode, OK, second.stderr)
        self.assertIn("2 of 2", second.stdout)
        self.assertTrue(self.released())
        self.assertEqual(self.state(), "released")

    def test_two_people_elsewhere_release_it_too(self):
        first = self.decide("approve", 1, self.there, "--json")
        self.assertEqual(json.loads(first.stdout)["people"], 1)
        second = self.decide("approve", 2, self.there, "--json")
        self.assertEqual(json.loads(second.stdout)["state"], "approved")
        self.assertTrue(self.released())

    def test_one_person_does_not_count_twice(self):
        self.decide("approve", 1, self.here)
        for where in (self.here, self.there):
            again = self.decide("approve", 1, where)
            self.assertEqual(again.returncode, NO)
            self.assertIn("one person counts once", again.stderr)
        self.assertEqual(self.state(), "waiting")

    def test_one_denial_ends_it(self):
        denied = self.decide("deny", 2, self.there, "--reason", "not this asset")
        self.assertEqual(denied.returncode, OK, denied.stderr)
        self.assertFalse(self.released())
        shown = proviso("holds", "show", self.hold, *self.here).stdout
        self.assertIn("denied", shown)
        self.assertIn("not this asset", shown)
        self.assertEqual(self.decide("approve", 1, self.here).returncode, NO)

    def test_a_key_that_the_terms_do_not_name_decides_nothing(self):
        stranger = str(pathlib.Path(self.folder.name, f"{self.hold}.key"))
        proviso("keys", "new", "approver-1", "--out", stranger)
        for where in (self.here, self.there):
            done = proviso("holds", "approve", self.hold, "--key", stranger, *where)
            self.assertEqual(done.returncode, NO)
        self.assertEqual(self.state(), "waiting")

    def test_what_is_approved_is_shown_with_the_digest_that_is_signed(self):
        shown = proviso("holds", "show", self.hold, *self.here)
        self.assertEqual(shown.returncode, OK)
        digest = json.loads(proviso("holds", "show", self.hold, *self.there, "--json").stdout)["statement_digest"]
        approved = self.decide("approve", 1, self.here).stdout
        for text in ('"asset": "asset-2"', "assign_asset", "4.2", digest.removeprefix("sha256:")):
            self.assertIn(text, shown.stdout)
            self.assertIn(text, approved)

    def test_list_is_the_same_here_and_there(self):
        for more in ((), ("--state", "waiting"), ("--state", "released")):
            here, there = (proviso("holds", "list", *where, *more, "--json") for where in (self.here, self.there))
            self.assertEqual(json.loads(here.stdout), json.loads(there.stdout))
        line = next(
            line for line in proviso("holds", "list", *self.here).stdout.splitlines() if line.startswith(self.hold)
        )
        self.assertRegex(line, r"waiting +assign_asset +analyst-desk +\d+m \d+s +0 of 2: needs 2 different people")

    def test_a_person_at_a_terminal_is_asked(self):
        key = str(self.home / "keys/approver-1.key")
        approve = ("holds", "approve", self.hold, "--key", key, *self.here)
        code, screen = on_terminal(*approve, types="n\n")
        self.assertEqual(code, NO)
        self.assertIn("Approve exactly this, as approver-1? [y/N]", screen)
        self.assertIn("nothing was signed", screen)
        self.assertIn("0 of 2", proviso("holds", "list", *self.here, "--state", "waiting").stdout)
        code, screen = on_terminal(*approve, types="y\n")
        self.assertEqual(code, OK, screen)
        self.assertIn("1 of 2", screen)

    def test_colours_are_for_terminals_only(self):
        key = str(self.home / "keys/approver-1.key")
        _, screen = on_terminal("holds", "approve", self.hold, "--key", key, "--yes", *self.here)
        self.assertIn("\x1b[33m", screen)
        key = str(self.home / "keys/approver-2.key")
        _, screen = on_terminal(
            "holds", "approve", self.hold, "--key", key, "--yes", *self.here, environment={"NO_COLOR": "1"}
        )
        self.assertIn("2 of 2", screen)
        self.assertNotIn("\x1b", screen)
        for text in said:
            self.assertNotIn("\x1b", text)

    def test_refusals_say_why_and_exit_by_their_kind(self):
        here, (_, url, _, operator) = self.here, self.there
        wrong = str(self.home / "keys/api-analyst-desk.key")
        key = str(self.home / "keys/approver-1.key")
        public = str(self.home / "keys/record.vkey")
        table = (
            (NO, "no held call hold_x", ("show", "hold_x", *here)),
            (NO, "no held call hold_x", ("show", "hold_x", *self.there)),
            (NO, "an id is lower-case letters", ("show", "../holds", *self.there)),
            (NO, "operator's key", ("list", "--url", url, "--operator-key", wrong)),
            (UNAVAILABLE, "refused", ("list", "--url", f"http://127.0.0.1:{free_port()}", "--operator-key", operator)),
            (UNAVAILABLE, "--operator-key", ("list", "--url", url, "--operator-key", "/nonexistent")),
            (BAD_INPUT, "--url", ("list", "--url", "ftp://gateway", "--operator-key", operator)),
            (UNAVAILABLE, "proviso init", ("list", "--home", "/nonexistent")),
            (UNAVAILABLE, "--key", ("approve", self.hold, "--key", "/nonexistent", *here)),
            (BAD_INPUT, "not a private key", ("approve", self.hold, "--key", public, *here)),
            (NO, "reason", ("approve", self.hold, "--key", key, "--reason", "two\nlines", *here)),
            (USAGE, "--state", ("list", "--state", "nonsense", *here)),
        )
        for code, why, words in table:
            with self.subTest(" ".join(words)):
                done = proviso("holds", *words)
                self.assertEqual((done.returncode, done.stderr[:9]), (code, "proviso: "), done.stderr)
                self.assertIn(why, done.stderr)

    def test_no_secret_is_ever_printed(self):
        proviso("holds", "show", self.hold, *self.here)
        self.decide("approve", 1, self.there)
        secrets = [path.read_text().strip() for path in (self.home / "keys").glob("*.key")]
        self.assertGreaterEqual(len(secrets), 6)
        self.log.flush()
        for text in (*said, pathlib.Path(self.log.name).read_text()):
            for secret in secrets:
                self.assertNotIn(secret, text)


class Upstreams(unittest.TestCase):
    """A gateway with a provider that is gone and one that answers, behind one alias."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.home = pathlib.Path(cls.folder.name, "home")
        cls.port, upstream = free_port(), free_port()
        made = proviso("init", "--home", str(cls.home), "--listen", f"127.0.0.1:{cls.port}")
        assert made.returncode == OK, made.stderr
        script = str(ROOT / "examples/tour/recorded_upstream.py")
        command = json.dumps([sys.executable, script, "--port", str(upstream)])
        config = (cls.home / "config.toml").read_text()
        config = re.sub(r"(sha256 = .*)", r"\1\nlimits = { requests_per_minute = 900 }", config, count=1)
        config += f'[[child]]\nname = "recorded"\ncommand = {command}\n'
        for name, port in (("gone", 9), ("recorded", upstream)):
            config += f'[[provider]]\nname = "{name}"\nurl = "http://127.0.0.1:{port}/v1"\n'
            config += 'dialects = ["openai-chat"]\nbreaker = { failures_in_a_row = 1000, samples_min = 1000 }\n'
            config += f'[[model]]\nname = "at-{name}"\nprovider = "{name}"\n'
        config += '[[alias]]\nname = "assistant"\nmodels = ["at-gone", "at-recorded"]\n'
        (cls.home / "config.toml").write_text(config)
        cls.gateway = subprocess.Popen(
            [BINARY, "serve", "--home", str(cls.home)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        cls.addClassCleanup(cls.end)
        assert "listening on" in cls.gateway.stdout.readline()
        deadline = time.monotonic() + SECONDS_MAX
        while cls.ask() != 200:  # until the child listens
            assert time.monotonic() < deadline, "the recorded provider does not answer"
            time.sleep(0.1)

    @classmethod
    def end(cls):
        cls.gateway.terminate()
        cls.gateway.wait(SECONDS_MAX)
        cls.gateway.stdout.close()

    @classmethod
    def ask(cls) -> int:
        key = (cls.home / "keys/api-analyst-desk.key").read_text().strip()
        body = json.dumps({"model": "assistant", "messages": [{"role": "user", "content": "hello"}]}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{cls.port}/v1/chat/completions",
            body,
            {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS_MAX) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def test_status_shows_each_provider_and_what_limited_keys_have_left(self):
        done = proviso("upstreams", "status", "--home", str(self.home))
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertRegex(done.stdout, r"PROVIDER +BREAKER +ATTEMPTS")
        self.assertRegex(done.stdout, r"(?m)^gone +(closed|open, probe in \d+ s)")
        self.assertRegex(done.stdout, r"(?m)^recorded +closed")
        self.assertRegex(done.stdout, r"(?m)^analyst-desk +\d+ of 900 +- +-")

    def test_status_over_a_url_is_the_same_as_json(self):
        where = ("--url", f"http://127.0.0.1:{self.port}", "--operator-key", str(self.home / "keys/operator.key"))
        done = proviso("upstreams", "status", *where, "--json")
        self.assertEqual(done.returncode, OK, done.stderr)
        shown = {one["name"]: one for one in json.loads(done.stdout)["providers"]}
        self.assertGreaterEqual(shown["gone"]["failures"]["connect"], 1)
        self.assertGreaterEqual(shown["gone"]["fallbacks"], 1)
        self.assertGreaterEqual(shown["recorded"]["answers"], 1)

    def test_status_needs_an_operators_key_and_a_gateway(self):
        key = str(self.home / "keys/api-analyst-desk.key")
        refused = proviso("upstreams", "status", "--url", f"http://127.0.0.1:{self.port}", "--operator-key", key)
        self.assertNotEqual(refused.returncode, OK)
        self.assertIn("--operator-key", refused.stderr)
        nobody = proviso("upstreams", "status", "--url", "http://127.0.0.1:9", "--operator-key", key)
        self.assertEqual(nobody.returncode, UNAVAILABLE, nobody.stderr)


class Protocol(unittest.TestCase):
    def run_on(self, text, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "file"
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            return subprocess.run(
                [BINARY, "protocol", *arguments, str(path)], capture_output=True, timeout=SECONDS_MAX
            )

    def test_capabilities_name_every_feature_for_every_dialect(self):
        done = subprocess.run(
            [BINARY, "protocol", "capabilities", "--json"], capture_output=True, timeout=SECONDS_MAX
        )
        rows = json.loads(done.stdout)
        self.assertGreater(len(rows), 40)
        for row in rows:
            self.assertEqual(len(row["support"]), 5, row)
            self.assertIn(row["otherwise"], ("reject", "warn", "drop"))

    def test_fold_is_the_same_for_each_form_of_a_stream(self):
        events = [
            {"type": "message_start", "message": {"id": "m1", "type": "message", "role": "assistant", "model": "m",
             "content": [], "stop_reason": None, "usage": {"input_tokens": 3, "output_tokens": 1}}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
            {"type": "message_stop"},
        ]
        lines = "\n".join(json.dumps(one) for one in events)
        framed = "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in events)
        folds = [self.run_on(text, "fold", "--dialect", "anthropic") for text in (lines, framed)]
        self.assertEqual([one.returncode for one in folds], [OK, OK], folds)
        self.assertEqual(folds[0].stdout, folds[1].stdout)
        told = json.loads(folds[0].stdout)
        self.assertEqual(told["choices"][0]["blocks"][0]["text"], "Hello")
        self.assertEqual(told["usage"]["total"], 5)
        short = self.run_on("\n".join(lines.split("\n")[:-1]), "fold", "--dialect", "anthropic")
        self.assertEqual(short.returncode, BAD_INPUT)
        self.assertIn(b"ends", short.stderr)

    def test_translate_says_what_is_left_out_and_refuses_the_rest(self):
        request = '{"model":"m","top_k":5,"max_tokens":9,"messages":[{"role":"user","content":"hi"}]}'
        to_openai = ("translate", "--from", "anthropic", "--to", "openai", "--otherwise")
        refused = self.run_on(request, *to_openai, "top_k=reject")
        warned = self.run_on(request, *to_openai, "top_k=warn")
        self.assertEqual(refused.returncode, BAD_INPUT)
        self.assertIn(b"top_k", refused.stderr)
        self.assertEqual(warned.returncode, OK, warned.stderr)
        self.assertIn(b"top_k", warned.stderr)
        self.assertEqual(json.loads(warned.stdout)["messages"], [{"role": "user", "content": "hi"}])

    def test_unknown_dialects_and_features_are_named(self):
        request = '{"model":"m","messages":[{"role":"user","content":"hi"}]}'
        for arguments, word in (
            (("fold", "--dialect", "morse"), b"morse"),
            (("translate", "--from", "openai", "--to", "gemini", "--otherwise", "top_q=warn"), b"top_q"),
        ):
            done = self.run_on(request, *arguments)
            self.assertEqual(done.returncode, BAD_INPUT)
            self.assertIn(word, done.stderr)


class WithoutAGateway(unittest.TestCase):
    def test_a_fresh_home_holds_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            proviso("init", "--home", f"{folder}/home")
            self.assertEqual(proviso("holds", "list", "--home", f"{folder}/home").stdout, "No call is held.\n")
            listed = proviso("holds", "list", "--home", f"{folder}/home", "--json")
            self.assertEqual(json.loads(listed.stdout), {"holds": []})

    def test_the_tour_says_what_it_lacks(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, value, why in (("PROVISO_SHARE", folder, "PROVISO_SHARE"), ("PROVISO_PYTHON", "/bin/false", "./run")):
                done = subprocess.run(
                    [BINARY, "tour", "--once"], env=os.environ | {name: value}, capture_output=True, text=True, timeout=60
                )
                self.assertEqual(done.returncode, UNAVAILABLE)
                self.assertIn(why, done.stderr)


if __name__ == "__main__":
    unittest.main()
