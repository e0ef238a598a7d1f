"""A gateway under test: `proviso serve` with a configuration and terms written for it."""

import hashlib
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time
import tomllib
import urllib.error
import urllib.request

from support.recordings import ROOT
from support.synthetic import TOOLS

BINARY = pathlib.Path(os.environ.get("PROVISO_BIN", ROOT / "build/dev/bin/proviso"))
ANALYST_KEY = "key-of-the-analyst-desk-0123456789"
FIELD_KEY = "key-of-the-field-desk-0123456789ab"
OPERATOR_KEY = "key-of-an-operator-0123456789abcdef"
PROVIDER_KEY = "credential-of-the-provider-0123456789"
START_SECONDS_MAX = 30

CLAUSES = """
@id("1.1") @title("What nothing forbids is permitted")
permit (principal, action, resource);

@id("2.1") @title("No restricted purpose")
forbid (principal, action, resource)
when { context has purpose && context.purpose == UseCase::"restricted" };

@id("2.2") @title("Nothing is erased")
forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "erase" };

@id("4.2") @title("Two people decide every engagement")
forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" }
unless { context has decision && context.decision.count >= 2 && context.decision.call_digest_matches };
"""


def why_not() -> str:
    """Why there is no gateway to test, or nothing."""
    if not BINARY.is_file():
        return f"there is no {BINARY}; ./test builds it"
    # Asked of the list of commands: --help is understood beside any word.
    listed = subprocess.run([BINARY, "--help"], capture_output=True, text=True).stdout
    missing = [name for name in ("init", "serve", "holds", "record") if f"\n  {name} " not in listed]
    return f"{BINARY} lacks the commands {', '.join(missing)}" if missing else ""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def toml(value: str) -> str:
    return json.dumps(value)


def approver_keys(home: pathlib.Path) -> list[str]:
    """The verifier keys that `proviso init` put into its copy of the starter terms."""
    agreement = tomllib.loads((home / "terms/agreement.toml").read_text())
    return [approver["key"] for approver in agreement["approver"]][:2]


def agreement(keys: list[str], hold_wait_ms: int) -> str:
    lines = [
        '[agreement]\nname = "tests"\nversion = "1"\n',
        f"[hold]\nwait_ms = {hold_wait_ms}\nexpires_ms = 600000\n",
        '[[party]]\nid = "provider"\n',
        '[[party]]\nid = "customer"\n',
    ]
    for name in ("analyst-desk", "field-desk"):
        lines.append(
            f'[[application]]\nid = "{name}"\norganization = "agency"\nparty = "customer"\n'
            'purposes = ["translation", "restricted"]\n'
        )
    lines += [f'[[tool]]\nname = "{name}"\neffect = "{effect}"\n' for name, effect in TOOLS.items()]
    lines.append('[[approver_profile]]\nname = "two commanders"\ncount = 2\nroles = ["commander"]\n')
    for number, key in enumerate(keys, 1):
        lines.append(f'[[approver]]\nperson = "person-{number}"\nroles = ["commander"]\nkey = {toml(key)}\n')
    return "\n".join(lines)


def configuration(port: int, upstream_url: str, models: dict[str, str]) -> str:
    lines = [f'[gateway]\nlisten = ["127.0.0.1:{port}"]\n']
    for application, key in (("analyst-desk", ANALYST_KEY), ("field-desk", FIELD_KEY)):
        digest = hashlib.sha256(key.encode()).hexdigest()
        lines.append(
            f'[[key]]\nid = "{application}"\nsha256 = "{digest}"\napplication = "{application}"\n'
            'purpose = "translation"\n'
        )
    digest = hashlib.sha256(OPERATOR_KEY.encode()).hexdigest()
    lines.append(f'[[operator]]\nid = "operator"\nsha256 = "{digest}"\n')
    lines.append(
        f'[[provider]]\nname = "scripted"\nurl = "{upstream_url}"\n'
        'dialects = ["openai-chat", "anthropic-messages", "openai-responses"]\ncredential_file = "keys/provider.key"\n'
    )
    for name, upstream_model in models.items():
        lines.append(
            f'[[model]]\nname = {toml(name)}\nprovider = "scripted"\nupstream_model = {toml(upstream_model)}\n'
        )
    return "\n".join(lines)


def run(*arguments: str) -> str:
    """What `proviso ARGUMENTS` prints; it must succeed."""
    done = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"proviso {' '.join(arguments)}: {done.stderr or done.stdout}"
    return done.stdout


class Serving:
    """`proviso serve` over one home, until closed; it must end well."""

    def __init__(self, home: pathlib.Path, url: str) -> None:
        self.log_path = home / "serve.log"
        self.log = self.log_path.open("wb")
        self.process = subprocess.Popen(
            [BINARY, "serve", "--home", str(home)], stdout=self.log, stderr=subprocess.STDOUT
        )
        self.wait_until_ready(url)

    def wait_until_ready(self, url: str) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{url}/healthz", timeout=1) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        self.process.kill()
        raise AssertionError(f"the gateway did not start: {self.log_path.read_text()[-2000:]}")

    def close(self) -> None:
        self.process.terminate()
        try:
            code = self.process.wait(timeout=45)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("the gateway did not drain within 45 s of SIGTERM") from None
        finally:
            self.log.close()
        assert code == 0, f"the gateway exited {code}: {self.log_path.read_text(errors='replace')[-2000:]}"


class Gateway:
    """Runs until closed. Models are named as given; their upstream names have the prefix `replay:`.

    `more` has text to add to the files "config", "agreement", "clauses" and "schema".
    """

    def __init__(
        self, upstream_url: str, models: list[str], hold_wait_ms: int, more: dict[str, str] | None = None
    ) -> None:
        more = more or {}
        self.folder = tempfile.TemporaryDirectory(prefix="proviso-test-")
        self.home = pathlib.Path(self.folder.name, "home")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        run("init", "--home", str(self.home))
        keys = approver_keys(self.home)
        (self.home / "keys/provider.key").write_text(PROVIDER_KEY)
        (self.home / "keys/provider.key").chmod(0o600)
        upstream_names = {name: f"replay:{name}" for name in models}
        (self.home / "config.toml").write_text(
            configuration(self.port, upstream_url, upstream_names) + more.get("config", "")
        )
        terms = self.home / "tests-terms"
        (terms / "clauses").mkdir(parents=True)
        (terms / "agreement.toml").write_text(agreement(keys, hold_wait_ms) + more.get("agreement", ""))
        (terms / "clauses/tests.cedar").write_text(CLAUSES + more.get("clauses", ""))
        if "schema" in more:
            (terms / "schema.cedarschema").write_text(more["schema"])
        with (self.home / "config.toml").open("a") as config:
            config.write('\n[terms]\ndirectory = "tests-terms"\n')
        self.before_start()
        self.serving = Serving(self.home, self.url)

    def before_start(self) -> None:
        """For tests that put more into the home."""

    def close(self) -> None:
        self.serving.close()
        self.folder.cleanup()

    # The desk of held calls.

    def holds(self, state: str = "waiting") -> list[dict]:
        request = urllib.request.Request(
            f"{self.url}/proviso/v1/holds?state={state}", headers={"Authorization": f"Bearer {OPERATOR_KEY}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["holds"]

    def wait_for_hold(self, known: set[str], seconds: float = 20) -> dict:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if new := [hold for hold in self.holds() if hold["id"] not in known]:
                return new[0]
            time.sleep(0.05)
        raise AssertionError("no call was held")

    def approve(self, hold: str, people: tuple[int, ...] = (1, 2)) -> None:
        for number in people:
            self.decide("approve", hold, number)

    def decide(self, verdict: str, hold: str, person: int) -> None:
        key = str(self.home / f"keys/approver-{person}.key")
        run("holds", verdict, hold, "--key", key, "--home", str(self.home))
