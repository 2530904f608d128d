"""Below the edge nothing asks the clock, opens files or reaches out, but where a reason stands here.

Import-linter (pyproject.toml) watches which room knows which; these are the calls that it cannot see.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import handraiser

HOUSE = Path(handraiser.__file__).parent
PURE = ("agreement", "capture", "facts", "handoff", "lifecycle", "scoring")
ROOMS = (*PURE, "tables")

CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter", "sleep"}
CLOCK_OWNERS = {"datetime", "date", "time"}
FILES = {"read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "iterdir", "glob"}
PROCESSES = {"system", "popen", "fork", "eval", "exec", "__import__", "input", "print"}

ALLOWED = {
    # `load` is given a path as readily as a text.
    ("agreement/files.py", "open"),
    # Compiled kernels are kept in a folder named after their own text.
    ("scoring/compiling.py", "glob"),
    ("scoring/compiling.py", "mkdir"),
    ("scoring/compiling.py", "read_bytes"),
}


class Call(NamedTuple):
    """One call in a module: what is called, whose it is as far as that is written, and where."""

    module: str
    line: int
    name: str
    owner: str


def calls(path: Path) -> Iterator[Call]:
    module = path.relative_to(HOUSE).as_posix()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield Call(module, node.lineno, node.func.id, "")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "?")
            yield Call(module, node.lineno, node.func.attr, name)


def calls_in(rooms: tuple[str, ...]) -> list[Call]:
    """The calls in these rooms that no line above allows."""
    paths = [HOUSE / "errors.py", *(path for room in rooms for path in sorted((HOUSE / room).rglob("*.py")))]
    return [call for path in paths for call in calls(path) if (call.module, call.name) not in ALLOWED]


def test_nothing_below_the_edge_asks_the_clock() -> None:
    assert [call for call in calls_in(ROOMS) if call.name in CLOCKS and call.owner in CLOCK_OWNERS] == []


def test_only_tables_open_files() -> None:
    assert [
        call for call in calls_in(PURE) if call.name == "open" or (call.owner and call.name in FILES)
    ] == []


def test_nothing_below_the_edge_starts_programs_or_talks_to_people() -> None:
    assert [call for call in calls_in(ROOMS) if call.name in PROCESSES] == []


def test_every_allowance_is_still_needed() -> None:
    used = {(call.module, call.name) for path in HOUSE.rglob("*.py") for call in calls(path)}
    assert used >= ALLOWED


WRITTEN = sorted(
    path for path in HOUSE.rglob("*.py") if path.parent.name != "migrations"
)  # Django writes those


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.relative_to(HOUSE).as_posix())
def test_a_module_says_which_question_it_answers_and_stays_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if text.strip():
        assert ast.get_docstring(ast.parse(text))
    # Why the kernels of the fold are longer than anything else: docs/decisions/0003.
    assert len(text.splitlines()) <= (600 if path.name == "fold.py" else 500)
