"""A conversation that an application keeps in its own dialect, as the official SDK's users keep it."""

import base64
import json
from typing import NamedTuple

from google.genai import types

from support.bedrock import BEDROCK
from support.digest import client_of, converse_blocks
from support.every_dialect import GEMINI
from support.recordings import ANTHROPIC, OPENAI
from support.responses import RESPONSES
from support.synthetic import anthropic_tools, openai_tools

IMAGE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(40))).decode()
NAMES = ("look", "note")
SCHEMA = {"type": "object", "properties": {"mark": {"type": "string"}}}


class Result(NamedTuple):
    id: str
    name: str
    text: str


class Chat:
    def __init__(self, url: str) -> None:
        self.client, self.history = client_of(OPENAI, url), []

    def say(self, results: list[Result], text: str, image: str | None) -> None:
        self.history += [{"role": "tool", "tool_call_id": one.id, "content": one.text} for one in results]
        parts: list[dict] = [{"type": "text", "text": text}]
        if image:
            parts.append({"type": "image_url", "image_url": {"url": f"data:image/png;base64,{image}"}})
        self.history.append({"role": "user", "content": parts})

    def ask(self, model: str, streams: bool) -> list[str]:
        """The ids of the calls that were answered; "" where the dialect has none."""
        asked = {"model": model, "messages": self.history, "tools": openai_tools()}
        completions = self.client.chat.completions
        if streams:
            with completions.stream(**asked) as stream:
                message = stream.get_final_completion().choices[0].message
        else:
            message = completions.create(**asked).choices[0].message
        kept = message.model_dump(exclude_none=True, exclude={"parsed"})
        for call in kept.get("tool_calls", []):
            call["function"].pop("parsed_arguments", None)
            call.pop("index", None)
        self.history.append(kept)
        return [call.id for call in message.tool_calls or []]


class Responses:
    def __init__(self, url: str) -> None:
        self.client, self.history = client_of(RESPONSES, url), []

    def say(self, results: list[Result], text: str, image: str | None) -> None:
        self.history += [{"type": "function_call_output", "call_id": one.id, "output": one.text} for one in results]
        parts: list[dict] = [{"type": "input_text", "text": text}]
        if image:
            parts.append({"type": "input_image", "image_url": f"data:image/png;base64,{image}", "detail": "auto"})
        self.history.append({"role": "user", "content": parts})

    def ask(self, model: str, streams: bool) -> list[str]:
        tools = [{"type": "function", "name": name, "parameters": SCHEMA, "strict": False} for name in NAMES]
        asked = {"model": model, "input": self.history, "tools": tools, "store": False}
        asked["include"] = ["reasoning.encrypted_content"]
        if streams:
            events = list(self.client.responses.create(**asked, stream=True))
            answer = events[-1].response
        else:
            answer = self.client.responses.create(**asked)
        self.history += [item.model_dump(exclude_none=True) for item in answer.output]
        return [item.call_id for item in answer.output if item.type == "function_call"]


class Messages:
    def __init__(self, url: str) -> None:
        self.client, self.history = client_of(ANTHROPIC, url), []

    def say(self, results: list[Result], text: str, image: str | None) -> None:
        content: list[dict] = [{"type": "tool_result", "tool_use_id": one.id, "content": one.text} for one in results]
        content.append({"type": "text", "text": text})
        if image:
            source = {"type": "base64", "media_type": "image/png", "data": image}
            content.append({"type": "image", "source": source})
        self.history.append({"role": "user", "content": content})

    def ask(self, model: str, streams: bool) -> list[str]:
        asked = {"model": model, "max_tokens": 4096, "messages": self.history, "tools": anthropic_tools()}
        asked["thinking"] = {"type": "enabled", "budget_tokens": 1024}
        if streams:
            with self.client.messages.stream(**asked) as stream:
                answer = stream.get_final_message()
        else:
            answer = self.client.messages.create(**asked)
        content = [block.model_dump(exclude_none=True) for block in answer.content]
        for block in content:
            block.pop("parsed_output", None)
        self.history.append({"role": "assistant", "content": content})
        return [block.id for block in answer.content if block.type == "tool_use"]


class Gemini:
    def __init__(self, url: str) -> None:
        self.client, self.history = client_of(GEMINI, url), []

    def say(self, results: list[Result], text: str, image: str | None) -> None:
        parts = [
            types.Part(function_response=types.FunctionResponse(id=one.id, name=one.name, response={"output": one.text}))
            for one in results
        ]
        parts.append(types.Part(text=text))
        if image:
            parts.append(types.Part.from_bytes(data=base64.b64decode(image), mime_type="image/png"))
        self.history.append(types.Content(role="user", parts=parts))

    def ask(self, model: str, streams: bool) -> list[str]:
        declared = [types.FunctionDeclaration(name=name, parameters_json_schema=SCHEMA) for name in NAMES]
        config = types.GenerateContentConfig(
            tools=[types.Tool(function_declarations=declared)],
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        )
        asked = {"model": model, "contents": self.history, "config": config}
        models = self.client.models
        told = list(models.generate_content_stream(**asked)) if streams else [models.generate_content(**asked)]
        contents = [one.candidates[0].content for one in told if one.candidates and one.candidates[0].content]
        parts = [part for content in contents for part in content.parts or []]
        kept = [part for part in parts if part.model_dump(exclude_none=True) not in ({}, {"text": ""})]
        self.history.append(types.Content(role="model", parts=kept))
        return [part.function_call.id for part in parts if part.function_call]


class Converse:
    def __init__(self, url: str) -> None:
        self.client, self.history = client_of(BEDROCK, url), []

    def say(self, results: list[Result], text: str, image: str | None) -> None:
        content: list[dict] = [
            {"toolResult": {"toolUseId": one.id, "content": [{"text": one.text}]}} for one in results
        ]
        content.append({"text": text})
        if image:
            content.append({"image": {"format": "png", "source": {"bytes": base64.b64decode(image)}}})
        self.history.append({"role": "user", "content": content})

    def ask(self, model: str, streams: bool) -> list[str]:
        tools = [{"toolSpec": {"name": name, "inputSchema": {"json": SCHEMA}}} for name in NAMES]
        asked = {"modelId": model, "messages": self.history, "toolConfig": {"tools": tools}}
        if streams:
            content, _, _ = converse_blocks(self.client.converse_stream(**asked)["stream"])
            for block in content:
                if use := block.get("toolUse"):
                    use["input"] = json.loads(use["input"] or "{}")
        else:
            content = self.client.converse(**asked)["output"]["message"]["content"]
        self.history.append({"role": "assistant", "content": content})
        return [block["toolUse"]["toolUseId"] for block in content if "toolUse" in block]


CALLERS = {OPENAI: Chat, RESPONSES: Responses, ANTHROPIC: Messages, GEMINI: Gemini, BEDROCK: Converse}
