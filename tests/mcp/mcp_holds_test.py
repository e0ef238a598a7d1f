"""Calls that wait for people: approved on the open stream, taken later, denied, changed, cancelled."""

import json
import threading

import pytest

from support.gateway import FIELD_KEY
from support.mcp_parts import Client, every_mode, every_pair, run, text_of, through

ASSIGN = {"do": "call", "name": "assign", "arguments": {"zone": "north", "asset": "asset-1"}}
SPELT_OTHERWISE = {"do": "call", "name": "assign", "arguments": {"asset": "asset-1", "zone": "north"}}


def known(gateway) -> set[str]:
    return {hold["id"] for hold in gateway.holds()}


@every_mode
def test_two_people_in_time_release_the_call_on_the_open_stream(mcp_servers, mcp_gateway, client, server):
    server = mcp_servers[server]
    before, calls = known(mcp_gateway), len(server.journal())
    asking = Client(client, through(mcp_gateway, server), [ASSIGN | {"progress": True}])
    hold = mcp_gateway.wait_for_hold(before)
    shown = json.loads(hold["statement"])
    assert shown["dialect"] == "mcp" and shown["provider"] == server.name and shown["tool"] == "assign"
    mcp_gateway.approve(hold["id"], people=(1,))
    assert server.calls(calls) == [], "one person is not two people"
    mcp_gateway.approve(hold["id"], people=(2,))
    (seen,) = asking.seen()
    assert text_of(seen) == 'assign {"asset": "asset-1", "zone": "north"}'
    assert server.calls(calls) == ["assign"]
    assert hold["id"] in seen["progress"][0][2], "who asked for progress is told what it waits for"


@every_mode
def test_an_approved_call_is_taken_later_and_done_once(mcp_servers, impatient_mcp_gateway, client, server):
    gateway, server = impatient_mcp_gateway, mcp_servers[server]
    url, calls = through(gateway, server), len(server.journal())
    (held,) = run(client, url, ASSIGN)
    meta = held["result"]["_meta"]
    assert held["result"]["isError"] is True and meta["proviso/outcome"] == "hold"
    hold = meta["proviso/hold"]
    assert hold in text_of(held) and meta["proviso/clauses"] == ["4.2"]
    (early,) = run(client, url, ASSIGN, headers={"Proviso-Hold": hold})
    assert early["result"]["_meta"]["proviso/hold"] == hold and server.calls(calls) == []
    gateway.approve(hold)
    (other,) = run(client, url, ASSIGN | {"arguments": {"asset": "asset-2"}}, headers={"Proviso-Hold": hold})
    assert other["result"]["_meta"]["proviso/outcome"] == "denied" and server.calls(calls) == []
    taken, again = run(client, url, SPELT_OTHERWISE | {"meta": {"proviso/hold": hold}}, ASSIGN | {"meta": {"proviso/hold": hold}})
    assert text_of(taken) == 'assign {"asset": "asset-1", "zone": "north"}'
    assert again["result"]["_meta"]["proviso/outcome"] == "denied"
    assert server.calls(calls) == ["assign"]


@every_pair
def test_one_denial_ends_it(mcp_servers, mcp_gateway, client, server):
    server = mcp_servers[server]
    before, calls = known(mcp_gateway), len(server.journal())
    asking = Client(client, through(mcp_gateway, server), [ASSIGN])
    hold = mcp_gateway.wait_for_hold(before)
    mcp_gateway.decide("deny", hold["id"], 2)
    (seen,) = asking.seen()
    assert seen["result"]["isError"] is True and seen["result"]["_meta"]["proviso/outcome"] == "denied"
    assert hold["id"] in text_of(seen) and server.calls(calls) == []


@pytest.mark.parametrize("client", ["python", "node"])
def test_an_approval_is_for_one_server_and_one_application(mcp_servers, impatient_mcp_gateway, client):
    gateway = impatient_mcp_gateway
    servers = [mcp_servers["python"], mcp_servers["node"]]
    calls = [len(server.journal()) for server in servers]
    (held,) = run(client, through(gateway, servers[0]), ASSIGN)
    hold = held["result"]["_meta"]["proviso/hold"]
    gateway.approve(hold)
    (elsewhere,) = run(client, through(gateway, servers[1]), ASSIGN, headers={"Proviso-Hold": hold})
    other_key = {"Proviso-Hold": hold, "Authorization": f"Bearer {FIELD_KEY}"}
    (another,) = run(client, through(gateway, servers[0]), ASSIGN, headers=other_key)
    for seen in (elsewhere, another):
        assert seen["result"]["_meta"]["proviso/outcome"] == "denied"
    assert [server.calls(begin) for server, begin in zip(servers, calls)] == [[], []]
    (taken,) = run(client, through(gateway, servers[0]), ASSIGN, headers={"Proviso-Hold": hold})
    assert "isError" not in taken["result"] or not taken["result"]["isError"]
    assert servers[0].calls(calls[0]) == ["assign"]


@pytest.mark.parametrize("mode", ["legacy", "auto"])
@every_pair
def test_an_approved_call_may_ask_the_person_at_the_client(mcp_servers, mcp_gateway, client, server, mode):
    server = mcp_servers[server]
    before, calls = known(mcp_gateway), len(server.journal())
    step = {"do": "call", "name": "engage", "arguments": {"question": "Sure?"}, "progress": True}
    asking = Client(client, through(mcp_gateway, server), [step, step | {"cancel_after": 1}], mode=mode)
    mcp_gateway.approve(mcp_gateway.wait_for_hold(before)["id"])
    mcp_gateway.wait_for_hold(before)  # the second call is held anew
    answered, again = asking.seen()
    assert text_of(answered) == "answered yes to Sure?"
    assert again == {"cancelled": True}
    assert set(server.calls(calls)) == {"engage"}


@every_pair
def test_a_call_that_its_client_cancelled_is_not_done_when_people_approve(mcp_servers, mcp_gateway, client, server):
    server = mcp_servers[server]
    before, calls = known(mcp_gateway), len(server.journal())
    steps = [ASSIGN | {"cancel_after": 1.0}, {"do": "wait", "seconds": 4}]
    asking = Client(client, through(mcp_gateway, server), steps)
    hold = mcp_gateway.wait_for_hold(before)
    threading.Event().wait(2)
    mcp_gateway.approve(hold["id"])
    seen = asking.seen()
    assert seen[0] == {"cancelled": True}
    assert server.calls(calls) == []
