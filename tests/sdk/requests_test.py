"""A rich request of each dialect at a provider of each: it arrives with the same meaning, or is refused by name."""

import json
from collections.abc import Iterator

import pytest

from support import raw_http, rich_requests
from support.families import DIALECTS, FamilyGateway, Provider, asking, plain
from support.gateway import why_not
from support.gemini import GEMINI
from support.recordings import ANTHROPIC, OPENAI
from support.responses import RESPONSES
from support.rich_requests import PIXEL, STOP, SYSTEM, WORDS

PAIRS = [(caller, owner) for caller in DIALECTS for owner in DIALECTS]
# Schemas that no rewriting makes equal at some provider: what is refused, and the words that name it.
RECURSIVE = {
    "type": "object",
    "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}},
    "properties": {"first": {"$ref": "#/$defs/node"}},
}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    server = Provider(dict(plain(dialect, streams) for dialect in DIALECTS for streams in (True, False)))
    yield server
    server.close()


@pytest.fixture(scope="module")
def gateway(provider: Provider) -> Iterator[FamilyGateway]:
    if reason := why_not():
        pytest.skip(reason)
    models = {plain(dialect, streams)[0]: dialect for dialect in DIALECTS for streams in (True, False)}
    running = FamilyGateway(provider, models, 300)
    yield running
    running.close()


def expected(caller: str) -> dict:
    schemas = [(name, rich_requests.ABOUT, schema) for name, schema in rich_requests.SCHEMAS.items()]
    return {
        "system": ("system", SYSTEM),
        "text": WORDS,
        "images": [rich_requests.data_url("image/png", PIXEL)],
        "tools": [rich_requests.tool(*one) for one in schemas],
        "choice": "look",
        "temperature": 0.5,
        "stop": [] if caller == RESPONSES else [STOP],
        "tokens": 99,
    }


def send(gateway: FamilyGateway, caller: str, model: str, streams: bool, body: dict) -> raw_http.Answer:
    asks_in_body = {"stream": True} if streams and caller in (OPENAI, RESPONSES, ANTHROPIC) else {}
    return raw_http.exchange(gateway.port, asking(caller, model, streams, json.dumps(body | asks_in_body).encode()))


def message_of(caller: str, answer: raw_http.Answer) -> str:
    told = answer.json()
    return told["error"]["message"] if "error" in told else told["message"]


@pytest.mark.parametrize("streams", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize(("caller", "owner"), PAIRS)
def test_tools_images_and_settings_arrive_with_their_meaning(gateway, provider, caller, owner, streams):
    model = plain(owner, streams)[0]
    body = rich_requests.with_tools(caller, model)
    provider.forget()
    answer = send(gateway, caller, model, streams, body)
    if owner == RESPONSES and caller != RESPONSES:
        assert answer.status == 400
        assert "stop_sequences" in message_of(caller, answer) and provider.requests() == []
        body = without_stop(caller, body)
        answer = send(gateway, caller, model, streams, body)
    assert answer.status == 200, answer.body
    assert "proviso-left-out" not in answer.headers
    (sent,) = provider.requests()
    wanted = expected(caller) | ({"stop": []} if owner == RESPONSES else {})
    assert rich_requests.meaning(owner, json.loads(sent.body)) == wanted


def without_stop(caller: str, body: dict) -> dict:
    body = json.loads(json.dumps(body))
    for holder in (body, body.get("generationConfig", {}), body.get("inferenceConfig", {})):
        for name in ("stop", "stop_sequences", "stopSequences"):
            holder.pop(name, None)
    return body


@pytest.mark.parametrize(("caller", "owner"), PAIRS)
def test_the_schema_of_the_answer_arrives_with_its_meaning(gateway, provider, caller, owner):
    model = plain(owner, False)[0]
    provider.forget()
    answer = send(gateway, caller, model, False, rich_requests.with_format(caller, model))
    assert answer.status == 200, answer.body
    (sent,) = provider.requests()
    schema = rich_requests.schema_of_answer(owner, json.loads(sent.body))
    assert schema == rich_requests.without_references(rich_requests.TRAVEL)


def with_schema(caller: str, model: str, schema: dict | None) -> dict:
    """One tool with this schema, or without any."""
    body = without_stop(caller, rich_requests.with_tools(caller, model))
    declared = {"name": "look", "description": rich_requests.ABOUT}

    def with_parameters(name: str, wrapped: object) -> dict:
        return declared | ({} if schema is None else {name: wrapped})

    if caller == OPENAI:
        body["tools"] = [{"type": "function", "function": with_parameters("parameters", schema)}]
    elif caller == RESPONSES:
        told = with_parameters("parameters", schema)
        body["tools"] = [{"type": "function", "strict": False, "parameters": None} | told]
    elif caller == ANTHROPIC:
        body["tools"] = [with_parameters("input_schema", schema)]
    elif caller == GEMINI:
        body["tools"] = [{"functionDeclarations": [with_parameters("parametersJsonSchema", schema)]}]
    else:
        body["toolConfig"]["tools"] = [{"toolSpec": with_parameters("inputSchema", {"json": schema})}]
    return body


@pytest.mark.parametrize(("caller", "owner"), [(caller, owner) for caller, owner in PAIRS if caller != owner])
def test_a_schema_that_refers_to_itself_arrives_whole_or_is_refused_by_name(gateway, provider, caller, owner):
    model = plain(owner, False)[0]
    provider.forget()
    answer = send(gateway, caller, model, False, with_schema(caller, model, RECURSIVE))
    if answer.status == 400:
        assert "$ref" in message_of(caller, answer) and "tools[0]" in message_of(caller, answer)
        assert provider.requests() == []
    else:
        assert answer.status == 200
        (sent,) = provider.requests()
        assert json.dumps(RECURSIVE, separators=(",", ":")) in sent.body.decode()


@pytest.mark.parametrize(
    ("caller", "owner"),
    [(caller, owner) for caller, owner in PAIRS if caller in (OPENAI, RESPONSES, GEMINI) and caller != owner],
)
def test_a_tool_without_parameters_gets_the_shape_that_the_provider_wants(gateway, provider, caller, owner):
    model = plain(owner, False)[0]
    provider.forget()
    answer = send(gateway, caller, model, False, with_schema(caller, model, None))
    assert answer.status == 200, answer.body
    (sent,) = provider.requests()
    body = json.loads(sent.body)
    if owner in (OPENAI, GEMINI):  # these take a function without any
        return
    ((_, _, schema),) = rich_requests.meaning(owner, body)["tools"]
    assert schema["type"] == "object"
