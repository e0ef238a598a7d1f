"""Opens many streams through the gateway and keeps them open: an upstream that sends one event and then
waits, and as many callers that have read it."""
import asyncio

from rig import API_KEY, PORTS, TARGET

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
EVENT = b'data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n'
REQUEST_BODY = b'{"model":"streams","stream":true,"messages":[{"role":"user","content":"hello"}]}'
OPENING_AT_ONCE = 64


async def _answer(reader, writer):
    try:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + f"{len(EVENT):x}\r\n".encode() + EVENT + b"\r\n")
        await reader.read(-1)  # until the gateway leaves
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    writer.close()


async def _open_one(gate):
    async with gate:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORTS["gateway"])
        head = f"POST {TARGET} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {API_KEY}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(REQUEST_BODY)}\r\n\r\n"
        writer.write(head.encode() + REQUEST_BODY)
        await reader.readuntil(b'"hi"')
        return reader, writer


async def hold(count, measure):
    """Opens `count` streams, returns what `measure` says while they are open, and closes them."""
    upstream = await asyncio.start_server(_answer, "127.0.0.1", PORTS["streams"], backlog=4096)
    gate = asyncio.Semaphore(OPENING_AT_ONCE)
    streams = await asyncio.gather(*(_open_one(gate) for _ in range(count)))
    await asyncio.sleep(1)
    measured = measure()
    for _, writer in streams:
        writer.transport.abort()
    upstream.close()
    return measured
