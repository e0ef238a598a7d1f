"""Literal bytes that must not get through: each gets a clear error, and the server sees nothing."""

import json
import socket

import pytest

from support import raw_http
from support.gateway import ANALYST_KEY, FIELD_KEY
from support.mcp_parts import ACCEPT, KEY, call

SERVER = "python-json"


def send(gateway, body, headers=None, target=f"/mcp/{SERVER}", key=None) -> raw_http.Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return raw_http.exchange(gateway.port, raw_http.post(target, (key or KEY) | ACCEPT | (headers or {}), raw))


GOOD = json.dumps(call()).encode()
# Each is what could reach a tool past a reader that looks less closely than the server.
BODIES = {
    "not JSON": (GOOD[:-1], 400, -32700),
    "a batch": (b"[" + GOOD + b"]", 400, -32600),
    "two methods": (GOOD.replace(b'"method"', b'"method": "ping", "method"'), 400, -32700),
    "two names": (GOOD.replace(b'"name"', b'"name": "slow", "n\\u0061me"'), 400, -32700),
    "another letter case": (GOOD.replace(b"tools/call", b"Tools/Call"), 400, -32600),
    "other signs": (GOOD.replace(b"tools/call", b"tools_call"), 400, -32600),
    "an unknown tool method": (GOOD.replace(b"tools/call", b"tools/execute"), 400, -32600),
    "a member in another letter case": (GOOD.replace(b'"params"', b'"Params"'), 400, -32600),
    "arguments in another letter case": (GOOD.replace(b'"arguments"', b'"Arguments"'), 400, -32602),
    "a call that asks for no answer": (GOOD.replace(b'"id": 1, ', b""), 400, -32600),
    "a null id": (GOOD.replace(b'"id": 1', b'"id": null'), 400, -32600),
    "no object": (b'"x"', 400, -32600),
    "too large": (GOOD + b" " * (4 << 20), 413, -32600),
    "too deep": (GOOD.replace(b"{}", b'{"x": ' + b"[" * 300 + b"]" * 300 + b"}"), 413, -32600),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_message_is_refused(mcp_servers, mcp_gateway, name):
    body, status, code = BODIES[name]
    before = len(mcp_servers[SERVER].journal())
    answer = send(mcp_gateway, body)
    assert (answer.status, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["message"]
    assert mcp_servers[SERVER].journal()[before:] == []


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Origin": "http://evil.example"}, 403, -32013),
        ({"Origin": "null"}, 403, -32013),
        ({"MCP-Protocol-Version": "1999-01-01"}, 400, -32022),
        ({"MCP-Protocol-Version": "2024-11-05"}, 400, -32022),
        ({"Mcp-Session-Id": "not-a-session"}, 404, -32001),
        ({"Mcp-Method": "ping"}, 400, -32020),
        ({"Mcp-Name": "count_stock"}, 400, -32020),
        ({"Mcp-Param-Zone": "north"}, 400, -32020),
        ({"Proviso-Hold": "hold_1", "proviso-hold": "hold_2"}, 400, -32600),
    ],
)
def test_a_header_that_says_something_else_is_refused(mcp_servers, mcp_gateway, headers, status, code):
    before = len(mcp_servers[SERVER].journal())
    answer = send(mcp_gateway, call(), headers)
    assert (answer.status, answer.json()["error"]["code"]) == (status, code)
    assert mcp_servers[SERVER].journal()[before:] == []


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {ANALYST_KEY}"}])
def test_a_caller_is_known_by_its_key_only(mcp_servers, mcp_gateway, headers):
    answer = raw_http.exchange(mcp_gateway.port, raw_http.post(f"/mcp/{SERVER}", headers | ACCEPT, GOOD))
    assert (answer.status, answer.json()["error"]["code"]) == (401, -32012)


@pytest.mark.parametrize("target", ["/mcp/unknown", f"/mcp/{SERVER}/", f"/mcp/{SERVER}?x=1", f"/mcp/{SERVER}/../node"])
def test_an_unknown_server_is_not_found(mcp_servers, mcp_gateway, target):
    assert send(mcp_gateway, call(), target=target).status == 404


def test_another_content_type_is_refused(mcp_servers, mcp_gateway):
    request = raw_http.post(f"/mcp/{SERVER}", KEY | ACCEPT, GOOD).replace(b"application/json\r\nAuth", b"text/plain\r\nAuth")
    assert raw_http.exchange(mcp_gateway.port, request).status == 415


def open_session(gateway, server: str) -> dict:
    asked = {
        "jsonrpc": "2.0", "id": 0, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}},
    }
    answer = send(gateway, asked, target=f"/mcp/{server}")
    assert answer.status == 200
    return {"Mcp-Session-Id": answer.headers["mcp-session-id"], "MCP-Protocol-Version": "2025-06-18"}


@pytest.mark.parametrize("server", ["python", "node"])
def test_a_session_is_good_for_one_key_on_one_server(mcp_servers, mcp_gateway, server):
    session = open_session(mcp_gateway, server)
    ping = {"jsonrpc": "2.0", "id": 5, "method": "ping"}
    assert send(mcp_gateway, ping, session, f"/mcp/{server}").status == 200
    other_key = {"Authorization": f"Bearer {FIELD_KEY}"}
    for target, key in ((f"/mcp/{server}", other_key), (f"/mcp/{SERVER}", KEY)):
        answer = send(mcp_gateway, ping, session, target, key)
        assert (answer.status, answer.json()["error"]["code"]) == (404, -32001)


def test_an_id_is_used_once_while_it_has_no_answer(mcp_servers, mcp_gateway):
    session = open_session(mcp_gateway, "node")
    body = json.dumps(call("hang") | {"id": "same"}).encode()
    request = raw_http.post("/mcp/node", KEY | ACCEPT | session, body)
    with socket.create_connection(("127.0.0.1", mcp_gateway.port)) as connection:
        connection.sendall(request)
        assert connection.recv(1), "the stream of the first has begun"
        again = send(mcp_gateway, body, session, "/mcp/node")
        assert again.status == 400 and again.json()["id"] == "same"
        assert "no answer yet" in again.json()["error"]["message"]


def test_the_end_of_a_session_is_told_to_those_who_use_it_on(mcp_servers, mcp_gateway):
    session = open_session(mcp_gateway, "python")
    delete = raw_http.post("/mcp/python", KEY | ACCEPT | session, b"").replace(b"POST", b"DELETE", 1)
    assert raw_http.exchange(mcp_gateway.port, delete).status == 200
    ping = {"jsonrpc": "2.0", "id": 5, "method": "ping"}
    assert send(mcp_gateway, ping, session, "/mcp/python").status == 404


def test_a_server_that_is_down_is_a_clear_error(mcp_servers, mcp_gateway):
    answer = send(mcp_gateway, call("count_stock"), target="/mcp/down")
    assert (answer.status, answer.json()["error"]["code"]) == (502, -32014)
    assert answer.json()["id"] == 1


def test_methods_that_nobody_knows_reach_the_server_and_get_its_answer(mcp_servers, mcp_gateway):
    answer = send(mcp_gateway, {"jsonrpc": "2.0", "id": 9, "method": "vendor/thing"}, {"MCP-Protocol-Version": "2025-06-18"})
    assert answer.json()["error"]["code"] == -32601
