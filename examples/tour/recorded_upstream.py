"""A provider whose answers are recorded: what the tour uses where no local model can be had.

    python3 examples/tour/recorded_upstream.py --port 8486

Speaks OpenAI Chat Completions and Anthropic Messages, streamed and whole, with the standard library
only. It knows the tour's questions and nothing else, and every text it gives says that it is recorded.
The text answers were given by the tour's local model (Gemma 3 270M) when this file was written; the
tool calls are written in the form in which that model's server gives them.

Prints `listening on http://HOST:PORT` when it is ready; ends on SIGTERM and with its parent.
"""

import argparse
import ctypes
import http.server
import json
import os
import re
import signal
import sys
from typing import NamedTuple

PR_SET_PDEATHSIG = 1
BODY_BYTES_MAX = 1 << 20
TEXTS = {"What is the capital of France?": "Paris"}
UNKNOWN = "This recorded provider knows only the tour's questions."
CALL = re.compile(r"Use assign_asset with asset (asset-[1-3]) and zone (north|south)\.")


class Answer(NamedTuple):
    text: str | None
    arguments: str | None  # of the one call to assign_asset


def answer_to(question: str, offers_tools: bool) -> Answer:
    if offers_tools and (call := CALL.search(question)):
        return Answer(None, json.dumps({"asset": call[1], "zone": call[2]}))
    return Answer(f"[recorded answer] {TEXTS.get(question, UNKNOWN)}", None)


def last_question(messages: list) -> str:
    content = messages[-1].get("content", "")
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content if part.get("type") == "text")


def openai_whole(model: str, answer: Answer) -> dict:
    message: dict = {"role": "assistant", "content": answer.text}
    if answer.arguments is not None:
        function = {"name": "assign_asset", "arguments": answer.arguments}
        message["tool_calls"] = [{"id": "call_recorded_1", "type": "function", "function": function}]
    stop = "stop" if answer.arguments is None else "tool_calls"
    return {
        "id": "chatcmpl-recorded",
        "object": "chat.completion",
        "created": 1771977600,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": stop}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 8, "total_tokens": 20},
    }


def openai_events(model: str, answer: Answer) -> list[str]:
    frame = {"id": "chatcmpl-recorded", "object": "chat.completion.chunk", "created": 1771977600, "model": model}

    def chunk(delta: dict, stop: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": stop}
        return f"data: {json.dumps(frame | {'choices': [choice]})}\n\n"

    events = [chunk({"role": "assistant", "content": None if answer.text is None else ""})]
    if answer.text is not None:
        events += [chunk({"content": word}) for word in re.findall(r"\s*\S+", answer.text)]
        return events + [chunk({}, "stop"), "data: [DONE]\n\n"]
    head = {"index": 0, "id": "call_recorded_1", "type": "function"}
    events.append(chunk({"tool_calls": [head | {"function": {"name": "assign_asset", "arguments": ""}}]}))
    for piece in re.findall(r".{1,9}", answer.arguments):
        events.append(chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}))
    return events + [chunk({}, "tool_calls"), "data: [DONE]\n\n"]


def anthropic_whole(model: str, answer: Answer) -> dict:
    if answer.arguments is None:
        block = {"type": "text", "text": answer.text}
    else:
        arguments = json.loads(answer.arguments)
        block = {"type": "tool_use", "id": "toolu_recorded_1", "name": "assign_asset", "input": arguments}
    return {
        "id": "msg_recorded",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [block],
        "stop_reason": "end_turn" if answer.arguments is None else "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": 12, "output_tokens": 8},
    }


def anthropic_events(model: str, answer: Answer) -> list[str]:
    whole = anthropic_whole(model, answer)
    stop = whole["stop_reason"]
    begun = whole | {"content": [], "stop_reason": None}

    def event(kind: str, **members) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind} | members)}\n\n"

    events = [event("message_start", message=begun)]
    if answer.text is not None:
        events.append(event("content_block_start", index=0, content_block={"type": "text", "text": ""}))
        deltas = [{"type": "text_delta", "text": word} for word in re.findall(r"\s*\S+", answer.text)]
    else:
        block = whole["content"][0] | {"input": {}}
        events.append(event("content_block_start", index=0, content_block=block))
        pieces = re.findall(r".{1,9}", answer.arguments)
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    events += [event("content_block_delta", index=0, delta=delta) for delta in deltas]
    events.append(event("content_block_stop", index=0))
    events.append(
        event("message_delta", delta={"stop_reason": stop, "stop_sequence": None}, usage={"output_tokens": 8})
    )
    return events + [event("message_stop")]


DIALECTS = {
    "/v1/chat/completions": (openai_whole, openai_events),
    "/v1/messages": (anthropic_whole, anthropic_events),
}


class Provider(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        if self.path not in DIALECTS or length > BODY_BYTES_MAX:
            self.close_connection = True
            return self.send(404, "application/json", b'{"error":{"message":"no such route"}}')
        request = json.loads(self.rfile.read(length))
        answer = answer_to(last_question(request["messages"]), bool(request.get("tools")))
        whole, events = DIALECTS[self.path]
        if request.get("stream"):
            return self.send(200, "text/event-stream", "".join(events(request["model"], answer)).encode())
        return self.send(200, "application/json", json.dumps(whole(request["model"], answer)).encode())

    def send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        """Quiet: the tour tells the story."""


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    reader.add_argument("--port", type=int, default=8486, help="port to listen on, 0 for any (default %(default)s)")
    options = reader.parse_args()
    try:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    except (OSError, AttributeError):
        pass  # no such call on this system; SIGTERM still ends it
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    server = http.server.ThreadingHTTPServer((options.host, options.port), Provider)
    print(f"listening on http://{options.host}:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
