"""docs/cedar.md has every bound of src/cedar/limits.h, with its value, and a test names each bound."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER = (ROOT / "src/cedar/limits.h").read_text(encoding="utf-8")
PAGE = (ROOT / "docs/cedar.md").read_text(encoding="utf-8")
# The operators that the header computes with, and the digit separators and suffixes that Python lacks.
DECLARED = re.findall(r"^inline constexpr std::size_t (k\w+) = ([^;]+);$", HEADER, re.M)
ROWS = dict(re.findall(r"^\| `(k\w+)` \| ([^|]+?) \|", PAGE, re.M))


def values() -> dict[str, int]:
    known: dict[str, int] = {}
    for name, expression in DECLARED:
        plain = re.sub(r"(\d)'(?=\d)", r"\1", re.sub(r"(\d)U\b", r"\1", expression))
        assert re.fullmatch(r"[\w\s*+<()]+", plain), expression
        known[name] = eval(plain, {"__builtins__": {}}, dict(known))  # noqa: S307: our own header, checked above
    return known


def written(value: int) -> str:
    """As the page has it: whole MiB so, else with spaces between thousands."""
    mib = 1 << 20
    return f"{value // mib} MiB" if value >= mib and value % mib == 0 else f"{value:,}".replace(",", " ")


def test_the_page_has_every_bound_and_no_other():
    assert ROWS == {name: written(value) for name, value in values().items()}


@pytest.mark.parametrize("name", [name for name, _ in DECLARED])
def test_a_test_names_the_bound(name):
    tests = sorted((ROOT / "src/cedar").rglob("*_test.cc"))
    assert any(re.search(rf"\b{name}\b", test.read_text(encoding="utf-8")) for test in tests), name
