"""Checks what clang-format and clang-tidy do not: the house style's rules on size, names, headers.

    python3 tools/tidy.py            every file of src/, fuzz/ and bench/; exit 1 with a list
    python3 tools/tidy.py --sizes    also the ten longest files and functions

Rules: a file stops at 600 lines and a function at 70; no class is a Manager, Helper, Utils, Data,
Info or Process; nothing is marked as unfinished; a header begins with a comment; a room has a
README.md; a switch over one of our enums has no `default:`.
"""

import argparse
import pathlib
import re
import sys
from collections.abc import Iterator
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70

FORBIDDEN_NAME = re.compile(
    r"\b(?:class|struct|enum(?:\s+class)?|using)\s+(\w*(?:Manager|Helpers?|Utils?|Data|Info|Process))\b(?!\s*::)"
)
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
UNFINISHED_IN_COMMENT = re.compile(r"(?i://.*\b(not yet implemented|not implemented|unimplemented|stubs?)\b)")
# What may stand before a brace that opens no function body.
NO_FUNCTION = re.compile(
    r"^\s*(?:(?:inline|export)\s+)?(?:namespace|class|struct|union|enum|extern)\b|=\s*$|^\s*$|"
    r"^\s*(?:if|for|while|switch|do|else|try|catch|return|co_return|case)\b"
)
ENUMERATOR_CASE = re.compile(r"\bcase\s+(?:\w+::)*\w+::k[A-Z]\w*\s*:|\bcase\s+k[A-Z]\w*\s*:")


class Finding(NamedTuple):
    path: pathlib.Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.text}"


class Function(NamedTuple):
    path: pathlib.Path
    line: int
    name: str
    lines: int


def blank(match: re.Match) -> str:
    """The same number of lines, and nothing on them; a literal stays a value."""
    text = match.group(0)
    return ('""' if text[0] in "\"RuUL'" else " ") + "\n" * text.count("\n")


TOKENS = re.compile(
    r'(?:u8|[uUL])?R"([^()\\\s]{0,16})\((?:.|\n)*?\)\1"'  # raw strings
    r'|"(?:\\.|[^"\\\n])*"'
    r"|//[^\n]*|/\*(?:.|\n)*?\*/"
    r"|(?<![0-9a-fA-FxX])'(?:\\.|[^'\\\n])+'"
)


def bare(source: str) -> str:
    """C++ without comments, literals, and preprocessor lines; line numbers stay."""
    text = TOKENS.sub(blank, source)
    return re.sub(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", lambda m: "\n" * m.group(0).count("\n"), text, flags=re.M)


def functions(path: pathlib.Path, text: str) -> Iterator[Function]:
    """Every function body at namespace or class scope, with the lines from its head to its end.

    Braces are matched; what stands between the last `;`, `{` or `}` and an opening brace is its head.
    A head with a parameter list, at a place where only namespaces and classes are open, is a function.
    """
    open_kinds: list[tuple[str, int, str]] = []
    head_begin = 0
    line = 1
    parentheses = 0
    for position, letter in enumerate(text):
        if letter == "\n":
            line += 1
        elif letter == "(":
            parentheses += 1
        elif letter == ")":
            parentheses -= 1
        elif letter == ";" and parentheses == 0:
            head_begin = position + 1
        elif letter == "{":
            head = text[head_begin:position]
            inside = all(kind == "scope" for kind, _, _ in open_kinds)
            kind = "inner"
            if inside and re.match(r"\s*(?:inline\s+)?(?:namespace|extern)\b", head):
                kind = "scope"
            elif inside and re.search(r"\b(?:class|struct|union|enum)\b[^()]*$", head):
                kind = "scope"
            elif inside and "(" in head and not NO_FUNCTION.match(head.lstrip("\n")):
                kind = "function"
            first = line - head.lstrip().count("\n")
            name = re.search(r"(operator\s*\S+|~?[\w:]+)\s*\(", head)
            open_kinds.append((kind, first, name.group(1) if name else "?"))
            if kind != "function":
                head_begin = position + 1
        elif letter == "}":
            if open_kinds:
                kind, first, name = open_kinds.pop()
                if kind == "function":
                    yield Function(path, first, name, line - first + 1)
            head_begin = position + 1


def check_switches(path: pathlib.Path, text: str) -> Iterator[Finding]:
    """A `default:` in a switch whose own cases are enumerators named kLikeThis."""
    for match in re.finditer(r"\bswitch\s*\(", text):
        begin = text.find("{", match.end())
        depth, body, position = 0, [], begin
        while begin >= 0 and position < len(text):
            letter = text[position]
            depth += (letter == "{") - (letter == "}")
            if depth == 0:
                break
            body.append(letter if depth == 1 or letter == "\n" else "")
            position += 1
        own = "".join(body)
        default = re.search(r"\bdefault\s*:", own)
        if default and ENUMERATOR_CASE.search(own):
            line = text.count("\n", 0, begin) + own.count("\n", 0, default.start()) + 1
            yield Finding(path, line, "default: in a switch over an enum; name every case")


def check_source(path: pathlib.Path, sizes: list[Function]) -> Iterator[Finding]:
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    if len(lines) > FILE_LINES_MAX:
        yield Finding(path, len(lines), f"{len(lines)} lines; a file stops at {FILE_LINES_MAX}")
    if path.suffix == ".h" and not source.startswith(("//", "/*")):
        yield Finding(path, 1, "a header begins with a comment that gives its idea")
    for number, line in enumerate(lines, 1):
        if found := UNFINISHED.search(line) or UNFINISHED_IN_COMMENT.search(line):
            yield Finding(path, number, f'marked as unfinished: "{found.group(0)}"')
    text = bare(source)
    for number, line in enumerate(text.splitlines(), 1):
        if found := FORBIDDEN_NAME.search(line):
            yield Finding(path, number, f"{found.group(1)}: say what it is, in a word of the domain")
    for function in functions(path, text):
        sizes.append(function)
        if function.lines > FUNCTION_LINES_MAX:
            yield Finding(
                path, function.line, f"{function.name} has {function.lines} lines; a function stops at {FUNCTION_LINES_MAX}"
            )
    yield from check_switches(path, text)


def check_rooms() -> Iterator[Finding]:
    for rules in sorted((ROOT / "src").glob("*/CMakeLists.txt")):
        if not (rules.parent / "README.md").is_file():
            yield Finding(rules.parent / "README.md", 1, "every room has one: what it is, is not, where to start")


def sources() -> list[pathlib.Path]:
    found = [path for top in ("src", "fuzz", "bench") for path in (ROOT / top).rglob("*") if path.suffix in (".h", ".cc")]
    return sorted(path for path in found if "build" not in path.relative_to(ROOT).parts)


def print_longest(sizes: list[Function], files: list[pathlib.Path]) -> None:
    print("longest functions:")
    for function in sorted(sizes, key=lambda f: -f.lines)[:10]:
        print(f"  {function.lines:4}  {function.path.relative_to(ROOT)}:{function.line} {function.name}")
    print("longest files:")
    lengths = sorted(((len(path.read_text().splitlines()), path) for path in files), reverse=True)
    for length, path in lengths[:10]:
        print(f"  {length:4}  {path.relative_to(ROOT)}")


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--sizes", action="store_true", help="also print the longest files and functions")
    options = reader.parse_args()
    sizes: list[Function] = []
    files = sources()
    findings = list(check_rooms())
    for path in files:
        findings += check_source(path, sizes)
    for finding in findings:
        print(finding)
    if options.sizes:
        print_longest(sizes, files)
    print(f"tidy: {len(files)} files, {len(sizes)} functions, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
