"""One rich request in each dialect, with the same meaning, and that meaning read back from any of them."""

import json

from support.bedrock import BEDROCK
from support.gemini import GEMINI
from support.recordings import ANTHROPIC, OPENAI
from support.responses import RESPONSES

SYSTEM, WORDS, STOP = "Be brief.", "What is it?", "THE END"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PLACE = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
TRAVEL = {
    "type": "object",
    "$defs": {"place": PLACE},
    "properties": {
        "where": {"$ref": "#/$defs/place"},
        "when": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    },
    "required": ["where", "when"],
    "additionalProperties": False,
}
NOTHING = {"type": "object", "properties": {}}
SCHEMAS = {"look": TRAVEL, "note": NOTHING}
ABOUT = "It travels."


def tools_in(dialect: str) -> list:
    declared = [(name, ABOUT, schema) for name, schema in SCHEMAS.items()]
    if dialect == OPENAI:
        return [
            {"type": "function", "function": {"name": name, "description": about, "parameters": schema}}
            for name, about, schema in declared
        ]
    if dialect == RESPONSES:
        return [
            {"type": "function", "name": name, "description": about, "parameters": schema, "strict": False}
            for name, about, schema in declared
        ]
    if dialect == ANTHROPIC:
        return [{"name": name, "description": about, "input_schema": schema} for name, about, schema in declared]
    if dialect == GEMINI:
        return [
            {
                "functionDeclarations": [
                    {"name": name, "description": about, "parametersJsonSchema": schema}
                    for name, about, schema in declared
                ]
            }
        ]
    return [
        {"toolSpec": {"name": name, "description": about, "inputSchema": {"json": schema}}}
        for name, about, schema in declared
    ]


def with_tools(dialect: str, model: str) -> dict:
    """System, text, an image, tools, one of them demanded, temperature, and where there is one, a stop sequence."""
    url = f"data:image/png;base64,{PIXEL}"
    if dialect == OPENAI:
        content = [{"type": "text", "text": WORDS}, {"type": "image_url", "image_url": {"url": url}}]
        turns = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": content}]
        choice = {"type": "function", "function": {"name": "look"}}
        body = {"model": model, "messages": turns, "tools": tools_in(dialect), "tool_choice": choice}
        return body | {"temperature": 0.5, "stop": [STOP], "max_tokens": 99}
    if dialect == RESPONSES:
        content = [{"type": "input_text", "text": WORDS}, {"type": "input_image", "image_url": url, "detail": "auto"}]
        body = {"model": model, "instructions": SYSTEM, "input": [{"role": "user", "content": content}]}
        body |= {"tools": tools_in(dialect), "tool_choice": {"type": "function", "name": "look"}}
        return body | {"temperature": 0.5, "max_output_tokens": 99, "store": False}
    if dialect == ANTHROPIC:
        source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
        content = [{"type": "text", "text": WORDS}, {"type": "image", "source": source}]
        body = {"model": model, "system": SYSTEM, "messages": [{"role": "user", "content": content}]}
        body |= {"tools": tools_in(dialect), "tool_choice": {"type": "tool", "name": "look"}}
        return body | {"temperature": 0.5, "stop_sequences": [STOP], "max_tokens": 99}
    if dialect == GEMINI:
        parts = [{"text": WORDS}, {"inlineData": {"mimeType": "image/png", "data": PIXEL}}]
        body = {"systemInstruction": {"parts": [{"text": SYSTEM}]}, "contents": [{"role": "user", "parts": parts}]}
        calling = {"mode": "ANY", "allowedFunctionNames": ["look"]}
        body |= {"tools": tools_in(dialect), "toolConfig": {"functionCallingConfig": calling}}
        return body | {"generationConfig": {"temperature": 0.5, "stopSequences": [STOP], "maxOutputTokens": 99}}
    content = [{"text": WORDS}, {"image": {"format": "png", "source": {"bytes": PIXEL}}}]
    body = {"system": [{"text": SYSTEM}], "messages": [{"role": "user", "content": content}]}
    body |= {"toolConfig": {"tools": tools_in(dialect), "toolChoice": {"tool": {"name": "look"}}}}
    return body | {"inferenceConfig": {"temperature": 0.5, "stopSequences": [STOP], "maxTokens": 99}}


def with_format(dialect: str, model: str) -> dict:
    """An answer that must follow a schema."""
    if dialect == OPENAI:
        named = {"name": "travel", "schema": TRAVEL, "strict": True}
        turns = [{"role": "user", "content": WORDS}]
        return {"model": model, "messages": turns, "response_format": {"type": "json_schema", "json_schema": named}}
    if dialect == RESPONSES:
        form = {"type": "json_schema", "name": "travel", "schema": TRAVEL, "strict": True}
        return {"model": model, "input": WORDS, "text": {"format": form}, "store": False}
    if dialect == ANTHROPIC:
        form = {"format": {"type": "json_schema", "schema": TRAVEL}}
        turns = [{"role": "user", "content": WORDS}]
        return {"model": model, "max_tokens": 99, "messages": turns, "output_config": form}
    if dialect == GEMINI:
        config = {"responseMimeType": "application/json", "responseJsonSchema": TRAVEL}
        return {"contents": [{"role": "user", "parts": [{"text": WORDS}]}], "generationConfig": config}
    schema = {"jsonSchema": {"schema": json.dumps(TRAVEL), "name": "travel"}}
    form = {"textFormat": {"type": "json_schema", "structure": schema}}
    return {"messages": [{"role": "user", "content": [{"text": WORDS}]}], "outputConfig": form}


# ---- The meaning, read back --------------------------------------------------------------------------


def without_references(schema: object, root: dict | None = None) -> object:
    """The schema with each reference replaced by what it refers to."""
    root = root if root is not None else schema
    if isinstance(schema, list):
        return [without_references(one, root) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return without_references(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    return {key: without_references(value, root) for key, value in schema.items() if key != "$defs"}


def text_of(parts: object) -> str:
    return parts if isinstance(parts, str) else "".join(part.get("text", "") for part in parts)


def tool(name: str, about: str, schema: dict) -> tuple:
    return name, about, without_references(schema)


def meaning(dialect: str, body: dict) -> dict:
    """Of a request with tools."""
    return {
        OPENAI: meaning_of_chat,
        RESPONSES: meaning_of_responses,
        ANTHROPIC: meaning_of_anthropic,
        GEMINI: meaning_of_gemini,
        BEDROCK: meaning_of_bedrock,
    }[dialect](body)


def meaning_of_chat(body: dict) -> dict:
    system, user = body["messages"]
    functions = [one["function"] for one in body["tools"]]
    return {
        "system": (system["role"], text_of(system["content"])),
        "text": text_of(user["content"]),
        "images": [part["image_url"]["url"] for part in user["content"] if part["type"] == "image_url"],
        "tools": [tool(one["name"], one["description"], one["parameters"]) for one in functions],
        "choice": body["tool_choice"]["function"]["name"],
        "temperature": body["temperature"],
        "stop": body.get("stop", []),
        "tokens": body.get("max_completion_tokens", body.get("max_tokens")),
    }


def meaning_of_responses(body: dict) -> dict:
    (user,) = [item for item in body["input"] if item["role"] == "user"]
    system = body.get("instructions") or next(text_of(one["content"]) for one in body["input"] if one is not user)
    return {
        "system": ("system", system),
        "text": text_of(user["content"]),
        "images": [part["image_url"] for part in user["content"] if part["type"] == "input_image"],
        "tools": [tool(one["name"], one["description"], one["parameters"]) for one in body["tools"]],
        "choice": body["tool_choice"]["name"],
        "temperature": body["temperature"],
        "stop": [],
        "tokens": body["max_output_tokens"],
    }


def data_url(type_: str, data: str) -> str:
    return f"data:{type_};base64,{data}"


def meaning_of_anthropic(body: dict) -> dict:
    (user,) = body["messages"]
    sources = [block["source"] for block in user["content"] if block["type"] == "image"]
    return {
        "system": ("system", text_of(body["system"])),
        "text": text_of(user["content"]),
        "images": [data_url(one["media_type"], one["data"]) for one in sources],
        "tools": [tool(one["name"], one["description"], one["input_schema"]) for one in body["tools"]],
        "choice": body["tool_choice"]["name"],
        "temperature": body["temperature"],
        "stop": body.get("stop_sequences", []),
        "tokens": body["max_tokens"],
    }


def meaning_of_gemini(body: dict) -> dict:
    (user,) = body["contents"]
    blobs = [part["inlineData"] for part in user["parts"] if "inlineData" in part]
    (choice,) = body["toolConfig"]["functionCallingConfig"]["allowedFunctionNames"]
    declared = [one for group in body["tools"] for one in group["functionDeclarations"]]
    config = body["generationConfig"]
    return {
        "system": ("system", text_of(body["systemInstruction"]["parts"])),
        "text": text_of(user["parts"]),
        "images": [data_url(one["mimeType"], one["data"]) for one in blobs],
        "tools": [tool(one["name"], one["description"], one["parametersJsonSchema"]) for one in declared],
        "choice": choice,
        "temperature": config["temperature"],
        "stop": config.get("stopSequences", []),
        "tokens": config["maxOutputTokens"],
    }


def meaning_of_bedrock(body: dict) -> dict:
    (user,) = body["messages"]
    images = [block["image"] for block in user["content"] if "image" in block]
    specs = [one["toolSpec"] for one in body["toolConfig"]["tools"]]
    config = body["inferenceConfig"]
    return {
        "system": ("system", text_of(body["system"])),
        "text": text_of(user["content"]),
        "images": [data_url(f"image/{one['format']}", one["source"]["bytes"]) for one in images],
        "tools": [tool(one["name"], one["description"], one["inputSchema"]["json"]) for one in specs],
        "choice": body["toolConfig"]["toolChoice"]["tool"]["name"],
        "temperature": config["temperature"],
        "stop": config.get("stopSequences", []),
        "tokens": config["maxTokens"],
    }


def schema_of_answer(dialect: str, body: dict) -> object:
    """The schema that the answer must follow, without references."""
    if dialect == OPENAI:
        schema = body["response_format"]["json_schema"]["schema"]
    elif dialect == RESPONSES:
        schema = body["text"]["format"]["schema"]
    elif dialect == ANTHROPIC:
        schema = body["output_config"]["format"]["schema"]
    elif dialect == GEMINI:
        assert body["generationConfig"]["responseMimeType"] == "application/json"
        schema = body["generationConfig"]["responseJsonSchema"]
    else:
        schema = json.loads(body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"])
    return without_references(schema)
