"""What real providers sent: the shared recordings, framed as they travel.

`X.chunks.txt` holds one event's data a line and becomes an event stream; `X.json` is a whole answer.
"""

import functools
import json
import os
import pathlib
import subprocess
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
OPENAI = "openai-chat"
ANTHROPIC = "anthropic-messages"
DIALECT_OF_FOLDER = {
    "anthropic-messages": ANTHROPIC,
    "openai-chat": OPENAI,
    "deepseek-chat": OPENAI,
    "groq-chat": OPENAI,
    "mistral-chat": OPENAI,
    "xai-chat": OPENAI,
    "openai-compatible-chat": OPENAI,
}


class Recording(NamedTuple):
    name: str  # "groq-chat/groq-text.chunks"
    dialect: str
    streams: bool
    status: int
    body: bytes


def shared_data() -> pathlib.Path:
    return pathlib.Path(os.environ.get("PROVISO_SHARED_DATA", ROOT.parent / "shared/data"))


def frame(dialect: str, events: list[str]) -> bytes:
    """Events as server-sent events, as each provider frames them."""
    if dialect == OPENAI:
        return "".join(f"data: {event}\n\n" for event in [*events, "[DONE]"]).encode()
    return "".join(f"event: {json.loads(event)['type']}\ndata: {event}\n\n" for event in events).encode()


def answers_of(events: list[str]) -> list[list[str]]:
    """Some files hold the answers of several turns, one after the other: each ends at message_stop."""
    answers: list[list[str]] = [[]]
    for event in events:
        answers[-1].append(event)
        if json.loads(event).get("type") == "message_stop":
            answers.append([])
    return [answer for answer in answers if answer]


def read(path: pathlib.Path, dialect: str) -> list[Recording]:
    text = path.read_text(encoding="utf-8")
    name = f"{path.parent.name}/{path.name.removesuffix('.txt').removesuffix('.json')}"
    if path.name.endswith(".chunks.txt"):
        answers = answers_of([line for line in text.splitlines() if line.strip()])
        names = [name, *(f"{name}.turn{number}" for number in range(2, len(answers) + 1))]
        return [
            Recording(one, dialect, True, 200, frame(dialect, events))
            for one, events in zip(names, answers, strict=True)
        ]
    whole = json.loads(text)
    if "error" in whole and whole.get("type") != "message":
        return [Recording(name, dialect, False, 400, text.encode())]
    is_answer = "choices" in whole if dialect == OPENAI else whole.get("type") == "message"
    return [Recording(name, dialect, False, 200, text.encode())] if is_answer else []


def wire_folder() -> pathlib.Path | None:
    """The folder of recordings, a folder for each provider's dialect in it; None where there is none."""
    archive = shared_data() / "wire/provider-streams.tar.gz"
    if not archive.is_file():
        return None
    folder = ROOT / "build/wire"
    if not folder.is_dir():
        partial = folder.with_name(f"wire.{os.getpid()}")
        partial.mkdir(parents=True)
        subprocess.run(["tar", "-xzf", str(archive), "-C", str(partial)], check=True)
        partial.rename(folder)
    return folder


def read_lines(path: pathlib.Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


@functools.cache
def recordings() -> tuple[Recording, ...]:
    """Every recorded answer of both dialects, or none where the shared data is absent."""
    folder = wire_folder()
    if folder is None:
        return ()
    found = []
    for directory in sorted(path for path in folder.rglob("*") if path.name in DIALECT_OF_FOLDER):
        for path in sorted(directory.iterdir()):
            found += read(path, DIALECT_OF_FOLDER[directory.name])
    return tuple(found)
