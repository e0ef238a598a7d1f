"""HTTP/2 as clients speak it: the SDKs' own HTTP client, curl, nghttp and h2load against a gateway."""

import asyncio
import json
import pathlib
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator

import h2.connection
import h2.errors
import h2.events
import httpx2
import openai
import pytest

from support.clients import openai_client
from support.gateway import ANALYST_KEY, BINARY, Gateway, why_not
from support.recordings import OPENAI, recordings

KEY = {"Authorization": f"Bearer {ANALYST_KEY}"}
MESSAGES = [{"role": "user", "content": "Say it."}]
ONE_CONNECTION = httpx2.Limits(max_connections=1)
STREAMS_AT_ONCE = 100


def model_of(streams: bool) -> str:
    """A recorded answer of some length."""
    known = [each for each in recordings() if each.dialect == OPENAI and each.streams == streams]
    return max((each for each in known if each.status == 200), key=lambda each: len(each.body)).name


def request(model: str, streams: bool) -> bytes:
    return json.dumps({"model": model, "messages": MESSAGES, "stream": streams}).encode()


def sdk_over_http2(url: str) -> openai.OpenAI:
    client = httpx2.Client(http1=False, http2=True, limits=ONE_CONNECTION)
    return openai.OpenAI(base_url=f"{url}/v1", api_key=ANALYST_KEY, http_client=client, max_retries=0)


@pytest.mark.parametrize("streams", [False, True])
def test_an_sdk_gets_the_same_answer_over_either_version(gateway, streams):
    def ask(client: openai.OpenAI) -> list[dict]:
        answer = client.chat.completions.create(model=model_of(streams), messages=MESSAGES, stream=streams)
        return [part.model_dump() for part in answer] if streams else [answer.model_dump()]

    assert ask(sdk_over_http2(gateway.url)) == ask(openai_client(gateway.url))


def test_an_sdk_gets_the_same_error_over_either_version(gateway):
    with pytest.raises(openai.NotFoundError) as over_http2:
        sdk_over_http2(gateway.url).chat.completions.create(model="no-such-model", messages=MESSAGES)
    with pytest.raises(openai.NotFoundError) as over_http11:
        openai_client(gateway.url).chat.completions.create(model="no-such-model", messages=MESSAGES)
    assert over_http2.value.body == over_http11.value.body


def test_many_streams_share_one_connection(gateway, upstream):
    async def ask(client: httpx2.AsyncClient, number: int) -> tuple[str, bytes]:
        streams = number % 2 == 0
        answer = await client.post("/v1/chat/completions", content=request(model_of(streams), streams))
        assert answer.status_code == 200
        return answer.http_version, answer.content

    async def ask_all() -> list[tuple[str, bytes]]:
        async with httpx2.AsyncClient(
            base_url=gateway.url, http1=False, http2=True, limits=ONE_CONNECTION, headers=KEY, timeout=60
        ) as client:
            return await asyncio.gather(*(ask(client, number) for number in range(STREAMS_AT_ONCE)))

    answers = asyncio.run(ask_all())
    assert {version for version, _ in answers} == {"HTTP/2"}
    for number, (_, body) in enumerate(answers):
        assert body == upstream.plays[model_of(number % 2 == 0)].body, number


class Hanging:
    """A provider that begins a stream and never ends it; says when the gateway closed the connection."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.closed = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        connection, _ = self.listener.accept()
        with connection:
            connection.recv(65536)
            event = b'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"a"}}]}\n\n'
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                + f"{len(event):x}\r\n".encode()
                + event
                + b"\r\n"
            )
            self.began.set()
            connection.settimeout(20)
            while connection.recv(65536):
                pass
            self.closed.set()


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    if reason := why_not():
        pytest.skip(reason)
    provider = Hanging()
    yield provider
    provider.listener.close()


def read_until(client: h2.connection.H2Connection, wire: socket.socket, event: type) -> None:
    """Reads from the gateway until an event of this kind comes."""
    while True:
        events = client.receive_data(wire.recv(65536))
        wire.sendall(client.data_to_send())
        if any(isinstance(each, event) for each in events):
            return


def test_a_cancelled_stream_ends_the_request_to_the_provider(hanging):
    # By the protocol library itself: the SDKs' HTTP client never resets a stream that it leaves.
    gateway = Gateway(hanging.url, ["slow"], 300)
    try:
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as wire:
            client = h2.connection.H2Connection()
            client.initiate_connection()
            head = {":method": "POST", ":scheme": "http", ":authority": "x", ":path": "/v1/chat/completions"}
            client.send_headers(1, [*head.items(), ("authorization", f"Bearer {ANALYST_KEY}")])
            client.send_data(1, request("slow", True), end_stream=True)
            wire.sendall(client.data_to_send())
            read_until(client, wire, h2.events.DataReceived)
            client.reset_stream(1, h2.errors.ErrorCodes.CANCEL)
            client.ping(b"pingpong")
            wire.sendall(client.data_to_send())
            assert hanging.closed.wait(10), "the provider still sends to nobody"
            read_until(client, wire, h2.events.PingAckReceived)  # the connection lives on
    finally:
        gateway.close()


def test_a_client_that_leaves_ends_its_requests_to_the_provider(hanging):
    gateway = Gateway(hanging.url, ["slow"], 300)
    try:
        with httpx2.Client(base_url=gateway.url, http1=False, http2=True, headers=KEY) as client:
            with client.stream("POST", "/v1/chat/completions", content=request("slow", True)) as answer:
                assert b"assistant" in next(answer.iter_raw())
        assert hanging.closed.wait(10), "the provider still sends to nobody"
    finally:
        gateway.close()


def program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"there is no {name}")
    return path


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr or done.stdout
    return done.stdout


def test_curl_speaks_http2_by_prior_knowledge(gateway, upstream):
    body = request(model_of(True), True).decode()
    told = run(
        *(program("curl"), "-s", "--http2-prior-knowledge", f"{gateway.url}/v1/chat/completions"),
        *("-H", f"Authorization: Bearer {ANALYST_KEY}", "-d", body, "-w", "\n%{http_version} %{http_code}"),
    )
    answer, _, seen = told.rpartition("\n")
    assert seen == "2 200"
    assert answer.encode() == upstream.plays[model_of(True)].body


def test_an_upgrade_is_not_taken(gateway):
    seen = run(program("curl"), "-s", "--http2", f"{gateway.url}/healthz", "-o", "/dev/null", "-w", "%{http_version}")
    assert seen == "1.1"


def test_nghttp_and_h2load_find_nothing_wrong(gateway):
    told = run(program("nghttp"), "-nv", "--no-dep", f"{gateway.url}/healthz")
    assert ":status: 200" in told and "END_STREAM" in told
    # Over curl's number of streams at once, on few connections.
    told = run(program("h2load"), "-n", "2000", "-c", "4", "-m", "100", f"{gateway.url}/healthz")
    assert "2000 succeeded, 0 failed, 0 errored" in told


@pytest.fixture(scope="module")
def tls_gateway(upstream) -> Iterator[tuple[Gateway, pathlib.Path]]:
    """A gateway with a certificate for 127.0.0.1, and that certificate."""
    if reason := why_not():
        pytest.skip(reason)
    gateway = Gateway(upstream.url, [model_of(True)], 300)
    gateway.serving.close()
    certificate, key = gateway.home / "server.pem", gateway.home / "server.key"
    run(
        *(program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
        *("-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-keyout", str(key), "-out", str(certificate)),
    )
    config = gateway.home / "config.toml"
    files = f'tls_certificate = "{certificate}"\ntls_key = "{key}"\n'
    config.write_text(config.read_text().replace("[gateway]\n", f"[gateway]\n{files}"))
    gateway.url = f"https://127.0.0.1:{gateway.port}"
    log = (gateway.home / "tls.log").open("wb")
    command = [BINARY, "serve", "--home", str(gateway.home)]
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    for _ in range(200):
        if subprocess.run(["curl", "-sk", f"{gateway.url}/healthz"], capture_output=True).returncode == 0:
            break
        time.sleep(0.05)
    yield gateway, certificate
    process.terminate()
    assert process.wait(timeout=45) == 0
    log.close()
    gateway.folder.cleanup()


def test_tls_agrees_on_the_version_by_alpn(tls_gateway):
    gateway, certificate = tls_gateway
    for flag, version in (("--http2", "2"), ("--http1.1", "1.1")):
        seen = run(
            *(program("curl"), "-s", flag, "--cacert", str(certificate), f"{gateway.url}/healthz"),
            *("-o", "/dev/null", "-w", "%{http_version} %{http_code}"),
        )
        assert seen == f"{version} 200"


def test_an_answer_streams_over_tls_and_http2(tls_gateway, upstream):
    gateway, certificate = tls_gateway
    trust = ssl.create_default_context(cafile=certificate)
    with httpx2.Client(base_url=gateway.url, http2=True, verify=trust, headers=KEY) as client:
        answer = client.post("/v1/chat/completions", content=request(model_of(True), True))
    assert (answer.http_version, answer.status_code) == ("HTTP/2", 200)
    assert answer.content == upstream.plays[model_of(True)].body
