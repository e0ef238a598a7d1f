"""A held call among three parallel ones: approved in time, approved later, replayed, changed, denied."""

import threading

import anthropic
import openai
import pytest

from support.clients import ask_with_tools
from support.gateway import FIELD_KEY, Gateway
from support.recordings import ANTHROPIC, OPENAI
from support.synthetic import CALLS, KINDS, WITHHELD_MARK, Case, cases, mark, play, tool_name

ERRORS = (openai.APIStatusError, anthropic.APIStatusError)
HELD = (KINDS["hold"], WITHHELD_MARK)


class Asking:
    """A request in a thread of its own, so that people can decide while it waits."""

    def __init__(self, gateway: Gateway, case: Case) -> None:
        self.result: object = None
        self.thread = threading.Thread(target=self.run, args=(gateway.url, case), daemon=True)
        self.thread.start()

    def run(self, url: str, case: Case) -> None:
        try:
            self.result = ask_with_tools(url, case)
        except Exception as error:  # looked at by whoever joins
            self.result = error

    def seen(self):
        self.thread.join(60)
        assert not self.thread.is_alive(), "the request still waits"
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


def known(gateway: Gateway) -> set[str]:
    return {hold["id"] for hold in gateway.holds()}


def all_three(case: Case) -> list[tuple[str, str]]:
    return [(tool_name(case, index), mark(case, index)) for index in range(CALLS)]


def held_then_approved(gateway: Gateway, case: Case) -> str:
    """Asks, lets the wait run out, then has two people approve; the hold's id."""
    before = known(gateway)
    seen = ask_with_tools(gateway.url, case)
    (hold,) = known(gateway) - before
    assert HELD not in seen.calls and len(seen.calls) == CALLS - 1
    assert WITHHELD_MARK not in seen.text
    assert hold in seen.text and "4.2" in seen.text
    gateway.approve(hold)
    return hold


@pytest.mark.parametrize("case", cases("hold"), ids=lambda case: case.model)
def test_two_people_in_time_release_the_call_on_the_open_connection(gateway, upstream, case):
    before = known(gateway)
    asking = Asking(gateway, case)
    hold = gateway.wait_for_hold(before)
    gateway.approve(hold["id"], people=(1,))
    assert asking.thread.is_alive(), "one person is not two people"
    gateway.approve(hold["id"], people=(2,))
    assert asking.seen().calls == all_three(case)


@pytest.mark.parametrize("case", cases("hold"), ids=lambda case: case.model)
def test_the_same_request_with_the_hold_gets_the_approved_call_once(impatient_gateway, upstream, case):
    hold = held_then_approved(impatient_gateway, case)
    upstream.forget()
    seen = ask_with_tools(impatient_gateway.url, case, {"Proviso-Hold": hold})
    assert seen.calls == [HELD]
    assert seen.stop == ("tool_calls" if case.dialect == OPENAI else "tool_use")
    assert upstream.requests() == [], "the approved call comes from the desk; no model is asked again"
    with pytest.raises(ERRORS) as refused:
        ask_with_tools(impatient_gateway.url, case, {"Proviso-Hold": hold})
    assert refused.value.status_code == 409
    assert upstream.requests() == []


@pytest.mark.parametrize("dialect", [OPENAI, ANTHROPIC])
def test_another_application_cannot_take_an_approved_call(impatient_gateway, upstream, dialect):
    case = Case(dialect, True, "hold", 1)
    hold = held_then_approved(impatient_gateway, case)
    with pytest.raises(ERRORS) as refused:
        ask_with_tools(impatient_gateway.url, case, {"Proviso-Hold": hold}, key=FIELD_KEY)
    assert refused.value.status_code == 404
    assert ask_with_tools(impatient_gateway.url, case, {"Proviso-Hold": hold}).calls == [HELD]


@pytest.mark.parametrize("dialect", [OPENAI, ANTHROPIC])
def test_a_hold_that_still_waits_releases_nothing(impatient_gateway, upstream, dialect):
    case = Case(dialect, False, "hold", 0)
    before = known(impatient_gateway)
    ask_with_tools(impatient_gateway.url, case)
    (hold,) = known(impatient_gateway) - before
    impatient_gateway.approve(hold, people=(1,))
    with pytest.raises((openai.PermissionDeniedError, anthropic.PermissionDeniedError)) as refused:
        ask_with_tools(impatient_gateway.url, case, {"Proviso-Hold": hold})
    assert hold in str(refused.value.body)


@pytest.mark.parametrize("dialect", [OPENAI, ANTHROPIC])
def test_an_approval_releases_no_other_call(impatient_gateway, upstream, dialect):
    case = Case(dialect, True, "hold", 0)
    hold = held_then_approved(impatient_gateway, case)
    # Another request, whose answer calls the same tool with one argument changed.
    changed = "mark-of-another-call"
    upstream.plays[f"replay:{case.model}"] = play(case._replace(secret=changed))
    try:
        seen = ask_with_tools(impatient_gateway.url, case, {"Proviso-Hold": hold}, words="Do something else.")
    finally:
        upstream.plays[f"replay:{case.model}"] = play(case)
    assert len(seen.calls) == CALLS - 1
    assert changed not in seen.text and hold in seen.text


@pytest.mark.parametrize("dialect", [OPENAI, ANTHROPIC])
def test_an_approval_of_one_model_is_none_of_another(impatient_gateway, upstream, dialect):
    hold = held_then_approved(impatient_gateway, Case(dialect, True, "hold", 0))
    upstream.forget()
    with pytest.raises((openai.ConflictError, anthropic.ConflictError)):
        ask_with_tools(impatient_gateway.url, Case(dialect, True, "hold", 2), {"Proviso-Hold": hold})
    assert upstream.requests() == []


@pytest.mark.parametrize("dialect", [OPENAI, ANTHROPIC])
def test_one_denial_ends_it(gateway, upstream, dialect):
    case = Case(dialect, True, "hold", 1)
    before = known(gateway)
    asking = Asking(gateway, case)
    hold = gateway.wait_for_hold(before)
    gateway.approve(hold["id"], people=(1,))
    gateway.decide("deny", hold["id"], 2)
    seen = asking.seen()
    assert HELD not in seen.calls and len(seen.calls) == CALLS - 1
    assert hold["id"] in seen.text and WITHHELD_MARK not in seen.text
