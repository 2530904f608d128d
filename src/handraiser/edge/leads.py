"""`handraiser lead` and `handraiser consent`: who a lead is, and what it agrees to, in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from handraiser.edge.database import database
from handraiser.edge.helping import Command, Commands
from handraiser.edge.listing import FORMATS, listed, one_of, to_second, write_json
from handraiser.edge.options import Format
from handraiser.edge.running import OUT, failing, now, say, whoever_asks
from handraiser.edge.selling_options import BY

if TYPE_CHECKING:
    from handraiser.store.people import Known

__all__ = ["consents", "leads"]

_PURPOSES = ("mail", "profiling")
_SAYS = ("consent", "objection", "withdrawn")
_BY = "--by mara@example.com"

LEAD = Annotated[str, typer.Argument(metavar="LEAD", help="The id of a lead, or its e-mail address.")]
OTHER = Annotated[str, typer.Argument(metavar="OTHER", help="Who is the same person, in the same way.")]
JOIN = Annotated[str, typer.Argument(metavar="JOIN", help="The number that `lead joins` shows.")]
PURPOSE = Annotated[str, typer.Argument(metavar="PURPOSE", help="mail, or profiling: being scored.")]
SAYS = Annotated[str, typer.Argument(metavar="SAYS", help="consent, objection or withdrawn.")]
SAID_AT = Annotated[
    str | None, typer.Option("--at", metavar="TIME", help="When they said so; now unless said.")
]
SOURCE = Annotated[
    str, typer.Option("--source", metavar="TEXT", help="Where they said so: a form, a mail, a call.")
]

leads = typer.Typer(
    name="lead",
    cls=Commands,
    no_args_is_help=True,
    help="Say that two leads are one person, or two after all.",
)
consents = typer.Typer(
    name="consent", cls=Commands, no_args_is_help=True, help="Keep and show what leads agree and object to."
)


@leads.command(
    "joins",
    cls=Command,
    help="Show who a lead was put together from, and why.",
    epilog="handraiser lead joins 17\nhandraiser lead joins ann@example.com",
)
def list_joins(lead: LEAD) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.store.history import members_of
        from handraiser.store.people import links_of

        found = _meant(lead)
        rows = [
            (
                str(each.number), str(each.joined), str(each.person), to_second(each.at),
                "" if each.undone_at is None else to_second(each.undone_at), " ".join(each.because),
            )
            for each in links_of(members_of([found.root]))
        ]  # fmt: skip
        heads = ("JOIN", "joined", "to", "at", "undone", "because of")
        OUT.print(listed(heads, rows) if rows else f"Nobody was joined to lead {found.root}.", markup=False)


@leads.command(
    "join",
    cls=Command,
    help="Say that two leads are one person; it can be undone at any time.",
    epilog=f"handraiser lead join 17 23 {_BY}",
)
def join_leads(lead: LEAD, other: OTHER, by: BY) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.joining import join

        stays, joined = _meant(lead).root, _meant(other, "OTHER").root
        made = join(stays, joined, by=by, now=now(), through=whoever_asks())
        OUT.print(f"Lead {joined} is one with lead {stays} now, by join {made}.", markup=False)


@leads.command(
    "part",
    cls=Command,
    help="Say that two are two after all: a join is undone, and no message makes it again.",
    epilog=f"handraiser lead part 4 {_BY}",
)
def part_leads(join: JOIN, by: BY) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.errors import Unavailable
        from handraiser.flows.refusals import FlowCode, refused
        from handraiser.flows.stewards import steward
        from handraiser.flows.unjoin import unjoin
        from handraiser.store.history import lead_number

        user, number = steward(by), lead_number(join)
        try:
            joined, to = unjoin(-1 if number is None else number, by=user.email, now=now())
        except Unavailable:
            says = f"There is no join {join[:40]} that could be undone."
            fix = "`handraiser lead joins LEAD` shows which there are."
            raise refused(FlowCode.NOT_ONE, "JOIN", says, fix) from None
        OUT.print(f"Leads {joined} and {to} are two.", markup=False)


@consents.command(
    "list",
    cls=Command,
    help="Show what a lead agrees and objects to, and all it said of that, the latest first.",
    epilog="handraiser consent list 17\nhandraiser consent list ann@example.com --format json",
)
def list_consents(lead: LEAD, format: Format = "text") -> None:
    one_of("--format", format, FORMATS)
    with failing(), database(new=False, say=say):
        from handraiser.edge.web.api.stewarding import consents_told
        from handraiser.store.consents import consents_of, standing

        found = _meant(lead)
        if format == "json":
            write_json(consents_told(found))
            return
        holds = standing([found.root]).get(found.root, {})
        for purpose in _PURPOSES:
            OUT.print(f"{purpose}: {holds.get(purpose, 'nothing said')}", markup=False)
        rows = [
            (to_second(each.at), each.purpose, each.says, each.by, each.source)
            for each in consents_of(found.root)
        ]
        if rows:
            OUT.print(listed(("at", "purpose", "says", "noted by", "source"), rows), markup=False)


@consents.command(
    "note",
    cls=Command,
    help="Keep that a lead agrees, objects, or takes it back; who objects to profiling has no score.",
    epilog=f"handraiser consent note 17 profiling objection {_BY} \\\n    --source 'by phone'",
)
def note(lead: LEAD, purpose: PURPOSE, says: SAYS, by: BY, at: SAID_AT = None, source: SOURCE = "") -> None:
    one_of("PURPOSE", purpose, _PURPOSES)
    one_of("SAYS", says, _SAYS)
    with failing(), database(new=False, say=say):
        from handraiser.facts.instants import microseconds_of
        from handraiser.flows.consenting import note_consent

        found = _meant(lead).root
        said_at = None if at is None else microseconds_of(at, option="--at")
        note_consent(
            found, purpose=purpose, says=says, by=by, now=now(), at=said_at, source=source,
            through=whoever_asks(),
        )  # fmt: skip
        OUT.print(f"Lead {found}, of {purpose}: {says} is kept.", markup=False)


def _meant(lead: str, where: str = "LEAD") -> Known:
    from handraiser.flows.stewards import lead_called

    return lead_called(lead, where=where)
