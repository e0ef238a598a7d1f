"""Literal bytes that must not get through: each gets a clear error, and the upstream sees nothing."""

import json

import pytest

from support import raw_http
from support.gateway import ANALYST_KEY
from support.recordings import ANTHROPIC, OPENAI
from support.synthetic import Case

CHAT = "/v1/chat/completions"
MESSAGES = "/v1/messages"
MODEL = {CHAT: Case(OPENAI, False, "forbid", 0).model, MESSAGES: Case(ANTHROPIC, False, "forbid", 0).model}
KEY = {"Authorization": f"Bearer {ANALYST_KEY}"}
BODY_BYTES_MAX = 32 << 20


def good(target: str) -> bytes:
    request = {"model": MODEL[target], "max_tokens": 9, "messages": [{"role": "user", "content": "Say it."}]}
    return json.dumps(request).encode()


def bad_bodies(target: str) -> dict[str, tuple[bytes, int]]:
    body = good(target)
    return {
        "malformed": (body[:-1], 400),
        "empty": (b"", 400),
        "no object": (b"[]", 400),
        "text after it": (body + b"{}", 400),
        "duplicate key": (body[:-1] + b', "model": "another"}', 400),
        "duplicate key, escaped": (body[:-1] + b', "mod\\u0065l": "another"}', 400),
        "bad UTF-8": (body.replace(b"Say", b"S\xffy"), 400),
        "lone surrogate": (body.replace(b"Say", b"\\ud800"), 400),
        "byte order mark": (b"\xef\xbb\xbf" + body, 400),
        "letter case": (body[:-1] + b', "Tools": []}', 400),
        "model no text": (body.replace(json.dumps(MODEL[target]).encode(), b"7"), 400),
        "no model": (b'{"messages": []}', 400),
        "unknown model": (body.replace(MODEL[target].encode(), b"unknown"), 404),
        "too deep": (body[:-1] + b', "x": ' + b"[" * 1000 + b"]" * 1000 + b"}", 413),
        "too large": (body + b" " * BODY_BYTES_MAX, 413),
    }


def check_error(answer: raw_http.Answer, status: int, target: str) -> None:
    assert answer.status == status
    told = answer.json()
    assert told["error"]["message"], "the error says what is wrong"
    if target == MESSAGES:
        assert told["type"] == "error" and told["error"]["type"]
    else:
        assert {"type", "param", "code"} <= told["error"].keys()


BAD = [(target, name) for target in (CHAT, MESSAGES) for name in bad_bodies(target)]


@pytest.mark.parametrize(("target", "name"), BAD)
def test_a_bad_body_is_refused_in_the_callers_dialect(gateway, upstream, target, name):
    body, status = bad_bodies(target)[name]
    answer = raw_http.exchange(gateway.port, raw_http.post(target, KEY, body))
    check_error(answer, status, target)
    assert upstream.requests() == []


@pytest.mark.parametrize("target", [CHAT, MESSAGES])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"x-api-key": "wrong"},
        {"Authorization": f"Basic {ANALYST_KEY}"},
        {"Authorization": f"Bearer {ANALYST_KEY}", "x-api-key": "another"},
        {"Proviso-Application": "analyst-desk"},
        {"X-Forwarded-User": "analyst-desk", "Proviso-On-Behalf-Of": "analyst-desk"},
        {"Proxy-Authorization": f"Bearer {ANALYST_KEY}"},
    ],
    ids=["none", "wrong", "wrong x-api-key", "Basic", "two that differ", "by name", "forwarded", "proxy"],
)
def test_a_caller_is_known_by_its_key_only(gateway, upstream, target, headers):
    answer = raw_http.exchange(gateway.port, raw_http.post(target, headers, good(target)))
    check_error(answer, 401, target)
    assert upstream.requests() == []


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("POST", "/v1/completions", 403),
        ("POST", "/v1/chat/completions/", 404),
        ("POST", "//v1/chat/completions", 404),
        ("POST", "/v1/chat/completions/../messages", 404),
        ("POST", "/v1/chat/%63ompletions", 404),
        ("POST", "/V1/chat/completions", 404),
        ("POST", "/v1/response", 404),
        ("POST", "/v1/files", 403),
        ("POST", "/v1/messages/batches", 403),
        ("POST", "/", 404),
        ("GET", "/v1/chat/completions", 405),
        ("PUT", "/v1/messages", 405),
        ("POST", "/v1/models", 405),
    ],
)
def test_an_unknown_route_reaches_nothing(gateway, upstream, method, target, status):
    request = raw_http.post(target, KEY, good(CHAT)).replace(b"POST", method.encode(), 1)
    answer = raw_http.exchange(gateway.port, request)
    assert answer.status == status
    assert answer.json()["error"]["message"]
    assert upstream.requests() == []


HEAD = f"POST {CHAT} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {ANALYST_KEY}\r\n".encode()


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (HEAD + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400),
        (HEAD + b"Content-Length: 2, 2\r\n\r\n{}", 400),
        (HEAD + b"Content-Length: +2\r\n\r\n{}", 400),
        (HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
        (HEAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
        (HEAD + b"X-Folded: a\r\n b\r\nContent-Length: 2\r\n\r\n{}", 400),
        (HEAD.replace(b"\r\n", b"\n") + b"Content-Length: 2\n\n{}", 400),
        (HEAD + b"X-Bare: a\rb\r\nContent-Length: 2\r\n\r\n{}", 400),
        (HEAD + b"X-Nul: a\x00b\r\nContent-Length: 2\r\n\r\n{}", 400),
        (HEAD + b"Host: b\r\nContent-Length: 2\r\n\r\n{}", 400),
        (HEAD + b"X-Long: " + b"a" * 40_000 + b"\r\n\r\n", 431),
        (HEAD + b"X-Many: a\r\n" * 200 + b"\r\n", 431),
        (HEAD.replace(b"HTTP/1.1", b"HTTP/2.0") + b"\r\n", 505),
    ],
    ids=[
        "two lengths", "a list of lengths", "a signed length", "a length and chunked", "another coding",
        "a space before the colon", "a folded header", "bare LF", "bare CR", "NUL", "two hosts",
        "a long header", "many headers", "another version",
    ],
)
def test_bytes_that_two_parsers_could_read_in_two_ways_are_refused(gateway, upstream, request_bytes, status):
    answer = raw_http.exchange(gateway.port, request_bytes)
    assert answer.status == status
    assert upstream.requests() == []


def test_a_body_may_come_in_chunks(gateway, upstream):
    body = good(CHAT)
    chunks = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (body[:7], body[7:]))
    request = HEAD + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    assert raw_http.exchange(gateway.port, request).status == 200
    (sent,) = upstream.requests()
    assert json.loads(sent.body)["messages"] == json.loads(body)["messages"]
