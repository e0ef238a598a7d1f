"""What a developer would compare of an answer, read by the official SDK of each dialect."""

import base64
import functools
import json
import re
from dataclasses import dataclass, field

from botocore.eventstream import EventStreamBuffer
from google import genai
from google.genai import types

from support import bedrock
from support.bedrock import BEDROCK
from support.clients import SECONDS_MAX, anthropic_client, openai_client
from support.every_dialect import GEMINI
from support.gateway import ANALYST_KEY
from support.recordings import ANTHROPIC, OPENAI
from support.responses import ENDS, RESPONSES

WORDS = "Say it."
STOPS = {
    OPENAI: {"stop": "end", "model_length": "length", "tool_calls": "call", "content_filter": "filter"},
    RESPONSES: {"completed": "end", "max_output_tokens": "length", "content_filter": "filter"},
    ANTHROPIC: {"end_turn": "end", "max_tokens": "length", "tool_use": "call", "pause_turn": "pause"},
    GEMINI: {"STOP": "end", "MAX_TOKENS": "length", "SAFETY": "filter"},
    BEDROCK: {"end_turn": "end", "max_tokens": "length", "tool_use": "call", "content_filtered": "filter"},
}
ENVELOPE = re.compile(rb"pv1\.[A-Za-z0-9_-]+\.")


@dataclass
class Call:
    name: str
    arguments: str  # canonical JSON; the text itself of a custom tool
    id: str


@dataclass
class Digest:
    text: str = ""
    refusal: str = ""
    reasoning: str = ""
    calls: list[Call] = field(default_factory=list)
    stop: str = ""
    input: int = 0
    cached: int = 0
    output: int = 0
    reasoning_tokens: int = 0
    signatures: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    only_here: list[str] = field(default_factory=list)  # calls that only this dialect's caller can run
    pieces: str | None = None  # the text in pieces, where the dialect also tells it whole

    def call(self, name: str, arguments: object, id_: str | None, is_text: bool = False) -> None:
        if not is_text:
            value = json.loads(arguments or "{}") if isinstance(arguments, str) else arguments or {}
            arguments = json.dumps(value, sort_keys=True)
        self.calls.append(Call(name, arguments, id_ or ""))

    def sign(self, signature: str | bytes | None) -> None:
        """Keeps a signature as its maker gave it, out of the envelope that it travels in."""
        raw = signature.encode() if isinstance(signature, str) else signature or b""
        if raw.startswith(b"cHYxL"):
            raw = base64.b64decode(raw + b"=" * (-len(raw) % 4))
        bare = ENVELOPE.sub(b"", raw, count=1)
        if bare != raw:
            bare = bare.removeprefix(b"call.")  # it belongs to the call behind it
        if isinstance(signature, bytes) and bare == raw:
            bare = base64.b64encode(raw)  # Gemini's SDK decodes what its API gives as base64
        if bare:
            self.signatures.append(bare.decode())

    def finish(self, dialect: str, word: str | None) -> "Digest":
        self.stop = STOPS[dialect].get(word or "", word or "none")
        if self.refusal and self.stop == "end":
            self.stop = "refusal"
        if self.calls:
            self.stop = "call"  # two dialects have no word for it, and some recordings name another
        self.urls = sorted(set(filter(None, self.urls)))
        return self


# ---- Chat Completions ----------------------------------------------------------------------------


def extra(thing: object, name: str) -> object:
    return getattr(thing, name, None) or (getattr(thing, "model_extra", None) or {}).get(name)


def chat_message(message: object, digest: Digest) -> None:
    """A message or a delta: what they have in common."""
    if isinstance(message.content, list):  # one provider answers with parts
        for part in message.content:
            digest.text += part.get("text", "") if part["type"] == "text" else ""
            digest.reasoning += "".join(one.get("text", "") for one in part.get("thinking", []))
    else:
        digest.text += message.content or ""
    digest.refusal += message.refusal or ""
    digest.reasoning += extra(message, "reasoning_content") or extra(message, "reasoning") or ""
    for detail in extra(message, "reasoning_details") or []:
        digest.sign(detail.get("signature") or detail.get("data"))
    for note in extra(message, "annotations") or []:
        cited = note if isinstance(note, dict) else note.model_dump()
        digest.urls.append((cited.get("url_citation") or {}).get("url", ""))


def chat_call(call: object, digest: Digest) -> None:
    if call.type == "custom":
        digest.call(call.custom.name, call.custom.input, call.id, is_text=True)
    else:
        digest.call(call.function.name, call.function.arguments, call.id)
    google = (extra(call, "extra_content") or {}).get("google", {})
    digest.sign(google.get("thought_signature"))


def chat_usage(usage: object, digest: Digest) -> None:
    if usage is None:
        return
    digest.input, digest.output = usage.prompt_tokens, usage.completion_tokens
    if usage.prompt_tokens_details:
        digest.cached = usage.prompt_tokens_details.cached_tokens or 0
    if usage.completion_tokens_details:
        digest.reasoning_tokens = usage.completion_tokens_details.reasoning_tokens or 0
    if digest.reasoning_tokens and usage.total_tokens == digest.input + digest.output + digest.reasoning_tokens:
        digest.output += digest.reasoning_tokens  # one provider counts it beside the completion


def read_chat(url: str, model: str, streams: bool) -> Digest:
    digest, stop = Digest(), None
    asked = {"model": model, "messages": [{"role": "user", "content": WORDS}]}
    create = client_of(OPENAI, url).chat.completions.create
    if not streams:
        answer = create(**asked)
        choice = answer.choices[0]
        chat_message(choice.message, digest)
        for call in choice.message.tool_calls or []:
            chat_call(call, digest)
        chat_usage(answer.usage, digest)
        return digest.finish(OPENAI, choice.finish_reason)
    calls: dict[int, dict] = {}
    for chunk in create(**asked, stream=True, stream_options={"include_usage": True}):
        chat_usage(chunk.usage or extra(extra(chunk, "x_groq") or chunk, "usage"), digest)
        for choice in chunk.choices[:1]:
            stop = choice.finish_reason or stop
            chat_message(choice.delta, digest)
            for part in choice.delta.tool_calls or []:
                told = part.model_dump()
                call = calls.setdefault(part.index, {"name": "", "text": "", "id": "", "custom": False})
                inner = told.get("custom") or told.get("function") or {}
                call["custom"] = call["custom"] or bool(told.get("custom"))
                call["name"] = call["name"] or inner.get("name") or ""
                call["text"] += inner.get("arguments") or inner.get("input") or ""
                call["id"] = call["id"] or part.id or ""
                digest.sign((extra(part, "extra_content") or {}).get("google", {}).get("thought_signature"))
    for _, call in sorted(calls.items()):
        digest.call(call["name"], call["text"], call["id"], is_text=call["custom"])
    return digest.finish(OPENAI, stop)


# ---- Responses -----------------------------------------------------------------------------------

RUN_BY_CALLER = ("apply_patch_call", "local_shell_call", "mcp_approval_request", "computer_call")


def response_item(item: object, digest: Digest) -> None:
    match item.type:
        case "message":
            for part in item.content:
                digest.text += part.text if part.type == "output_text" else ""
                digest.refusal += part.refusal if part.type == "refusal" else ""
                for note in getattr(part, "annotations", None) or []:
                    if note.type == "url_citation":
                        digest.urls.append(note.url)
        case "reasoning":
            parts = [*(item.summary or []), *(item.content or [])]
            digest.reasoning += "".join(part.text for part in parts)
            digest.sign(item.encrypted_content)
        case "function_call":
            digest.call(item.name, item.arguments, item.call_id)
            digest.sign((extra(item, "extra_content") or {}).get("google", {}).get("thought_signature"))
        case "custom_tool_call":
            digest.call(item.name, item.input, item.call_id, is_text=True)
            digest.only_here.append(f"custom {item.name}")
        case type_:
            said = item.model_dump()
            elsewhere = (said.get("environment") or {}).get("type") == "container_reference"
            searches = type_ == "tool_search_call" and said.get("execution") != "server"
            if type_ in RUN_BY_CALLER or searches or (type_ == "shell_call" and not elsewhere):
                digest.only_here.append(type_)


def read_responses(url: str, model: str, streams: bool) -> Digest:
    digest = Digest()
    create = client_of(RESPONSES, url).responses.create
    if streams:
        events = list(create(model=model, input=WORDS, stream=True))
        assert events[-1].type in ENDS, f"the stream ends with {events[-1].type}"
        answer = events[-1].response
        # What is encrypted is encrypted anew for each event: what counts is the item when it was done.
        done = {event.item.id: event.item for event in events if event.type == "response.output_item.done"}
        for item in answer.output:
            if item.type == "reasoning" and item.id in done:
                item.encrypted_content = done[item.id].encrypted_content
    else:
        answer = create(model=model, input=WORDS)
    for item in answer.output:
        response_item(item, digest)
    if answer.usage:
        digest.input, digest.output = answer.usage.input_tokens, answer.usage.output_tokens
        digest.cached = answer.usage.input_tokens_details.cached_tokens
        digest.reasoning_tokens = answer.usage.output_tokens_details.reasoning_tokens
    if streams:
        digest.pieces = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    return digest.finish(RESPONSES, answer.incomplete_details.reason if answer.incomplete_details else answer.status)


# ---- Anthropic Messages --------------------------------------------------------------------------


def read_anthropic(url: str, model: str, streams: bool) -> Digest:
    digest = Digest()
    asked = {"model": model, "max_tokens": 64, "messages": [{"role": "user", "content": WORDS}]}
    messages = client_of(ANTHROPIC, url).messages
    if streams:
        with messages.stream(**asked) as stream:
            answer = stream.get_final_message()
    else:
        answer = messages.create(**asked)
    for block in answer.content:
        match block.type:
            case "text":
                digest.text += block.text
                digest.urls += [url for one in block.citations or [] if (url := getattr(one, "url", None))]
            case "thinking":
                digest.reasoning += block.thinking
                digest.sign(block.signature)
            case "redacted_thinking":
                digest.sign(block.data)
            case "tool_use":
                digest.call(block.name, block.input, block.id)
    usage = answer.usage
    digest.cached = usage.cache_read_input_tokens or 0
    digest.input = usage.input_tokens + digest.cached + (usage.cache_creation_input_tokens or 0)
    digest.output = usage.output_tokens
    details = extra(usage, "output_tokens_details") or {}
    details = details if isinstance(details, dict) else details.model_dump()
    digest.reasoning_tokens = details.get("thinking_tokens") or 0
    return digest.finish(ANTHROPIC, answer.stop_reason)


# ---- Gemini --------------------------------------------------------------------------------------


def put(arguments: dict, part: object) -> None:
    """One piece of a call's arguments, which come by their JSON path."""
    steps = re.findall(r"\.(\w+)|\['([^']+)'\]|\[(\d+)\]", part.json_path)
    keys = [int(index) if index else name or quoted for name, quoted, index in steps]
    at: object = arguments
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        if isinstance(key, int):
            at.extend([None] * (key + 1 - len(at)))
        old = at[key] if isinstance(key, int) else at.get(key)
        if following is not None:
            at[key] = old if old is not None else ([] if isinstance(following, int) else {})
        elif part.string_value is not None:
            at[key] = (old or "") + part.string_value
        elif part.number_value is not None:
            at[key] = part.number_value
        elif part.bool_value is not None:
            at[key] = part.bool_value
        at = at[key] if following is not None else at


def read_gemini(url: str, model: str, streams: bool) -> Digest:
    digest, stop, open_ = Digest(), None, None
    models = client_of(GEMINI, url).models
    if streams:
        told = list(models.generate_content_stream(model=model, contents=WORDS))
    else:
        told = [models.generate_content(model=model, contents=WORDS)]
    for one in told:
        if usage := one.usage_metadata:
            thoughts = usage.thoughts_token_count or 0
            digest.input = (usage.prompt_token_count or 0) + (usage.tool_use_prompt_token_count or 0)
            digest.cached = usage.cached_content_token_count or 0
            digest.output = (usage.candidates_token_count or 0) + thoughts
            digest.reasoning_tokens = thoughts
        for candidate in (one.candidates or [])[:1]:
            stop = candidate.finish_reason.value if candidate.finish_reason else stop
            grounds = (candidate.grounding_metadata.grounding_chunks if candidate.grounding_metadata else None) or []
            digest.urls += [ground.web.uri for ground in grounds if ground.web]
            for part in (candidate.content.parts if candidate.content else None) or []:
                digest.sign(part.thought_signature)
                if part.thought:
                    digest.reasoning += part.text or ""
                else:
                    digest.text += part.text or ""
                if (call := part.function_call) is None:
                    continue
                if open_ is None:
                    open_ = [call.name, dict(call.args or {}), call.id]
                for piece in call.partial_args or []:
                    put(open_[1], piece)
                if not call.will_continue:
                    digest.call(*open_)
                    open_ = None
    if open_ is not None:
        digest.call(*open_)
    return digest.finish(GEMINI, stop)


# ---- Bedrock Converse ----------------------------------------------------------------------------


def converse_block(block: dict, digest: Digest) -> None:
    digest.text += block.get("text", "")
    cited = block.get("citationsContent", {})
    digest.text += "".join(part.get("text", "") for part in cited.get("content", []))
    for citation in cited.get("citations", []):
        digest.urls.append(citation.get("location", {}).get("web", {}).get("url", ""))
    reasoning = block.get("reasoningContent", {})
    words = reasoning.get("reasoningText", {})
    digest.reasoning += words.get("text", "")
    digest.sign(words.get("signature"))
    if redacted := reasoning.get("redactedContent"):
        digest.sign(redacted)
    if use := block.get("toolUse"):
        digest.call(use["name"], use["input"], use["toolUseId"])


def converse_blocks(stream: object) -> tuple[list[dict], str, dict]:
    blocks: dict[int, dict] = {}
    stop, usage = "none", {}
    for event in stream:
        if "contentBlockStart" in event:
            start = event["contentBlockStart"]
            blocks[start["contentBlockIndex"]] = {
                name: {**inner, "input": ""} if name == "toolUse" else dict(inner)
                for name, inner in start["start"].items()
            }
        if "contentBlockDelta" in event:
            part = event["contentBlockDelta"]["delta"]
            block = blocks.setdefault(event["contentBlockDelta"]["contentBlockIndex"], {})
            if "text" in part:
                block["text"] = block.get("text", "") + part["text"]
            if "toolUse" in part:
                block["toolUse"]["input"] += part["toolUse"]["input"]
            if "citation" in part:
                block.setdefault("citationsContent", {}).setdefault("citations", []).append(part["citation"])
            for name, value in part.get("reasoningContent", {}).items():
                kept = block.setdefault("reasoningContent", {})
                if name == "redactedContent":
                    kept[name] = kept.get(name, b"") + value
                else:
                    words = kept.setdefault("reasoningText", {})
                    words[name] = words.get(name, "") + value
        stop = event.get("messageStop", {}).get("stopReason", stop)
        usage = event.get("metadata", {}).get("usage", usage)
    return [block for _, block in sorted(blocks.items())], stop, usage


def read_bedrock(url: str, model: str, streams: bool) -> Digest:
    client = client_of(BEDROCK, url)
    if streams:
        stream = client.converse_stream(modelId=model, messages=bedrock.question(WORDS))["stream"]
        blocks, stop, usage = converse_blocks(stream)
    else:
        answer = client.converse(modelId=model, messages=bedrock.question(WORDS))
        blocks, stop, usage = answer["output"]["message"]["content"], answer["stopReason"], answer["usage"]
    return converse_digest(blocks, stop, usage)


def converse_digest(blocks: list[dict], stop: str, usage: dict) -> Digest:
    digest = Digest()
    for block in blocks:
        converse_block(block, digest)
    digest.cached = usage.get("cacheReadInputTokens", 0)
    digest.input = usage.get("inputTokens", 0) + digest.cached + usage.get("cacheWriteInputTokens", 0)
    digest.output = usage.get("outputTokens", 0)
    return digest.finish(BEDROCK, stop)


def bedrock_by_hand(body: bytes, streams: bool) -> Digest:
    """An answer that boto3 refuses, because who recorded it added members that no union has."""
    if not streams:
        answer = json.loads(body)
        return converse_digest(answer["output"]["message"]["content"], answer["stopReason"], answer["usage"])
    buffer = EventStreamBuffer()
    buffer.add_data(body)
    return converse_digest(*converse_blocks({one.headers[":event-type"]: json.loads(one.payload)} for one in buffer))


# ---- All of them ---------------------------------------------------------------------------------


@functools.cache
def client_of(dialect: str, url: str):  # noqa: ANN201
    """Making a client costs more than asking it."""
    if dialect in (OPENAI, RESPONSES):
        return openai_client(url)
    if dialect == ANTHROPIC:
        return anthropic_client(url)
    if dialect == BEDROCK:
        return bedrock.client(url)
    options = types.HttpOptions(base_url=url, timeout=SECONDS_MAX * 1000)
    return genai.Client(api_key=ANALYST_KEY, http_options=options)


READERS = {
    OPENAI: read_chat,
    RESPONSES: read_responses,
    ANTHROPIC: read_anthropic,
    GEMINI: read_gemini,
    BEDROCK: read_bedrock,
}


def read(dialect: str, url: str, model: str, streams: bool) -> Digest:
    return READERS[dialect](url, model, streams)
