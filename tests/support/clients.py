"""The official SDKs, unchanged, and what they made of an answer."""

import json
from typing import NamedTuple

import anthropic
import openai

from support.gateway import ANALYST_KEY
from support.recordings import OPENAI
from support.synthetic import Case, anthropic_tools, openai_tools

SECONDS_MAX = 60


def openai_client(url: str, key: str = ANALYST_KEY) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{url}/v1", api_key=key, timeout=SECONDS_MAX, max_retries=0)


def anthropic_client(url: str, key: str = ANALYST_KEY) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=url, api_key=key, timeout=SECONDS_MAX, max_retries=0)


class Seen(NamedTuple):
    """What an application got: text, its calls as (name, mark), why the model stopped, headers."""

    text: str
    calls: list[tuple[str, str]]
    stop: str | None
    headers: dict[str, str]


def parsed(url: str, dialect: str, model: str, streams: bool) -> object:
    """What the SDK makes of an answer, or the exception that it raises: for comparison."""
    question = [{"role": "user", "content": "Say it."}]
    try:
        if dialect == OPENAI:
            answer = openai_client(url).chat.completions.create(model=model, messages=question, stream=streams)
        else:
            answer = anthropic_client(url).messages.create(
                model=model, max_tokens=64, messages=question, stream=streams
            )
        return [part.model_dump() for part in answer] if streams else answer.model_dump()
    except (openai.OpenAIError, anthropic.AnthropicError, ValueError) as error:
        return type(error).__name__


def ask_with_tools(
    url: str, case: Case, headers: dict | None = None, key: str = ANALYST_KEY, words: str = "Do it."
) -> Seen:
    """One request of `case`, with every tool offered, through the SDK of its dialect."""
    ask = ask_openai if case.dialect == OPENAI else ask_anthropic
    return ask(url, case, headers or {}, key, words)


def ask_openai(url: str, case: Case, headers: dict, key: str, words: str) -> Seen:
    raw = openai_client(url, key).chat.completions.with_raw_response.create(
        model=case.model,
        messages=[{"role": "user", "content": words}],
        tools=openai_tools(),
        stream=case.streams,
        extra_headers=headers,
    )
    answer, told = raw.parse(), {name.lower(): value for name, value in raw.headers.items()}
    if not case.streams:
        choice = answer.choices[0]
        calls = [(call.function.name, call.function.arguments) for call in choice.message.tool_calls or []]
        return Seen(choice.message.content or "", marks(calls), choice.finish_reason, told)
    text, stop, names, texts = "", None, {}, {}
    for chunk in answer:
        for choice in chunk.choices:
            text += choice.delta.content or ""
            stop = choice.finish_reason or stop
            for part in choice.delta.tool_calls or []:
                names[part.index] = names.get(part.index) or part.function.name
                texts[part.index] = texts.get(part.index, "") + (part.function.arguments or "")
    assert sorted(texts) == list(range(len(texts))), f"indexes with gaps: {sorted(texts)}"
    return Seen(text, marks([(names[index], texts[index]) for index in sorted(texts)]), stop, told)


def ask_anthropic(url: str, case: Case, headers: dict, key: str, words: str) -> Seen:
    arguments = {
        "model": case.model,
        "max_tokens": 64,
        "messages": [{"role": "user", "content": words}],
        "tools": anthropic_tools(),
        "extra_headers": headers,
    }
    client = anthropic_client(url, key)
    if case.streams:
        with client.messages.stream(**arguments) as stream:
            message, told = stream.get_final_message(), stream.response.headers
    else:
        raw = client.messages.with_raw_response.create(**arguments)
        message, told = raw.parse(), raw.headers
    text = "".join(block.text for block in message.content if block.type == "text")
    calls = [(block.name, json.dumps(block.input)) for block in message.content if block.type == "tool_use"]
    return Seen(text, marks(calls), message.stop_reason, {name.lower(): value for name, value in told.items()})


def marks(calls: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, json.loads(arguments)["mark"]) for name, arguments in calls]
