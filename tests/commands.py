"""Every command there is, by the words that are typed: `score`, `key new`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer.main

from handraiser.edge.cli import app


def _under(group: Any, words: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _under(command, f"{words}{name} ")
        else:
            yield f"{words}{name}", command


FIRST: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # a group
COMMANDS: dict[str, Any] = dict(_under(typer.main.get_command(app), ""))
