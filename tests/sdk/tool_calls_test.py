"""A forbidden call among three parallel ones: in both dialects, streamed and whole, at each position."""

import pytest

from support.clients import ask_with_tools
from support.recordings import OPENAI
from support.synthetic import CALLS, KINDS, WITHHELD_MARK, Case, cases, mark, tool_name

SPLITS = 6


def others(case: Case) -> list[tuple[str, str]]:
    return [(tool_name(case, index), mark(case, index)) for index in range(CALLS) if index != case.position]


@pytest.mark.parametrize("case", cases("forbid"), ids=lambda case: case.model)
def test_a_forbidden_call_is_withheld_and_the_others_arrive(gateway, upstream, case):
    for _ in range(SPLITS if case.streams else 1):
        seen = ask_with_tools(gateway.url, case)
        assert seen.calls == others(case)
        assert WITHHELD_MARK not in seen.text
        assert "2.2" in seen.text and seen.headers["proviso-decision"] in seen.text
        assert seen.text.startswith("Three calls.")
        # Calls survive, so the client must go on as after calls.
        assert seen.stop == ("tool_calls" if case.dialect == OPENAI else "tool_use")


@pytest.mark.parametrize("case", cases("forbid"), ids=lambda case: case.model)
def test_the_upstream_itself_sends_all_three(upstream, case):
    seen = ask_with_tools(upstream.url, case)
    assert (KINDS[case.kind], WITHHELD_MARK) in seen.calls
    assert len(seen.calls) == CALLS
