"""What do commands share: consoles, mistakes in words, progress, the clock, and what could not be used?"""

from __future__ import annotations

import getpass
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from handraiser.edge.page import visible
from handraiser.edge.working import working
from handraiser.errors import Diagnostic, Mistakes, Unavailable, many

if TYPE_CHECKING:
    from handraiser.agreement.model import Agreement
    from handraiser.facts.inputs import Inputs, Rejects

__all__ = [
    "ERR",
    "OUT",
    "at_work",
    "failing",
    "loaded_all",
    "now",
    "say",
    "say_rejects",
    "say_rejects_of",
    "texts_of",
    "whoever_asks",
]

OUT = Console(highlight=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)
_EXAMPLE = 160  # characters of a refused row that are shown; --rejects has all of it
_LONGEST = 1_000_000  # characters of an agreement of which lines are shown


def loaded_all(load: Callable[[Path], Agreement], paths: Sequence[Path]) -> list[Agreement]:
    """Return the agreements, or every mistake of all of them at once."""
    loaded: list[Agreement] = []
    wrong: list[Diagnostic] = []
    for path in paths:
        try:
            loaded.append(load(path))
        except Mistakes as mistakes:
            wrong += mistakes.diagnostics
    if wrong:
        raise Mistakes(wrong)
    return loaded


@contextmanager
def failing(*agreements: Path, tell: Console = ERR) -> Iterator[None]:
    """Turn what goes wrong into words, and into the exit code of the contract.

    Mistakes are told on standard error, but where they are what was asked for.
    """
    from handraiser.edge.diagnostics import render_diagnostics

    try:
        yield
    except Mistakes as mistakes:
        tell.print(render_diagnostics(mistakes.diagnostics, source_text=texts_of(agreements)), markup=False)
        raise typer.Exit(1) from None
    except (KeyboardInterrupt, RuntimeError) as stopped:
        # DuckDB says in its own way that it was told to stop.
        if isinstance(stopped, RuntimeError) and "interrupted" not in str(stopped):
            raise
        ERR.print("Stopped; nothing was left half written.", markup=False)
        raise typer.Exit(130) from None
    except BrokenPipeError:
        # Whoever read our output has heard enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(3) from None
    except (Unavailable, OSError, MemoryError) as failure:
        ERR.print(f"handraiser could not go on: {failure}", markup=False)
        raise typer.Exit(3) from None


def at_work(what: str) -> AbstractContextManager[Callable[[int], None]]:
    return working(ERR, what)


def say(lines: Iterable[str]) -> None:
    """Print what a person should know before they believe the answer."""
    for line in lines:
        ERR.print(visible(line), markup=False)


def say_rejects(inputs: Inputs, rejects: Sequence[Rejects], path: Path | None) -> None:
    """Print what could not be used, with one example of each; write all of it where told to."""
    say(map(_told, rejects))
    _keep(inputs, rejects, path)


def say_rejects_of(inputs: Inputs, lead: str, path: Path | None) -> None:
    """Print what could not be used of one lead and its company, and how much of others; write all of it."""
    from handraiser.edge import library
    from handraiser.tables import rejects_of_lead

    rejects = library.refused(inputs)
    mine = rejects_of_lead(inputs, lead) if rejects else []
    say(map(_told, mine))
    for used, what in ((False, "not used"), (True, "used with a doubt")):
        rows = sum(one.rows for one in rejects if one.used is used)
        rows -= sum(one.rows for one in mine if one.used is used)
        if rows:
            ERR.print(f"Of others {many(rows, 'row')} {what}.", markup=False)
    _keep(inputs, rejects, path)


def _told(one: Rejects) -> str:
    what = "used with a doubt" if one.used else "not used"
    line = " ".join(one.example.split())
    example = f" For example: {line[:_EXAMPLE]}{' …' if line[_EXAMPLE:] else ''}" if line else ""
    return f"{one.input}: {many(one.rows, 'row')} {what}: {one.reason}.{example}"


def _keep(inputs: Inputs, rejects: Sequence[Rejects], path: Path | None) -> None:
    from handraiser.tables import write_rejects

    if path is not None:
        write_rejects(inputs, path)
    elif any(not one.used for one in rejects):
        ERR.print("Use --rejects FILE to keep all of them.", markup=False)


def now() -> int:
    """Return the present instant, in microseconds."""
    return time.time_ns() // 1_000


def whoever_asks() -> str:
    """Return how the audit calls who uses the command line: by the name they have on this machine."""
    try:
        return f"{getpass.getuser()} on the command line"
    except (KeyError, OSError):  # in a container there may be a number without a name
        return "somebody on the command line"


def texts_of(agreements: Sequence[Path]) -> dict[str, str]:
    """Return what stands in the agreements, by the names that messages call them."""
    return {str(path): _text(path) for path in agreements}


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_LONGEST)
    except OSError:
        return ""
