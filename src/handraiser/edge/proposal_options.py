"""Which words may stand behind `handraiser proposal`, and what does each mean?"""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["BY", "COMMENT", "NAME", "NUMBER", "OPEN", "TEXT", "WHY", "WHY_NOT"]

NUMBER = Annotated[int, typer.Argument(metavar="ID", help="The number that `proposal list` shows.", min=1)]
NAME = Annotated[str, typer.Argument(metavar="NAME", help="The agreement, by its name.")]
TEXT = Annotated[str, typer.Argument(metavar="TEXT", help="What there is to say.")]
BY = Annotated[str, typer.Option("--by", metavar="EMAIL", help="Who says so, a user.")]
COMMENT = Annotated[
    str, typer.Option("--comment", metavar="TEXT", help="What it is for: the other side reads it first.")
]
WHY = Annotated[str, typer.Option("--why", metavar="TEXT", help="What would have to be otherwise.")]
WHY_NOT = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why, in a few words.")]
OPEN = Annotated[bool, typer.Option("--open", help="Those alone that wait for signatures.")]
