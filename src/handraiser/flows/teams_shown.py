"""How does a team stand: who is in it, how much have they been given, and who is next?"""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction

from handraiser.flows.sellers import counts_of, read_sales
from handraiser.flows.teams import team_named
from handraiser.handoff.availability import Ready, Seller, ready
from handraiser.handoff.turns import MONTH
from handraiser.store.models import Member, Team

__all__ = ["MemberSeen", "TeamSeen", "look_at_team"]


class MemberSeen(NamedTuple):
    """Somebody of a team, in the order of turns.

    today, in_30_days  how many leads of the team they were given; the day is that of where they are
    stands             empty where they may be given one, else why not
    user               their number
    active             whether they are given leads of the team at all: nobody has paused them
    """

    email: str
    name: str
    weight: int
    per_day: int | None
    per_30_days: int | None
    today: int
    in_30_days: int
    stands: str
    user: int
    active: bool


class TeamSeen(NamedTuple):
    """A team with its members; `next` is the address of whose turn it is, None where it is nobody's."""

    team: Team
    members: list[MemberSeen]
    next: str | None


def look_at_team(name: str, now: int) -> TeamSeen:
    """Return how a team stands. Hours count as far as they are people's own. Raises Mistakes."""
    with transaction.atomic():
        team = team_named(name)
        sales = read_sales([name], zones=["UTC"], now=now, locked=False)
        stored = {each.pk: each for each in Member.objects.filter(team=team).select_related("user")}

    def stands(seller: Seller) -> Ready:
        return ready(seller, None, "UTC", now)

    queue = sales.teams[name].queue
    in_turn = sorted(queue.members, key=lambda each: (max(queue.turn, each.turn), each.number))
    asked = [(each.seller.user, team.pk, stands(each.seller).day) for each in in_turn]
    month = now - MONTH + 1
    counts = {
        (user, day): count
        for user, _, day, count in counts_of([*asked, *((user, team.pk, month) for user, *_ in asked)])
    }
    members = []
    for each, (user, _, day) in zip(in_turn, asked, strict=True):
        row, standing = stored[each.number], stands(each.seller)
        inactive = "" if each.active else "takes no leads of this team now"
        closed = "closed now" if standing.opens_at > now else ""
        why = standing.why_not or inactive or each.full(standing, now) or closed
        members.append(
            MemberSeen(
                row.user.email, row.user.name, each.weight, each.per_day, each.per_30_days,
                counts.get((user, day), 0), counts.get((user, month), 0), why, user, each.active,
            )
        )  # fmt: skip
    choice = queue.next(stands, now)
    following = None if choice.member is None else stored[choice.member.number].user.email
    return TeamSeen(team, members, following)
