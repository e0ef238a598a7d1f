"""All five dialects at once: every recorded answer, one provider that plays them, one gateway before it."""

import functools
import json
from typing import NamedTuple
from urllib.parse import unquote

from support import bedrock, recordings, responses
from support.bedrock import BEDROCK, CALLER, PROVIDER, REGION
from support.gateway import Gateway
from support.recordings import ANTHROPIC, OPENAI, read_lines, wire_folder
from support.responses import RESPONSES
from support.scripted_upstream import Play, Received, ScriptedUpstream, pieces

GEMINI = "google-generate-content"
DIALECTS = (OPENAI, RESPONSES, ANTHROPIC, GEMINI, BEDROCK)
AWS_EVENTS = "application/vnd.amazon.eventstream"

# Not answers that a provider should give (the protocol room's README says why), and one whose text was
# shortened by who recorded it, so that its pieces and its end disagree.
UNSOUND = ("duplicate-message-start", "spliced-message-start", "openai-shell-container.1.chunks")


class Recorded(NamedTuple):
    name: str  # "openai-chat/openai-text"
    dialect: str
    streams: bool
    body: bytes
    model: str  # a plain word: it stands in paths


def of_gemini() -> list[tuple[str, str, bool, bytes]]:
    found = []
    for path in sorted((wire_folder() / GEMINI).iterdir()):
        if path.name.endswith(".chunks.txt"):
            body = "".join(f"data: {one}\r\n\r\n" for one in read_lines(path)).encode()
            found.append((f"{GEMINI}/{path.name}", GEMINI, True, body))
        elif "error" not in json.loads(path.read_text()):
            found.append((f"{GEMINI}/{path.name}", GEMINI, False, path.read_bytes()))
    return found


@functools.cache
def every_recording() -> tuple[Recorded, ...]:
    """Every sound answer, in every dialect; none where the shared data is absent."""
    if wire_folder() is None:
        return ()
    known = [(one.name, one.dialect, one.streams, one.body) for one in recordings.recordings() if one.status == 200]
    known += [(one.name, one.dialect, one.streams, one.body) for one in responses.recordings()]
    known += [(one.name, BEDROCK, one.streams, one.body) for one in bedrock.recordings()]
    sound = [one for one in known + of_gemini() if not any(word in one[0] for word in UNSOUND)]
    return tuple(Recorded(*one, f"m{number}") for number, one in enumerate(sound))


def model_asked(request: Received) -> str:
    path = unquote(request.target.split("?")[0])
    if path.startswith("/model/"):
        return path.split("/")[2]
    if "/models/" in path:
        return path.split("/models/")[1].rsplit(":", 1)[0]
    return json.loads(request.body).get("model", "")


class EveryProvider(ScriptedUpstream):
    """Plays by the model, wherever the dialect names it."""

    def answer(self, connection, request: Received) -> None:  # noqa: ANN001
        model = model_asked(request)
        with self.lock:
            self.received.append(request)
            seed = self.asked.get(model, 0)
            self.asked[model] = seed + 1
        play = self.plays.get(model, Play(b'{"error":{"message":"there is no such play"}}', False, 404))
        status = f"HTTP/1.1 {play.status} Scripted\r\n"
        if not play.streams:
            head = f"{status}Content-Type: application/json\r\nContent-Length: {len(play.body)}\r\n\r\n"
            connection.sendall(head.encode() + play.body)
            return
        type_ = AWS_EVENTS if request.target.startswith("/model/") else "text/event-stream"
        head = f"{status}Content-Type: {type_}\r\nTransfer-Encoding: chunked\r\n\r\n"
        cut = b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces(play.body, seed))
        connection.sendall(head.encode() + cut + b"0\r\n\r\n")


def provider_table(dialect: str, url: str) -> str:
    signed = dialect == BEDROCK
    credential = "keys/provider.aws" if signed else "keys/provider.key"
    text = f'[[provider]]\nname = "{dialect}"\nurl = "{url}"\ndialects = ["{dialect}"]\n'
    text += f'credential_file = "{credential}"\n'
    if signed or dialect == GEMINI:
        text += f'credential_style = "{"aws-sigv4" if signed else "x-goog-api-key"}"\n'
    return text


def model_table(model: str, dialect: str, upstream_model: str) -> str:
    return f'[[model]]\nname = "{model}"\nprovider = "{dialect}"\nupstream_model = "{upstream_model}"\n'


class GatewayToAll(Gateway):
    """One provider of each dialect, all at one address; `models` are (name, dialect, name upstream)."""

    def __init__(self, url: str, models: list[tuple[str, str, str]], more_config: str = "") -> None:
        config = "\n".join(provider_table(dialect, url) for dialect in DIALECTS)
        config += f'[[key]]\nid = "signer"\naws_access_key_id = "{CALLER[0]}"\naws_secret_file = "keys/caller.aws"\n'
        config += 'application = "analyst-desk"\npurpose = "translation"\n'
        config += "".join(model_table(*one) for one in models)
        super().__init__(url, ["none"], 30_000, {"config": "\n" + config + more_config})

    def before_start(self) -> None:
        (self.home / "keys/caller.aws").write_text(CALLER[1] + "\n")
        (self.home / "keys/provider.aws").write_text(
            f"[default]\naws_access_key_id = {PROVIDER[0]}\naws_secret_access_key = {PROVIDER[1]}\nregion = {REGION}\n"
        )
