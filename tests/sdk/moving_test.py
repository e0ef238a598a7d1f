"""A conversation with images, reasoning and tools that moves to another provider's dialect at each turn."""

import base64
import json
import subprocess
import time
from collections.abc import Iterator

import anthropic.types
import botocore.session
import openai.types.chat.completion_create_params
import openai.types.responses.response_create_params
import pytest
from botocore.validate import ParamValidator
from google.genai import types
from pydantic import TypeAdapter, ValidationError

from support import raw_http
from support.bedrock import BEDROCK
from support.callers import CALLERS, IMAGE, Result
from support.every_dialect import DIALECTS, GEMINI, EveryProvider, GatewayToAll
from support.gateway import ANALYST_KEY, BINARY, why_not
from support.makers import Said, Turn, canonical, play, turns_of
from support.recordings import ANTHROPIC, OPENAI
from support.responses import RESPONSES

TURNS = 12  # each provider twice, and more
CALLS = (1, 2, 0)  # how many a turn makes, again and again
VALIDATORS = {
    OPENAI: openai.types.chat.completion_create_params.CompletionCreateParamsNonStreaming,
    RESPONSES: openai.types.responses.response_create_params.ResponseCreateParamsNonStreaming,
    ANTHROPIC: anthropic.types.MessageCreateParams,
}


@pytest.fixture(scope="module")
def provider() -> Iterator[EveryProvider]:
    server = EveryProvider()
    yield server
    server.close()


@pytest.fixture(scope="module")
def to_all(provider) -> Iterator[GatewayToAll]:
    if reason := why_not():
        pytest.skip(reason)
    gateway = GatewayToAll(provider.url, [(f"of-{dialect}", dialect, f"up-{dialect}") for dialect in DIALECTS])
    yield gateway
    gateway.close()


def is_typed(dialect: str, body: dict) -> None:
    """Fails where the provider's own SDK would not have made such a request."""
    if dialect == GEMINI:
        for content in body["contents"]:
            types.Content.model_validate(content)
        for tool in body.get("tools", []):
            types.Tool.model_validate(tool)
    elif dialect == BEDROCK:
        shape = botocore.session.get_session().get_service_model("bedrock-runtime").operation_model("Converse")
        asked = {name: value for name, value in body.items() if name != "modelId"} | {"modelId": "m"}
        report = ParamValidator().validate(asked, shape.input_shape)
        assert not report.has_errors(), report.generate_report()
    else:
        typed = {name: value for name, value in body.items() if name != "stream"}
        if dialect == RESPONSES:
            typed["input"] = [with_id(item) for item in body["input"]]
        try:
            TypeAdapter(VALIDATORS[dialect]).validate_python(typed)
        except ValidationError as error:
            wrong = {str(one["input"])[:300] for one in error.errors()}
            raise AssertionError(f"{dialect} would not take {sorted(wrong)[:3]}") from None


def with_id(item: dict) -> dict:
    """The API takes what the assistant said without an id; the SDK's types do not."""
    if item.get("type") == "reasoning":
        return {"id": "rs_0"} | item
    told = item.get("role") == "assistant" and isinstance(item["content"], list)
    return {"id": "msg_0", "status": "completed"} | item if told else item


def sides_alternate(dialect: str, body: dict) -> None:
    if dialect in (ANTHROPIC, BEDROCK):
        roles = [one["role"] for one in body["messages"]]
        assert roles == [("user", "assistant")[index % 2] for index in range(len(roles))]


def each_result_follows_its_call(turns: list[Turn]) -> None:
    known: list[str] = []
    for before, after in zip(turns, turns[1:], strict=False):
        asked = [piece[1] for piece in before.pieces if piece[0] == "call"]
        if not asked:
            continue
        answered = [piece[1] for piece in after.pieces[: len(asked)]]
        assert answered == asked, f"calls {asked} are answered by {after.pieces}"
        known += [id_ for id_ in asked if id_]
    assert len(known) == len(set(known)), f"two calls with one id: {known}"


def without_ids(turns: list[Turn]) -> list[tuple[str, list[tuple]]]:
    return [(one.side, [p[:1] + p[2:] if p[0] in ("call", "result") else p for p in one.pieces]) for one in turns]


class Moving:
    """The conversation as it should be, beside the caller's own history of it."""

    def __init__(self, caller: str, url: str) -> None:
        self.caller, self.kept = CALLERS[caller](url), []
        self.said: list[Said] = []
        self.results: list[Result] = []

    def user(self, number: int) -> None:
        text, image = f"Question {number}.", IMAGE if number % 3 == 0 else None
        self.caller.say(self.results, text, image)
        pieces: list[tuple] = [("result", one.text) for one in self.results]
        pieces += [("text", text)] + ([("image", image)] if image else [])
        self.kept.append(("user", pieces))

    def assistant(self, said: Said, model: str, streams: bool) -> None:
        ids = self.caller.ask(model, streams)
        assert len(ids) == said.calls
        made = said.each_call()
        self.results = [
            Result(id_, name, f"Result of {arguments['mark']}.")
            for id_, (_, name, arguments) in zip(ids, made, strict=True)
        ]
        calls = [("call", name, canonical(arguments)) for _, name, arguments in made]
        self.kept.append(("assistant", [("text", said.text), *calls]))
        self.said.append(said)


def reasoning_goes_only_to_its_maker(dialect: str, body: dict, said: list[Said], wrote: str) -> None:
    text = json.dumps(body, ensure_ascii=False)
    assert "pv1." not in text and "cHYxL" not in text, "an envelope reached a provider"
    for one in said:
        own = one.maker == dialect
        assert (one.signature in text) == own, f"{wrote} to {dialect}: the signature of turn {one.number} by {one.maker}"
        if not own:
            assert one.reasoning not in text
        elif dialect != GEMINI:  # which asks only for its signatures back
            assert one.reasoning in text


def left_out(gateway: GatewayToAll, index: int) -> list[dict]:
    """What an INTENT says that was left out; waits until it is published."""
    home = gateway.home
    command = [BINARY, "record", "open", home / "record", str(index), "--key", home / "keys/record.vkey"]
    command += ["--openings", home / "store/openings.db", "--sealing-key", home / "keys/seal.key"]
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        done = subprocess.run([*command, "--field", "detail"], capture_output=True, text=True)
        if done.returncode == 0:
            (field,) = json.loads(done.stdout)["fields"]
            return json.loads(base64.b64decode(field["value"]))["left_out"]
        time.sleep(0.1)
    raise AssertionError(done.stderr)


def by_hand(caller: str, model: str, history: list) -> tuple[str, dict]:
    """Path and body of the next request, to be sent without an SDK: the headers of its answer are wanted."""
    match caller:
        case "openai-chat":
            return "/v1/chat/completions", {"model": model, "messages": history}
        case "openai-responses":
            return "/v1/responses", {"model": model, "input": history}
        case "anthropic-messages":
            return "/v1/messages", {"model": model, "max_tokens": 4096, "messages": history}
        case "bedrock-converse":
            return f"/model/{model}/converse", {"messages": history}
    contents = [json.loads(one.model_dump_json(by_alias=True, exclude_none=True)) for one in history]
    return f"/v1beta/models/{model}:generateContent", {"contents": contents}


@pytest.mark.parametrize("goes_home", [True, False], ids=["own-dialect", "third-dialect"])
@pytest.mark.parametrize("caller", DIALECTS)
def test_the_record_says_what_reasoning_was_left_out(to_all, provider, caller, goes_home):
    maker, third = (DIALECTS[(DIALECTS.index(caller) + step) % len(DIALECTS)] for step in (1, 2))
    target = caller if goes_home else third
    moving = Moving(caller, to_all.url)
    moving.user(1)
    provider.plays[f"up-{maker}"] = play(Said(maker, 1, 0), streams=False)
    moving.assistant(Said(maker, 1, 0), f"of-{maker}", streams=False)
    moving.user(2)
    provider.plays[f"up-{target}"] = play(Said(target, 2, 0), streams=False)
    path, body = by_hand(caller, f"of-{target}", moving.caller.history)
    headers = {"Authorization": f"Bearer {ANALYST_KEY}"}
    answer = raw_http.exchange(to_all.port, raw_http.post(path, headers, json.dumps(body).encode()))
    assert answer.status == 200, answer.body
    told = left_out(to_all, int(answer.headers["proviso-receipt"].rsplit("#", 1)[1]))
    assert {one["feature"] for one in told} == {"reasoning_replay"}
    assert all(one["path"] for one in told)


@pytest.mark.parametrize("streams", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("caller", DIALECTS)
def test_a_conversation_moves_from_provider_to_provider(to_all, provider, caller, streams):
    moving = Moving(caller, to_all.url)
    first = DIALECTS.index(caller)
    for number in range(TURNS):
        maker = DIALECTS[(first + number) % len(DIALECTS)]
        said = Said(maker, number, CALLS[number % len(CALLS)])
        provider.plays[f"up-{maker}"] = play(said, streams)
        moving.user(number)
        provider.forget()
        before = list(moving.said)
        expected = list(moving.kept)
        moving.assistant(said, f"of-{maker}", streams)
        (request,) = provider.requests()
        body = json.loads(request.body)
        turns = turns_of(maker, body)
        assert without_ids(turns) == expected
        sides_alternate(maker, body)
        each_result_follows_its_call(turns)
        is_typed(maker, body)
        reasoning_goes_only_to_its_maker(maker, body, before, caller)
