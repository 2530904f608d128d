"""`handraiser agreement`: what the rules of what is live did of late, and of whom they can be decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from handraiser.edge.database import database
from handraiser.edge.helping import Command, Commands
from handraiser.edge.listing import FORMATS, listed, one_of, to_second, write_json
from handraiser.edge.options import Format
from handraiser.edge.running import OUT, at_work, failing, now, say

if TYPE_CHECKING:
    from handraiser.agreement.model import Agreement
    from handraiser.learning.health import ConditionHealth, Health, Tally

__all__ = ["agreements"]

_DAY = 86_400_000_000
_LONGEST = 60  # letters of a condition

NAME = Annotated[str, typer.Argument(metavar="NAME", help="The agreement's name; it has to be live.")]
DAYS = Annotated[
    int, typer.Option("--days", metavar="N", min=1, max=3_650, help="Of how many days; 30 unless said.")
]

agreements = typer.Typer(
    name="agreement",
    cls=Commands,
    no_args_is_help=True,
    help="Show what the rules of what is live did, and of whom they can be decided.",
)


@agreements.command(
    "rules",
    cls=Command,
    help="Show what each rule did of late: how often it fired, which MQLs it decided, and how many bought.",
    epilog="handraiser agreement rules crm-software\nhandraiser agreement rules crm-software --days 90",
)
def rules(name: NAME, days: DAYS = 30, format_: Format = "text") -> None:
    one_of("--format", format_, FORMATS)
    with failing(), database(new=False, say=say):
        from handraiser.edge.rules_yield import yields_of
        from handraiser.edge.yields_told import told_of_all

        agreement = _live(name)
        with at_work("Reading events"):
            found = yields_of(agreement, now=now(), days=days)
        if format_ == "json":
            write_json(found)
            return
        OUT.print(told_of_all(found), markup=False)
        rows = [
            (
                each.rule, each.kind, str(each.leads), str(each.times) if each.kind == "event" else "",
                str(each.mqls), str(each.won), str(each.decided), str(each.decided_won),
                "silent" if each.is_silent else "",
            )
            for each in found.rules
        ]  # fmt: skip
        head = ("rule", "of", "leads", "times", "MQLs", "bought", "decided", "bought", "")
        OUT.print(listed(head, rows), markup=False)


@agreements.command(
    "health",
    cls=Command,
    help="Show of how many leads each rule can be decided, and which attributes are worth collecting.",
    epilog="handraiser agreement health crm-software\nhandraiser agreement health crm-software --format json",
)
def health(name: NAME, format_: Format = "text") -> None:
    one_of("--format", format_, FORMATS)
    with failing(), database(new=False, say=say):
        from handraiser.edge.data_health import health_of

        agreement = _live(name)
        found = health_of(agreement, now=now())
        if format_ == "json":
            write_json(found)
        elif found is None:
            OUT.print("There are no leads yet.", markup=False)
        else:
            _tell(agreement, found)


def _live(name: str) -> Agreement:
    """Return the agreement that is live. Raises Mistakes where none is of that name."""
    from handraiser.flows.live import agreement_of
    from handraiser.flows.publishing import live_of
    from handraiser.flows.refusals import FlowCode, refused

    found = live_of(name, now())
    if found is None:
        raise refused(
            FlowCode.NOT_LIVE,
            name,
            f"No agreement {name} is live.",
            "The page of agreements lists those that are.",
        )
    return agreement_of(found)


def _tell(agreement: Agreement, found: Health) -> None:
    from handraiser.edge.health_told import looked_at, percent, worth_told

    def shares(tally: Tally) -> tuple[str, str, str]:
        said = (tally.true, tally.false, tally.unknown)
        told = [f"{percent(each, tally.leads)} %" if tally.leads else "–" for each in said]
        return told[0], told[1], told[2]

    def called(one: ConditionHealth) -> str:
        words = " ".join(one.text.split())
        return f"{'  ' if one.part else ''}{words if len(words) <= _LONGEST else words[: _LONGEST - 1] + '…'}"

    OUT.print(looked_at(found), markup=False)
    for one in found.worth:
        OUT.print(f"{one.name} {worth_told(one, agreement)}", markup=False)
    rows = [
        ("" if one.part else one.rule or one.of, called(one), str(one.all.leads), *shares(one.all))
        for one in found.conditions
    ]
    if rows:
        OUT.print(
            "\n" + listed(("rule", "condition", "leads", "true", "false", "unknown"), rows), markup=False
        )
    known = [
        (
            one.name, shares(one.all)[0], "" if one.heard_at is None else to_second(one.heard_at),
            "" if one.ever else "nobody has ever had it",
        )
        for one in found.attributes
    ]  # fmt: skip
    if known:
        OUT.print("\n" + listed(("attribute", "known", "last heard", ""), known), markup=False)
