"""Gemini's stream without alt=sse is one JSON array: when an answer breaks off, its last element is the error."""

import json
import urllib.request
from collections.abc import Iterator

import pytest

from support import failures
from support.failures import Failure
from support.families import FamilyGateway, Provider
from support.gateway import ANALYST_KEY, why_not
from support.gemini import GEMINI

BROKEN = [one for one in failures.broken() if one.streams and one.owner != GEMINI and one.what.endswith("97")]


@pytest.fixture(scope="module")
def gateway() -> Iterator[FamilyGateway]:
    if reason := why_not():
        pytest.skip(reason)
    provider = Provider({one.name: failures.scene(one) for one in BROKEN})
    running = FamilyGateway(provider, {one.name: one.owner for one in BROKEN}, 300, apart=True)
    yield running
    running.close()
    provider.close()


@pytest.mark.parametrize("failure", BROKEN, ids=lambda failure: failure.name)
def test_an_array_that_breaks_off_ends_with_its_error(gateway: FamilyGateway, failure: Failure):
    request = urllib.request.Request(
        f"{gateway.url}/v1beta/models/{failure.name}:streamGenerateContent",
        b'{"contents":[{"role":"user","parts":[{"text":"Do it."}]}]}',
        {"Authorization": f"Bearer {ANALYST_KEY}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        elements = json.loads(answer.read())
    assert "candidates" in elements[0]
    assert elements[-1]["error"]["code"] >= 500
