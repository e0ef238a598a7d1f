"""The Responses API to itself: the official SDK, the recordings, and calls that the terms decide."""

import json
import threading

import openai
import pytest

from support import raw_http
from support.clients import openai_client
from support.gateway import ANALYST_KEY
from support.responses import Case, ask, cases, play, recordings
from support.synthetic import CALLS, KINDS, WITHHELD_MARK, mark, tool_name

SPLITS = 4
HELD = (KINDS["hold"], WITHHELD_MARK)


def calls_of(case: Case, but: int | None = None) -> list[tuple[str, str]]:
    return [(tool_name(case, index), mark(case, index)) for index in range(CALLS) if index != but]


@pytest.mark.parametrize("case", cases("forbid"), ids=lambda case: case.model)
def test_a_forbidden_call_is_withheld_and_the_others_arrive(gateway, upstream, case):
    assert (KINDS["forbid"], WITHHELD_MARK) in ask(upstream.url, case).calls, "the upstream itself sends all three"
    for _ in range(SPLITS if case.streams else 1):
        seen = ask(gateway.url, case)
        assert seen.calls == calls_of(case, but=case.position)
        assert WITHHELD_MARK not in seen.text
        assert "2.2" in seen.text and seen.headers["proviso-decision"] in seen.text
        assert seen.stop == "completed", "calls survive, so the client must go on as after calls"


@pytest.mark.parametrize("case", cases("hold"), ids=lambda case: case.model)
def test_two_people_in_time_release_the_call_on_the_open_connection(gateway, upstream, case):
    before = {hold["id"] for hold in gateway.holds()}
    results: list[object] = []
    asking = threading.Thread(target=lambda: results.append(ask(gateway.url, case)), daemon=True)
    asking.start()
    hold = gateway.wait_for_hold(before)
    gateway.approve(hold["id"])
    asking.join(60)
    assert results and results[0].calls == calls_of(case)


@pytest.mark.parametrize("case", cases("hold"), ids=lambda case: case.model)
def test_the_same_request_with_the_hold_gets_the_approved_call_once(impatient_gateway, upstream, case):
    before = {hold["id"] for hold in impatient_gateway.holds()}
    seen = ask(impatient_gateway.url, case)
    (hold,) = {hold["id"] for hold in impatient_gateway.holds()} - before
    assert HELD not in seen.calls and len(seen.calls) == CALLS - 1
    assert hold in seen.text and "4.2" in seen.text and WITHHELD_MARK not in seen.text
    impatient_gateway.approve(hold)
    upstream.forget()
    again = ask(impatient_gateway.url, case, {"Proviso-Hold": hold})
    assert again.calls == [HELD] and again.stop == "completed"
    assert upstream.requests() == [], "the approved call comes from the desk; no model is asked again"
    with pytest.raises(openai.ConflictError):
        ask(impatient_gateway.url, case, {"Proviso-Hold": hold})


def one_call(case: Case) -> bytes:
    """The answer of `case` without the two calls that are permitted."""
    whole = json.loads(play(case._replace(streams=False)).body)
    whole["output"] = [item for item in whole["output"] if item.get("name") in (None, KINDS["forbid"])]
    return json.dumps(whole).encode()


def test_an_answer_of_which_no_call_survives_is_incomplete(gateway, upstream):
    case = cases("forbid")[-1]
    name = f"replay:{case.model}"
    kept = upstream.plays[name]
    upstream.plays[name] = kept._replace(body=one_call(case))
    try:
        seen = ask(gateway.url, case)
    finally:
        upstream.plays[name] = kept
    assert seen.calls == [] and seen.stop == "content_filter" and "2.2" in seen.text


REFUSALS = [
    ({"extra_headers": {"Proviso-Purpose": "restricted"}}, openai.PermissionDeniedError),
    ({"model": "no-such-model"}, openai.NotFoundError),
    ({"previous_response_id": "resp_1"}, openai.BadRequestError),
    ({"conversation": "conv_1"}, openai.BadRequestError),
    ({"background": True}, openai.BadRequestError),
    ({"extra_body": {"Stream": True}}, openai.BadRequestError),
]


@pytest.mark.parametrize("streams", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize(("changes", "error"), REFUSALS, ids=lambda value: str(value)[:60])
def test_raises_the_sdks_own_exception_and_sends_nothing(gateway, upstream, streams, changes, error):
    question = {"model": cases("forbid")[0].model, "input": "Say it.", "stream": streams} | changes
    with pytest.raises(error) as refused:
        openai_client(gateway.url).responses.create(**question)
    assert refused.value.body["message"]
    assert upstream.requests() == []


def test_an_error_in_mid_stream_is_the_sdks_error(gateway, upstream):
    case = cases("forbid")[0]
    name = f"replay:{case.model}"
    kept = upstream.plays[name]
    upstream.plays[name] = kept._replace(body=kept.body[: len(kept.body) // 3])
    try:
        with pytest.raises(openai.APIError) as broken:
            ask(gateway.url, case)
    finally:
        upstream.plays[name] = kept
    assert broken.value.body["message"]


def body_for(name: str, streams: bool) -> bytes:
    """Odd spacing and an unknown member, so that a body that is written anew would show."""
    request = {"model": name, "input": "Say it. \u2713", "stream": streams, "x_unknown": [1.0, 2e3]}
    return json.dumps(request, indent=1, ensure_ascii=False).encode()


# The terms of these tests name none of the tools that the recordings call, and permit what they do not name.
@pytest.mark.parametrize("recording", recordings(), ids=lambda recording: recording.name)
def test_arrives_as_the_providers_own_bytes(gateway, upstream, recording):
    body = body_for(recording.name, recording.streams)
    request = raw_http.post("/v1/responses", {"Authorization": f"Bearer {ANALYST_KEY}"}, body)
    for _ in range(SPLITS if recording.streams else 1):
        answer = raw_http.exchange(gateway.port, request)
        assert answer.status == recording.status
        assert answer.body == recording.body
    sent = upstream.requests()[-1]
    assert sent.body == body.replace(recording.name.encode(), f"replay:{recording.name}".encode())
    assert sent.target == "/v1/responses"
