"""What the gateway refuses, and which exception each official SDK raises for it."""

import anthropic
import openai
import pytest

from support.clients import anthropic_client, openai_client
from support.gateway import ANALYST_KEY, PROVIDER_KEY
from support.recordings import ANTHROPIC, OPENAI
from support.synthetic import Case

MESSAGES = [{"role": "user", "content": "Say it."}]
OPENAI_MODEL = Case(OPENAI, False, "forbid", 0).model
ANTHROPIC_MODEL = Case(ANTHROPIC, False, "forbid", 0).model


def ask(url: str, dialect: str, streams: bool, key: str = ANALYST_KEY, **changes):
    if dialect == OPENAI:
        arguments = {"model": OPENAI_MODEL, "messages": MESSAGES, "stream": streams} | changes
        return openai_client(url, key).chat.completions.create(**arguments)
    arguments = {"model": ANTHROPIC_MODEL, "messages": MESSAGES, "max_tokens": 64, "stream": streams} | changes
    return anthropic_client(url, key).messages.create(**arguments)


def error_of(dialect: str, name: str) -> type[Exception]:
    return getattr(openai if dialect == OPENAI else anthropic, name)


REFUSALS = [
    # what is sent, the SDK's exception, the decision is named
    ({"extra_headers": {"Proviso-Purpose": "restricted"}}, "PermissionDeniedError", True),
    ({"extra_headers": {"Proviso-Purpose": "not-granted"}}, "PermissionDeniedError", False),
    ({"model": "no-such-model"}, "NotFoundError", False),
    ({"key": "wrong-key-0123456789"}, "AuthenticationError", False),
    ({"extra_headers": {"Proviso-Hold": "hold_00000000000000000000000000"}}, "NotFoundError", False),
    ({"extra_headers": {"Proviso-Hold": ","}}, "BadRequestError", False),
    ({"extra_body": {"Stream": True}}, "BadRequestError", False),
]


@pytest.mark.parametrize("dialect", [OPENAI, ANTHROPIC])
@pytest.mark.parametrize("streams", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize(("changes", "error", "decided"), REFUSALS, ids=lambda value: str(value)[:60])
def test_raises_the_sdks_own_exception_and_sends_nothing(gateway, upstream, dialect, streams, changes, error, decided):
    with pytest.raises(error_of(dialect, error)) as refused:
        ask(gateway.url, dialect, streams, **changes)
    body = refused.value.body
    inner = body.get("error", body)
    assert inner["message"]
    if decided:
        assert inner["proviso"]["decision"].startswith("dec_")
        assert inner["proviso"]["clauses"] == ["2.1"]
        assert refused.value.response.headers["proviso-decision"] == inner["proviso"]["decision"]
    assert upstream.requests() == []


@pytest.mark.parametrize("dialect", [OPENAI, ANTHROPIC])
def test_the_providers_credential_replaces_the_callers(gateway, upstream, dialect):
    ask(gateway.url, dialect, False, extra_headers={"Proviso-Purpose": "translation"})
    (sent,) = upstream.requests()
    assert ANALYST_KEY.encode() not in sent.head + sent.body
    assert sent.headers["authorization"] == f"Bearer {PROVIDER_KEY}"
    assert "x-api-key" not in sent.headers
    assert not [name for name in sent.headers if name.startswith("proviso-")]


def test_lists_the_models_to_both_sdks(gateway):
    assert OPENAI_MODEL in {model.id for model in openai_client(gateway.url).models.list()}
    assert ANTHROPIC_MODEL in {model.id for model in anthropic_client(gateway.url).models.list()}
