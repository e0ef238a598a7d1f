"""The Responses API in front of providers that speak another dialect: the official SDK cannot tell."""

import json
from collections.abc import Iterator

import pytest

from support.clients import ask_with_tools, openai_client
from support.gateway import Gateway, why_not
from support.recordings import ANTHROPIC, OPENAI, recordings
from support.responses import ENDS, RESPONSES, ask
from support.synthetic import CALLS, WITHHELD_MARK, Case, cases, mark, tool_name

TURNS_MAX = 60


def provider(dialect: str, url: str) -> str:
    return (
        f'[[provider]]\nname = "only-{dialect}"\nurl = "{url}"\ndialects = ["{dialect}"]\n'
        'credential_file = "keys/provider.key"\n'
    )


def model(name: str, dialect: str, upstream_name: str = "") -> str:
    return (
        f'[[model]]\nname = {json.dumps(name)}\nprovider = "only-{dialect}"\n'
        f'upstream_model = "replay:{upstream_name or name}"\n'
    )


def answers() -> list:
    """Recorded answers without what only their own dialect has."""
    plain = [one for one in recordings() if one.status == 200 and "message-start" not in one.name]
    return [one for one in plain if one.dialect in (OPENAI, ANTHROPIC)][:: max(1, len(plain) // TURNS_MAX)]


@pytest.fixture(scope="module")
def translating(upstream) -> Iterator[Gateway]:
    if reason := why_not():
        pytest.skip(reason)
    config = "\n".join(provider(dialect, upstream.url) for dialect in (OPENAI, ANTHROPIC))
    config += "".join("\n" + model(case.model, case.dialect) for case in cases("forbid"))
    config += "".join("\n" + model(one.name, one.dialect) for one in answers())
    gateway = Gateway(upstream.url, ["none"], 300, {"config": "\n" + config})
    yield gateway
    gateway.close()


@pytest.mark.parametrize("case", cases("forbid"), ids=lambda case: case.model)
def test_calls_of_another_dialect_are_decided_and_arrive(translating, upstream, case):
    for _ in range(3 if case.streams else 1):
        seen = ask(translating.url, case)
        assert seen.calls == [
            (tool_name(case, index), mark(case, index)) for index in range(CALLS) if index != case.position
        ]
        assert WITHHELD_MARK not in seen.text and "2.2" in seen.text
        assert seen.text.startswith("Three calls.")
        assert seen.stop == "completed"
    path = "/v1/chat/completions" if case.dialect == OPENAI else "/v1/messages"
    assert upstream.requests()[-1].target == path


@pytest.mark.parametrize("recording", answers(), ids=lambda recording: recording.name)
def test_recorded_answers_are_what_the_sdks_helper_accepts(translating, recording: Case):
    client = openai_client(translating.url)
    if not recording.streams:
        answer = client.responses.create(model=recording.name, input="Say it.")
        assert answer.status in ("completed", "incomplete")
        return
    with client.responses.stream(model=recording.name, input="Say it.") as stream:
        events = list(stream)
    assert events[-1].type in ENDS
    assert [event.sequence_number for event in events] == list(range(len(events)))
    final = events[-1].response
    told = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert final.output_text == told


def test_a_conversation_goes_on_with_the_items_that_were_answered(translating, upstream):
    case = Case(ANTHROPIC, False, "forbid", 2)
    client = openai_client(translating.url)
    first = client.responses.create(model=case.model, input="Do it.")
    history = [{"role": "user", "content": "Do it."}, *first.output]
    for item in first.output:
        if item.type == "function_call":
            history.append({"type": "function_call_output", "call_id": item.call_id, "output": "done"})
    client.responses.create(model=case.model, input=history)
    sent = json.loads(upstream.requests()[-1].body)
    roles = [message["role"] for message in sent["messages"]]
    assert roles == ["user", "assistant", "user"]
    results = [block for block in sent["messages"][2]["content"] if block["type"] == "tool_result"]
    used = [block for block in sent["messages"][1]["content"] if block["type"] == "tool_use"]
    assert [block["id"] for block in used] == [block["tool_use_id"] for block in results] != []


@pytest.fixture(scope="module")
def behind(upstream) -> Iterator[Gateway]:
    """The models of Chat's and Anthropic's cases, served by a provider that speaks only Responses."""
    if reason := why_not():
        pytest.skip(reason)
    config = provider(RESPONSES, upstream.url)
    for case in cases("forbid"):
        config += "\n" + model(case.model, RESPONSES, case._replace(dialect=RESPONSES).model)
    gateway = Gateway(upstream.url, ["none"], 300, {"config": "\n" + config})
    yield gateway
    gateway.close()


@pytest.mark.parametrize("case", cases("forbid"), ids=lambda case: case.model)
def test_other_sdks_get_the_calls_of_a_responses_provider(behind, upstream, case):
    for _ in range(3 if case.streams else 1):
        seen = ask_with_tools(behind.url, case)
        assert seen.calls == [
            (tool_name(case, index), mark(case, index)) for index in range(CALLS) if index != case.position
        ]
        assert WITHHELD_MARK not in seen.text and "2.2" in seen.text
        assert seen.text.startswith("Three calls.")
        assert seen.stop == ("tool_calls" if case.dialect == OPENAI else "tool_use")
    sent = upstream.requests()[-1]
    assert sent.target == "/v1/responses"
    assert json.loads(sent.body)["store"] is False
