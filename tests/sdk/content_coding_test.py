"""A provider that compresses although nobody asked it to: nothing gets past the gate in a coding."""

import json
import socket
import zlib
from collections.abc import Iterator

import openai
import pytest

from support import raw_http
from support.clients import ask_with_tools, openai_client
from support.gateway import ANALYST_KEY, Gateway, why_not
from support.scripted_upstream import Play, Received, ScriptedUpstream, pieces
from support.synthetic import WITHHELD_MARK, cases, mark, play, tool_name

WINDOW_BITS = {"gzip": 31, "deflate": 15}
BOMB = "bomb"
LIMITED = "limited"


class CompressingUpstream(ScriptedUpstream):
    """Sends every play in a coding, cut at other places each time; the model's name begins with the coding."""

    def answer(self, connection: socket.socket, request: Received) -> None:
        model = json.loads(request.body)["model"]
        coding, _, name = model.removeprefix("replay:").partition("/")
        what = self.plays[name]
        with self.lock:
            self.received.append(request)
            seed = self.asked.get(model, 0)
            self.asked[model] = seed + 1
        coder = zlib.compressobj(9, zlib.DEFLATED, WINDOW_BITS[coding])
        body = coder.compress(what.body) + coder.flush()
        kind = "text/event-stream" if what.streams else "application/json"
        connection.sendall(
            f"HTTP/1.1 {what.status} Scripted\r\nContent-Type: {kind}\r\nContent-Encoding: {coding}\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        for piece in pieces(body, seed):
            connection.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        connection.sendall(b"0\r\n\r\n")


@pytest.fixture(scope="module")
def compressing() -> Iterator[tuple[Gateway, CompressingUpstream]]:
    if reason := why_not():
        pytest.skip(reason)
    known = {case.model: play(case) for case in cases("forbid")}
    known[BOMB] = Play(b'{"choices": [' + b" " * (64 << 20) + b"]}", False)
    known[LIMITED] = Play(b'{"error": {"message": "slow down", "type": "requests", "code": null}}', False, 429)
    upstream = CompressingUpstream(known)
    gateway = Gateway(upstream.url, [f"{coding}/{name}" for coding in WINDOW_BITS for name in known], 300)
    yield gateway, upstream
    gateway.close()
    upstream.close()


class CodedCase:
    """A case under the name that has its coding in front."""

    def __init__(self, case, coding: str) -> None:
        self.case = case
        self.model = f"{coding}/{case.model}"

    def __getattr__(self, name: str):
        return getattr(self.case, name)


CODED = [CodedCase(case, coding) for coding in WINDOW_BITS for case in cases("forbid")]


@pytest.mark.parametrize("case", CODED, ids=lambda case: case.model)
def test_a_forbidden_call_is_withheld_from_a_compressed_answer(compressing, case):
    gateway, upstream = compressing
    for _ in range(3 if case.streams else 1):
        seen = ask_with_tools(gateway.url, case)
        assert seen.calls == [(tool_name(case, at), mark(case, at)) for at in range(3) if at != case.position]
        assert WITHHELD_MARK not in seen.text and "2.2" in seen.text
        assert "content-encoding" not in seen.headers
    assert upstream.requests()[-1].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("coding", WINDOW_BITS)
def test_a_bomb_is_refused(compressing, coding):
    gateway, _ = compressing
    with pytest.raises(openai.InternalServerError, match="decodes to more than 256 times its bytes"):
        openai_client(gateway.url).chat.completions.create(
            model=f"{coding}/{BOMB}", messages=[{"role": "user", "content": "Say it."}]
        )


@pytest.mark.parametrize("coding", WINDOW_BITS)
def test_a_compressed_error_is_the_sdks_own(compressing, coding):
    gateway, _ = compressing
    with pytest.raises(openai.RateLimitError, match="slow down"):
        openai_client(gateway.url).chat.completions.create(
            model=f"{coding}/{LIMITED}", messages=[{"role": "user", "content": "Say it."}]
        )


def test_a_compressed_request_is_refused(compressing):
    gateway, upstream = compressing
    upstream.forget()
    headers = {"Authorization": f"Bearer {ANALYST_KEY}", "Content-Encoding": "gzip"}
    sent = raw_http.post("/v1/chat/completions", headers, zlib.compress(b"{}", wbits=31))
    answer = raw_http.exchange(gateway.port, sent)
    assert answer.status == 415
    assert answer.headers["accept-encoding"] == "identity"
    assert "without compression" in answer.json()["error"]["message"]
    assert upstream.requests() == []
