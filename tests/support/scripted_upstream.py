"""A provider that sends exact bytes, and keeps the exact bytes that it was sent.

What it plays is chosen by the requested model's name; each play is one whole HTTP response's body. An
event stream goes out chunked and is cut at other places each time it is asked for, so that asking often
tries many splits; where it is cut depends only on how often it was asked for.
"""

import json
import random
import socket
import threading
import urllib.parse
from typing import NamedTuple


class Play(NamedTuple):
    body: bytes
    streams: bool
    status: int = 200


class Received(NamedTuple):
    """One request, byte for byte."""

    head: bytes
    body: bytes

    @property
    def target(self) -> str:
        return self.head.split(b"\r\n", 1)[0].decode().split(" ")[1]

    @property
    def headers(self) -> dict[str, str]:
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        pairs = (line.split(":", 1) for line in lines if ":" in line)
        return {name.strip().lower(): value.strip() for name, value in pairs}


def pieces(body: bytes, seed: int) -> list[bytes]:
    """The first time in one piece, the second byte by byte (as far as that is sensible), then at random."""
    if seed == 0 or not body:
        return [body] if body else []
    if seed == 1 and len(body) <= 4000:
        return [body[at : at + 1] for at in range(len(body))]
    chance = random.Random(seed)
    cuts = sorted(chance.sample(range(len(body)), min(len(body), chance.choice([2, 8, 40, 150]))))
    return [body[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(body)], strict=True) if begin != end]


def asked_model(request: Received) -> str:
    """The model that a request names, in its body or (Gemini) in its path."""
    path = urllib.parse.unquote(request.target.partition("?")[0])
    if "/models/" in path:
        return path.partition("/models/")[2].rpartition(":")[0]
    return json.loads(request.body).get("model", "") if request.body else ""


class ScriptedUpstream:
    """Listens on loopback until closed. `plays` maps a model's name to what it answers."""

    def __init__(self, plays: dict[str, Play] | None = None) -> None:
        self.plays = dict(plays or {})
        self.received: list[Received] = []
        self.asked: dict[str, int] = {}
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def forget(self) -> None:
        with self.lock:
            self.received.clear()

    def requests(self) -> list[Received]:
        with self.lock:
            return list(self.received)

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        kept = b""
        try:
            with connection:
                while True:
                    while b"\r\n\r\n" not in kept:
                        if not (more := connection.recv(65536)):
                            return
                        kept += more
                    head, kept = kept.split(b"\r\n\r\n", 1)
                    length = int(Received(head, b"").headers.get("content-length", "0"))
                    while len(kept) < length:
                        if not (more := connection.recv(65536)):
                            return
                        kept += more
                    body, kept = kept[:length], kept[length:]
                    self.answer(connection, Received(head, body))
        except OSError:
            return  # the other side left; the test says whether it should have

    def answer(self, connection: socket.socket, request: Received) -> None:
        model = asked_model(request)
        with self.lock:
            self.received.append(request)
            seed = self.asked.get(model, 0)
            self.asked[model] = seed + 1
        play = self.plays.get(model)
        if play is None:
            play = Play(json.dumps({"error": {"message": f"no play {model}"}}).encode(), False, 404)
        status = f"HTTP/1.1 {play.status} Scripted\r\n".encode()
        if not play.streams:
            head = f"Content-Type: application/json\r\nContent-Length: {len(play.body)}\r\n\r\n"
            connection.sendall(status + head.encode() + play.body)
            return
        connection.sendall(status + b"Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in pieces(play.body, seed):
            connection.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        connection.sendall(b"0\r\n\r\n")
