"""MCP servers and clients of both official SDKs, and gateways between them."""

import hashlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest

from support.gateway import ANALYST_KEY, Gateway, free_port, why_not

HERE = pathlib.Path(__file__).parent
TOOLS = {tool["name"]: tool for tool in json.loads((HERE / "tools.json").read_text())["tools"]}
# By name: the program, and its options.
SERVERS = {
    "python": ("python", []),
    "node": ("node", []),
    "python-json": ("python", ["stateless", "json"]),
    "node-json": ("node", ["stateless", "json"]),
    "python-resumable": ("python", ["resumable"]),
    "node-resumable": ("node", ["resumable"]),
}
SERVER_KEY = "credential-of-the-mcp-servers-0123456789"
START_SECONDS_MAX = 30


def program(kind: str, name: str) -> list[str]:
    if kind == "python":
        return [sys.executable, str(HERE / f"python/{name}.py")]
    return ["node", str(HERE / f"node/{name}.mjs")]


class Server:
    """One MCP server, until closed."""

    def __init__(self, name: str) -> None:
        kind, options = SERVERS[name]
        self.name = name
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/mcp"
        self.process = subprocess.Popen([*program(kind, "server"), str(self.port), *options])
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < deadline, f"{name} did not start"
                time.sleep(0.05)

    def journal(self) -> list[dict]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/journal", timeout=10) as answer:
            return json.load(answer)["journal"]

    def calls(self, since: int = 0) -> list[str]:
        return [entry["tool"] for entry in self.journal()[since:] if "tool" in entry]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


class Client:
    """One run of a client program over some steps. `mode` is the Python SDK's: "legacy" or "auto"."""

    def __init__(self, kind: str, url: str, steps: list[dict], headers: dict | None = None, mode="legacy") -> None:
        self.process = subprocess.Popen(
            [*program(kind, "client"), url, mode],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        headers = {"Authorization": f"Bearer {ANALYST_KEY}"} | (headers or {})
        self.process.stdin.write(json.dumps({"headers": headers, "steps": steps}) + "\n")
        self.process.stdin.flush()

    def seen(self, seconds: float = 60) -> list[dict]:
        out, err = self.process.communicate(timeout=seconds)
        assert self.process.returncode == 0, err[-3000:]
        return [json.loads(line) for line in out.splitlines()]


def run(kind: str, url: str, *steps: dict, headers: dict | None = None, mode: str = "legacy") -> list[dict]:
    return Client(kind, url, list(steps), headers, mode).seen()


def digest_of(schema: dict) -> str:
    canonical = json.dumps(schema, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def terms_for(servers: list[Server]) -> dict[str, str]:
    """What the agreement, the clauses and the configuration say of these servers, the same of each."""
    effects = {
        "count_stock": "observe", "assign": "engage", "move": "modify", "erase": "erase", "slow": "observe",
        "ask": "observe", "think": "observe", "hang": "observe", "resources/read": "observe",
        "prompts/get": "observe",
    }
    agreement, config = [], []
    for server in servers:
        for tool, effect in effects.items():
            agreement.append(f'[[tool]]\nserver = "{server.name}"\nname = "{tool}"\neffect = "{effect}"\n')
        for tool in ("pinned", "changed"):  # both as "pinned" is
            digest = digest_of(TOOLS["pinned"]["inputSchema"])
            agreement.append(
                f'[[tool]]\nserver = "{server.name}"\nname = "{tool}"\neffect = "observe"\n'
                f'schema_digest = "{digest}"\n'
            )
        config.append(
            f'[[mcp_server]]\nname = "{server.name}"\nurl = "{server.url}"\ncredential_file = "keys/provider.key"\n'
            'headers = { X-Team = "stock" }\n'
        )
    clauses = """
@id("3.1") @title("Only catalogued tools are called")
forbid (principal, action == Action::"call_tool", resource) unless { context has effect };
@id("3.2") @title("Nothing moves to zone x")
forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "modify" && context has input && context.input has zone
       && context.input.zone == "x" };
"""
    return {
        "agreement": "\n".join(agreement),
        "config": "\n" + "\n".join(config),
        "clauses": clauses,
        "schema": "type Input = { zone?: String };\n",
    }


@pytest.fixture(scope="session")
def mcp_servers() -> Iterator[dict[str, Server]]:
    pytest.importorskip("mcp", reason="the Python MCP SDK is not installed; ./test installs it")
    if not (HERE / "node/node_modules").is_dir() or shutil.which("node") is None:
        pytest.skip("the TypeScript MCP SDK is not installed; ./test installs it")
    servers = {name: Server(name) for name in SERVERS}
    yield servers
    for server in servers.values():
        server.close()


def start(servers: dict[str, Server], hold_wait_ms: int) -> Iterator[Gateway]:
    if reason := why_not():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    gateway = Gateway("http://127.0.0.1:9", [], hold_wait_ms, terms_for(list(servers.values())))
    yield gateway
    gateway.close()


@pytest.fixture(scope="session")
def mcp_gateway(mcp_servers: dict[str, Server]) -> Iterator[Gateway]:
    """Holds a call for longer than any test waits."""
    yield from start(mcp_servers, 30_000)


@pytest.fixture(scope="session")
def impatient_mcp_gateway(mcp_servers: dict[str, Server]) -> Iterator[Gateway]:
    """Holds a call for a moment only."""
    yield from start(mcp_servers, 300)
