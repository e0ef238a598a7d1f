"""Servers that answer badly, or change what they list: an error, never a success, and never another's answer."""

import json
import re

import pytest

from support import raw_http
from support.mcp_parts import ACCEPT, KEY, TOOLS, call
from support.scripted_mcp_server import Script, events

TARGET = "/mcp/scripted"
ANSWER = '{"jsonrpc":"2.0","id":ID,"result":{"content":[{"type":"text","text":"fine"}]}}'
NOTE = '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}'


def send(gateway, body: dict, headers: dict | None = None) -> raw_http.Answer:
    return raw_http.exchange(
        gateway.port, raw_http.post(TARGET, KEY | ACCEPT | (headers or {}), json.dumps(body).encode())
    )


def messages(answer: raw_http.Answer) -> list[dict]:
    if answer.headers["content-type"] == "application/json":
        return [answer.json()]
    return [json.loads(data) for data in re.findall(r"^data: (.+?)\r?$", answer.body.decode(), re.M)]


BAD = {
    "no JSON": Script("fine"),
    "another request's answer": Script(ANSWER.replace("ID", "77")),
    "two results": Script(ANSWER.replace('"result"', '"result":{},"result"')),
    "a batch": Script(f"[{ANSWER}]"),
    "a request": Script('{"jsonrpc":"2.0","id":ID,"method":"ping"}'),
    "HTML": Script("<html>", type="text/html"),
    "accepted, and no answer": Script("", status=202),
    "compressed": Script(ANSWER, headers={"Content-Encoding": "gzip"}),
    "our credential is refused": Script("{}", status=401),
    "a redirect": Script("", status=307, headers={"Location": "http://127.0.0.1:9/"}),
    "an error page": Script("<html>", status=500, type="text/html"),
    "a stream without an answer": events(NOTE),
    "an empty stream": events(),
    "a stream with another request's answer": events(NOTE, ANSWER.replace("ID", "77")),
    "a stream that ends in the middle": Script(
        f"data: {NOTE}\n\ndata: {ANSWER[:-9]}", type="text/event-stream"
    ),
    "an event of another name": Script(f"event: other\ndata: {ANSWER}\n\n", type="text/event-stream"),
    "a field of another case": Script(f"Data: {ANSWER}\n\n", type="text/event-stream"),
    "a bare carriage return": Script(f"data: {ANSWER}\r\r", type="text/event-stream"),
    "an event that is no JSON": events("fine"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer_is_an_error(mcp_gateway, scripted_mcp, name):
    scripted_mcp.scripts["count_stock"] = BAD[name]
    answer = send(mcp_gateway, call("count_stock"))
    last = messages(answer)[-1]
    assert last["id"] == 1 and last["error"]["code"] == -32014, last
    assert b"fine" not in answer.body
    assert answer.status == (200 if BAD[name].type == "text/event-stream" else 502)


def test_a_servers_own_error_passes(mcp_gateway, scripted_mcp):
    own = '{"jsonrpc":"2.0","id":ID,"error":{"code":-32602,"message":"no such item"}}'
    for script, status in ((Script(own), 200), (Script(own, status=400), 400), (events(NOTE, own), 200)):
        scripted_mcp.scripts["count_stock"] = script
        answer = send(mcp_gateway, call("count_stock"))
        assert answer.status == status
        assert messages(answer)[-1]["error"] == {"code": -32602, "message": "no such item"}


def test_a_stream_passes_byte_for_byte(mcp_gateway, scripted_mcp):
    body = f": hello\r\n\r\nid: 1\r\ndata:\r\n\r\nid: 2\r\nevent: message\r\ndata: {NOTE}\r\n\r\ndata: {ANSWER}\n\n"
    scripted_mcp.scripts["count_stock"] = Script(body, type="text/event-stream")
    assert send(mcp_gateway, call("count_stock")).body == body.replace("ID", "1").encode()


def listed(*tools: dict, more: str = "") -> Script:
    return Script('{"jsonrpc":"2.0","id":ID,"result":{"tools":' + json.dumps(tools) + more + "}}")


PINNED, CHANGED = TOOLS["pinned"], TOOLS["pinned"] | {"inputSchema": {"type": "object"}}
WITHHELD = {"proviso/outcome": "forbid", "proviso/clauses": ["3.1"]}


@pytest.mark.parametrize(
    ("list_of_tools", "passes"),
    [
        (listed(PINNED), True),
        (listed(CHANGED), False),
        (listed(PINNED, PINNED), False),
        (listed(PINNED, CHANGED), False),
        (listed(), False),
        ([listed(more=',"nextCursor":"2"'), listed(PINNED)], True),
        ([listed(PINNED, more=',"nextCursor":"2"'), listed(CHANGED)], False),
        (listed(more=',"nextCursor":"again"'), False),  # without end
        (Script("{}", status=500), False),
        (Script("fine"), False),
        (events(NOTE, listed(PINNED).body), True),
    ],
    ids=["as pinned", "changed", "twice", "in two forms", "not there", "on a later page", "changed on a later page",
         "without end", "a failure", "no list", "on a stream"],
)
def test_a_pinned_tool_is_called_only_as_it_is_listed_now(mcp_gateway, scripted_mcp, list_of_tools, passes):
    scripted_mcp.scripts |= {"tools/list": list_of_tools, "pinned": Script(ANSWER)}
    scripted_mcp.seen.clear()
    (seen,) = messages(send(mcp_gateway, call("pinned")))
    assert ("pinned" in scripted_mcp.seen) == passes
    if passes:
        assert seen["result"]["content"][0]["text"] == "fine"
    else:
        assert WITHHELD.items() <= seen["result"]["_meta"].items()


def test_what_a_session_knows_of_the_tools_ends_when_the_server_says_so(mcp_gateway, scripted_mcp):
    changed = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}'
    scripted_mcp.scripts |= {
        "initialize": Script('{"jsonrpc":"2.0","id":ID,"result":{}}', headers={"Mcp-Session-Id": "s"}),
        "tools/list": [listed(PINNED), listed(CHANGED)],
        "pinned": [Script(ANSWER), events(changed, ANSWER)],
    }
    begun = send(mcp_gateway, {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {}})
    session = {"Mcp-Session-Id": begun.headers["mcp-session-id"]}
    scripted_mcp.seen.clear()
    for _ in range(2):
        assert messages(send(mcp_gateway, call("pinned"), session))[-1]["result"]["content"][0]["text"] == "fine"
    assert scripted_mcp.seen == ["tools/list", "pinned", "pinned"], "asked once, then remembered"
    (withheld,) = messages(send(mcp_gateway, call("pinned"), session))
    assert WITHHELD.items() <= withheld["result"]["_meta"].items()
    assert scripted_mcp.seen[3:] == ["tools/list"]


def test_a_list_that_comes_again_on_the_servers_stream_is_filtered_too(mcp_gateway, scripted_mcp):
    page = listed(TOOLS["count_stock"], TOOLS["erase"]).body.replace("ID", "4")
    scripted_mcp.scripts["GET"] = events(page, ANSWER.replace("ID", "5"))
    lines = [f"GET {TARGET} HTTP/1.1", "Host: a", f"Authorization: {KEY['Authorization']}", "Accept: text/event-stream"]
    answer = raw_http.exchange(mcp_gateway.port, "\r\n".join([*lines, "Last-Event-ID: 3", "", ""]).encode())
    tools, called = messages(answer)
    assert [tool["name"] for tool in tools["result"]["tools"]] == ["count_stock"]
    assert called["result"]["content"][0]["text"] == "fine"
