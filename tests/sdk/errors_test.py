"""How a provider fails, as each official SDK's own error, whichever dialect the provider speaks."""

from collections.abc import Iterator

import anthropic
import openai
import pytest
from botocore.exceptions import ClientError, EventStreamError
from google.genai import errors

from support import failures
from support.bedrock import BEDROCK
from support.failures import Failure
from support.families import DIALECTS, FamilyGateway, Provider, ask, status_of
from support.gateway import why_not
from support.gemini import GEMINI
from support.recordings import ANTHROPIC, OPENAI
from support.responses import RESPONSES

OPENAI_ERRORS = {
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    404: openai.NotFoundError,
    429: openai.RateLimitError,
    500: openai.InternalServerError,
    529: openai.InternalServerError,
}
ANTHROPIC_ERRORS = {
    400: anthropic.BadRequestError,
    401: anthropic.AuthenticationError,
    404: anthropic.NotFoundError,
    413: anthropic.APIStatusError,
    429: anthropic.RateLimitError,
    500: anthropic.InternalServerError,
    529: anthropic.InternalServerError,
}
AWS_CODES = {
    400: "ValidationException",
    401: "UnrecognizedClientException",
    404: "ResourceNotFoundException",
    408: "ModelTimeoutException",
    413: "ValidationException",
    429: "ThrottlingException",
    500: "InternalServerException",
    529: "ServiceUnavailableException",
}
# What each SDK can raise for an answer that came to nothing.
ANY = {
    OPENAI: openai.APIError,
    RESPONSES: openai.APIError,
    ANTHROPIC: anthropic.APIError,
    GEMINI: errors.APIError,
    BEDROCK: (ClientError, EventStreamError),
}
ALL = [*failures.refusals(), *failures.proxies(), *failures.broken()]


def name(failure: Failure) -> str:
    return failure.name


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    server = Provider({one.name: failures.scene(one) for one in ALL})
    yield server
    server.close()


@pytest.fixture(scope="module")
def gateway(provider: Provider) -> Iterator[FamilyGateway]:
    if reason := why_not():
        pytest.skip(reason)
    # One provider each: a provider that fails so often would be left alone for a while.
    running = FamilyGateway(provider, {one.name: one.owner for one in ALL}, 300, apart=True)
    yield running
    running.close()


def raised_by(gateway: FamilyGateway, caller: str, failure: Failure) -> Exception:
    with pytest.raises(ANY[caller]) as raised:
        ask(gateway.url, caller, failure.name, failure.streams)
    return raised.value


def headers_of(caller: str, error: Exception) -> dict[str, str]:
    if caller == BEDROCK:
        return error.response["ResponseMetadata"]["HTTPHeaders"]
    return {key.lower(): value for key, value in error.response.headers.items()}


def check_class(caller: str, status: int, error: Exception) -> None:
    if caller == GEMINI:
        assert type(error) is (errors.ClientError if status < 500 else errors.ServerError)
        assert error.code in (status, 503 if status == 529 else status)
    elif caller == BEDROCK:
        assert error.response["Error"]["Code"] == AWS_CODES[status]
    elif caller == ANTHROPIC:
        assert isinstance(error, ANTHROPIC_ERRORS.get(status, anthropic.APIStatusError))
        assert error.status_code in (status, 503 if status == 529 else status)
    else:
        assert isinstance(error, OPENAI_ERRORS.get(status, openai.APIStatusError))
        assert error.status_code in (status, 503 if status == 529 else status)


def told(error: Exception) -> str:
    return f"{error} {vars(error)}"


@pytest.mark.parametrize("caller", DIALECTS)
@pytest.mark.parametrize("failure", failures.refusals(), ids=name)
def test_a_providers_refusal_is_the_sdks_own_error_in_the_providers_words(gateway, caller, failure):
    error = raised_by(gateway, caller, failure)
    check_class(caller, failure.status, error)
    assert failure.words in told(error)
    if failure.status == 429:
        assert headers_of(caller, error)["retry-after"] == failures.RETRY_AFTER


@pytest.mark.parametrize("caller", DIALECTS)
@pytest.mark.parametrize("failure", failures.proxies(), ids=name)
def test_a_proxys_page_and_a_connection_that_closes_are_errors_too(gateway, caller, failure):
    error = raised_by(gateway, caller, failure)
    assert "<html" not in told(error)
    assert status_of(caller, error) in (502, 503)


@pytest.mark.parametrize("caller", DIALECTS)
@pytest.mark.parametrize("failure", failures.broken(), ids=name)
def test_an_answer_that_breaks_off_raises_and_never_ends_as_a_success(gateway, caller, failure):
    error = raised_by(gateway, caller, failure)
    if failure.what == "error-event":
        assert failure.words in told(error)
