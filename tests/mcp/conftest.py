"""The MCP servers, and the gateways before them, for the whole run."""

import os
import shutil
from collections.abc import Iterator

import pytest

from support.gateway import Gateway, why_not
from support.mcp_parts import HERE, SERVERS, Server, terms_for
from support.scripted_mcp_server import ScriptedMcpServer


@pytest.fixture(scope="session")
def mcp_servers() -> Iterator[dict[str, Server]]:
    pytest.importorskip("mcp", reason="the Python MCP SDK is not installed; ./test installs it")
    if not (HERE / "node/node_modules").is_dir() or shutil.which("node") is None:
        pytest.skip("the TypeScript MCP SDK is not installed; ./test installs it")
    servers = {name: Server(name) for name in SERVERS}
    yield servers
    for server in servers.values():
        server.close()


@pytest.fixture(scope="session")
def scripted_mcp() -> Iterator[ScriptedMcpServer]:
    server = ScriptedMcpServer()
    yield server
    server.close()


def start(servers: list[Server | ScriptedMcpServer], hold_wait_ms: int) -> Iterator[Gateway]:
    if reason := why_not():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    gateway = Gateway("http://127.0.0.1:9", [], hold_wait_ms, terms_for(servers))
    yield gateway
    gateway.close()


@pytest.fixture(scope="session")
def mcp_gateway(mcp_servers: dict[str, Server], scripted_mcp: ScriptedMcpServer) -> Iterator[Gateway]:
    """Holds a call for longer than any test waits."""
    yield from start([*mcp_servers.values(), scripted_mcp], 30_000)


@pytest.fixture(scope="session")
def impatient_mcp_gateway(mcp_servers: dict[str, Server]) -> Iterator[Gateway]:
    """Holds a call for a moment only."""
    yield from start(list(mcp_servers.values()), 300)
