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
from support.families import DIALECTS, GOES_ON, MAKES, WITHHELD, FamilyGateway, Provider, ask, name_of, status_of
from support.gateway import why_not
from support.gemini import GEMINI
from support.recordings import ANTHROPIC, OPENAI
from support.responses import RESPONSES
from support.synthetic import CALLS, KINDS, Case, mark, tool_name
from support.tap import Tap

REFUSED = {
    OPENAI: openai.PermissionDeniedError,
    RESPONSES: openai.PermissionDeniedError,
    ANTHROPIC: anthropic.PermissionDeniedError,
    GEMINI: errors.ClientError,
    BEDROCK: ClientError,
}
USED_UP = REFUSED | {
    OPENAI: openai.ConflictError,
    RESPONSES: openai.ConflictError,
    ANTHROPIC: anthropic.ConflictError,
}
SECRET = "Q" * 28
TRACE = b"QQQQ"
KIND_NAMES = ("forbid", "unknown", "hold")
CLAUSE_OF = {"forbid": "2.2", "hold": "4.2", "unknown": "3.1"}
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


def hold_ids(desk: FamilyGateway, state: str = "waiting") -> set[str]:
    return {hold["id"] for hold in desk.holds(state)}


@pytest.mark.parametrize("caller", DIALECTS)
@pytest.mark.parametrize("case", cases("hold"), ids=name_of)
def test_a_held_call_comes_once_after_two_people_approved_it(desk, tap, provider, caller, case):
    before = hold_ids(desk)
    tap.take()
    seen = ask(tap.url, caller, name_of(case), case.streams)
    (hold,) = hold_ids(desk) - before
    assert seen.calls == others(case)
    assert hold in seen.text and "4.2" in seen.text and seen.text.startswith("Three calls.")
    assert seen.stop == GOES_ON[caller]
    assert TRACE not in tap.take()

    desk.approve(hold)
    provider.forget()
    again = ask(tap.url, caller, name_of(case), case.streams, {"Proviso-Hold": hold})
    assert again.calls == [(KINDS["hold"], SECRET)] and again.stop == GOES_ON[caller]
    with pytest.raises(USED_UP[caller]) as used:
        ask(tap.url, caller, name_of(case), case.streams, {"Proviso-Hold": hold})
    assert status_of(caller, used.value) == 409
    assert provider.requests() == [], "the approved call comes from the desk; no model is asked again"


@pytest.mark.parametrize("caller", DIALECTS)
@pytest.mark.parametrize("case", [case for case in cases("hold") if case.position == 1], ids=name_of)
def test_a_hold_that_waits_or_was_denied_releases_nothing(desk, tap, provider, caller, case):
    before = hold_ids(desk)
    ask(tap.url, caller, name_of(case), case.streams)
    (hold,) = hold_ids(desk) - before
    desk.approve(hold, people=(1,))
    tap.take()
    for _ in range(2):
        with pytest.raises(REFUSED[caller]) as refused:
            ask(tap.url, caller, name_of(case), case.streams, {"Proviso-Hold": hold})
        assert status_of(caller, refused.value) == 403 and hold in str(vars(refused.value))
        if hold in hold_ids(desk):
            desk.decide("deny", hold, 2)
    assert TRACE not in tap.take()


@pytest.mark.parametrize("caller", DIALECTS)
@pytest.mark.parametrize("streams", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("owner", DIALECTS)
def test_a_forbidden_request_is_the_sdks_permission_error(tap, provider, caller, owner, streams):
    name = name_of(Case(owner, streams, "forbid", 0))
    provider.forget()
    with pytest.raises(REFUSED[caller]) as refused:
        ask(tap.url, caller, name, streams, {"Proviso-Purpose": "restricted"})
    assert status_of(caller, refused.value) == 403
    if caller == BEDROCK:
        assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert "2.1" in str(vars(refused.value)) and "dec_" in str(vars(refused.value))
    assert provider.requests() == []
