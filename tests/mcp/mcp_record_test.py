"""What the record says of MCP requests: an INTENT before, an OUTCOME after, and no content."""

import base64
import json
import subprocess
import time

import pytest

from support import raw_http
from support.gateway import BINARY, run
from support.mcp_parts import ACCEPT, KEY, call

FIELDS = ("outcome", "clause_ids", "principal", "purpose", "dialect", "provider", "tool", "decision_id")


def opened(gateway, index: int, *fields: str) -> dict[str, str]:
    """The values of one entry; waits until it is published."""
    home = gateway.home
    command = [
        BINARY, "record", "open", home / "record", str(index), "--key", home / "keys/record.vkey",
        "--openings", home / "store/openings.db", "--sealing-key", home / "keys/seal.key",
    ]
    for field in fields:
        command += ["--field", field]
    deadline = time.monotonic() + 10
    while True:
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 0:
            return json.loads(done.stdout)
        assert time.monotonic() < deadline, done.stderr
        time.sleep(0.1)


def values(disclosed: dict) -> dict[str, str]:
    return {one["name"]: base64.b64decode(one["value"]).decode() for one in disclosed["fields"]}


def ask(gateway, body: dict) -> tuple[raw_http.Answer, int]:
    """The answer, and the index of its INTENT."""
    request = raw_http.post("/mcp/python-json", KEY | ACCEPT, json.dumps(body).encode())
    answer = raw_http.exchange(gateway.port, request)
    return answer, int(answer.headers["proviso-receipt"].rsplit("#", 1)[1])


@pytest.mark.parametrize(
    ("body", "outcome", "clauses", "tool", "effect"),
    [
        (call("count_stock", arguments={"item": "bolt"}), "permit", ["1.1"], "count_stock", "answered"),
        (call("erase"), "forbid", ["2.2"], "erase", "withheld"),
        (
            {"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": "stock://list"}},
            "permit", ["1.1"], "resources/read", "answered",
        ),
        (call("assign", arguments={"asset": "a"}), "hold", ["4.2"], "assign", "held"),
    ],
    ids=["permitted", "forbidden", "read", "held"],
)
def test_a_decision_is_recorded_before_and_its_outcome_after(
    mcp_servers, impatient_mcp_gateway, body, outcome, clauses, tool, effect
):
    answer, index = ask(impatient_mcp_gateway, body)
    intent = values(opened(impatient_mcp_gateway, index, *FIELDS))
    assert intent["outcome"] == outcome and json.loads(intent["clause_ids"]) == clauses
    assert intent["dialect"] == "mcp" and intent["provider"] == "python-json" and intent["tool"] == tool
    assert intent["principal"] == "analyst-desk" and intent["purpose"] == "translation"
    assert intent["decision_id"] == answer.headers["proviso-decision"]
    after = values(opened(impatient_mcp_gateway, index + 1, "outcome", "decision_id"))
    assert after == {"outcome": effect, "decision_id": intent["decision_id"]}


def test_the_record_holds_and_verifies(mcp_servers, impatient_mcp_gateway):
    home = impatient_mcp_gateway.home
    ask(impatient_mcp_gateway, call("count_stock", arguments={"item": "a-secret-item"}))
    time.sleep(0.5)
    run("record", "verify", str(home / "record"), "--key", str(home / "keys/record.vkey"))
    for file in (home / "record").rglob("*"):
        assert not file.is_file() or b"a-secret-item" not in file.read_bytes()
