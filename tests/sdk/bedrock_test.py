"""Bedrock Converse through boto3, unchanged: signed in and signed out, decided on the stream."""

import json
import os
import pathlib
import shutil
import subprocess
import threading
import urllib.request
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError, EventStreamError

from support.bedrock import (
    BEDROCK,
    CALLER,
    PROVIDER,
    PROVIDER_TOKEN,
    REGION,
    Bedrock,
    ask,
    cases,
    client,
    event,
    exception,
    parsed,
    play,
    question,
    recordings,
)
from support.clients import ask_with_tools, openai_client
from support.gateway import ANALYST_KEY, Gateway, why_not
from support.recordings import ANTHROPIC, OPENAI
from support.scripted_upstream import Play
from support.synthetic import CALLS, WITHHELD_MARK, Case, mark, openai_tools, tool_name

OTHERS = [Case(dialect, streams, "forbid", 1) for dialect in (OPENAI, ANTHROPIC) for streams in (True, False)]
ONLY_CALL = "only-call"
BROKEN = "broken"
STREAM_BROKEN = event("messageStart", '{"role":"assistant"}') + exception("throttlingException", "slow down")


def plays() -> dict[str, Play]:
    known = {one.name: Play(one.body, one.streams) for one in recordings()}
    known |= {case.model: play(case) for kind in ("forbid", "hold") for case in cases(kind)}
    use = {"toolUse": {"toolUseId": "tooluse_1", "name": "erase_all", "input": {"mark": WITHHELD_MARK}}}
    only = {"output": {"message": {"role": "assistant", "content": [use]}}, "stopReason": "tool_use"}
    only |= {"usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}, "metrics": {"latencyMs": 1}}
    known[ONLY_CALL] = Play(json.dumps(only).encode(), False)
    known[BROKEN] = Play(STREAM_BROKEN, True)
    return known


def configuration(bedrock_url: str, others_url: str) -> str:
    text = (
        f'[[provider]]\nname = "bedrock"\nurl = "{bedrock_url}"\ndialects = ["{BEDROCK}"]\n'
        'credential_file = "keys/provider.aws"\ncredential_style = "aws-sigv4"\n'
        f'[[key]]\nid = "signer"\naws_access_key_id = "{CALLER[0]}"\naws_secret_file = "keys/caller.aws"\n'
        'application = "analyst-desk"\npurpose = "translation"\n'
    )
    for name in sorted(plays()):
        text += f'[[model]]\nname = {json.dumps(name)}\nprovider = "bedrock"\nupstream_model = "aws.{name}:0"\n'
    for dialect in (OPENAI, ANTHROPIC):
        text += (
            f'[[provider]]\nname = "only-{dialect}"\nurl = "{others_url}"\ndialects = ["{dialect}"]\n'
            'credential_file = "keys/provider.key"\n'
        )
    for case in OTHERS:
        text += f'[[model]]\nname = "{case.model}"\nprovider = "only-{case.dialect}"\nupstream_model = "replay:{case.model}"\n'
    return text


class SignedGateway(Gateway):
    """With the keys that sign, in and out."""

    def before_start(self) -> None:
        (self.home / "keys/caller.aws").write_text(CALLER[1] + "\n")
        (self.home / "keys/provider.aws").write_text(
            f"[default]\naws_access_key_id = {PROVIDER[0]}\naws_secret_access_key = {PROVIDER[1]}\n"
            f"aws_session_token = {PROVIDER_TOKEN}\nregion = {REGION}\n"
        )


@pytest.fixture(scope="module")
def bedrock() -> Iterator[Bedrock]:
    server = Bedrock({f"aws.{name}:0": what for name, what in plays().items()})
    yield server
    server.close()


@pytest.fixture(scope="module")
def gateway(bedrock, upstream) -> Iterator[Gateway]:
    if reason := why_not():
        pytest.skip(reason)
    running = SignedGateway(upstream.url, ["none"], 30_000, {"config": "\n" + configuration(bedrock.url, upstream.url)})
    yield running
    running.close()


@pytest.mark.parametrize("recording", recordings(), ids=lambda one: one.name)
def test_recorded_answers_reach_boto3_as_they_were(gateway, bedrock, recording):
    direct = parsed(bedrock.url, PROVIDER, f"aws.{recording.name}:0", recording.streams, PROVIDER_TOKEN)
    for _ in range(3 if recording.streams else 1):
        assert parsed(gateway.url, CALLER, recording.name, recording.streams) == direct
    sent = bedrock.requests()[-1]
    assert sent.target.startswith("/model/aws.bedrock-converse%2F")
    assert sent.headers["x-amz-security-token"] == PROVIDER_TOKEN
    assert CALLER[0] not in sent.head.decode()


@pytest.mark.parametrize("case", cases("forbid"), ids=lambda case: case.model)
def test_a_forbidden_call_is_withheld_in_every_position(gateway, case):
    for _ in range(3 if case.streams else 1):
        seen = ask(gateway.url, case.model, case.streams)
        rest = [(tool_name(case, index), mark(case, index)) for index in range(CALLS) if index != case.position]
        assert seen.calls == rest
        assert WITHHELD_MARK not in seen.text and "2.2" in seen.text
        assert seen.text.startswith("Three calls.")
        assert seen.stop == "tool_use"


def test_an_answer_of_nothing_but_a_withheld_call_is_no_finish_of_the_model(gateway):
    seen = ask(gateway.url, ONLY_CALL, False)
    assert seen.calls == [] and "2.2" in seen.text
    assert seen.stop == "guardrail_intervened"


@pytest.mark.parametrize("case", cases("hold"), ids=lambda case: case.model)
def test_a_held_call_waits_on_the_open_connection_and_is_released(gateway, case):
    known = {hold["id"] for hold in gateway.holds()}
    seen = []
    asking = threading.Thread(target=lambda: seen.append(ask(gateway.url, case.model, case.streams)))
    asking.start()
    gateway.approve(gateway.wait_for_hold(known)["id"])
    asking.join(timeout=60)
    assert seen[0].calls == [(tool_name(case, index), mark(case, index)) for index in range(CALLS)]
    assert seen[0].stop == "tool_use"


def refused(gateway: Gateway, key: tuple[str, str] = CALLER, model: str = ONLY_CALL, **more: object) -> ClientError:
    with pytest.raises(ClientError) as raised:
        client(gateway.url, key).converse(modelId=model, messages=question(), **more)
    return raised.value


def test_refusals_are_the_exceptions_that_boto3_knows(gateway):
    made = client(gateway.url)
    assert isinstance(refused(gateway, model="absent"), ClientError)
    for error, name, status in (
        (refused(gateway, model="absent"), "ResourceNotFoundException", 404),
        (refused(gateway, (CALLER[0], "another-secret-0123456789")), "UnrecognizedClientException", 401),
        (refused(gateway, ("PVNOBODY", CALLER[1])), "UnrecognizedClientException", 401),
        (refused(gateway, additionalModelRequestFields={"tools": []}), "ValidationException", 400),
    ):
        assert error.response["Error"]["Code"] == name
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status
    made.meta.events.register(
        "before-sign.bedrock-runtime.*",
        lambda request, **_: request.headers.add_header("Proviso-Purpose", "restricted"),
    )
    with pytest.raises(made.exceptions.AccessDeniedException) as raised:
        made.converse(modelId=ONLY_CALL, messages=question())
    assert "2.1" in str(raised.value) or raised.value.response["Error"]["Message"]


def test_a_token_that_the_gateway_did_not_give_is_refused(gateway):
    with pytest.raises(ClientError) as raised:
        parsed(gateway.url, CALLER, ONLY_CALL, False, "a-session-token")
    assert raised.value.response["Error"]["Code"] == "UnrecognizedClientException"


def test_an_error_in_mid_stream_is_raised_and_never_an_end(gateway):
    stream = client(gateway.url).converse_stream(modelId=BROKEN, messages=question())["stream"]
    with pytest.raises(EventStreamError) as raised:
        list(stream)
    assert "modelStreamErrorException" in str(raised.value)


def test_a_bedrock_api_key_is_an_ordinary_bearer_key(gateway):
    """By hand: boto3 sends such a key only over TLS."""
    request = urllib.request.Request(
        f"{gateway.url}/model/{ONLY_CALL}/converse",
        data=json.dumps({"messages": question()}).encode(),
        headers={"Authorization": f"Bearer {ANALYST_KEY}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200 and json.load(answer)["stopReason"]


@pytest.mark.parametrize("case", OTHERS, ids=lambda case: case.model)
def test_providers_of_other_dialects_answer_boto3(gateway, case):
    for _ in range(3 if case.streams else 1):
        seen = ask(gateway.url, case.model, case.streams)
        rest = [(tool_name(case, index), mark(case, index)) for index in range(CALLS) if index != case.position]
        assert seen.calls == rest
        assert WITHHELD_MARK not in seen.text and seen.text.startswith("Three calls.")
        assert seen.stop == "tool_use"


@pytest.mark.parametrize("case", cases("forbid"), ids=lambda case: case.model)
@pytest.mark.parametrize("dialect", [OPENAI, ANTHROPIC])
def test_bedrock_answers_the_sdks_of_other_dialects(gateway, case, dialect):
    asked = AskedAs(case, dialect)
    seen = ask_with_tools(gateway.url, asked)
    rest = [(tool_name(case, index), mark(case, index)) for index in range(CALLS) if index != case.position]
    assert seen.calls == rest
    assert WITHHELD_MARK not in seen.text and seen.text.startswith("Three calls.")
    assert seen.stop == ("tool_calls" if dialect == OPENAI else "tool_use")


class AskedAs:
    """A case of Bedrock's that a client of another dialect asks for."""

    def __init__(self, case: Case, dialect: str) -> None:
        self.dialect, self.streams, self.model = dialect, case.streams, case.model


def test_a_conversation_with_results_goes_on_at_bedrock(gateway, bedrock):
    case = cases("forbid")[-1]
    openai = openai_client(gateway.url)
    history = [{"role": "user", "content": "Do it."}]
    asked = {"model": case.model, "tools": openai_tools()}
    first = openai.chat.completions.create(**asked, messages=history).choices[0].message
    history.append(first.model_dump(exclude_none=True))
    history += [{"role": "tool", "tool_call_id": call.id, "content": "done"} for call in first.tool_calls]
    openai.chat.completions.create(**asked, messages=history)
    sent = json.loads(bedrock.requests()[-1].body)
    assert [message["role"] for message in sent["messages"]] == ["user", "assistant", "user"]
    uses = [block["toolUse"]["toolUseId"] for block in sent["messages"][1]["content"] if "toolUse" in block]
    results = [block["toolResult"]["toolUseId"] for block in sent["messages"][2]["content"]]
    assert uses == results and len(uses) == CALLS - 1


def test_the_javascript_sdk_passes_its_tests(gateway):
    folder = pathlib.Path(__file__).with_name("node")
    if not (folder / "node_modules/@aws-sdk").is_dir() or shutil.which("node") is None:
        pytest.skip("the JavaScript SDK is not installed; ./test installs it")
    known = [{"model": case.model, "streams": case.streams, "position": case.position} for case in cases("forbid")]
    told = {"url": gateway.url, "region": REGION, "id": CALLER[0], "secret": CALLER[1], "cases": known}
    told |= {"broken": BROKEN, "withheld": WITHHELD_MARK}
    told |= {"recorded": [one.name for one in recordings() if one.streams]}
    done = subprocess.run(
        ["node", "--no-warnings", "--test", "--test-reporter=tap", "bedrock.test.mjs"],
        cwd=folder,
        env=os.environ | {"BEDROCK": json.dumps(told)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    failed = [line for line in done.stdout.splitlines() if line.startswith("not ok")]
    assert done.returncode == 0, "\n".join([*failed[:20], done.stdout[-6000:], done.stderr[-2000:]])
