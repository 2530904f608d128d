"""`handraiser away`: who is away when, and who has their leads meanwhile."""

from __future__ import annotations

from datetime import date

import typer

from handraiser.edge.database import database
from handraiser.edge.helping import Command, Commands
from handraiser.edge.listing import listed, to_second
from handraiser.edge.options import AwayCover, AwayFrom, AwayNumber, AwayUntil, AwayWhy, UserEmail
from handraiser.edge.running import OUT, failing, now, say, whoever_asks

__all__ = ["away"]

_ADD = """handraiser away add sam@example.com --from 2026-08-03 --until 2026-08-17
handraiser away add sam@example.com --from 2026-08-03T07:00:00Z \\
    --until 2026-08-17T07:00:00Z --cover kim@example.com --why holidays"""

_YEARS = range(1970, 9_990)  # elsewhere no calendar has room for the other side of the earth
_FAR = 253_000_000_000_000_000  # microseconds: in the year 9987

away = typer.Typer(
    name="away", cls=Commands, no_args_is_help=True, help="Say who is away when, and who stands in for them."
)


@away.command(
    "add",
    cls=Command,
    help="Have somebody be away: they get no leads, and theirs are handed over when it begins.",
    epilog=_ADD,
)
def add(
    email: UserEmail, since: AwayFrom, until: AwayUntil, cover: AwayCover = None, why: AwayWhy = None
) -> None:
    with failing():
        from handraiser.facts.instants import microseconds_of

        for option, said in (("--from", since), ("--until", until)):
            microseconds_of(said, option=option)
        with database(new=False, say=say):
            from handraiser.flows.timeoff import add_time_off, zone_of
            from handraiser.flows.users import user_named

            zone = zone_of(user_named(email, where="EMAIL"), now())
            begins_at, ends_at = _begins(since, zone, "--from"), _begins(until, zone, "--until")
            made = add_time_off(
                email, begins_at=begins_at, ends_at=ends_at, cover=cover, why=why or "", who=whoever_asks(),
                now=now(),
            )  # fmt: skip
            to = made.cover.email if made.cover else "others by the routes"
            span = f"from {_shown(begins_at, zone)} until {_shown(ends_at, zone)}, {zone}"
            OUT.print(f"{made.user.email} is away {span}. Their leads go to {to}.", markup=False)


@away.command("list", cls=Command, help="Show who is away, and who will be.", epilog="handraiser away list")
def list_times_off() -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.timeoff import zone_of
        from handraiser.store.models import TimeOff

        at = now()
        found = TimeOff.objects.filter(ends_at__gt=at).order_by("begins_at", "pk")
        rows = [
            (
                str(each.pk),
                each.user.email,
                _shown(each.begins_at, zone_of(each.user, at)),
                _shown(each.ends_at, zone_of(each.user, at)),
                zone_of(each.user, at),
                each.cover.email if each.cover else "",
                "yes" if each.handed_over_at else "",
                each.why,
            )
            for each in found.select_related("user", "cover")
        ]
        head = ("ID", "who", "from", "until", "zone", "cover", "handed over", "why")
        OUT.print(listed(head, rows) if rows else "Nobody is away, or will be.", markup=False)


@away.command(
    "remove",
    cls=Command,
    help="Take time off back; who is away is back now. Leads that were handed over stay where they are.",
    epilog="handraiser away remove 3",
)
def remove(number: AwayNumber) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.timeoff import remove_time_off

        gone = remove_time_off(number, who=whoever_asks(), now=now())
        OUT.print(f"{gone.user.email} is not away by number {gone.pk} any more.", markup=False)


def _begins(said: str, zone: str, option: str) -> int:
    """Return the instant that is meant; of a day when it begins where they are."""
    from handraiser.facts.instants import microseconds_of
    from handraiser.handoff.local_days import day_begins

    try:
        day = date.fromisoformat(said.strip())
    except ValueError:
        return microseconds_of(said, option=option)
    return day_begins(day, zone) if day.year in _YEARS else microseconds_of(said, option=option)


def _shown(at: int, zone: str) -> str:
    """Return an instant as they would say it: as a day, where one begins there."""
    from handraiser.handoff.local_days import day_beginning_at

    day = day_beginning_at(at, zone) if at < _FAR else None
    return to_second(at) if day is None else day.isoformat()
