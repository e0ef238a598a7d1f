"""What the terms decide is the same in every dialect: each SDK in front of each provider, streamed and whole.

Three parallel calls, one of which is forbidden, of a tool that the terms do not know, or held; at each
place. The withheld call's argument is one letter many times over, so that no fragment of it can hide.
"""

from collections.abc import Iterator

import anthropic
import openai
import pytest
from botocore.exceptions import ClientError
from google.genai import errors

from support.bedrock import BEDROCK
from support.families import DIALECTS, GOES_ON, MAKES, WITHHELD, FamilyGateway, Provider, ask, name_of
from support.gateway import why_not
from support.gemini import GEMINI
from support.recordings import ANTHROPIC
from support.synthetic import CALLS, KINDS, Case, mark, tool_name
from support.tap import Tap

SECRET = "Q" * 28
TRACE = b"QQQQ"
KIND_NAMES = ("forbid", "unknown", "hold")
CLAUSE_OF = {"forbid": "2.2", "hold": "4.2", "unknown": ""}
WAIT_MS = 150


def cases(kind: str, count: int = CALLS) -> list[Case]:
    return [
        Case(dialect, streams, kind, position, SECRET, count)
        for dialect in DIALECTS
        for streams in (True, False)
        for position in range(count)
    ]


ALL = [case for kind in KIND_NAMES for count in (CALLS, 1) for case in cases(kind, count)]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    server = Provider({name_of(case): MAKES[case.dialect](case) for case in ALL})
    yield server
    server.close()


@pytest.fixture(scope="module")
def desk(provider: Provider) -> Iterator[FamilyGateway]:
    if reason := why_not():
        pytest.skip(reason)
    gateway = FamilyGateway(provider, {name_of(case): case.dialect for case in ALL}, WAIT_MS)
    yield gateway
    gateway.close()


@pytest.fixture(scope="module")
def tap(desk: FamilyGateway) -> Iterator[Tap]:
    between = Tap(desk.port)
    yield between
    between.close()


def others(case: Case) -> list[tuple[str, str]]:
    return [(tool_name(case, index), mark(case, index)) for index in range(case.count) if index != case.position]


@pytest.mark.parametrize("caller", DIALECTS)
@pytest.mark.parametrize("case", [*cases("forbid"), *cases("unknown")], ids=name_of)
def test_the_others_arrive_with_a_notice_and_no_byte_of_the_withheld_call(tap, caller, case):
    for _ in range(2 if case.streams else 1):
        tap.take()
        seen = ask(tap.url, caller, name_of(case), case.streams)
        assert seen.calls == others(case)
        assert seen.text.startswith("Three calls.")
        assert CLAUSE_OF[case.kind] in seen.text and KINDS[case.kind] in seen.text
        assert "dec_" in seen.text
        assert seen.stop == GOES_ON[caller], "calls survive, so the client must go on as after calls"
        assert TRACE not in tap.take()


@pytest.mark.parametrize("caller", DIALECTS)
@pytest.mark.parametrize("case", [*cases("forbid", 1), *cases("unknown", 1)], ids=name_of)
def test_an_answer_of_which_no_call_is_left_is_not_the_models_own_finish(tap, caller, case):
    tap.take()
    seen = ask(tap.url, caller, name_of(case), case.streams)
    assert seen.calls == [] and CLAUSE_OF[case.kind] in seen.text
    assert seen.stop == WITHHELD[caller]
    assert TRACE not in tap.take()
