"""All five dialects side by side: one provider that speaks each, and each one's official SDK.

A model's name says what its provider plays; any SDK may ask for any model.
"""

import json
import urllib.parse
from collections.abc import Callable
from typing import NamedTuple

from support import bedrock, clients, gemini, responses, synthetic
from support.bedrock import BEDROCK
from support.clients import Seen
from support.gateway import Gateway
from support.gemini import GEMINI
from support.recordings import ANTHROPIC, OPENAI
from support.responses import RESPONSES
from support.scripted_upstream import Play, Received, ScriptedUpstream, pieces
from support.synthetic import Case

DIALECTS = (OPENAI, RESPONSES, ANTHROPIC, GEMINI, BEDROCK)
# Of an answer whose calls survive, and of one of which nothing is left but our notice.
GOES_ON = {OPENAI: "tool_calls", RESPONSES: "completed", ANTHROPIC: "tool_use", GEMINI: "STOP", BEDROCK: "tool_use"}
WITHHELD = {
    OPENAI: "content_filter",
    RESPONSES: "content_filter",
    ANTHROPIC: "refusal",
    GEMINI: "PROHIBITED_CONTENT",
    BEDROCK: "guardrail_intervened",
}
CATALOGUED_ONLY = """
@id("3.1") @title("Only catalogued tools are called")
forbid (principal, action == Action::"call_tool", resource)
when { !(context has effect) };
"""
MAKES: dict[str, Callable[[Case], Play]] = {
    OPENAI: synthetic.play,
    ANTHROPIC: synthetic.play,
    RESPONSES: responses.play,
    GEMINI: gemini.play,
    BEDROCK: bedrock.play,
}


class Scene(NamedTuple):
    """Exact bytes of a whole answer, after which the connection closes; none at all is allowed."""

    bytes: bytes


def name_of(case: Case) -> str:
    """A model's name without slashes, as Gemini and AWS have it in their paths."""
    alone = "" if case.count == synthetic.CALLS else f"-of-{case.count}"
    return case.model.replace("/", "-") + alone


def ask(url: str, dialect: str, model: str, streams: bool, headers: dict | None = None, words: str = "Do it.") -> Seen:
    """One request with every tool offered, through the official SDK of `dialect`."""
    if dialect == GEMINI:
        return gemini.ask(url, model, streams, headers)
    if dialect == BEDROCK:
        return bedrock.ask(url, model, streams, headers=headers)
    asked = Asked(dialect, model, streams)
    through = responses.ask if dialect == RESPONSES else clients.ask_with_tools
    return through(url, asked, headers, words=words)


class Asked(NamedTuple):
    """What the SDKs' askers read of a case."""

    dialect: str
    model: str
    streams: bool


def status_of(dialect: str, error: Exception) -> int:
    if dialect == GEMINI:
        return error.code
    if dialect == BEDROCK:
        return error.response["ResponseMetadata"]["HTTPStatusCode"]
    return error.status_code


def asked_model(request: Received) -> str:
    """The model that a request names: in its body, or in its path."""
    path = request.target.partition("?")[0]
    if path.startswith("/model/"):
        return urllib.parse.unquote(path.split("/")[2])
    if "/models/" in path:
        return urllib.parse.unquote(path.partition("/models/")[2].rpartition(":")[0])
    return json.loads(request.body).get("model", "") if request.body else ""


def stream_type(target: str) -> str:
    return "application/vnd.amazon.eventstream" if target.startswith("/model/") else "text/event-stream"


class Provider(ScriptedUpstream):
    """Speaks every dialect. Plays by the model; a Scene is sent as it is, and the connection closed."""

    def answer(self, connection, request: Received) -> None:  # noqa: ANN001
        model = asked_model(request)
        with self.lock:
            self.received.append(request)
            seed = self.asked.get(model, 0)
            self.asked[model] = seed + 1
        play = self.plays.get(model)
        if isinstance(play, Scene):
            connection.sendall(play.bytes)
            connection.close()
            return
        if play is None:
            play = Play(json.dumps({"message": f"no play {model}"}).encode(), False, 404)
        status = f"HTTP/1.1 {play.status} Scripted\r\n"
        if not play.streams:
            head = f"Content-Type: application/json\r\nContent-Length: {len(play.body)}\r\n\r\n"
            connection.sendall((status + head).encode() + play.body)
            return
        head = f"Content-Type: {stream_type(request.target)}\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall((status + head).encode())
        for piece in pieces(play.body, seed):
            connection.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        connection.sendall(b"0\r\n\r\n")


def provider_of(name: str, url: str, dialect: str) -> str:
    text = f'[[provider]]\nname = "{name}"\nurl = "{url}"\ndialects = ["{dialect}"]\n'
    if dialect == BEDROCK:
        return text + 'credential_file = "keys/provider.aws"\ncredential_style = "aws-sigv4"\n'
    style = 'credential_style = "x-goog-api-key"\n' if dialect == GEMINI else ""
    return text + 'credential_file = "keys/provider.key"\n' + style


def configuration(url: str, models: dict[str, str], apart: bool) -> str:
    """A provider for each dialect, at `url`, or for each model; `models` gives each model's dialect."""
    text = (
        f'[[key]]\nid = "signer"\naws_access_key_id = "{bedrock.CALLER[0]}"\naws_secret_file = "keys/caller.aws"\n'
        'application = "analyst-desk"\npurpose = "translation"\n'
    )
    for dialect in () if apart else DIALECTS:
        text += provider_of(f"only-{dialect}", url, dialect)
    for name, dialect in models.items():
        provider = f"only-{name}" if apart else f"only-{dialect}"
        text += provider_of(provider, url, dialect) if apart else ""
        text += f'[[model]]\nname = "{name}"\nprovider = "{provider}"\nupstream_model = "{name}"\n'
    return text


class FamilyGateway(Gateway):
    """In front of `provider`, with every dialect's keys."""

    def __init__(
        self,
        provider: Provider,
        models: dict[str, str],
        hold_wait_ms: int,
        apart: bool = False,
        clauses: str = CATALOGUED_ONLY,
    ) -> None:
        more = {"config": "\n" + configuration(provider.url, models, apart), "clauses": clauses}
        super().__init__(provider.url, ["none"], hold_wait_ms, more)

    def before_start(self) -> None:
        (self.home / "keys/caller.aws").write_text(bedrock.CALLER[1] + "\n")
        key, secret = bedrock.PROVIDER
        (self.home / "keys/provider.aws").write_text(
            f"[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\nregion = {bedrock.REGION}\n"
        )
