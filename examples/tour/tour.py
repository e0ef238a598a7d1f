"""The tour: five things that an application can ask of a gateway, and what becomes of each; and what other
wording of an agreement would let through.

`proviso tour` starts a gateway and runs this against it. By hand, against a gateway that runs:

    PROVISO_URL=http://127.0.0.1:8484 PROVISO_HOME=proviso-home PROVISO_BIN=build/release/bin/proviso \\
    PROVISO_API_KEY="$(cat proviso-home/keys/api-analyst-desk.key)" \\
    PROVISO_MODEL_KIND=recorded PROVISO_RECORDED_MODEL=recorded .venv/bin/python examples/tour/tour.py

The applications are the official SDKs of OpenAI and Anthropic, unchanged: only base URL and key are set.
`--json` prints one JSON object for each step. Exit 1 when a step did not go as told.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
import time

import anthropic
import openai

QUESTION = "What is the capital of France?"
ANSWER = "Paris"
FORBIDDEN_PURPOSE = "restricted-use"
PURPOSE = "logistics-planning"
APPROVED = {"asset": "asset-2", "zone": "north"}
CHANGED = {"asset": "asset-1", "zone": "north"}
TOOL = {
    "type": "object",
    "properties": {
        "asset": {"type": "string", "enum": ["asset-1", "asset-2", "asset-3"]},
        "zone": {"type": "string", "enum": ["north", "south"]},
    },
    "required": ["asset", "zone"],
}
ANSWER_SECONDS_MAX = 180
HOLD_SECONDS_MAX = 120
PUBLISH_SECONDS_MAX = 1.0
AGREEMENTS = pathlib.Path(__file__).resolve().parent.parent / "agreements"


class NotAsTold(Exception):
    """A step went otherwise than the tour says it must."""


def expect(condition: object, otherwise: str) -> None:
    if not condition:
        raise NotAsTold(otherwise)


class Page:
    """Where the story is told: text for people, or a JSON object for each step."""

    STYLES = {"head": "1", "good": "32", "warn": "33", "bad": "31", "dim": "2"}

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.colours = not as_json and sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self.step: dict = {}

    def styled(self, style: str, text: str) -> str:
        return f"\x1b[{self.STYLES[style]}m{text}\x1b[0m" if self.colours else text

    def begin(self, number: int, title: str) -> None:
        self.step = {"step": number, "title": title, "events": []}
        if not self.as_json:
            print(f"\n{self.styled('head', f'{number}. {title}')}", flush=True)

    def say(self, what: str, text: str, style: str | None = None) -> None:
        self.step["events"].append({"what": what, "text": text})
        if self.as_json:
            return
        lines = [line for part in text.splitlines() or [""] for line in textwrap.wrap(part, 98, drop_whitespace=False) or [""]]
        for position, line in enumerate(lines):
            label = what if position == 0 else ""
            print(f"   {label:<10} {self.styled(style, line) if style else line}", flush=True)

    def command(self, text: str) -> None:
        """How to look closer, ready to be pasted."""
        self.step["events"].append({"what": "look", "text": text})
        if not self.as_json:
            print(f"   {self.styled('dim', 'look')}       {text}", flush=True)

    def end(self, as_told: bool) -> None:
        self.step["as_told"] = as_told
        if self.as_json:
            print(json.dumps(self.step), flush=True)


class Tour:
    def __init__(self, page: Page, environment: dict[str, str]) -> None:
        self.page = page
        self.url = environment.get("PROVISO_URL", "http://127.0.0.1:8484").rstrip("/")
        self.home = pathlib.Path(environment["PROVISO_HOME"])
        self.binary = environment.get("PROVISO_BIN", "proviso")
        self.key = environment["PROVISO_API_KEY"]
        self.kind = environment.get("PROVISO_MODEL_KIND", "recorded")
        recorded = environment.get("PROVISO_RECORDED_MODEL", "recorded")
        self.model = environment.get("PROVISO_LOCAL_MODEL", "local") if self.kind == "local" else recorded
        self.recorded = recorded
        said = {"Proviso-Purpose": PURPOSE}
        self.openai = openai.OpenAI(
            base_url=f"{self.url}/v1", api_key=self.key, default_headers=said, timeout=ANSWER_SECONDS_MAX, max_retries=0
        )
        self.anthropic = anthropic.Anthropic(
            base_url=self.url, api_key=self.key, default_headers=said, timeout=ANSWER_SECONDS_MAX, max_retries=0
        )

    # What the steps share.

    def proviso(self, *arguments: str, exit_codes: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess:
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, timeout=60)
        expect(
            done.returncode in exit_codes,
            f"`proviso {' '.join(arguments)}` exited {done.returncode}: {(done.stderr or done.stdout).strip()}",
        )
        return done

    def shown(self, *arguments: str) -> str:
        return " ".join(["proviso" if shutil.which("proviso") else self.binary, *arguments])

    def model_line(self) -> str:
        if self.kind == "local":
            return f"{self.model}, a real model on this machine"
        return f"{self.model}: RECORDED answers (there is no local model here)"

    def tell_decision(self, outcome: str, headers) -> None:
        decision = headers.get("proviso-decision", "")
        expect(decision.startswith("dec_"), "the answer has no Proviso-Decision header")
        self.page.say("decided", f"{outcome}, decision {decision}", "good")
        receipt = headers.get("proviso-receipt", "")
        if receipt:
            self.page.say("recorded", f"before it was sent, as {receipt}")
            self.look_at_entry(receipt.rpartition("#")[2])

    def look_at_entry(self, index: str) -> None:
        """Opens two fields of the entry: what was decided, and by which clauses."""
        arguments = ["record", "open", str(self.home / "record"), index]
        arguments += ["--key", str(self.home / "keys/record.vkey"), "--openings", str(self.home / "store/openings.db")]
        arguments += ["--sealing-key", str(self.home / "keys/seal.key"), "--field", "outcome", "--field", "clause_ids"]
        self.page.command(self.shown(*arguments))

    def tell_refusal(self, error) -> dict:
        """What the SDK raised, and Proviso's part of it."""
        name = f"{type(error).__module__.partition('.')[0]}.{type(error).__name__}"
        self.page.say("refused", f"the SDK raises {name} ({error.status_code})", "warn")
        body = error.body if isinstance(error.body, dict) else {}
        inner = body.get("error", body)
        self.page.say("", inner.get("message", str(error)))
        return inner.get("proviso") or {}

    # 1 and 2: a harmless question.

    def ask_by_openai(self) -> None:
        self.page.say("sends", f"POST {self.url}/v1/chat/completions, by the OpenAI SDK {openai.__version__}")
        self.page.say("model", self.model_line())
        self.page.say("asks", f"{QUESTION}  (Proviso-Purpose: {PURPOSE})")
        raw = self.openai.chat.completions.with_raw_response.create(
            model=self.model, messages=[{"role": "user", "content": QUESTION}], max_tokens=24
        )
        self.tell_answer(raw.parse().choices[0].message.content or "", raw.headers)

    def ask_by_anthropic(self) -> None:
        self.page.say("sends", f"POST {self.url}/v1/messages, by the Anthropic SDK {anthropic.__version__}")
        self.page.say("model", self.model_line())
        self.page.say("asks", f"{QUESTION}  (Proviso-Purpose: {PURPOSE})")
        raw = self.anthropic.messages.with_raw_response.create(
            model=self.model, messages=[{"role": "user", "content": QUESTION}], max_tokens=24
        )
        blocks = raw.parse().content
        self.tell_answer("".join(block.text for block in blocks if block.type == "text"), raw.headers)

    def tell_answer(self, text: str, headers) -> None:
        self.page.say("answers", text.strip(), "good")
        expect(ANSWER in text, f'the answer should name {ANSWER}; it is "{text.strip()}"')
        self.tell_decision("permit", headers)

    # 3: a purpose that the terms forbid.

    def ask_for_forbidden_purpose(self) -> None:
        self.page.say("sends", f"the same question, with the header Proviso-Purpose: {FORBIDDEN_PURPOSE}")
        try:
            self.openai.chat.completions.create(
                model=self.model,
                messages=[{"role": "user", "content": QUESTION}],
                extra_headers={"Proviso-Purpose": FORBIDDEN_PURPOSE},
            )
        except openai.PermissionDeniedError as error:
            told = self.tell_refusal(error)
        else:
            raise NotAsTold("a forbidden purpose was answered")
        expect(told.get("clauses"), "the refusal names no clause")
        expect(str(told.get("decision", "")).startswith("dec_"), "the refusal names no decision")
        self.page.say("decided", f"forbid by clause {', '.join(told['clauses'])}, decision {told['decision']}", "good")
        self.page.say("", "nothing was sent to any model")
        self.page.command(self.shown("terms", "show", str(self.home / "terms")))

    # 4: a call that two people must decide.

    def hold_a_call(self) -> None:
        call = HeldCall(self)
        call.propose(APPROVED)
        hold, clauses = call.wait_until_held()
        self.page.say("decided", f"hold by clause {', '.join(clauses)}, as {hold}", "good")
        self.tell_hold(hold)
        first, second = (str(self.home / f"keys/approver-{number}.key") for number in (1, 2))
        self.approve(hold, first, "one approval")
        expect(not call.came_through(), "the call was released after one approval")
        self.page.say("still held", "one person is not two people", "good")
        self.approve_again(hold, first)
        expect(not call.came_through(), "the call was released after one person approved twice")
        self.approve(hold, second, "a second person's approval")
        released, way = call.take_released(APPROVED, hold)
        self.page.say("released", f"assign_asset({json.dumps(released)}), once, {way}", "good")
        expect(released == APPROVED, f"the released call is not the approved one: {released}")
        self.replay(call, hold)
        self.change_an_argument(call, hold)

    def tell_hold(self, hold: str) -> None:
        shown = self.proviso("holds", "show", hold, "--home", str(self.home)).stdout
        self.page.say("shown", "to an approver, exactly this:")
        for line in shown.splitlines():
            self.page.say("", "│ " + line, "dim")
        self.page.command(self.shown("holds", "list", "--home", str(self.home)))

    def approve(self, hold: str, key: str, who: str) -> None:
        arguments = ("holds", "approve", hold, "--key", key, "--home", str(self.home))
        self.page.say("approves", f"{who}, signed with {key}")
        done = self.proviso(*arguments)
        self.page.say("", done.stdout.strip().splitlines()[-1])  # above it stands the statement again

    def approve_again(self, hold: str, key: str) -> None:
        self.page.say("approves", "the same person again")
        arguments = ("holds", "approve", hold, "--key", key, "--home", str(self.home))
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, timeout=60)
        expect(done.returncode != 0, "the same person could approve twice")
        self.page.say("refused", done.stderr.strip(), "good")

    def replay(self, call: "HeldCall", hold: str) -> None:
        self.page.say("sends", f"the same request again, with Proviso-Hold: {hold}")
        try:
            call.request(APPROVED, {"Proviso-Hold": hold})
        except openai.APIStatusError as error:
            self.tell_refusal(error)
            expect(error.status_code == 409, f"a replay should be 409, not {error.status_code}")
        else:
            raise NotAsTold("a call was released twice under one approval")

    def change_an_argument(self, call: "HeldCall", hold: str) -> None:
        self.page.say("sends", f"a request whose call has another asset, with Proviso-Hold: {hold}")
        text, calls, stop = call.request(CHANGED, {"Proviso-Hold": hold})
        expect(not calls, "a changed call was released under another call's approval")
        expect(CHANGED["asset"] not in text, "the notice repeats the withheld argument")
        self.page.say("refused", f"in place, stop reason {stop}:", "good")
        self.page.say("", text.strip())

    # 5: the record.

    def verify_the_record(self) -> None:
        key = str(self.home / "keys/record.vkey")
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder, "record")
            self.copy_record(copy)
            done = self.proviso("record", "verify", str(copy), "--key", key)
            self.page.say("verifies", "a copy of the public record, offline, with nothing but its key")
            self.page.say("", done.stdout.strip())
            spoiled, position = self.spoil(copy)
            self.page.say("changes", f"one bit of {spoiled.relative_to(copy)}, at byte {position}, in that copy")
            done = self.proviso("record", "verify", str(copy), "--key", key, exit_codes=(1,))
            found = (done.stderr or done.stdout).strip()
            self.page.say("found", found, "good")
            expect(str(spoiled.relative_to(copy)) in found, "verification does not name the file that was changed")
        self.page.command(self.shown("record", "verify", str(self.home / "record"), "--key", key))

    # 6: two wordings.

    def compare_wordings(self) -> None:
        before, after = str(AGREEMENTS / "two-exceptions"), str(AGREEMENTS / "overnight-offer")
        done = self.proviso("terms", "diff", before, after, "--json", exit_codes=(0, 1))
        report = json.loads(done.stdout)
        self.page.say("compares", "an agreement with two exceptions, and an offer that keeps them under a condition")
        self.page.say("proved", f"{report['verdict']} ({report['solver']}, {report['took_ms'] / 1000:.1f} s)")
        loosened = [each for each in report["differences"] if each["to"] == "permit" and each["answer"] == "yes"]
        expect(loosened, "the offer lets nothing through that the agreement holds or forbids")
        for difference in loosened:
            example = difference["examples"][0]
            self.page.say(f"was {difference['from']}", f"now permitted: {example['sentence']}", "warn")
            alone = [f"the {by['party']} alone, by {' and '.join(by['facts'])}" for by in example["by_party"]]
            expect(alone, "no party alone can bring it about")
            self.page.say("who", "; ".join(alone))
        self.page.command(self.shown("terms", "show", after))

    def copy_record(self, copy: pathlib.Path) -> None:
        """The public files; the checkpoint first, because all that it covers is there before it is."""
        record = self.home / "record"
        time.sleep(PUBLISH_SECONDS_MAX)  # what was just decided is durable, and soon covered by a checkpoint
        copy.mkdir()
        shutil.copy(record / "checkpoint", copy / "checkpoint")
        shutil.copytree(record / "tile", copy / "tile")

    def spoil(self, copy: pathlib.Path) -> tuple[pathlib.Path, int]:
        bundles = sorted(
            (path for path in (copy / "tile/entries").rglob("*") if path.is_file()), key=lambda path: path.stat().st_size
        )
        expect(bundles, "the record holds no entries")
        content = bytearray(bundles[-1].read_bytes())
        position = len(content) // 2
        content[position] ^= 1
        bundles[-1].chmod(0o600)
        bundles[-1].write_bytes(content)
        return bundles[-1], position


class HeldCall:
    """An application whose model proposes a call with effect `engage`, and which waits for its answer."""

    def __init__(self, tour: Tour) -> None:
        self.tour = tour
        self.answer: tuple[str, list, str] | None = None
        self.error: Exception | None = None
        self.thread: threading.Thread | None = None
        self.before: set[str] = set()

    def request(self, arguments: dict, headers: dict | None = None) -> tuple[str, list, str]:
        """One streamed request whose model makes the call; its text, its calls, its stop reason."""
        prompt = f"Use assign_asset with asset {arguments['asset']} and zone {arguments['zone']}."
        function = {"name": "assign_asset", "description": "Assigns an asset to a zone.", "parameters": TOOL}
        stream = self.tour.openai.chat.completions.create(
            model=self.tour.model,
            messages=[{"role": "user", "content": prompt}],
            tools=[{"type": "function", "function": function}],
            tool_choice="required",
            max_tokens=64,
            stream=True,
            extra_headers=headers or {},
        )
        text, calls, stop = "", {}, ""
        for chunk in stream:
            for choice in chunk.choices:
                text += choice.delta.content or ""
                stop = choice.finish_reason or stop
                for part in choice.delta.tool_calls or []:
                    calls[part.index] = calls.get(part.index, "") + (part.function.arguments or "")
        return text, [json.loads(call) for call in calls.values()], stop

    def propose(self, arguments: dict) -> None:
        page = self.tour.page
        page.say("sends", "an order, streamed, with the tool assign_asset, by the OpenAI SDK")
        page.say("model", self.tour.model_line())
        self.before = set(self.waiting())

        def run() -> None:
            try:
                self.answer = self.request(arguments)
            except Exception as error:  # told where the story waits for it
                self.error = error

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()

    def waiting(self) -> dict[str, dict]:
        listed = json.loads(self.tour.proviso("holds", "list", "--home", str(self.tour.home), "--json").stdout)
        return {hold["id"]: hold for hold in listed["holds"] if hold["state"] == "waiting"}

    def came_through(self) -> bool:
        return self.answer is not None and bool(self.answer[1])

    def wait_until_held(self) -> tuple[str, list[str]]:
        """The hold's id, and the clauses that ask for people."""
        deadline = time.monotonic() + HOLD_SECONDS_MAX
        while time.monotonic() < deadline:
            for hold, shown in self.waiting().items():
                if hold not in self.before:
                    return hold, [clause["id"] for clause in json.loads(shown["statement"])["clauses"]]
            if not self.thread.is_alive():
                raise NotAsTold(f"the request ended without a held call: {self.error or self.answer}")
            time.sleep(0.1)
        raise NotAsTold(f"no call was held within {HOLD_SECONDS_MAX} s")

    def take_released(self, arguments: dict, hold: str) -> tuple[dict, str]:
        """The approved call and how it came: on the open connection or, if its wait is over, by a return."""
        self.thread.join(HOLD_SECONDS_MAX)
        if self.error is not None:
            raise NotAsTold(f"the request failed after two approvals: {self.error}")
        expect(self.answer is not None, "two people approved, and the call was not released")
        text, calls, _ = self.answer
        way = "on the open connection"
        if not calls and hold in text:
            text, calls, _ = self.request(arguments, {"Proviso-Hold": hold})
            way = "to the same request sent again with Proviso-Hold, because the first one's wait was over"
        expect(len(calls) == 1, f"one call should be released, not {len(calls)}: {text}")
        return calls[0], way


STEPS = (
    ("A harmless question, through the official OpenAI SDK", Tour.ask_by_openai),
    ("The same question, through the official Anthropic SDK", Tour.ask_by_anthropic),
    ("A purpose that the terms forbid", Tour.ask_for_forbidden_purpose),
    ("A tool call that engages: held until two people have decided", Tour.hold_a_call),
    ("The record: verified offline, then spoiled in one bit", Tour.verify_the_record),
    ("Two wordings of one agreement: what the new one lets through, and by whom", Tour.compare_wordings),
)


def play(tour: Tour) -> int:
    failed = 0
    for number, (title, step) in enumerate(STEPS, 1):
        tour.page.begin(number, title)
        try:
            step(tour)
            as_told = True
        except (NotAsTold, openai.OpenAIError, anthropic.AnthropicError, OSError, subprocess.SubprocessError) as error:
            tour.page.say("NOT SO", f"{error}", "bad")
            as_told = False
        failed += not as_told
        tour.page.end(as_told)
    return failed


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--json", action="store_true", help="one JSON object for each step instead of text")
    options = reader.parse_args()
    missing = [name for name in ("PROVISO_HOME", "PROVISO_API_KEY") if not os.environ.get(name)]
    if missing:
        print(f"tour: {' and '.join(missing)} not set; `proviso tour` sets them", file=sys.stderr)
        return 2
    tour = Tour(Page(options.json), dict(os.environ))
    failed = play(tour)
    if failed:
        print(f"\n{failed} of {len(STEPS)} steps did not go as told.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
