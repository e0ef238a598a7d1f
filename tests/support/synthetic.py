"""Answers that we write ourselves: three parallel calls, one of which the terms forbid or hold.

Each call's arguments carry a mark, so that a test can say exactly what came through and what did not.
"""

import json
from typing import NamedTuple

from support.recordings import ANTHROPIC, OPENAI, frame
from support.scripted_upstream import Play

# Name and effect; the terms of tests/support/gateway.py permit, forbid or hold by effect.
TOOLS = {"look": "observe", "note": "communicate", "erase_all": "erase", "assign_asset": "engage"}
KINDS = {"forbid": "erase_all", "hold": "assign_asset", "unknown": "launch_unlisted"}
CALLS = 3
WITHHELD_MARK = "mark-of-the-withheld-call"
SCHEMA = {"type": "object", "properties": {"mark": {"type": "string"}}, "required": ["mark"]}


class Case(NamedTuple):
    dialect: str
    streams: bool
    kind: str  # forbid, hold, unknown
    position: int  # of the call that is withheld, below `count`
    secret: str = WITHHELD_MARK  # that call's mark
    count: int = CALLS

    @property
    def model(self) -> str:
        return f"calls/{self.dialect}/{'stream' if self.streams else 'whole'}/{self.kind}/{self.position}"


def cases(kind: str) -> list[Case]:
    return [
        Case(dialect, streams, kind, position)
        for dialect in (OPENAI, ANTHROPIC)
        for streams in (True, False)
        for position in range(CALLS)
    ]


def mark(case: Case, index: int) -> str:
    return case.secret if index == case.position else f"mark-{index}"


def arguments(case: Case, index: int) -> str:
    return json.dumps({"mark": mark(case, index)})


def tool_name(case: Case, index: int) -> str:
    return KINDS[case.kind] if index == case.position else ("look", "note", "look")[index]


def openai_tools() -> list[dict]:
    return [{"type": "function", "function": {"name": name, "parameters": SCHEMA}} for name in TOOLS]


def anthropic_tools() -> list[dict]:
    return [{"name": name, "input_schema": SCHEMA} for name in TOOLS]


def pieces(text: str) -> list[str]:
    return [text[at : at + 7] for at in range(0, len(text), 7)]


def openai_stream(case: Case) -> bytes:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}

    def chunk(delta: dict, stop: str | None = None) -> str:
        return json.dumps(head | {"choices": [{"index": 0, "delta": delta, "finish_reason": stop}]})

    events = [chunk({"role": "assistant", "content": ""}), chunk({"content": "Three calls."})]
    for index in range(case.count):
        function = {"name": tool_name(case, index), "arguments": ""}
        events.append(
            chunk({"tool_calls": [{"index": index, "id": f"call_{index}", "type": "function", "function": function}]})
        )
        for piece in pieces(arguments(case, index)):
            events.append(chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}))
    return frame(OPENAI, [*events, chunk({}, "tool_calls")])


def openai_whole(case: Case) -> bytes:
    calls = [
        {
            "id": f"call_{index}",
            "type": "function",
            "function": {"name": tool_name(case, index), "arguments": arguments(case, index)},
        }
        for index in range(case.count)
    ]
    message = {"role": "assistant", "content": "Three calls.", "tool_calls": calls}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    return json.dumps(
        {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "scripted", "choices": [choice]}
    ).encode()


def anthropic_message(content: list, stop: str | None) -> dict:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "scripted",
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 5},
    }


def anthropic_stream(case: Case) -> bytes:
    events: list[dict] = [{"type": "message_start", "message": anthropic_message([], None)}]

    def block(index: int, start: dict, deltas: list[dict]) -> None:
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        events.extend({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas)
        events.append({"type": "content_block_stop", "index": index})

    block(0, {"type": "text", "text": ""}, [{"type": "text_delta", "text": "Three calls."}])
    for index in range(case.count):
        start = {"type": "tool_use", "id": f"toolu_{index}", "name": tool_name(case, index), "input": {}}
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces(arguments(case, index))]
        block(index + 1, start, deltas)
    stop = {"stop_reason": "tool_use", "stop_sequence": None}
    events += [{"type": "message_delta", "delta": stop, "usage": {"output_tokens": 5}}, {"type": "message_stop"}]
    return frame(ANTHROPIC, [json.dumps(event) for event in events])


def anthropic_whole(case: Case) -> bytes:
    content: list[dict] = [{"type": "text", "text": "Three calls."}]
    for index in range(case.count):
        content.append(
            {
                "type": "tool_use",
                "id": f"toolu_{index}",
                "name": tool_name(case, index),
                "input": json.loads(arguments(case, index)),
            }
        )
    return json.dumps(anthropic_message(content, "tool_use")).encode()


def play(case: Case) -> Play:
    make = {
        (OPENAI, True): openai_stream,
        (OPENAI, False): openai_whole,
        (ANTHROPIC, True): anthropic_stream,
        (ANTHROPIC, False): anthropic_whole,
    }[case.dialect, case.streams]
    return Play(make(case), case.streams)
