"""A client that sends literal bytes and gives back literal bytes."""

import json
import socket
from typing import NamedTuple


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes  # without chunk framing

    def json(self) -> dict:
        return json.loads(self.body)


def dechunk(coded: bytes) -> bytes | None:
    """The content of chunked bytes, or None while their last chunk has not come."""
    body, at = b"", 0
    while (line := coded.find(b"\r\n", at)) >= 0:
        size = int(coded[at:line].split(b";")[0], 16)
        if size == 0:
            return body if coded.endswith(b"\r\n\r\n") else None
        body += coded[line + 2 : line + 2 + size]
        at = line + 2 + size + 2
    return None


def parse(got: bytes, closed: bool) -> Answer | None:
    """The answer in `got`, or None while more must come."""
    if b"\r\n\r\n" not in got:
        return None
    head, rest = got.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
    status = int(lines[0].split(" ")[1])
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = dechunk(rest)
        return None if body is None else Answer(status, headers, body)
    if "content-length" in headers:
        length = int(headers["content-length"])
        return Answer(status, headers, rest[:length]) if len(rest) >= length else None
    return Answer(status, headers, rest) if closed else None


def exchange(port: int, request: bytes, seconds: float = 60) -> Answer:
    """Sends `request` and reads one answer; the other side may close while we still send."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        try:
            connection.sendall(request)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused early; the answer is there to be read
        got, closed = b"", False
        while (answer := parse(got, closed)) is None:
            if closed:
                raise AssertionError(f"the connection ended without an answer: {got[:200]!r}")
            try:
                more = connection.recv(65536)
            except ConnectionResetError:
                more = b""
            closed = not more
            got += more
        return answer


def post(target: str, headers: dict[str, str], body: bytes) -> bytes:
    """The bytes of a POST."""
    lines = [f"POST {target} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body
