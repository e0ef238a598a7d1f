"""The Responses API: three parallel calls that we write ourselves, the recordings, and the official SDK."""

import functools
import json

from support.clients import Seen, marks, openai_client
from support.gateway import ANALYST_KEY
from support.recordings import Recording, read_lines, wire_folder
from support.scripted_upstream import Play
from support.synthetic import CALLS, SCHEMA, TOOLS, Case, arguments, pieces, tool_name

RESPONSES = "openai-responses"
ENDS = ("response.completed", "response.incomplete", "response.failed")


def cases(kind: str) -> list[Case]:
    return [Case(RESPONSES, streams, kind, position) for streams in (True, False) for position in range(CALLS)]


def response(status: str, output: list) -> dict:
    usage = {"input_tokens": 3, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 5}
    usage |= {"output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 8}
    whole = {"id": "resp_1", "object": "response", "created_at": 1, "status": status, "error": None}
    whole |= {"incomplete_details": None, "model": "scripted", "output": output, "parallel_tool_calls": True}
    whole |= {"tool_choice": "auto", "tools": [], "temperature": 1, "top_p": 1, "metadata": {}}
    return whole | {"instructions": None, "usage": usage if status == "completed" else None}


def items(case: Case) -> list[dict]:
    part = {"type": "output_text", "annotations": [], "logprobs": [], "text": "Three calls."}
    message = {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant", "content": [part]}
    calls = [
        {
            "id": f"fc_{index}",
            "type": "function_call",
            "status": "completed",
            "call_id": f"call_{index}",
            "name": tool_name(case, index),
            "arguments": arguments(case, index),
        }
        for index in range(case.count)
    ]
    return [message, *calls]


class Telling:
    """Events one after another, with their sequence numbers."""

    def __init__(self) -> None:
        self.events: list[dict] = []

    def tell(self, type_: str, **members: object) -> None:
        self.events.append({"type": type_, "sequence_number": len(self.events), **members})

    def item(self, index: int, item: dict) -> None:
        at = {"output_index": index, "item_id": item["id"]}
        if item["type"] == "message":
            part = item["content"][0]
            begun = item | {"status": "in_progress", "content": []}
            self.tell("response.output_item.added", output_index=index, item=begun)
            at |= {"content_index": 0}
            self.tell("response.content_part.added", **at, part=part | {"text": ""})
            self.tell("response.output_text.delta", **at, delta=part["text"], logprobs=[], obfuscation="xyz")
            self.tell("response.output_text.done", **at, text=part["text"], logprobs=[])
            self.tell("response.content_part.done", **at, part=part)
        else:
            begun = item | {"status": "in_progress", "arguments": ""}
            self.tell("response.output_item.added", output_index=index, item=begun)
            for piece in pieces(item["arguments"]):
                self.tell("response.function_call_arguments.delta", **at, delta=piece, obfuscation="xyz")
            self.tell("response.function_call_arguments.done", **at, arguments=item["arguments"])
        self.tell("response.output_item.done", output_index=index, item=item)

    def frames(self) -> bytes:
        return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in self.events).encode()


def play(case: Case) -> Play:
    output = items(case)
    if not case.streams:
        return Play(json.dumps(response("completed", output)).encode(), False)
    telling = Telling()
    telling.tell("response.created", response=response("in_progress", []))
    telling.tell("response.in_progress", response=response("in_progress", []))
    for index, item in enumerate(output):
        telling.item(index, item)
    telling.tell("response.completed", response=response("completed", output))
    return Play(telling.frames(), True)


def plays() -> dict[str, Play]:
    known = {case.model: play(case) for kind in ("forbid", "hold") for case in cases(kind)}
    return known | {one.name: Play(one.body, one.streams, one.status) for one in recordings()}


@functools.cache
def recordings() -> tuple[Recording, ...]:
    """The recorded answers that a client can be given: no errors, and nothing that is not whole JSON."""
    folder = wire_folder()
    if folder is None:
        return ()
    found = []
    for path in sorted((folder / RESPONSES).iterdir()):
        name = f"{RESPONSES}/{path.name.removesuffix('.txt').removesuffix('.json')}"
        if path.suffix == ".json" and json.loads(path.read_text()).get("object") == "response":
            found.append(Recording(name, RESPONSES, False, 200, path.read_bytes()))
        if path.name.endswith(".chunks.txt") and not path.name.startswith(("openai-error", "parallel-tool-call")):
            for number, answer in enumerate(answers_of(read_lines(path)), 1):
                body = "".join(f"event: {json.loads(event)['type']}\ndata: {event}\n\n" for event in answer)
                found.append(Recording(f"{name}.turn{number}", RESPONSES, True, 200, body.encode()))
    return tuple(found)


def answers_of(events: list[str]) -> list[list[str]]:
    """Some files hold the answers of several turns, one after the other."""
    answers: list[list[str]] = [[]]
    for event in events:
        answers[-1].append(event)
        if json.loads(event)["type"] in ENDS:
            answers.append([])
    return [answer for answer in answers if answer]


def tools() -> list[dict]:
    return [{"type": "function", "name": name, "parameters": SCHEMA, "strict": False} for name in TOOLS]


def ask(url: str, case: Case, headers: dict | None = None, key: str = ANALYST_KEY, words: str = "Do it.") -> Seen:
    """One request of `case` with every tool offered; streamed through the SDK's own helper."""
    question = {"model": case.model, "input": words, "tools": tools(), "extra_headers": headers or {}}
    client = openai_client(url, key)
    if case.streams:
        with client.responses.stream(**question) as stream:
            events = list(stream)
            told = {name.lower(): value for name, value in stream._response.headers.items()}
        ended = events[-1]
        assert ended.type in ENDS, ended.type
        numbers = [event.sequence_number for event in events]
        assert numbers == sorted(set(numbers)), f"not in order: {numbers}"
        final = ended.response
    else:
        raw = client.responses.with_raw_response.create(**question)
        final, told = raw.parse(), {name.lower(): value for name, value in raw.headers.items()}
    calls = [(item.name, item.arguments) for item in final.output if item.type == "function_call"]
    stop = final.incomplete_details.reason if final.incomplete_details else final.status
    return Seen(final.output_text, marks(calls), stop, told)
