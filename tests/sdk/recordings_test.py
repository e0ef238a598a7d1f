"""Every recorded answer, through the gateway: the provider's bytes, and what the official SDK reads."""

import json

import pytest

from support import raw_http
from support.clients import parsed
from support.gateway import ANALYST_KEY
from support.recordings import ANTHROPIC, OPENAI, Recording, recordings

# Two recordings are not answers that a provider should give; the protocol room's README says why.
REPEATED = "anthropic-messages/duplicate-message-start.chunks"
SPLICED = "anthropic-messages/spliced-message-start.chunks"
SPLITS = 4

ROUTES = {OPENAI: "/v1/chat/completions", ANTHROPIC: "/v1/messages"}

if not recordings():
    pytest.skip("the shared recordings are absent; set PROVISO_SHARED_DATA to their folder", allow_module_level=True)


def body_for(recording: Recording) -> bytes:
    """Odd spacing and an unknown member, so that a body that is written anew would show."""
    request = {"model": recording.name, "messages": [{"role": "user", "content": "Say it. \u2713"}]}
    request |= {"max_tokens": 64, "stream": recording.streams, "x_unknown": [1.0, 2e3]}
    return json.dumps(request, indent=1, ensure_ascii=False).encode()


def sound(recording: Recording) -> bool:
    return recording.name not in (REPEATED, SPLICED)


@pytest.mark.parametrize("recording", list(filter(sound, recordings())), ids=lambda recording: recording.name)
def test_arrives_as_the_providers_own_bytes(gateway, upstream, recording):
    body = body_for(recording)
    request = raw_http.post(ROUTES[recording.dialect], {"Authorization": f"Bearer {ANALYST_KEY}"}, body)
    for _ in range(SPLITS if recording.streams else 1):
        answer = raw_http.exchange(gateway.port, request)
        assert answer.status == recording.status
        assert answer.body == recording.body
    sent = upstream.requests()[-1]
    mapped = body.replace(recording.name.encode(), f"replay:{recording.name}".encode())
    assert sent.body == mapped, "the provider receives the caller's bytes, but for the model's name"
    assert sent.target == ROUTES[recording.dialect]


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # providers send more than the SDK declares
@pytest.mark.parametrize("recording", list(filter(sound, recordings())), ids=lambda recording: recording.name)
def test_means_the_same_to_the_sdk_as_without_a_gateway(gateway, upstream, recording):
    direct = parsed(upstream.url, recording.dialect, recording.name, recording.streams)
    assert parsed(gateway.url, recording.dialect, recording.name, recording.streams) == direct


def test_drops_a_message_start_that_is_sent_twice(gateway):
    (recording,) = (one for one in recordings() if one.name == REPEATED)
    request = raw_http.post("/v1/messages", {"x-api-key": ANALYST_KEY}, body_for(recording))
    answer = raw_http.exchange(gateway.port, request)
    assert recording.body.count(b"event: message_start") > 1
    assert answer.body.count(b"event: message_start") == 1
    assert answer.body.endswith(b"\n\n") and b"event: message_stop" in answer.body


def test_ends_a_message_within_a_message_as_an_error(gateway):
    (recording,) = (one for one in recordings() if one.name == SPLICED)
    request = raw_http.post("/v1/messages", {"x-api-key": ANALYST_KEY}, body_for(recording))
    answer = raw_http.exchange(gateway.port, request)
    assert b"event: error" in answer.body or answer.status == 502
    assert b"message_stop" not in answer.body
