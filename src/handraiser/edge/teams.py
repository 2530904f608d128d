"""`handraiser team`: who shares leads with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from handraiser.edge.database import database
from handraiser.edge.helping import Command, Commands
from handraiser.edge.listing import listed
from handraiser.edge.options import (
    PerDay,
    PerMonth,
    TeamFallback,
    TeamManager,
    TeamName,
    UserEmail,
    Weight,
)
from handraiser.edge.running import OUT, failing, now, say, whoever_asks

if TYPE_CHECKING:
    from handraiser.flows.teams_shown import TeamSeen
    from handraiser.store.models import User

__all__ = ["teams"]

_ADD = """handraiser team add emea --manager mia@example.com
handraiser team add emea --fallback mia@example.com"""
_JOIN = """handraiser team join emea sam@example.com
handraiser team join emea sam@example.com --weight 2 --per-day 5 \\
    --per-30-days 60"""

teams = typer.Typer(
    name="team", cls=Commands, no_args_is_help=True, help="Make, show and change teams that share leads."
)


@teams.command("add", cls=Command, help="Make a team, or change its manager or its fallback.", epilog=_ADD)
def add(name: TeamName, manager: TeamManager = None, fallback: TeamFallback = None) -> None:
    with failing(), database(new=True, say=say):
        from handraiser.flows.teams import add_team

        made = add_team(name, manager=manager, fallback=fallback, who=whoever_asks(), now=now())
        OUT.print(f"There is a team {made.name}. {_led(made.manager, made.fallback)}", markup=False)


@teams.command("list", cls=Command, help="Show which teams there are.", epilog="handraiser team list")
def list_teams() -> None:
    with failing(), database(new=False, say=say):
        from handraiser.store.models import Team

        rows = [
            (
                team.name,
                str(team.members.count()),
                _who(team.manager),
                _who(team.fallback),
            )
            for team in Team.objects.order_by("name").select_related("manager", "fallback")
        ]
        head = ("team", "members", "manager", "fallback")
        OUT.print(listed(head, rows) if rows else "There are no teams.", markup=False)


@teams.command(
    "show",
    cls=Command,
    help="Show who is in a team in the order of their turns, what they were given, and who is next.",
    epilog="handraiser team show emea",
)
def show(name: TeamName) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.teams_shown import look_at_team

        seen = look_at_team(name, now())
        OUT.print(f"Team {name}. {_led(seen.team.manager, seen.team.fallback)}", markup=False)
        if not seen.members:
            OUT.print(f"Nobody is in it: `handraiser team join {name} EMAIL`.", markup=False)
            return
        OUT.print(_table(seen), markup=False)
        following = f"{seen.next} is next." if seen.next else "Nobody of them can take a lead now."
        OUT.print(following, markup=False)


def _table(seen: TeamSeen) -> str:
    head = ("email", "name", "weight", "today", "30 days", "")
    rows = [
        (
            each.email,
            each.name,
            str(each.weight),
            _of(each.today, each.per_day),
            _of(each.in_30_days, each.per_30_days),
            each.stands,
        )
        for each in seen.members
    ]
    return listed(head, rows)


def _of(count: int, most: int | None) -> str:
    return f"{count}" if most is None else f"{count} of {most}"


@teams.command(
    "join", cls=Command, help="Have a user share a team's leads, or change how many they get.", epilog=_JOIN
)
def join(
    name: TeamName,
    email: UserEmail,
    weight: Weight = None,
    per_day: PerDay = None,
    per_month: PerMonth = None,
) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.teams import join_team

        member = join_team(
            name, email, weight=weight, per_day=per_day, per_30_days=per_month, who=whoever_asks(), now=now()
        )
        limits = [
            f"{limit} at most {span}"
            for limit, span in ((member.per_day, "a day"), (member.per_30_days, "in 30 days"))
            if limit is not None
        ]
        told = ", ".join([f"with weight {member.weight}", *limits])
        OUT.print(f"{member.user.email} is in team {name}, {told}.", markup=False)


@teams.command(
    "leave",
    cls=Command,
    help="Have somebody share a team's leads no more. The leads they have stay theirs.",
    epilog="handraiser team leave emea sam@example.com",
)
def leave(name: TeamName, email: UserEmail) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.teams import leave_team

        gone = leave_team(name, email, who=whoever_asks(), now=now())
        OUT.print(f"{gone.user.email} is not in team {name} any more.", markup=False)


@teams.command(
    "pause",
    cls=Command,
    help="Give somebody no leads of a team for now. They stay in it, and the leads they have stay theirs.",
    epilog="handraiser team pause emea sam@example.com",
)
def pause(name: TeamName, email: UserEmail) -> None:
    _set_active(name, email, active=False)


@teams.command(
    "resume",
    cls=Command,
    help="Give somebody leads of a team again. Nobody makes up for those that went by.",
    epilog="handraiser team resume emea sam@example.com",
)
def resume(name: TeamName, email: UserEmail) -> None:
    _set_active(name, email, active=True)


def _set_active(name: str, email: str, *, active: bool) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.edge.absent_told import absent_from_live
        from handraiser.flows.teams import pause_member

        member = pause_member(name, email, active=active, who=whoever_asks(), now=now())
        told = "is given leads of" if active else "is given no leads of"
        until = "" if active else f", until `handraiser team resume {name} {member.user.email}`"
        OUT.print(f"{member.user.email} {told} team {name} now{until}.", markup=False)
        say(absent_from_live(now()))


@teams.command(
    "remove",
    cls=Command,
    help="Take a team away. Who has leads of it keeps them.",
    epilog="handraiser team remove emea",
)
def remove(name: TeamName) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.edge.absent_told import absent_from_live
        from handraiser.flows.teams import remove_team

        OUT.print(
            f"There is no team {remove_team(name, who=whoever_asks(), now=now()).name} any more.",
            markup=False,
        )
        say(absent_from_live(now()))


def _who(user: User | None) -> str:
    if user is None:
        return ""
    return user.email if user.left_at is None else f"{user.email} (has left)"


def _led(manager: User | None, fallback: User | None) -> str:
    """Return who leads a team and who helps out; these are users or None."""
    said = []
    for user, does in ((manager, "manages it"), (fallback, "gets what nobody of it can take")):
        left = ", but has left" if user is not None and user.left_at is not None else ""
        said.append(f"{'Nobody' if user is None else user.email} {does}{left}.")
    return " ".join(said)
