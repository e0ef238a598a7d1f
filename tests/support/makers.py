"""One turn of an assistant as each provider's dialect says it, whole and streamed; and what a provider was sent."""

import base64
import json
from dataclasses import dataclass, field

from support import bedrock
from support.bedrock import BEDROCK
from support.every_dialect import GEMINI
from support.recordings import ANTHROPIC, OPENAI, frame
from support.responses import RESPONSES, Telling, response
from support.scripted_upstream import Play


@dataclass
class Said:
    """A turn of the assistant's, whoever made it."""

    maker: str
    number: int
    calls: int

    @property
    def text(self) -> str:
        return f"Turn {self.number} \u2713."

    @property
    def reasoning(self) -> str:
        return f"Thoughts of {self.maker} in turn {self.number}."

    @property
    def signature(self) -> str:
        """Opaque to all but its maker; base64, as Gemini's must be."""
        return base64.b64encode(f"signed by {self.maker} in turn {self.number} ".encode() * 3).decode()

    def name(self, index: int) -> str:
        return ("look", "note")[index]

    def arguments(self, index: int) -> dict:
        return {"mark": f"mark-{self.number}-{index}", "list": [1, 2.5, None, {"a": "\u00e9"}], "empty": {}}

    def id(self, index: int) -> str:
        stem = {OPENAI: "call_", RESPONSES: "call_", ANTHROPIC: "toolu_", BEDROCK: "tooluse_"}.get(self.maker, "")
        return f"{stem}T{self.number}x{index}" if stem else ""

    def each_call(self) -> list[tuple[str, str, dict]]:
        return [(self.id(index), self.name(index), self.arguments(index)) for index in range(self.calls)]


# ---- Answers -------------------------------------------------------------------------------------


def chat(said: Said, streams: bool) -> bytes:
    calls = [
        {"id": id_, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for id_, name, arguments in said.each_call()
    ]
    detail = {"type": "reasoning.text", "text": said.reasoning, "signature": said.signature, "index": 0}
    message = {"role": "assistant", "content": said.text, "reasoning_details": [detail]}
    stop = "tool_calls" if calls else "stop"
    usage = {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
    head = {"id": "chatcmpl-1", "created": 1, "model": "scripted"}
    if not streams:
        choice = {"index": 0, "message": message | ({"tool_calls": calls} if calls else {}), "finish_reason": stop}
        return json.dumps(head | {"object": "chat.completion", "choices": [choice], "usage": usage}).encode()
    numbered = [{"index": index, **call} for index, call in enumerate(calls)]
    deltas = [({"role": "assistant", "content": "", "reasoning_details": [detail]}, None)]
    deltas += [({"content": said.text}, None), *(({"tool_calls": [call]}, None) for call in numbered), ({}, stop)]
    head["object"] = "chat.completion.chunk"
    chunks = [head | {"choices": [{"index": 0, "delta": one, "finish_reason": end}]} for one, end in deltas]
    return frame(OPENAI, [json.dumps(one) for one in [*chunks, head | {"choices": [], "usage": usage}]])


def responses(said: Said, streams: bool) -> bytes:
    summary = {"type": "summary_text", "text": said.reasoning}
    thought = {"id": f"rs_{said.number}", "type": "reasoning", "summary": [summary]}
    thought["encrypted_content"] = said.signature
    part = {"type": "output_text", "annotations": [], "logprobs": [], "text": said.text}
    message = {"id": f"msg_{said.number}", "type": "message", "status": "completed", "role": "assistant"}
    output = [thought, message | {"content": [part]}]
    for index, (id_, name, arguments) in enumerate(said.each_call()):
        call = {"id": f"fc_{said.number}_{index}", "type": "function_call", "status": "completed", "call_id": id_}
        output.append(call | {"name": name, "arguments": json.dumps(arguments)})
    if not streams:
        return json.dumps(response("completed", output)).encode()
    telling = Telling()
    telling.tell("response.created", response=response("in_progress", []))
    at = {"output_index": 0, "item_id": thought["id"], "summary_index": 0}
    telling.tell("response.output_item.added", output_index=0, item=thought | {"summary": []})
    telling.tell("response.reasoning_summary_part.added", **at, part=summary | {"text": ""})
    telling.tell("response.reasoning_summary_text.delta", **at, delta=said.reasoning)
    telling.tell("response.reasoning_summary_text.done", **at, text=said.reasoning)
    telling.tell("response.reasoning_summary_part.done", **at, part=summary)
    telling.tell("response.output_item.done", output_index=0, item=thought)
    for index, item in enumerate(output[1:], 1):
        telling.item(index, item)
    telling.tell("response.completed", response=response("completed", output))
    return telling.frames()


def anthropic(said: Said, streams: bool) -> bytes:
    content = [{"type": "thinking", "thinking": said.reasoning, "signature": said.signature}]
    content.append({"type": "text", "text": said.text})
    content += [{"type": "tool_use", "id": id_, "name": name, "input": made} for id_, name, made in said.each_call()]
    stop = {"stop_reason": "tool_use" if said.calls else "end_turn", "stop_sequence": None}
    message = {"id": f"msg_{said.number}", "type": "message", "role": "assistant", "model": "scripted"}
    usage = {"input_tokens": 3, "output_tokens": 5}
    if not streams:
        return json.dumps(message | {"content": content, "usage": usage} | stop).encode()
    begun = {"content": [], "usage": usage, "stop_reason": None, "stop_sequence": None}
    events: list[dict] = [{"type": "message_start", "message": message | begun}]
    for index, block in enumerate(content):
        match block["type"]:
            case "thinking":
                start = block | {"thinking": "", "signature": ""}
                deltas = [{"type": "thinking_delta", "thinking": block["thinking"]}]
                deltas.append({"type": "signature_delta", "signature": block["signature"]})
            case "text":
                start, deltas = block | {"text": ""}, [{"type": "text_delta", "text": block["text"]}]
            case _:
                start = block | {"input": {}}
                deltas = [{"type": "input_json_delta", "partial_json": json.dumps(block["input"])}]
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    events += [{"type": "message_delta", "delta": stop, "usage": {"output_tokens": 5}}, {"type": "message_stop"}]
    return frame(ANTHROPIC, [json.dumps(event) for event in events])


def gemini(said: Said, streams: bool) -> bytes:
    """The signature stands at the first call, or else at the text, as Gemini 3 puts it."""
    parts: list[dict] = [{"text": said.reasoning, "thought": True}, {"text": said.text}]
    parts += [{"functionCall": {"name": name, "args": arguments}} for _, name, arguments in said.each_call()]
    parts[2 if said.calls else 1]["thoughtSignature"] = said.signature
    usage = {"promptTokenCount": 3, "candidatesTokenCount": 5, "totalTokenCount": 8}

    def told(some: list[dict], stop: dict) -> dict:
        candidate = {"content": {"parts": some, "role": "model"}, "index": 0} | stop
        return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "scripted", "responseId": "r1"}

    if not streams:
        return json.dumps(told(parts, {"finishReason": "STOP"})).encode()
    events = [told([part], {}) for part in parts] + [told([{"text": ""}], {"finishReason": "STOP"})]
    return "".join(f"data: {json.dumps(one)}\r\n\r\n" for one in events).encode()


def converse(said: Said, streams: bool) -> bytes:
    words = {"text": said.reasoning, "signature": said.signature}
    content: list[dict] = [{"reasoningContent": {"reasoningText": words}}, {"text": said.text}]
    for id_, name, arguments in said.each_call():
        content.append({"toolUse": {"toolUseId": id_, "name": name, "input": arguments}})
    stop = {"stopReason": "tool_use" if said.calls else "end_turn"}
    tail = {"usage": {"inputTokens": 3, "outputTokens": 5, "totalTokens": 8}, "metrics": {"latencyMs": 7}}
    if not streams:
        return json.dumps({"output": {"message": {"role": "assistant", "content": content}}} | stop | tail).encode()
    out = bedrock.event("messageStart", '{"role":"assistant"}')
    for index, block in enumerate(content):
        deltas = [block]
        if use := block.get("toolUse"):
            start = {"toolUse": {"toolUseId": use["toolUseId"], "name": use["name"]}}
            out += bedrock.event("contentBlockStart", json.dumps({"contentBlockIndex": index, "start": start}))
            deltas = [{"toolUse": {"input": json.dumps(use["input"])}}]
        if "reasoningContent" in block:
            deltas = [{"reasoningContent": {name: value}} for name, value in words.items()]
        for delta in deltas:
            out += bedrock.event("contentBlockDelta", json.dumps({"contentBlockIndex": index, "delta": delta}))
        out += bedrock.event("contentBlockStop", json.dumps({"contentBlockIndex": index}))
    return out + bedrock.event("messageStop", json.dumps(stop)) + bedrock.event("metadata", json.dumps(tail))


MAKERS = {OPENAI: chat, RESPONSES: responses, ANTHROPIC: anthropic, GEMINI: gemini, BEDROCK: converse}


def play(said: Said, streams: bool) -> Play:
    return Play(MAKERS[said.maker](said, streams), streams)


# ---- What a provider was sent --------------------------------------------------------------------


@dataclass
class Turn:
    """One side's turn: its pieces in order, each ("text", …), ("image", …), ("call", …) or ("result", …)."""

    side: str
    pieces: list[tuple] = field(default_factory=list)


def canonical(value: object) -> str:
    parsed = json.loads(value) if isinstance(value, str) else value
    return json.dumps(parsed, sort_keys=True)


class Sent:
    """Turns out of a request's body; consecutive messages of one side are one turn."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []

    def add(self, side: str, *piece: str) -> None:
        if not self.turns or self.turns[-1].side != side:
            self.turns.append(Turn(side))
        self.turns[-1].pieces.append(piece)


def image_of(url: str) -> str:
    return url.removeprefix("data:image/png;base64,")


def sent_to_chat(body: dict, sent: Sent) -> None:
    for message in body["messages"]:
        side = "assistant" if message["role"] == "assistant" else "user"
        content = message.get("content") or []
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if message["role"] == "tool":
            sent.add(side, "result", message["tool_call_id"], "".join(part["text"] for part in parts))
            continue
        for part in parts:
            if part["type"] == "text":
                sent.add(side, "text", part["text"])
            else:
                sent.add(side, "image", image_of(part["image_url"]["url"]))
        for call in message.get("tool_calls", []):
            sent.add(side, "call", call["id"], call["function"]["name"], canonical(call["function"]["arguments"]))


def sent_to_responses(body: dict, sent: Sent) -> None:
    items = [{"role": "user", "content": body["input"]}] if isinstance(body["input"], str) else body["input"]
    for item in items:
        match item.get("type", "message"):
            case "function_call":
                sent.add("assistant", "call", item["call_id"], item["name"], canonical(item["arguments"]))
            case "function_call_output":
                output = item["output"]
                text = output if isinstance(output, str) else "".join(part["text"] for part in output)
                sent.add("user", "result", item["call_id"], text)
            case "message":
                content = item["content"]
                for part in [{"text": content}] if isinstance(content, str) else content:
                    if "image_url" in part:
                        sent.add(item["role"], "image", image_of(part["image_url"]))
                    else:
                        sent.add(item["role"], "text", part["text"])


def sent_to_anthropic(body: dict, sent: Sent) -> None:
    for message in body["messages"]:
        content = message["content"]
        for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
            match block["type"]:
                case "text":
                    sent.add(message["role"], "text", block["text"])
                case "image":
                    sent.add(message["role"], "image", block["source"]["data"])
                case "tool_use":
                    sent.add(message["role"], "call", block["id"], block["name"], canonical(block["input"]))
                case "tool_result":
                    told = block["content"]
                    text = told if isinstance(told, str) else "".join(part["text"] for part in told)
                    sent.add(message["role"], "result", block["tool_use_id"], text)


def sent_to_gemini(body: dict, sent: Sent) -> None:
    for content in body["contents"]:
        side = "assistant" if content["role"] == "model" else "user"
        for part in content["parts"]:
            if "functionCall" in part:
                call = part["functionCall"]
                sent.add(side, "call", call.get("id", ""), call["name"], canonical(call.get("args", {})))
            elif "functionResponse" in part:
                result = part["functionResponse"]
                told = result["response"]
                sent.add(side, "result", result.get("id", ""), told.get("output", told.get("result")))
            elif "inlineData" in part:
                sent.add(side, "image", part["inlineData"]["data"])
            elif not part.get("thought") and part.get("text"):
                sent.add(side, "text", part["text"])


def sent_to_converse(body: dict, sent: Sent) -> None:
    for message in body["messages"]:
        for block in message["content"]:
            if "text" in block:
                sent.add(message["role"], "text", block["text"])
            elif "image" in block:
                sent.add(message["role"], "image", block["image"]["source"]["bytes"])
            elif use := block.get("toolUse"):
                sent.add(message["role"], "call", use["toolUseId"], use["name"], canonical(use["input"]))
            elif result := block.get("toolResult"):
                text = "".join(part["text"] for part in result["content"])
                sent.add(message["role"], "result", result["toolUseId"], text)


READERS = {
    OPENAI: sent_to_chat,
    RESPONSES: sent_to_responses,
    ANTHROPIC: sent_to_anthropic,
    GEMINI: sent_to_gemini,
    BEDROCK: sent_to_converse,
}


def turns_of(dialect: str, body: dict) -> list[Turn]:
    sent = Sent()
    READERS[dialect](body, sent)
    return sent.turns
