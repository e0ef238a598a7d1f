"""Every caller's dialect before every provider's: the official SDK reads what the provider's own SDK reads.

Every sound recording, streamed or whole as it was recorded. `pytest -s` prints the counts.
"""

import functools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from botocore.parsers import ResponseParserError

from support.bedrock import BEDROCK
from support.digest import Digest, bedrock_by_hand, read
from support.every_dialect import DIALECTS, GEMINI, EveryProvider, GatewayToAll, Recorded, every_recording
from support.gateway import why_not
from support.recordings import ANTHROPIC, OPENAI
from support.responses import RESPONSES
from support.scripted_upstream import Play

FEATURES = ("text", "calls", "reasoning", "signatures", "refusal", "cached", "reasoning_tokens", "urls")
OPENAIS = (OPENAI, RESPONSES)
# How a reason to stop is said where there is no word of its own for it.
STOP_ELSEWHERE = {
    ("stop_sequence", OPENAI): "end",
    ("stop_sequence", RESPONSES): "end",
    ("stop_sequence", GEMINI): "end",
    ("pause", OPENAI): "end",
    ("pause", RESPONSES): "end",
    ("pause", GEMINI): "end",
    ("pause", BEDROCK): "end",
    ("refusal", OPENAI): "filter",
    ("refusal", RESPONSES): "filter",
    ("refusal", GEMINI): "filter",
    ("refusal", BEDROCK): "filter",
    ("filter", ANTHROPIC): "refusal",
}

if not every_recording():
    pytest.skip("the shared recordings are absent; set PROVISO_SHARED_DATA to their folder", allow_module_level=True)


@pytest.fixture(scope="module")
def provider() -> Iterator[EveryProvider]:
    server = EveryProvider({f"replay-{one.model}": Play(one.body, one.streams) for one in every_recording()})
    yield server
    server.close()


@pytest.fixture(scope="module")
def to_all(provider) -> Iterator[GatewayToAll]:
    if reason := why_not():
        pytest.skip(reason)
    models = [(one.model, one.dialect, f"replay-{one.model}") for one in every_recording()]
    gateway = GatewayToAll(provider.url, models)
    yield gateway
    gateway.close()


@pytest.fixture(scope="module")
def counts() -> Iterator[dict[tuple[str, str, bool], Counter]]:
    """What was equal, by caller, provider and delivery; printed at the end."""
    kept: dict[tuple[str, str, bool], Counter] = {}
    yield kept
    print("\n\nequal for both SDKs, streamed+whole: answers, and of these with …; refused by design\n")
    columns = ("answers", *FEATURES, "refused")
    print("| caller | provider | " + " | ".join(columns) + " |\n|" + "---|" * (len(columns) + 2))
    for (caller, maker, streams), counted in kept.items():
        if streams:
            whole = kept.get((caller, maker, False), Counter())
            cells = [f"{counted[name]}+{whole[name]}" for name in columns]
            print(f"| {caller} | {maker} | " + " | ".join(cells) + " |")


def count(counted: Counter, digest: Digest) -> None:
    counted["answers"] += 1
    for name in FEATURES:
        counted[name] += bool(getattr(digest, name))


@functools.cache
def direct(url: str, recording: Recorded) -> Digest | Exception:
    try:
        return read(recording.dialect, url, f"replay-{recording.model}", recording.streams)
    except ResponseParserError as error:
        return error


def reference(url: str, recording: Recorded) -> Digest:
    """The provider's own SDK's, or one made by hand where that SDK refuses what was recorded."""
    own = direct(url, recording)
    return bedrock_by_hand(recording.body, recording.streams) if isinstance(own, Exception) else own


def cannot_be_said(digest: Digest, caller: str) -> bool:
    """A call that only a caller of that dialect can run: it must not look like an answer elsewhere."""
    return any(not one.startswith("custom ") or caller not in OPENAIS for one in digest.only_here)


def expected(digest: Digest, caller: str, maker: str, streams: bool) -> Digest:
    """The same digest as far as the caller's dialect has places for it."""
    if caller == maker:
        return digest
    told = replace(digest, calls=[replace(call) for call in digest.calls], only_here=[])
    told.pieces = digest.text if caller == RESPONSES and streams else None
    told.stop = STOP_ELSEWHERE.get((digest.stop, caller), digest.stop)
    if caller not in OPENAIS:
        told.text, told.refusal = digest.text + digest.refusal, ""
    if caller == BEDROCK:
        told.reasoning_tokens = 0
    if GEMINI in (caller, maker):  # its own calls have no ids
        for call in told.calls:
            call.id = ""
    return told


def seen_by(url: str, caller: str, recording: Recorded) -> Digest:
    digest = read(caller, url, recording.model, recording.streams)
    if caller != recording.dialect:
        digest.only_here = []
        if GEMINI in (caller, recording.dialect):
            for call in digest.calls:
                call.id = ""
    return digest


def differences(seen: Digest, wanted: Digest) -> list[str]:
    pairs = [(name, getattr(seen, name), value) for name, value in vars(wanted).items()]
    return [f"{name}: {str(had)[:300]!r} instead of {str(want)[:300]!r}" for name, had, want in pairs if had != want]


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize("streams", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("maker", DIALECTS)
@pytest.mark.parametrize("caller", DIALECTS)
def test_an_answer_means_the_same_to_the_callers_sdk(to_all, provider, counts, caller, maker, streams):
    wrong, counted = [], counts.setdefault((caller, maker, streams), Counter())
    for recording in (one for one in every_recording() if (one.dialect, one.streams) == (maker, streams)):
        own = reference(provider.url, recording)
        try:
            seen: Digest | Exception = seen_by(to_all.url, caller, recording)
        except Exception as error:  # noqa: BLE001  # to be told with the recording's name
            seen = error
        if caller != maker and cannot_be_said(own, caller):
            counted["refused"] += isinstance(seen, Exception)
            if not isinstance(seen, Exception):
                wrong.append(f"{recording.name}: {own.only_here} cannot be said, and was an answer all the same")
        elif caller == maker and type(seen) is type(direct(provider.url, recording)) is not Digest:
            count(counted, own)  # its own SDK refuses it as it does without a gateway
        elif isinstance(seen, Exception):
            wrong.append(f"{recording.name}: {type(seen).__name__}: {str(seen)[:400]}")
        elif found := differences(seen, expected(own, caller, maker, streams)):
            wrong.append(f"{recording.name}: " + "; ".join(found))
        else:
            count(counted, seen)
    assert not wrong, "\n".join(wrong)
    assert counted["answers"], "there was nothing to compare"
