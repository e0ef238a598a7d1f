"""Gemini's API through the gateway: the official SDK, the recordings, and calls that the terms decide."""

import json
import os
import pathlib
import shutil
import subprocess
import threading
from collections.abc import Iterator

import pytest
from google.genai import errors, types

from support import gemini, raw_http
from support.gateway import ANALYST_KEY, Gateway, why_not
from support.gemini import ask, cases, client, name_of
from support.recordings import ANTHROPIC, OPENAI
from support.scripted_upstream import ScriptedUpstream
from support.synthetic import CALLS, KINDS, WITHHELD_MARK, Case, mark, tool_name
from support.synthetic import cases as other_cases
from support.synthetic import play as other_play

SPLITS = 4
HELD = (KINDS["hold"], WITHHELD_MARK)


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedUpstream]:
    known = gemini.plays()
    known |= {name_of(case): other_play(case) for case in other_cases("forbid")}
    known |= {"embed": gemini.Play(b'{"embeddings":[{"values":[0.5,-0.25]},{"values":[1,2]}]}', False)}
    cut = gemini.play(cases("forbid")[0])
    known |= {"broken": cut._replace(body=cut.body[: len(cut.body) // 3])}
    known |= {"count": gemini.Play(b'{"totalTokens":14}', False)}
    server = ScriptedUpstream({f"replay:{name}": what for name, what in known.items()} | known)
    yield server
    server.close()


def begin(provider: ScriptedUpstream, hold_wait_ms: int) -> Iterator[Gateway]:
    if reason := why_not():
        pytest.skip(reason)
    config = gemini.provider(provider.url)
    config += "".join("\n" + gemini.model(name) for name in [*gemini.plays(), "embed", "count", "broken"])
    for dialect in (OPENAI, ANTHROPIC):
        config += f'\n[[provider]]\nname = "only-{dialect}"\nurl = "{provider.url}"\ndialects = ["{dialect}"]\n'
        config += 'credential_file = "keys/provider.key"\n'
    config += "".join("\n" + gemini.model(name_of(case), f"only-{case.dialect}") for case in other_cases("forbid"))
    gateway = Gateway(provider.url, ["none"], hold_wait_ms, {"config": "\n" + config})
    yield gateway
    gateway.close()


@pytest.fixture(scope="module")
def patient(provider: ScriptedUpstream) -> Iterator[Gateway]:
    yield from begin(provider, 30_000)


@pytest.fixture(scope="module")
def impatient(provider: ScriptedUpstream) -> Iterator[Gateway]:
    yield from begin(provider, 300)


def calls_of(case: Case, but: int | None = None) -> list[tuple[str, str]]:
    return [(tool_name(case, index), mark(case, index)) for index in range(CALLS) if index != but]


@pytest.mark.parametrize("case", cases("forbid"), ids=name_of)
def test_a_forbidden_call_is_withheld_and_the_others_arrive(patient, provider, case):
    assert (KINDS["forbid"], WITHHELD_MARK) in ask(provider.url, name_of(case), case.streams).calls
    for _ in range(SPLITS if case.streams else 1):
        seen = ask(patient.url, name_of(case), case.streams)
        assert seen.calls == calls_of(case, but=case.position)
        assert WITHHELD_MARK not in seen.text and "2.2" in seen.text
        assert seen.stop == "STOP", "calls survive, so the client must go on as after calls"


@pytest.mark.parametrize("case", cases("hold"), ids=name_of)
def test_two_people_in_time_release_the_call_on_the_open_connection(patient, case):
    before = {hold["id"] for hold in patient.holds()}
    results: list[object] = []
    asking = threading.Thread(
        target=lambda: results.append(ask(patient.url, name_of(case), case.streams)), daemon=True
    )
    asking.start()
    hold = patient.wait_for_hold(before)
    patient.approve(hold["id"])
    asking.join(60)
    assert results and results[0].calls == calls_of(case)


@pytest.mark.parametrize("case", cases("hold")[2:4], ids=name_of)
def test_the_same_request_with_the_hold_gets_the_approved_call_once(impatient, provider, case):
    before = {hold["id"] for hold in impatient.holds()}
    seen = ask(impatient.url, name_of(case), case.streams)
    (hold,) = {hold["id"] for hold in impatient.holds()} - before
    assert HELD not in seen.calls and hold in seen.text and WITHHELD_MARK not in seen.text
    impatient.approve(hold)
    provider.forget()
    again = ask(impatient.url, name_of(case), case.streams, {"Proviso-Hold": hold})
    assert again.calls == [HELD] and again.stop == "STOP"
    assert provider.requests() == [], "the approved call comes from the desk; no model is asked again"
    with pytest.raises(errors.ClientError) as used:
        ask(impatient.url, name_of(case), case.streams, {"Proviso-Hold": hold})
    assert used.value.code == 409


def one_call(case: Case) -> bytes:
    whole = json.loads(gemini.play(case._replace(streams=False)).body)
    parts = whole["candidates"][0]["content"]["parts"]
    kept = [part for part in parts if "mark-" not in json.dumps(part).replace(WITHHELD_MARK, "")]
    whole["candidates"][0]["content"]["parts"] = kept
    return json.dumps(whole).encode() if not case.streams else gemini.events_of([json.dumps(whole)])


@pytest.mark.parametrize("case", [cases("forbid")[0], cases("forbid")[-1]], ids=name_of)
def test_an_answer_of_which_no_call_survives_is_not_the_models_own_finish(patient, provider, case):
    name = f"replay:{name_of(case)}"
    kept = provider.plays[name]
    provider.plays[name] = kept._replace(body=one_call(case))
    try:
        seen = ask(patient.url, name_of(case), case.streams)
    finally:
        provider.plays[name] = kept
    assert seen.calls == [] and seen.stop == "PROHIBITED_CONTENT" and "2.2" in seen.text


@pytest.mark.parametrize("streams", [True, False], ids=["stream", "whole"])
def test_raises_the_sdks_own_exception_and_sends_nothing(patient, provider, streams):
    name = name_of(cases("forbid")[0])
    for headers, model, code in (({"Proviso-Purpose": "restricted"}, name, 403), ({}, "no-such-model", 404)):
        provider.forget()
        with pytest.raises(errors.ClientError) as refused:
            ask(patient.url, model, streams, headers)
        assert refused.value.code == code and refused.value.message
        assert provider.requests() == []


def test_an_error_in_mid_stream_is_the_sdks_error(patient):
    with pytest.raises(errors.APIError) as broken:
        ask(patient.url, "broken", True)
    assert broken.value.message


def body_for() -> bytes:
    """Odd spacing and an unknown member, so that a body that is written anew would show."""
    request = {"contents": [{"parts": [{"text": "Say it. \u2713"}]}], "x_unknown": [1.0, 2e3]}
    return json.dumps(request, indent=1, ensure_ascii=False).encode()


@pytest.mark.parametrize("recording", gemini.recordings(), ids=lambda recording: recording.name)
def test_arrives_as_the_providers_own_bytes(patient, provider, recording):
    verb = "streamGenerateContent?alt=sse" if recording.streams else "generateContent"
    request = raw_http.post(f"/v1beta/models/{recording.name}:{verb}", {"x-goog-api-key": ANALYST_KEY}, body_for())
    for _ in range(SPLITS if recording.streams else 1):
        answer = raw_http.exchange(patient.port, request)
        assert (answer.status, answer.body) == (recording.status, recording.body)
    assert provider.requests()[-1].body == body_for()


@pytest.mark.parametrize("case", other_cases("forbid"), ids=name_of)
def test_calls_of_another_dialect_are_decided_and_arrive(patient, case):
    for _ in range(2 if case.streams else 1):
        seen = ask(patient.url, name_of(case), case.streams)
        assert seen.calls == calls_of(case, but=case.position)
        assert seen.text.startswith("Three calls.") and "2.2" in seen.text
        assert seen.stop == "STOP"


def test_a_conversation_goes_on_at_another_dialects_provider(patient, provider):
    case = Case(ANTHROPIC, False, "forbid", 2)
    google = client(patient.url)
    chat = google.chats.create(model=name_of(case), config=gemini.config())
    first = chat.send_message("Do it.")
    results = [
        types.Part.from_function_response(name=call.name, response={"output": "done"})
        for call in first.function_calls
    ]
    for part, call in zip(results, first.function_calls, strict=True):
        part.function_response.id = call.id
    chat.send_message(results)
    sent = json.loads(provider.requests()[-1].body)
    assert [message["role"] for message in sent["messages"]] == ["user", "assistant", "user"]
    asked = [block["id"] for block in sent["messages"][1]["content"] if block["type"] == "tool_use"]
    assert [block["tool_use_id"] for block in sent["messages"][2]["content"]] == asked


def test_tokens_are_counted_and_texts_embedded(patient):
    google = client(patient.url)
    models = google.models
    assert models.count_tokens(model="count", contents="How many?").total_tokens == 14
    embedded = models.embed_content(model="embed", contents=["a", "b"])
    assert [one.values for one in embedded.embeddings] == [[0.5, -0.25], [1, 2]]


def test_models_are_listed(patient):
    google = client(patient.url)
    listed = [model.name for model in google.models.list()]
    assert "models/count" in listed


def test_the_official_javascript_sdk_passes_its_tests(patient, provider):
    folder = pathlib.Path(__file__).with_name("node")
    if not (folder / "node_modules/@google/genai").is_dir() or shutil.which("node") is None:
        pytest.skip("the JavaScript SDKs are not installed; ./test installs them")
    decided = [*cases("forbid"), *other_cases("forbid")]
    models = {
        "recordings": [{"model": one.name, "streams": one.streams} for one in gemini.recordings() if one.status == 200],
        "cases": [
            {"model": name_of(case), "streams": case.streams, "calls": calls_of(case, but=case.position)}
            for case in decided
        ],
        "broken": "broken",
        "withheld": WITHHELD_MARK,
    }
    environment = os.environ | {"GATEWAY_URL": patient.url, "UPSTREAM_URL": provider.url}
    environment |= {"GATEWAY_KEY": ANALYST_KEY, "MODELS": json.dumps(models)}
    done = subprocess.run(
        ["node", "--test", "--test-reporter=tap", "gemini.test.mjs"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    failed = [line for line in done.stdout.splitlines() if line.startswith("not ok")]
    assert done.returncode == 0, "\n".join([*failed[:20], done.stdout[-6000:], done.stderr[-2000:]])
