"""Fixtures: one scripted upstream and its gateways for the whole run."""

import os
from collections.abc import Iterator

import pytest

from support import responses
from support.gateway import Gateway, why_not
from support.recordings import recordings
from support.scripted_upstream import Play, ScriptedUpstream
from support.synthetic import cases, play

PATIENT_MS = 30_000
IMPATIENT_MS = 300


def plays() -> dict[str, Play]:
    """Everything that the upstream can play, by the name that clients use."""
    known = {recording.name: Play(recording.body, recording.streams, recording.status) for recording in recordings()}
    known |= {case.model: play(case) for kind in ("forbid", "hold") for case in cases(kind)}
    return known | responses.plays()


@pytest.fixture(scope="session")
def upstream() -> Iterator[ScriptedUpstream]:
    """Plays each answer under its name, and under the name that gateways give it upstream."""
    known = plays()
    server = ScriptedUpstream(known | {f"replay:{name}": what for name, what in known.items()})
    yield server
    server.close()


def start(upstream: ScriptedUpstream, hold_wait_ms: int) -> Iterator[Gateway]:
    if reason := why_not():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    gateway = Gateway(upstream.url, sorted(plays()), hold_wait_ms)
    yield gateway
    gateway.close()


@pytest.fixture(scope="session")
def gateway(upstream: ScriptedUpstream) -> Iterator[Gateway]:
    """Holds a call for longer than any test waits."""
    yield from start(upstream, PATIENT_MS)


@pytest.fixture(scope="session")
def impatient_gateway(upstream: ScriptedUpstream) -> Iterator[Gateway]:
    """Holds a call for a moment only, so that the client comes back with Proviso-Hold."""
    yield from start(upstream, IMPATIENT_MS)


@pytest.fixture(autouse=True)
def forgetful(request: pytest.FixtureRequest) -> None:
    if "upstream" in request.fixturenames:
        request.getfixturevalue("upstream").forget()
