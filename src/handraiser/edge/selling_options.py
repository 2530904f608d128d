"""Which words may stand behind commands about leads with sales, and what does each mean?"""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = [
    "AGREEMENT", "AMOUNT", "AT", "BY", "CLOSE", "COMPETITOR", "CURRENCY", "KIND", "LEAD", "NOTE", "NUMBER",
    "OPEN", "OPTIONAL_BY", "OWNER", "REASON", "RULE", "STAGE", "STAGE_SAID", "TO", "WHY", "WHY_LOST",
]  # fmt: skip

NUMBER = Annotated[str, typer.Argument(metavar="ID", help="The number that `episode list` shows.")]
LEAD = Annotated[str, typer.Argument(metavar="LEAD", help="The id of a lead, as the API has it.")]
STAGE_SAID = Annotated[
    str,
    typer.Argument(
        metavar="STAGE",
        help="accepted, sql, opportunity, customer, lost, recycled, disqualified or reopened.",
    ),
]
KIND = Annotated[
    str,
    typer.Argument(
        metavar="KIND", help="call, email, meeting, note, or a step of the agreement's follow_up."
    ),
]
BY = Annotated[str, typer.Option("--by", metavar="EMAIL", help="Who says so, a user.")]
OPTIONAL_BY = Annotated[
    str | None, typer.Option("--by", metavar="EMAIL", help="Who says so, a user; whoever asks unless said.")
]
OWNER = Annotated[
    str | None, typer.Option("--owner", metavar="EMAIL", help="Whose they are; `nobody` for those of nobody.")
]
STAGE = Annotated[str | None, typer.Option("--stage", metavar="STAGE", help="How far they are, such as mql.")]
OPEN = Annotated[bool, typer.Option("--open", help="Those alone that have not ended.")]
REASON = Annotated[
    str | None, typer.Option("--reason", metavar="NAME", help="A reason of the agreement, by its name.")
]
WHY_LOST = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, in your words.")]
RULE = Annotated[str | None, typer.Option("--rule", metavar="NAME", help="The rule that misled.")]
NOTE = Annotated[str, typer.Option("--note", metavar="TEXT", help="Whatever else there is to say of it.")]
WHY = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why, in a few words.")]
TO = Annotated[str, typer.Option("--to", metavar="EMAIL", help="To whom, a user.")]
AT = Annotated[str | None, typer.Option("--at", metavar="TIME", help="When it was; now unless said.")]
AMOUNT = Annotated[float | None, typer.Option("--amount", metavar="N", help="How much it is worth.")]
CURRENCY = Annotated[
    str | None,
    typer.Option("--currency", metavar="CODE", help="As in EUR; the agreement's unless said."),
]
CLOSE = Annotated[
    str | None, typer.Option("--close", metavar="DAY", help="When it is expected to close: 2026-06-30.")
]
COMPETITOR = Annotated[str | None, typer.Option("--competitor", metavar="NAME", help="Who won it.")]
AGREEMENT = Annotated[
    str,
    typer.Option(
        "--agreement", metavar="NAME", help="Which it is about; whichever has it open, or all, unless said."
    ),
]
