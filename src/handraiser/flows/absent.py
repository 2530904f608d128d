"""Which teams and people does an agreement name that are not there?"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from handraiser.agreement.model import Agreement
from handraiser.agreement.recipients import Recipient, RecipientKind, read_escalation
from handraiser.errors import Diagnostic, Level, Place
from handraiser.flows.live import live_at
from handraiser.flows.refusals import FlowCode
from handraiser.flows.routing import recipients_of
from handraiser.flows.sellers import address_of
from handraiser.store.models import Member, Team, User

__all__ = ["absent", "naming"]


class _There(NamedTuple):
    """Who is there: teams by name with managers who have not left, those that take leads, and addresses."""

    teams: dict[str, int | None]
    manned: frozenset[str]
    users: frozenset[str]


def absent(agreement: Agreement) -> list[Diagnostic]:
    """Return a warning for each team or person that an agreement names and that nobody can be meant by now.

    What is named is not refused: teams may be made after what names them.
    """
    there = _who_is_there()
    found: dict[tuple[str, str], Diagnostic] = {}
    for where, recipient in _named(agreement):
        doubt = _doubt(recipient, where, there)
        if doubt is not None:
            says, fix = doubt
            one = Diagnostic(
                code=FlowCode.NOBODY_THERE, at=Place(where, line=0), says=says, fix=fix, level=Level.WARNING
            )
            found.setdefault((where, says), one)
    return list(found.values())


def naming(team: str, now: int) -> list[str]:
    """Return the names of the agreements that are live and give leads to a team, or tell its manager."""
    meant = Recipient(RecipientKind.TEAM, team)
    live = [one.agreement for one in live_at(now) if not one.shadow]
    return [each.name for each in live if any(named == meant for _, named in _named(each))]


def _who_is_there() -> _There:
    manned = Member.objects.filter(active=True, user__left_at=None).values_list("team__name", flat=True)
    backed = Team.objects.filter(fallback__isnull=False, fallback__left_at=None).values_list(
        "name", flat=True
    )
    users = User.objects.filter(left_at=None).values_list("email", flat=True)
    there = Team.objects.select_related("manager")
    teams = {
        team.name: None if team.manager is None or team.manager.left_at is not None else team.manager.pk
        for team in there
    }
    return _There(teams, frozenset(manned) | frozenset(backed), frozenset(users))


def _named(agreement: Agreement) -> Iterator[tuple[str, Recipient]]:
    """Yield all whom an agreement names, and where."""
    for route in agreement.handoff.route:
        for recipient in recipients_of(route.to):
            yield "handoff.route", recipient
    for step in agreement.handoff.escalate_at:
        told = read_escalation(step.to)
        if isinstance(told, Recipient):
            yield "handoff.escalate_at", told


def _doubt(recipient: Recipient, where: str, there: _There) -> tuple[str, str] | None:
    name = recipient.name
    if recipient.kind is RecipientKind.USER:
        if address_of(name) in there.users:
            return None
        return f"There is no user {name}.", f"`handraiser user add {name} --role sales` adds them."
    if recipient.kind is not RecipientKind.TEAM:
        return None
    if name not in there.teams:
        near = get_close_matches(name, there.teams, n=1)
        meant = f"Did you mean team {near[0]}? Else " if near else ""
        return f"There is no team {name}.", f"{meant}`handraiser team add {name}` makes one."
    if where == "handoff.escalate_at":
        if there.teams[name] is not None:
            return None
        return f"Team {name} has no manager to be told.", f"`handraiser team add {name} --manager EMAIL`."
    if name not in there.manned:
        return (
            f"Nobody of team {name} takes leads.",
            f"`handraiser team join {name} EMAIL`, or `team resume` who is paused.",
        )
    return None
