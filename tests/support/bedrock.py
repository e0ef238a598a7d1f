"""AWS Bedrock Converse: its frames, a provider that checks signatures, and the official SDK."""

import json
import struct
import zlib
from typing import NamedTuple
from urllib.parse import unquote

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.parsers import ResponseParserError

from support.clients import SECONDS_MAX, Seen, marks
from support.recordings import read_lines, wire_folder
from support.scripted_upstream import Play, Received, ScriptedUpstream, pieces
from support.synthetic import CALLS, SCHEMA, TOOLS, Case, arguments, tool_name
from support.synthetic import pieces as fragments

BEDROCK = "bedrock-converse"
REGION = "eu-central-1"
CALLER = ("PVCALLER0123456789", "secret-of-a-caller-0123456789")
PROVIDER = ("AKIAPROVIDER01234567", "secret/of+the/provider-0123456789")
PROVIDER_TOKEN = "session-token-of-the-provider"


class Recording(NamedTuple):
    name: str
    streams: bool
    body: bytes


def frame(headers: dict[str, str], payload: bytes) -> bytes:
    packed = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(packed) + len(payload), len(packed))
    prelude += struct.pack(">I", zlib.crc32(prelude))
    message = prelude + packed + payload
    return message + struct.pack(">I", zlib.crc32(message))


def event(type_: str, payload: str) -> bytes:
    headers = {":event-type": type_, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, payload.encode())


def exception(type_: str, message: str) -> bytes:
    headers = {":exception-type": type_, ":content-type": "application/json", ":message-type": "exception"}
    return frame(headers, json.dumps({"message": message}).encode())


def recordings() -> list[Recording]:
    """Every recorded answer of Converse; none where the shared data is absent."""
    folder = wire_folder()
    found = []
    for path in sorted(folder.rglob("bedrock-converse/*")) if folder else []:
        name = f"bedrock-converse/{path.name}"
        if path.name.endswith(".chunks.txt"):
            lines = [json.loads(line) for line in read_lines(path)]
            body = b"".join(event(type_, json.dumps(inner)) for line in lines for type_, inner in line.items())
            found.append(Recording(name, True, body))
        elif path.name.endswith(".json"):
            found.append(Recording(name, False, path.read_bytes()))
    return found


def cases(kind: str) -> list[Case]:
    return [Case(BEDROCK, streams, kind, position) for streams in (True, False) for position in range(CALLS)]


def stream_of(case: Case) -> bytes:
    out = event("messageStart", '{"role":"assistant"}')

    def tell(type_: str, index: int, **members: object) -> bytes:
        return event(type_, json.dumps({"contentBlockIndex": index, **members}))

    out += tell("contentBlockDelta", 0, delta={"text": "Three calls."}) + tell("contentBlockStop", 0)
    for index in range(case.count):
        start = {"toolUse": {"toolUseId": f"tooluse_{index}", "name": tool_name(case, index)}}
        out += tell("contentBlockStart", index + 1, start=start)
        for piece in fragments(arguments(case, index)):
            out += tell("contentBlockDelta", index + 1, delta={"toolUse": {"input": piece}})
        out += tell("contentBlockStop", index + 1)
    out += event("messageStop", '{"stopReason":"tool_use"}')
    usage = {"inputTokens": 3, "outputTokens": 5, "totalTokens": 8}
    return out + event("metadata", json.dumps({"usage": usage, "metrics": {"latencyMs": 7}}))


def whole_of(case: Case) -> bytes:
    content: list[dict] = [{"text": "Three calls."}]
    for index in range(case.count):
        use = {"toolUseId": f"tooluse_{index}", "name": tool_name(case, index)}
        content.append({"toolUse": use | {"input": json.loads(arguments(case, index))}})
    usage = {"inputTokens": 3, "outputTokens": 5, "totalTokens": 8}
    answer = {"output": {"message": {"role": "assistant", "content": content}}, "stopReason": "tool_use"}
    return json.dumps(answer | {"usage": usage, "metrics": {"latencyMs": 7}}).encode()


def play(case: Case) -> Play:
    return Play(stream_of(case) if case.streams else whole_of(case), case.streams)


def signature_of(request: Received, key: tuple[str, str], token: str | None) -> str:
    """What AWS's own SDK would have put into Authorization for the same request."""
    claimed = request.headers["authorization"]
    names = claimed.split("SignedHeaders=")[1].split(",")[0].split(";")
    method = request.head.split(b" ", 1)[0].decode()
    signed = {name: request.headers[name] for name in names}
    url = f"http://{request.headers['host']}{request.target}"
    asked = AWSRequest(method=method, url=url, data=request.body, headers=signed)
    asked.context["timestamp"] = request.headers["x-amz-date"]
    auth = SigV4Auth(Credentials(*key, token), "bedrock", REGION)
    return auth.signature(auth.string_to_sign(asked, auth.canonical_request(asked)), asked)


class Bedrock(ScriptedUpstream):
    """Plays by the model in the path, and refuses what is not signed with the provider's key."""

    def answer(self, connection, request: Received) -> None:  # noqa: ANN001
        model = unquote(request.target.split("/")[2])
        with self.lock:
            self.received.append(request)
            seed = self.asked.get(model, 0)
            self.asked[model] = seed + 1
        played = self.plays.get(model)
        if not request.headers["authorization"].endswith(signature_of(request, PROVIDER, PROVIDER_TOKEN)):
            self.say(connection, 403, "UnrecognizedClientException", "the signature does not match")
        elif played is None:
            self.say(connection, 404, "ResourceNotFoundException", f"no play {model}")
        elif not played.streams:
            head = f"Content-Type: application/json\r\nContent-Length: {len(played.body)}\r\n\r\n"
            connection.sendall(f"HTTP/1.1 {played.status} Scripted\r\n{head}".encode() + played.body)
        else:
            type_ = "application/vnd.amazon.eventstream"
            connection.sendall(
                f"HTTP/1.1 200 OK\r\nContent-Type: {type_}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
            )
            for piece in pieces(played.body, seed):
                connection.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            connection.sendall(b"0\r\n\r\n")

    @staticmethod
    def say(connection, status: int, type_: str, message: str) -> None:  # noqa: ANN001
        body = json.dumps({"message": message}).encode()
        head = f"HTTP/1.1 {status} No\r\nContent-Type: application/json\r\nx-amzn-ErrorType: {type_}\r\n"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


def client(url: str, key: tuple[str, str] = CALLER, token: str | None = None):  # noqa: ANN201
    settings = Config(retries={"total_max_attempts": 1}, read_timeout=SECONDS_MAX)
    return boto3.session.Session().client(
        "bedrock-runtime",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=key[0],
        aws_secret_access_key=key[1],
        aws_session_token=token,
        config=settings,
    )


def tools() -> dict:
    return {"tools": [{"toolSpec": {"name": name, "inputSchema": {"json": SCHEMA}}} for name in TOOLS]}


def question(words: str = "Do it.") -> list[dict]:
    return [{"role": "user", "content": [{"text": words}]}]


def parsed(url: str, key: tuple[str, str], model: str, streams: bool, token: str | None = None) -> object:
    """What boto3 makes of an answer, or the exception that it raises: some recordings are not to its taste."""
    asked = client(url, key, token)
    try:
        if streams:
            return list(asked.converse_stream(modelId=model, messages=question())["stream"])
        answer = asked.converse(modelId=model, messages=question())
    except ResponseParserError as error:
        return type(error).__name__
    answer.pop("ResponseMetadata")
    return answer


def with_headers(asked, headers: dict | None):  # noqa: ANN001, ANN201
    """The same client, which sends `headers` too: they are added before it signs."""

    def add(request, **_: object) -> None:  # noqa: ANN001
        for name, value in (headers or {}).items():
            request.headers.add_header(name, value)

    asked.meta.events.register("before-sign.bedrock-runtime.*", add)
    return asked


def ask(
    url: str, model: str, streams: bool, key: tuple[str, str] = CALLER, headers: dict | None = None
) -> Seen:
    """One request with every tool offered, through boto3."""
    aws = with_headers(client(url, key), headers)
    asked = {"modelId": model, "messages": question(), "toolConfig": tools()}
    if not streams:
        answer = aws.converse(**asked)
        content = answer["output"]["message"]["content"]
        text = "".join(block.get("text", "") for block in content)
        uses = [block["toolUse"] for block in content if "toolUse" in block]
        calls = [(use["name"], json.dumps(use["input"])) for use in uses]
        return Seen(text, marks(calls), answer["stopReason"], answer["ResponseMetadata"]["HTTPHeaders"])
    answer = aws.converse_stream(**asked)
    text, stop, names, inputs = "", None, {}, {}
    for told in answer["stream"]:
        if "contentBlockStart" in told:
            names[told["contentBlockStart"]["contentBlockIndex"]] = told["contentBlockStart"]["start"]["toolUse"]["name"]
        if "contentBlockDelta" in told:
            index, delta = told["contentBlockDelta"]["contentBlockIndex"], told["contentBlockDelta"]["delta"]
            text += delta.get("text", "")
            if "toolUse" in delta:
                inputs[index] = inputs.get(index, "") + delta["toolUse"]["input"]
        stop = told.get("messageStop", {}).get("stopReason", stop)
    calls = [(names[index], inputs[index]) for index in sorted(names)]
    return Seen(text, marks(calls), stop, answer["ResponseMetadata"]["HTTPHeaders"])
