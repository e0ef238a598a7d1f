"""Both official SDKs as client and as server, through the gateway: what they see, and what reaches the server."""

from support.mcp_parts import TOOLS, every_mode, run, text_of, through


@every_mode
def test_a_list_has_what_some_input_could_bring_about(mcp_servers, mcp_gateway, client, server):
    server = mcp_servers[server]
    (direct,) = run(client, server.url, {"do": "list"})
    (seen,) = run(client, through(mcp_gateway, server), {"do": "list"})
    assert {tool["name"] for tool in direct["tools"]} == set(TOOLS)
    # Forbidden whatever the input: what erases, what is not catalogued, and what is not as it was catalogued.
    assert [tool for tool in direct["tools"] if tool["name"] not in ("erase", "unlisted", "changed")] == seen["tools"]


@every_mode
def test_permitted_calls_give_what_a_direct_connection_gives(mcp_servers, mcp_gateway, client, server):
    server = mcp_servers[server]
    steps = [
        {"do": "call", "name": "count_stock", "arguments": {"item": "bolt"}},
        {"do": "call", "name": "move", "arguments": {"asset": "a", "zone": "y"}},
        {"do": "call", "name": "pinned", "arguments": {"n": 1}},
        {"do": "read", "uri": "stock://list"},
        {"do": "prompt", "name": "count"},
        {"do": "resources"},
        {"do": "ping"},
    ]
    direct = run(client, server.url, *steps)
    assert direct[0]["result"]["structuredContent"] == {"item": "bolt", "quantity": 7}
    assert run(client, through(mcp_gateway, server), *steps) == direct


@every_mode
def test_a_forbidden_call_never_reaches_the_server(mcp_servers, mcp_gateway, client, server):
    server = mcp_servers[server]
    before = len(server.journal())
    steps = [
        {"do": "call", "name": "erase", "arguments": {"item": "bolt"}},
        {"do": "call", "name": "unlisted"},
        {"do": "call", "name": "move", "arguments": {"asset": "a", "zone": "x"}},
        {"do": "call", "name": "changed", "arguments": {"n": 1}},
    ]
    seen = run(client, through(mcp_gateway, server), *steps)
    for one, clause in zip(seen, ("2.2", "3.1", "3.2", "3.1")):
        assert one["result"]["isError"] is True
        meta = one["result"]["_meta"]
        assert meta["proviso/outcome"] == "forbid" and meta["proviso/clauses"] == [clause]
        assert meta["proviso/decision"] in text_of(one) and clause in text_of(one)
    assert server.calls(before) == []
