"""MCP servers and clients of both official SDKs, and what a gateway between them is told."""

import hashlib
import json
import pathlib
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from support.gateway import ANALYST_KEY, free_port

HERE = pathlib.Path(__file__).parents[1] / "mcp"
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
        "count_stock": "observe", "assign": "engage", "engage": "engage", "move": "modify", "erase": "erase", "slow": "observe",
        "ask": "observe", "think": "observe", "hang": "observe", "interrupted": "observe", "resources/read": "observe",
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
    config.append(f'[[mcp_server]]\nname = "down"\nurl = "http://127.0.0.1:9/mcp"\n')
    agreement.append('[[tool]]\nserver = "down"\nname = "count_stock"\neffect = "observe"\n')
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


PAIRS = [(client, server) for client in ("python", "node") for server in ("python", "node")]
every_pair = pytest.mark.parametrize(("client", "server"), PAIRS, ids=["-".join(pair) for pair in PAIRS])
ALSO_STATELESS = [*PAIRS, *((client, f"{kind}-json") for client, kind in PAIRS)]
every_mode = pytest.mark.parametrize(
    ("client", "server"), ALSO_STATELESS, ids=["-".join(pair) for pair in ALSO_STATELESS]
)


def through(gateway, server) -> str:
    return f"{gateway.url}/mcp/{server.name}"


def text_of(seen: dict) -> str:
    return seen["result"]["content"][0]["text"]


# Literal messages.

KEY = {"Authorization": f"Bearer {ANALYST_KEY}"}
ACCEPT = {"Accept": "application/json, text/event-stream"}


def call(name="erase", **more) -> dict:
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": {}} | more}
