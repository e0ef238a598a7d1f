"""Answers that no recording has: each reason to stop in each dialect, and refusals in the model's own words."""

import json

from support import bedrock
from support.bedrock import BEDROCK
from support.recordings import ANTHROPIC, OPENAI, frame
from support.responses import RESPONSES, Telling, response

WORDS = "As far as \u2713"
REFUSAL = "I will not say it."


def of_chat(stop: str, refusal: str | None = None) -> list[tuple[bool, bytes]]:
    head = {"id": "chatcmpl-1", "created": 1, "model": "scripted"}
    usage = {"prompt_tokens": 30, "completion_tokens": 5, "total_tokens": 35}
    usage["prompt_tokens_details"] = {"cached_tokens": 20}
    said = {"content": None, "refusal": refusal} if refusal else {"content": WORDS}
    choice = {"index": 0, "message": {"role": "assistant", **said}, "finish_reason": stop}
    whole = head | {"object": "chat.completion", "choices": [choice], "usage": usage}
    deltas = [({"role": "assistant", "content": None if refusal else ""}, None)]
    name, words = ("refusal", refusal) if refusal else ("content", WORDS)
    deltas += [({name: words[:6]}, None), ({name: words[6:]}, None), ({}, stop)]
    head["object"] = "chat.completion.chunk"
    chunks = [head | {"choices": [{"index": 0, "delta": one, "finish_reason": end}]} for one, end in deltas]
    chunks.append(head | {"choices": [], "usage": usage})
    return [(True, frame(OPENAI, [json.dumps(one) for one in chunks])), (False, json.dumps(whole).encode())]


def of_responses(reason: str | None, refusal: str | None = None) -> list[tuple[bool, bytes]]:
    part: dict = {"type": "output_text", "annotations": [], "logprobs": [], "text": WORDS}
    if refusal:
        part = {"type": "refusal", "refusal": refusal}
    status = "incomplete" if reason else "completed"
    message = {"id": "msg_1", "type": "message", "status": status, "role": "assistant", "content": [part]}
    ended = response("completed", [message]) | {"status": status}
    ended["incomplete_details"] = {"reason": reason} if reason else None
    telling = Telling()
    telling.tell("response.created", response=response("in_progress", []))
    if refusal:
        at = {"output_index": 0, "item_id": "msg_1", "content_index": 0}
        begun = message | {"status": "in_progress", "content": []}
        telling.tell("response.output_item.added", output_index=0, item=begun)
        telling.tell("response.content_part.added", **at, part={"type": "refusal", "refusal": ""})
        telling.tell("response.refusal.delta", **at, delta=refusal)
        telling.tell("response.refusal.done", **at, refusal=refusal)
        telling.tell("response.content_part.done", **at, part=part)
        telling.tell("response.output_item.done", output_index=0, item=message)
    else:
        telling.item(0, message)
    telling.tell(f"response.{status}", response=ended)
    return [(True, telling.frames()), (False, json.dumps(ended).encode())]


def of_anthropic(stop: str) -> list[tuple[bool, bytes]]:
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "scripted"}
    usage = {"input_tokens": 3, "cache_read_input_tokens": 20, "cache_creation_input_tokens": 7, "output_tokens": 5}
    why = {"stop_reason": stop, "stop_sequence": "END" if stop == "stop_sequence" else None}
    text = {"type": "text", "text": WORDS}
    begun = message | {"content": [], "usage": usage, "stop_reason": None, "stop_sequence": None}
    events: list[dict] = [{"type": "message_start", "message": begun}]
    events.append({"type": "content_block_start", "index": 0, "content_block": text | {"text": ""}})
    delta = {"type": "text_delta", "text": WORDS}
    events.append({"type": "content_block_delta", "index": 0, "delta": delta})
    events.append({"type": "content_block_stop", "index": 0})
    events += [{"type": "message_delta", "delta": why, "usage": {"output_tokens": 5}}, {"type": "message_stop"}]
    whole = message | {"content": [text], "usage": usage} | why
    return [(True, frame(ANTHROPIC, [json.dumps(one) for one in events])), (False, json.dumps(whole).encode())]


def of_gemini(stop: str) -> list[tuple[bool, bytes]]:
    usage = {"promptTokenCount": 30, "cachedContentTokenCount": 20, "candidatesTokenCount": 5, "totalTokenCount": 35}

    def told(parts: list[dict], more: dict) -> str:
        candidate = {"content": {"parts": parts, "role": "model"}, "index": 0} | more
        whole = {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "scripted", "responseId": "r1"}
        return json.dumps(whole)

    events = [told([{"text": WORDS}], {}), told([{"text": ""}], {"finishReason": stop})]
    stream = "".join(f"data: {one}\r\n\r\n" for one in events)
    return [(True, stream.encode()), (False, told([{"text": WORDS}], {"finishReason": stop}).encode())]


def of_bedrock(stop: str) -> list[tuple[bool, bytes]]:
    usage = {"inputTokens": 3, "outputTokens": 5, "totalTokens": 35, "cacheReadInputTokens": 20}
    tail = {"usage": usage | {"cacheWriteInputTokens": 7}, "metrics": {"latencyMs": 7}}
    out = bedrock.event("messageStart", '{"role":"assistant"}')
    out += bedrock.event("contentBlockDelta", json.dumps({"contentBlockIndex": 0, "delta": {"text": WORDS}}))
    out += bedrock.event("contentBlockStop", '{"contentBlockIndex":0}')
    out += bedrock.event("messageStop", json.dumps({"stopReason": stop})) + bedrock.event("metadata", json.dumps(tail))
    whole = {"output": {"message": {"role": "assistant", "content": [{"text": WORDS}]}}, "stopReason": stop} | tail
    return [(True, out), (False, json.dumps(whole).encode())]


def answers(gemini: str) -> list[tuple[str, str, bool, bytes]]:
    """As (name, dialect, streams, body)."""
    made = {(OPENAI, stop): of_chat(stop) for stop in ("stop", "length", "content_filter")}
    made[OPENAI, "refusal"] = of_chat("stop", REFUSAL)
    made |= {(RESPONSES, reason): of_responses(reason) for reason in ("max_output_tokens", "content_filter")}
    made[RESPONSES, "refusal"] = of_responses(None, REFUSAL)
    for stop in ("end_turn", "max_tokens", "stop_sequence", "refusal", "pause_turn"):
        made[ANTHROPIC, stop] = of_anthropic(stop)
    made |= {(gemini, stop): of_gemini(stop) for stop in ("STOP", "MAX_TOKENS", "SAFETY", "RECITATION")}
    for stop in ("end_turn", "max_tokens", "stop_sequence", "content_filtered", "guardrail_intervened"):
        made[BEDROCK, stop] = of_bedrock(stop)
    return [
        (f"written/{dialect}-{stop}", dialect, streams, body)
        for (dialect, stop), both in made.items()
        for streams, body in both
    ]
