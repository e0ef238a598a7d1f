"""How providers fail, as exact bytes: refusals, error events in mid-stream, proxies, and broken ends."""

import json
from typing import NamedTuple

from support import bedrock
from support.bedrock import BEDROCK
from support.families import DIALECTS, MAKES, Scene, stream_type
from support.gemini import GEMINI
from support.recordings import ANTHROPIC, OPENAI
from support.responses import RESPONSES
from support.synthetic import Case

STATUSES = (400, 401, 404, 408, 413, 429, 500, 529)
RETRY_AFTER = "7"
HTML = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
GOOGLE = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}
AWS = {
    400: "ValidationException",
    401: "UnrecognizedClientException",
    404: "ResourceNotFoundException",
    408: "ModelTimeoutException",
    413: "ValidationException",
    429: "ThrottlingException",
    500: "InternalServerException",
}


class Failure(NamedTuple):
    owner: str  # the provider's dialect
    streams: bool
    what: str
    status: int = 200

    @property
    def name(self) -> str:
        return f"fails-{self.owner}-{'stream' if self.streams else 'whole'}-{self.what}"

    @property
    def words(self) -> str:
        return f"The provider says {self.what}."


def error_body(failure: Failure) -> tuple[bytes, str]:
    """The provider's own words, in its dialect; further header lines."""
    status, words = failure.status, failure.words
    if failure.owner in (OPENAI, RESPONSES):
        error = {"message": words, "type": "scripted_error", "param": None, "code": None}
        return json.dumps({"error": error}).encode(), ""
    if failure.owner == ANTHROPIC:
        return json.dumps({"type": "error", "error": {"type": "scripted_error", "message": words}}).encode(), ""
    if failure.owner == GEMINI:
        error = {"code": status, "message": words, "status": GOOGLE.get(status, "INTERNAL")}
        return json.dumps({"error": error}).encode(), ""
    kind = AWS.get(status, "ServiceUnavailableException")
    return json.dumps({"message": words}).encode(), f"x-amzn-ErrorType: {kind}\r\n"


def error_event(failure: Failure) -> bytes:
    words = failure.words
    if failure.owner == OPENAI:
        return f"data: {json.dumps({'error': {'message': words, 'type': 'server_error', 'code': 500}})}\n\n".encode()
    if failure.owner == RESPONSES:
        told = {"type": "error", "sequence_number": 99, "code": "server_error", "message": words, "param": None}
        return f"event: error\ndata: {json.dumps(told)}\n\n".encode()
    if failure.owner == ANTHROPIC:
        told = {"type": "error", "error": {"type": "overloaded_error", "message": words}}
        return f"event: error\ndata: {json.dumps(told)}\n\n".encode()
    if failure.owner == GEMINI:
        error = {"code": 503, "message": words, "status": "UNAVAILABLE"}
        return f"data: {json.dumps({'error': error})}\r\n\r\n".encode()
    return bedrock.exception("throttlingException", words)


def answer(status: int, type_: str, body: bytes, more: str = "", length: int | None = None) -> bytes:
    length = len(body) if length is None else length
    head = f"HTTP/1.1 {status} Scripted\r\nContent-Type: {type_}\r\nContent-Length: {length}\r\n{more}\r\n"
    return head.encode() + body


def chunked(owner: str, body: bytes, ends: bytes) -> bytes:
    target = "/model/" if owner == BEDROCK else "/"
    head = f"HTTP/1.1 200 Scripted\r\nContent-Type: {stream_type(target)}\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head.encode() + f"{len(body):x}\r\n".encode() + body + b"\r\n" + ends


def scene(failure: Failure) -> Scene:
    good = MAKES[failure.owner](Case(failure.owner, failure.streams, "permit", -1)).body
    if failure.status != 200 and failure.what.startswith("status"):
        body, more = error_body(failure)
        if failure.status == 429:
            more += f"Retry-After: {RETRY_AFTER}\r\n"
        return Scene(answer(failure.status, "application/json", body, more))
    if failure.what.startswith("html"):
        return Scene(answer(failure.status, "text/html", HTML))
    if failure.what == "closed-before-head":
        return Scene(b"")
    if failure.what == "error-event":
        return Scene(chunked(failure.owner, first_part(good, 1 / 3) + error_event(failure), b"0\r\n\r\n"))
    part = float(failure.what.rpartition("-")[2])
    cut = good[: int(len(good) * part / 100)]
    if not failure.streams:
        ends_early = failure.what.startswith("closed")
        return Scene(answer(200, "application/json", cut, length=len(good) if ends_early else len(cut)))
    return Scene(chunked(failure.owner, cut, b"" if failure.what.startswith("closed") else b"0\r\n\r\n"))


def first_part(stream: bytes, part: float) -> bytes:
    """Whole events only."""
    if stream[:1] == b"\x00":
        at = 0
        while at < len(stream) * part:
            at += int.from_bytes(stream[at : at + 4], "big")
        return stream[:at]
    break_ = b"\r\n\r\n" if b"\r\n\r\n" in stream else b"\n\n"
    return stream[: stream.index(break_, int(len(stream) * part)) + len(break_)]


def refusals() -> list[Failure]:
    return [
        Failure(owner, streams, f"status-{status}", status)
        for owner in DIALECTS
        for streams in (True, False)
        for status in STATUSES
    ]


def proxies() -> list[Failure]:
    return [
        Failure(owner, streams, what, status)
        for owner in DIALECTS
        for streams in (True, False)
        for what, status in (("html-502", 502), ("html-200", 200), ("closed-before-head", 200))
    ]


def broken() -> list[Failure]:
    """Answers that begin well. 97 % is near the end: of a stream, its last events are not there."""
    found = [Failure(owner, True, "error-event") for owner in DIALECTS]
    for owner in DIALECTS:
        for streams in (True, False):
            found += [Failure(owner, streams, f"{how}-{part}") for how in ("closed", "cut") for part in (20, 60, 97)]
    return found
