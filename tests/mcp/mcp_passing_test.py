"""What passes: progress, requests from the server and their answers, cancellation, the end of a session,
streams that are taken up again, and the protocol of 2026-07-28."""

import pytest

from support.mcp_parts import Client, every_pair, run, text_of, through


@every_pair
def test_progress_arrives_as_the_server_reports_it(mcp_servers, mcp_gateway, client, server):
    server = mcp_servers[server]
    step = {"do": "call", "name": "slow", "arguments": {"steps": 5}, "progress": True}
    (direct,) = run(client, server.url, step)
    assert [one[0] for one in direct["progress"]] == [1, 2, 3, 4, 5]
    (seen,) = run(client, through(mcp_gateway, server), step)
    assert seen == direct


@every_pair
def test_a_server_may_ask_the_person_and_the_model_at_the_client(mcp_servers, mcp_gateway, client, server):
    steps = [
        {"do": "call", "name": "ask", "arguments": {"question": "Now?"}},
        {"do": "call", "name": "think", "arguments": {"prompt": "bolts"}},
    ]
    asked, thought = run(client, through(mcp_gateway, mcp_servers[server]), *steps)
    assert text_of(asked) == "answered yes to Now?"
    assert text_of(thought) == "thought about bolts"


@every_pair
def test_a_cancelled_call_is_cancelled_at_the_server(mcp_servers, mcp_gateway, client, server):
    server = mcp_servers[server]
    before = len(server.journal())
    steps = [{"do": "call", "name": "hang", "cancel_after": 0.5}, {"do": "wait", "seconds": 0.5}, {"do": "ping"}]
    seen = run(client, through(mcp_gateway, server), *steps)
    assert seen[0] == {"cancelled": True}
    assert {"cancelled": "hang"} in server.journal()[before:]


@every_pair
def test_a_session_ends_when_its_client_ends_it(mcp_servers, mcp_gateway, client, server):
    server = mcp_servers[server]
    before = len(server.journal())
    run(client, through(mcp_gateway, server), {"do": "ping"})
    assert "DELETE" in [entry.get("http") for entry in server.journal()[before:]]


@every_pair
def test_the_server_never_sees_the_callers_key(mcp_servers, mcp_gateway, client, server):
    server = mcp_servers[server]
    before = len(server.journal())
    run(client, through(mcp_gateway, server), {"do": "call", "name": "count_stock", "arguments": {"item": "x"}},
        headers={"Proviso-Purpose": "translation"})
    names = {name for entry in server.journal()[before:] for name in entry.get("headers", [])}
    assert "x-team" in names and "authorization" in names, "what the configuration sets"
    assert not {name for name in names if name.startswith("proviso") or name == "x-api-key"}


@pytest.mark.parametrize("client", ["python", "node"])
@pytest.mark.parametrize("server", ["python-resumable", "node-resumable"])
def test_what_a_resumable_server_streams_passes(mcp_servers, mcp_gateway, client, server):
    server = mcp_servers[server]
    steps = [
        {"do": "call", "name": "slow", "arguments": {"steps": 3}, "progress": True},
        {"do": "call", "name": "ask", "arguments": {"question": "Now?"}},
        {"do": "list"},
    ]
    direct = run(client, server.url, *steps)
    seen = run(client, through(mcp_gateway, server), *steps)
    assert seen[:2] == direct[:2]
    assert {tool["name"] for tool in direct[2]["tools"]} - {tool["name"] for tool in seen[2]["tools"]} == {
        "erase", "unlisted", "changed",
    }


@pytest.mark.parametrize("client", ["python", "node"])
@pytest.mark.parametrize("server", ["python-resumable", "node-resumable"])
def test_a_stream_that_ended_early_is_taken_up_again_by_its_last_event(mcp_servers, mcp_gateway, client, server):
    server = mcp_servers[server]
    before = len(server.journal())
    (seen,) = run(client, through(mcp_gateway, server), {"do": "call", "name": "interrupted"})
    assert text_of(seen) == "told on another stream"
    assert server.calls(before) == ["interrupted"], "called once"
    resumed = [entry for entry in server.journal()[before:] if "last-event-id" in entry.get("headers", [])]
    assert resumed and resumed[0]["http"] == "GET"


# Only the Python SDK speaks 2026-07-28 so far; the TypeScript server is then found to be of an earlier protocol.


def test_the_self_contained_requests_of_2026_07_28_are_decided_alike(mcp_servers, mcp_gateway):
    server = mcp_servers["python"]
    steps = [
        {"do": "version"},
        {"do": "list"},
        {"do": "call", "name": "count_stock", "arguments": {"item": "bolt"}},
        {"do": "call", "name": "pinned", "arguments": {"n": 1}},
        {"do": "call", "name": "slow", "arguments": {"steps": 2}, "progress": True},
        {"do": "call", "name": "ask", "arguments": {"question": "Now?"}},
        {"do": "call", "name": "think", "arguments": {"prompt": "bolts"}},
        {"do": "read", "uri": "stock://list"},
    ]
    direct = run("python", server.url, *steps, mode="auto")
    seen = run("python", through(mcp_gateway, server), *steps, mode="auto")
    assert direct[0] == seen[0] == {"version": "2026-07-28"}
    assert {tool["name"] for tool in direct[1]["tools"]} - {tool["name"] for tool in seen[1]["tools"]} == {
        "erase", "unlisted", "changed",
    }
    assert seen[2:] == direct[2:]


def test_the_terms_hold_in_2026_07_28_too(mcp_servers, mcp_gateway):
    server = mcp_servers["python"]
    before, calls = {hold["id"] for hold in mcp_gateway.holds()}, len(server.journal())
    steps = [
        {"do": "call", "name": "erase", "arguments": {"item": "bolt"}},
        {"do": "call", "name": "changed", "arguments": {"n": 1}},
        {"do": "call", "name": "assign", "arguments": {"asset": "asset-1"}, "progress": True},
    ]
    asking = Client("python", through(mcp_gateway, server), steps, mode="auto")
    mcp_gateway.approve(mcp_gateway.wait_for_hold(before)["id"])
    erased, changed, assigned = asking.seen()
    for seen in (erased, changed):
        assert seen["result"]["isError"] is True and seen["result"]["_meta"]["proviso/outcome"] == "forbid"
    assert text_of(assigned) == 'assign {"asset": "asset-1"}'
    assert server.calls(calls) == ["assign"]


def test_a_client_of_2026_07_28_finds_an_earlier_server_behind_the_gateway(mcp_servers, mcp_gateway):
    url = through(mcp_gateway, mcp_servers["node"])
    version, counted = run(
        "python", url, {"do": "version"}, {"do": "call", "name": "count_stock", "arguments": {"item": "bolt"}}, mode="auto"
    )
    assert version["version"] == "2025-11-25"
    assert counted["result"]["structuredContent"]["quantity"] == 7
