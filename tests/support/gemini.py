"""Gemini's API: three parallel calls that we write ourselves, the recordings, and the official SDK."""

import functools
import json

from google import genai
from google.genai import types

from support.clients import SECONDS_MAX, Seen
from support.gateway import ANALYST_KEY
from support.recordings import Recording, read_lines, wire_folder
from support.scripted_upstream import Play
from support.synthetic import CALLS, SCHEMA, TOOLS, Case, mark, tool_name

GEMINI = "google-generate-content"


def name_of(case: Case) -> str:
    """A model's name without slashes: it stands in the path."""
    return case.model.replace("/", "-")


def cases(kind: str) -> list[Case]:
    return [Case(GEMINI, streams, kind, position) for streams in (True, False) for position in range(CALLS)]


def response(parts: list[dict], stop: str | None = None) -> dict:
    candidate: dict = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if stop:
        candidate["finishReason"] = stop
    usage = {"promptTokenCount": 3, "candidatesTokenCount": 5, "totalTokenCount": 8}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "scripted", "responseId": "r1"}


def events_of(responses: list[str]) -> bytes:
    return "".join(f"data: {one}\r\n\r\n" for one in responses).encode()


def play(case: Case) -> Play:
    calls = [
        {"functionCall": {"name": tool_name(case, index), "args": {"mark": mark(case, index)}}}
        for index in range(case.count)
    ]
    if not case.streams:
        return Play(json.dumps(response([{"text": "Three calls."}, *calls], "STOP")).encode(), False)
    told = [response([{"text": "Three calls."}]), *(response([call]) for call in calls)]
    return Play(events_of([json.dumps(one) for one in [*told, response([{"text": ""}], "STOP")]]), True)


@functools.cache
def recordings() -> tuple[Recording, ...]:
    folder = wire_folder()
    if folder is None:
        return ()
    found = []
    for path in sorted((folder / GEMINI).iterdir()):
        name = f"{GEMINI}-{path.name.removesuffix('.txt').removesuffix('.json')}"
        if path.name.endswith(".chunks.txt"):
            found.append(Recording(name, GEMINI, True, 200, events_of(read_lines(path))))
        else:
            status = 429 if "error" in json.loads(path.read_text()) else 200
            found.append(Recording(name, GEMINI, False, status, path.read_bytes()))
    return tuple(found)


def plays() -> dict[str, Play]:
    known = {name_of(case): play(case) for kind in ("forbid", "hold") for case in cases(kind)}
    return known | {one.name: Play(one.body, one.streams, one.status) for one in recordings()}


def provider(url: str) -> str:
    return (
        f'[[provider]]\nname = "gemini"\nurl = "{url}"\ndialects = ["{GEMINI}"]\n'
        'credential_file = "keys/provider.key"\ncredential_style = "x-goog-api-key"\n'
    )


def model(name: str, provider_name: str = "gemini", upstream_name: str = "") -> str:
    return (
        f'[[model]]\nname = {json.dumps(name)}\nprovider = "{provider_name}"\n'
        f'upstream_model = "replay:{upstream_name or name}"\n'
    )


def client(url: str, headers: dict | None = None) -> genai.Client:
    options = types.HttpOptions(base_url=url, timeout=SECONDS_MAX * 1000, headers=headers)
    return genai.Client(api_key=ANALYST_KEY, http_options=options)


def config() -> types.GenerateContentConfig:
    declared = [types.FunctionDeclaration(name=name, parameters_json_schema=SCHEMA) for name in TOOLS]
    automatic = types.AutomaticFunctionCallingConfig(disable=True)
    return types.GenerateContentConfig(
        tools=[types.Tool(function_declarations=declared)], automatic_function_calling=automatic
    )


def ask(url: str, name: str, streams: bool, headers: dict | None = None) -> Seen:
    """One request with every tool offered, through the SDK."""
    google = client(url, headers)  # a client that nobody holds closes itself
    models = google.models
    if streams:
        told = list(models.generate_content_stream(model=name, contents="Do it.", config=config()))
    else:
        told = [models.generate_content(model=name, contents="Do it.", config=config())]
    parts = [
        part
        for one in told
        for candidate in (one.candidates or [])[:1]
        for part in (candidate.content.parts if candidate.content and candidate.content.parts else [])
    ]
    calls = [part.function_call for part in parts if part.function_call]
    stops = [candidate.finish_reason for one in told for candidate in one.candidates or [] if candidate.finish_reason]
    text = "".join(part.text for part in parts if part.text and not part.thought)
    sent = told[0].sdk_http_response.headers if told[0].sdk_http_response else {}
    marks = [(call.name, call.args.get("mark", "")) for call in calls if call.args is not None]
    return Seen(text, marks, stops[-1].value if stops else None, {key.lower(): value for key, value in sent.items()})
