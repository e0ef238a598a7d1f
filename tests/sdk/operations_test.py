"""Embeddings and token counts between dialects: the official SDKs cannot tell whom they reached."""

import json
from collections.abc import Iterator

import anthropic
import openai
import pytest

from support.clients import openai_client
from support.gateway import Gateway, why_not
from support.scripted_upstream import ScriptedUpstream
from support.synthetic import Play

ANSWERS = {
    "vectors-of-gemini": b'{"embeddings":[{"values":[0.5,-0.25]},{"values":[1,2]}]}',
    "vectors-of-openai": json.dumps(
        {
            "object": "list",
            "model": "e",
            "data": [{"object": "embedding", "index": 0, "embedding": [0.5, -0.25]}],
            "usage": {"prompt_tokens": 3, "total_tokens": 3},
        }
    ).encode(),
    "count-of-gemini": b'{"totalTokens":14}',
    "count-of-anthropic": b'{"input_tokens":15}',
    "broken": b'{"nothing":1}',
}
DIALECTS = {"gemini": "google-generate-content", "openai": "openai-chat", "anthropic": "anthropic-messages"}


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedUpstream]:
    plays = {name: Play(body, False) for name, body in ANSWERS.items()}
    server = ScriptedUpstream(plays | {f"replay:{name}": play for name, play in plays.items()})
    yield server
    server.close()


@pytest.fixture(scope="module")
def gateway(provider: ScriptedUpstream) -> Iterator[Gateway]:
    if reason := why_not():
        pytest.skip(reason)
    config = ""
    for name, dialect in DIALECTS.items():
        config += f'\n[[provider]]\nname = "only-{name}"\nurl = "{provider.url}"\ndialects = ["{dialect}"]\n'
        config += 'credential_file = "keys/provider.key"\n'
    for name in ANSWERS:
        of = name.rpartition("-")[2] if "-" in name else "gemini"
        config += f'\n[[model]]\nname = "{name}"\nprovider = "only-{of}"\nupstream_model = "replay:{name}"\n'
    running = Gateway(provider.url, ["none"], 300, {"config": config})
    yield running
    running.close()


def claude(gateway: Gateway) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=gateway.url, api_key=openai_client(gateway.url).api_key, max_retries=0)


@pytest.mark.parametrize("numbers", ["float", "base64"])
def test_openais_embeddings_from_gemini(gateway, provider, numbers):
    got = openai_client(gateway.url).embeddings.create(
        model="vectors-of-gemini", input=["a", "b"], encoding_format=numbers
    )
    vectors = [one.embedding for one in got.data]
    if numbers == "float":
        assert vectors == [[0.5, -0.25], [1, 2]]
    asked = provider.requests()[-1]
    assert asked.target.endswith(":batchEmbedContents")
    assert [one["content"]["parts"][0]["text"] for one in json.loads(asked.body)["requests"]] == ["a", "b"]


def test_anthropics_token_count_from_gemini(gateway, provider):
    counted = claude(gateway).messages.count_tokens(
        model="count-of-gemini", system="Be brief.", messages=[{"role": "user", "content": "How many?"}]
    )
    assert counted.input_tokens == 14
    asked = provider.requests()[-1]
    assert asked.target.endswith(":countTokens")
    assert "How many?" in asked.body.decode() and "Be brief." in asked.body.decode()


def test_the_responses_apis_token_count_from_anthropic(gateway, provider):
    counted = openai_client(gateway.url).responses.input_tokens.count(model="count-of-anthropic", input="How many?")
    assert counted.input_tokens == 15
    assert provider.requests()[-1].target == "/v1/messages/count_tokens"


def test_what_a_provider_does_not_offer_is_refused_with_a_reason(gateway):
    with pytest.raises(openai.NotFoundError, match="operation"):
        openai_client(gateway.url).embeddings.create(model="count-of-anthropic", input="a")


def test_an_answer_without_a_count_is_no_success(gateway):
    with pytest.raises(anthropic.APIStatusError):
        claude(gateway).messages.count_tokens(model="broken", messages=[{"role": "user", "content": "a"}])
