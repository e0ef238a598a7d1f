"""An MCP client with the official Python SDK: python client.py URL MODE, headers and steps as JSON on stdin.

Prints one JSON line a step: what a program that uses the SDK sees.
"""

import asyncio
import json
import sys
from typing import Any

import httpx2
import mcp_types as types
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client


def plain(model: Any) -> Any:
    """As JSON, without what only one of two protocol eras has."""
    seen = model.model_dump(mode="json", by_alias=True, exclude_none=True)
    for name in ("resultType", "ttlMs", "cacheScope"):
        seen.pop(name, None)
    meta = seen.get("_meta", {})
    meta.pop("io.modelcontextprotocol/serverInfo", None)
    if not meta:
        seen.pop("_meta", None)
    return seen


async def elicit(context, params):
    return types.ElicitResult(action="accept", content={"answer": f"yes to {params.message}"})


async def sample(context, params):
    words = params.messages[0].content
    words = words[0] if isinstance(words, list) else words
    content = types.TextContent(type="text", text=f"about {words.text}")
    return types.CreateMessageResult(role="assistant", model="m", content=content)


async def call(client: Client, step: dict) -> dict:
    progress: list[Any] = []

    async def on_progress(done: float, total: float | None, message: str | None) -> None:
        progress.append([done, total, message])

    asked = client.call_tool(
        step["name"],
        step.get("arguments", {}),
        progress_callback=on_progress if step.get("progress") else None,
        meta=step.get("meta"),
    )
    if "cancel_after" in step:
        task = asyncio.create_task(asked)
        await asyncio.sleep(step["cancel_after"])
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            return {"cancelled": True}
    return {"result": plain(await asked), "progress": progress}


async def take(client: Client, step: dict) -> dict:
    match step["do"]:
        case "list":
            tools, cursor = [], None
            while True:
                page = await client.list_tools(cursor=cursor, cache_mode="bypass")
                tools += [plain(tool) for tool in page.tools]
                cursor = page.next_cursor
                if cursor is None:
                    return {"tools": tools}
        case "call":
            return await call(client, step)
        case "read":
            return {"result": plain(await client.read_resource(step["uri"]))}
        case "prompt":
            return {"result": plain(await client.get_prompt(step["name"]))}
        case "resources":
            return {"result": plain(await client.list_resources())}
        case "ping":
            await client.send_ping()
            return {}
        case "version":
            return {"version": client.protocol_version}
        case "wait":
            await asyncio.sleep(step["seconds"])
            return {}
    raise AssertionError(step)


async def main() -> None:
    url, mode = sys.argv[1:3]
    given = json.loads(sys.stdin.readline())
    async with httpx2.AsyncClient(headers=given["headers"], timeout=60) as http:
        transport = streamable_http_client(url, http_client=http)
        async with Client(
            transport, mode=mode, elicitation_callback=elicit, sampling_callback=sample
        ) as client:
            for step in given["steps"]:
                try:
                    seen = await take(client, step)
                except MCPError as error:
                    seen = {"error": {"code": error.error.code, "message": error.error.message, "data": error.error.data}}
                print(json.dumps(seen), flush=True)


asyncio.run(main())
