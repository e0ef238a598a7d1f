"""Where caller and provider speak one dialect, bytes travel: of every recording, and of odd requests."""

import json
from collections.abc import Iterator

import pytest

from support import bedrock, gemini, raw_http, responses
from support.bedrock import BEDROCK
from support.families import DIALECTS, MAKES, FamilyGateway, Provider
from support.gateway import ANALYST_KEY, why_not
from support.gemini import GEMINI
from support.recordings import ANTHROPIC, OPENAI, recordings
from support.responses import RESPONSES
from support.scripted_upstream import Play
from support.synthetic import Case

SPLITS = 3
# Not answers that a provider should give; the protocol room's README says why.
UNSOUND = ("duplicate-message-start", "spliced-message-start")


def every_recording() -> list[tuple[str, str, Play]]:
    """Its dialect, a model's name for it, and what is played."""
    found = [(one.dialect, one.name, Play(one.body, one.streams, one.status)) for one in recordings()]
    found += [(RESPONSES, one.name, Play(one.body, one.streams, one.status)) for one in responses.recordings()]
    found += [(GEMINI, one.name, Play(one.body, one.streams, one.status)) for one in gemini.recordings()]
    found += [(BEDROCK, one.name, Play(one.body, one.streams)) for one in bedrock.recordings()]
    return [
        (dialect, name.replace("/", "-"), play)
        for dialect, name, play in found
        if not any(unsound in name for unsound in UNSOUND)
    ]


def plain(dialect: str, streams: bool) -> tuple[str, Play]:
    case = Case(dialect, streams, "permit", -1)
    return f"plain-{dialect}-{'stream' if streams else 'whole'}", MAKES[dialect](case)


PLAIN = {plain(dialect, streams)[0]: plain(dialect, streams)[1] for dialect in DIALECTS for streams in (True, False)}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    server = Provider(PLAIN | {name: play for _, name, play in every_recording()})
    yield server
    server.close()


@pytest.fixture(scope="module")
def gateway(provider: Provider) -> Iterator[FamilyGateway]:
    if reason := why_not():
        pytest.skip(reason)
    models = {name: dialect for dialect, name, _ in every_recording()}
    models |= {plain(dialect, streams)[0]: dialect for dialect in DIALECTS for streams in (True, False)}
    running = FamilyGateway(provider, models, 300, clauses="")
    yield running
    running.close()


def target(dialect: str, model: str, streams: bool) -> str:
    if dialect == GEMINI:
        return f"/v1beta/models/{model}:{'streamGenerateContent?alt=sse' if streams else 'generateContent'}"
    if dialect == BEDROCK:
        return f"/model/{model}/{'converse-stream' if streams else 'converse'}"
    return {OPENAI: "/v1/chat/completions", RESPONSES: "/v1/responses", ANTHROPIC: "/v1/messages"}[dialect]


def asking(dialect: str, model: str, streams: bool, body: bytes) -> bytes:
    return raw_http.post(target(dialect, model, streams), {"Authorization": f"Bearer {ANALYST_KEY}"}, body)


def minimal(dialect: str, model: str, streams: bool) -> dict:
    turn = {"role": "user", "content": "Say it."}
    if dialect == OPENAI:
        return {"model": model, "messages": [turn], "stream": streams}
    if dialect == RESPONSES:
        return {"model": model, "input": [turn], "stream": streams}
    if dialect == ANTHROPIC:
        return {"model": model, "max_tokens": 64, "messages": [turn], "stream": streams}
    if dialect == GEMINI:
        return {"contents": [{"role": "user", "parts": [{"text": "Say it."}]}]}
    return {"messages": [{"role": "user", "content": [{"text": "Say it."}]}]}


def odd_bodies(dialect: str, model: str, streams: bool) -> dict[str, bytes]:
    """All valid, and none as a serializer would write it again."""
    body = minimal(dialect, model, streams)
    text = json.dumps(body)
    last = text[:-1]
    return {
        "white-space": ("\n\t " + json.dumps(body, indent=3).replace(": ", "  :\t") + "\r\n ").encode(),
        "escapes": text.replace("Say it.", "S\\u0061y \\/ \\ud83d\\ude00 \\u00e9 é 😀 \\b\\f \\u2028").encode(),
        "unknown-members": (last + ', "x_1": {"": [null, true, {"a": {}}]}, "x \\u00e9": "\\u0000"}').encode(),
        "numbers": (last + ', "x_numbers": [1.0, 1e2, 1E+2, -0, -0.0, 0.10, 12345678901234567890, 1e-400]}').encode(),
        "order": ("{" + ", ".join(f"{json.dumps(k)}:{json.dumps(v)}" for k, v in reversed(body.items())) + "}").encode(),
        "compact": json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(),
    }


ODD = [
    (dialect, streams, kind)
    for dialect in DIALECTS
    for streams in (True, False)
    for kind in odd_bodies(dialect, "m", streams)
]


@pytest.mark.parametrize(("dialect", "streams", "kind"), ODD)
def test_an_odd_request_arrives_as_it_was_sent(gateway, provider, dialect, streams, kind):
    model, played = plain(dialect, streams)
    body = odd_bodies(dialect, model, streams)[kind]
    provider.forget()
    answer = raw_http.exchange(gateway.port, asking(dialect, model, streams, body))
    assert (answer.status, answer.body) == (200, played.body)
    (sent,) = provider.requests()
    assert sent.body == body
    assert sent.target == target(dialect, model, streams)


@pytest.mark.parametrize(("dialect", "name", "play"), every_recording(), ids=[name for _, name, _ in every_recording()])
def test_a_recorded_answer_arrives_as_it_was_sent(gateway, provider, dialect, name, play):
    body = json.dumps(minimal(dialect, name, play.streams), indent=1).encode()
    for _ in range(SPLITS if play.streams else 1):
        provider.forget()
        answer = raw_http.exchange(gateway.port, asking(dialect, name, play.streams, body))
        assert answer.status == play.status
        assert answer.body == play.body
        assert [sent.body for sent in provider.requests()] == [body]


def array_of(stream: bytes) -> bytes:
    """A recorded stream as Gemini sends it to who does not ask for events."""
    told = [event.removeprefix(b"data: ") for event in stream.split(b"\r\n\r\n") if event]
    return b"[" + b",\r\n".join(told) + b"\n]"


STREAMED_BY_GEMINI = [one for one in gemini.recordings() if one.streams]


@pytest.mark.parametrize("recording", STREAMED_BY_GEMINI, ids=[one.name for one in STREAMED_BY_GEMINI])
def test_a_recorded_stream_of_geminis_arrives_as_an_array_too(gateway, provider, recording):
    name = recording.name.replace("/", "-")
    kept, played = provider.plays[name], Play(array_of(recording.body), False)
    body = json.dumps(minimal(GEMINI, name, True), indent=1).encode()
    request = raw_http.post(
        f"/v1beta/models/{name}:streamGenerateContent", {"x-goog-api-key": ANALYST_KEY}, body
    )
    provider.plays[name] = played
    try:
        answer = raw_http.exchange(gateway.port, request)
    finally:
        provider.plays[name] = kept
    assert (answer.status, answer.body) == (200, played.body)
