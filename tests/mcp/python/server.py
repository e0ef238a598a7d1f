"""An MCP server with the official Python SDK: python server.py PORT [stateless] [json] [resumable]."""

import json
import pathlib
import sys
from typing import Any

import anyio
import mcp_types as types
import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.streamable_http import EventMessage, EventStore
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

GIVEN = json.loads(pathlib.Path(__file__).parents[1].joinpath("tools.json").read_text())
TOOLS = [types.Tool.model_validate(tool) for tool in GIVEN["tools"]]
PAGE = GIVEN["page"]
JOURNAL: list[dict[str, Any]] = []


class Events(EventStore):
    """Keeps every event, so that a stream can be taken up again."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, Any]] = []

    async def store_event(self, stream_id, message):
        self.kept.append((stream_id, message))
        return str(len(self.kept))

    async def replay_events_after(self, last_event_id, send_callback):
        position = int(last_event_id)
        stream = self.kept[position - 1][0]
        for number, (other, message) in enumerate(self.kept[position:], position + 1):
            if other == stream and message is not None:
                await send_callback(EventMessage(message, str(number)))
        return stream


async def list_tools(ctx, params):
    begin = int(params.cursor) if params and params.cursor else 0
    end = begin + PAGE
    return types.ListToolsResult(tools=TOOLS[begin:end], next_cursor=str(end) if end < len(TOOLS) else None)


def text(words: str, **more: Any) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=words)], **more)


async def ask(ctx, params, question: str):
    schema = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}
    asked = types.ElicitRequestFormParams(message=question, requested_schema=schema)
    if ctx.protocol_version >= "2026":
        if not params.input_responses:
            return types.InputRequiredResult(
                input_requests={"q": types.ElicitRequest(params=asked)}, request_state="state"
            )
        answer = params.input_responses["q"]
    else:
        answer = await ctx.session.elicit_form(question, schema, related_request_id=ctx.request_id)
    return text(f"answered {answer.content['answer']}")


async def think(ctx, params, prompt: str):
    messages = [types.SamplingMessage(role="user", content=types.TextContent(type="text", text=prompt))]
    if ctx.protocol_version >= "2026":
        if not params.input_responses:
            asked = types.CreateMessageRequestParams(messages=messages, max_tokens=10)
            return types.InputRequiredResult(input_requests={"s": types.CreateMessageRequest(params=asked)})
        thought = params.input_responses["s"]
    else:
        thought = await ctx.session.create_message(messages, max_tokens=10, related_request_id=ctx.request_id)
    content = thought.content[0] if isinstance(thought.content, list) else thought.content
    return text(f"thought {content.text}")


async def call_tool(ctx, params):
    name, arguments = params.name, params.arguments or {}
    JOURNAL.append({"tool": name, "arguments": arguments})
    match name:
        case "count_stock":
            found = {"item": arguments["item"], "quantity": 7}
            return text(json.dumps(found), structured_content=found)
        case "slow":
            for step in range(arguments.get("steps", 3)):
                await ctx.session.report_progress(step + 1, arguments.get("steps", 3), f"step {step + 1}")
                await anyio.sleep(0.02)
            return text("done slowly")
        case "ask" | "engage":
            return await ask(ctx, params, arguments["question"])
        case "think":
            return await think(ctx, params, arguments["prompt"])
        case "interrupted":
            await anyio.sleep(0.1)
            await ctx.close_sse_stream()
            await anyio.sleep(0.5)
            return text("told on another stream")
        case "hang":
            try:
                await anyio.sleep(60)
            except anyio.get_cancelled_exc_class():
                JOURNAL.append({"cancelled": name})
                raise
    return text(f"{name} {json.dumps(arguments, sort_keys=True)}")


async def list_resources(ctx, params):
    return types.ListResourcesResult(resources=[types.Resource(name="list", uri="stock://list")])


async def read_resource(ctx, params):
    JOURNAL.append({"read": str(params.uri)})
    content = types.TextResourceContents(uri=str(params.uri), text="seven bolts", mime_type="text/plain")
    return types.ReadResourceResult(contents=[content])


async def list_prompts(ctx, params):
    return types.ListPromptsResult(prompts=[types.Prompt(name="count")])


async def get_prompt(ctx, params):
    JOURNAL.append({"prompt": params.name})
    message = types.PromptMessage(role="user", content=types.TextContent(type="text", text="Count the bolts."))
    return types.GetPromptResult(messages=[message])


async def journal(request: Request) -> JSONResponse:
    return JSONResponse({"journal": JOURNAL, "headers": {k: v for k, v in request.headers.items()}})


class Watching:
    """Keeps what the headers of MCP requests said, for the tests to look at."""

    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and scope["path"] == "/mcp":
            names = sorted({name.decode() for name, _ in scope["headers"]})
            JOURNAL.append({"http": scope["method"], "headers": names})
        await self.app(scope, receive, send)


def main() -> None:
    port, options = int(sys.argv[1]), sys.argv[2:]
    server = Server(
        "python-server",
        version="1",
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_read_resource=read_resource,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
    )
    app = server.streamable_http_app(
        json_response="json" in options,
        stateless_http="stateless" in options,
        event_store=Events() if "resumable" in options else None,
        retry_interval=100 if "resumable" in options else None,
        custom_starlette_routes=[Route("/journal", journal)],
    )
    uvicorn.run(Watching(app), host="127.0.0.1", port=port, log_level="warning")


main()
