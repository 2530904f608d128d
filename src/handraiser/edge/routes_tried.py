"""`handraiser routes`: where MQLs would have gone, with the teams as they are now."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec
import typer

from handraiser.edge.database import database
from handraiser.edge.listing import listed, to_second
from handraiser.edge.options import Format, TriedAgreement, TriedSince, TriedUntil
from handraiser.edge.running import OUT, at_work, failing, now, say
from handraiser.errors import many

if TYPE_CHECKING:
    from handraiser.flows.trying_routes import Tried

__all__ = ["Taker", "TriedRoutes", "Unassigned", "routes", "tell_routes", "tried_routes"]

_MONTH = 30 * 86_400_000_000
_MOST_REASONS = 20


class Taker(msgspec.Struct, frozen=True):
    """How many leads a route would have given to somebody."""

    agreement: str
    route: int
    to: str
    who: str
    leads: int


class Unassigned(msgspec.Struct, frozen=True):
    """How many leads would have been nobody's, and why."""

    agreement: str
    why: str
    leads: int


class TriedRoutes(msgspec.Struct, frozen=True):
    """What `handraiser routes --format json` writes."""

    since: str
    until: str
    leads: int
    went: list[Taker]
    unassigned: list[Unassigned]


def routes(
    agreement: TriedAgreement = None,
    since: TriedSince = None,
    until: TriedUntil = None,
    format: Format = "text",
) -> None:
    if format not in ("text", "json"):
        raise typer.BadParameter(f"--format is text or json, not {format}.")
    with failing(*([agreement] if agreement else [])):
        from handraiser.agreement import load
        from handraiser.facts.instants import microseconds_of

        loaded = load(agreement) if agreement else None
        end = now() if until is None else microseconds_of(until, option="--to")
        begin = end - _MONTH if since is None else microseconds_of(since, option="--from")
        _check_span(begin, end, now())
        with database(new=False, say=say), at_work("Trying routes"):
            from handraiser.flows.trying_routes import try_routes

            tried = try_routes(loaded, since=begin, until=end, now=now())
        if format == "json":
            told = msgspec.json.encode(tried_routes(tried))
            sys.stdout.write(msgspec.json.format(told, indent=2).decode() + "\n")
        else:
            for line in tell_routes(tried):
                OUT.print(line, markup=False)


def _check_span(begin: int, end: int, at: int) -> None:
    """Raise Mistakes where nobody can have become an MQL in between."""
    from handraiser.facts.instants import iso
    from handraiser.flows.refusals import FlowCode, refused

    if begin > at:
        fix = "Give an instant that is over: routes are tried with who has become an MQL."
        raise refused(FlowCode.BAD_INSTANT, "--from", f"{iso(begin)} is still to come.", fix)
    if begin >= end:
        says = f"It begins at {iso(begin)}, which is not before the end at {iso(end)}."
        raise refused(FlowCode.BAD_INSTANT, "--from", says, "Give an earlier one, or a later --to.")


def tried_routes(tried: Tried) -> TriedRoutes:
    """Return it as programs are told."""
    return TriedRoutes(
        to_second(tried.since),
        to_second(tried.until),
        tried.leads,
        [Taker(*each) for each in tried.went],
        [Unassigned(*each) for each in tried.unassigned],
    )


def tell_routes(tried: Tried) -> list[str]:
    """Return it as people are told, line by line."""
    span = f"from {to_second(tried.since)} until {to_second(tried.until)}"
    lines = [f"{many(tried.leads, 'MQL')} {span}, with the teams as they are now. Nothing was changed."]
    if tried.went:
        rows = [
            (each.agreement, str(each.route), each.to, each.who, f"{each.leads:,}") for each in tried.went
        ]
        lines += ["", listed(("agreement", "route", "to", "who", "leads"), rows)]
    if tried.unassigned:
        nobodys = sum(each.leads for each in tried.unassigned)
        lines += ["", f"{many(nobodys, 'lead')} would have been nobody's:"]
        most = sorted(tried.unassigned, key=lambda each: -each.leads)
        lines += [f"  {each.leads:,} of {each.agreement}: {each.why}" for each in most[:_MOST_REASONS]]
        if len(most) > _MOST_REASONS:
            lines.append(f"  and {len(most) - _MOST_REASONS:,} more reasons")
    return lines
