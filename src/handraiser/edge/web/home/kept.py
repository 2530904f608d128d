"""How many of its promises has sales kept: this week, this month, and who of them?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from handraiser.edge.web.home.late import late_among
from handraiser.edge.web.home.looking import Looking
from handraiser.edge.web.home.periods import month_began, week_began
from handraiser.store.models import Handoff, Member, Team, User
from handraiser.store.promises import Kept, promises

__all__ = ["Share", "Standing", "TeamStanding", "kept_lately", "share_of", "teams_standing"]


class Share(NamedTuple):
    """So many of so many."""

    part: int
    of: int

    @property
    def percent(self) -> int | None:
        """The share, rounded so that it is 100 only where it is all; None of nothing."""
        return None if not self.of else 100 * self.part // self.of

    @property
    def missed(self) -> int:
        """How many it is not."""
        return self.of - self.part


class Lately(NamedTuple):
    """How many promises were kept in a period, to accept and to make contact."""

    says: str
    accept: Share
    contact: Share


class Standing(NamedTuple):
    """How somebody of a team stands: what they have now, and what they kept this month.

    user  None for what is nobody's
    late  of the open ones those that were not accepted, or not contacted, when they should have been
    """

    user: User | None
    waiting: int
    with_sales: int
    late: int
    accept: Share
    contact: Share


class TeamStanding(NamedTuple):
    """A team, and how each of its members stands."""

    team: Team
    members: Sequence[Standing]


def kept_lately(looks: Looking) -> list[Lately]:
    """Return how many promises were kept this week and this month, where the reader is."""
    week, month = week_began(looks.now, looks.zone), month_began(looks.now, looks.zone)
    found = promises(looks.names, since=min(week, month), now=looks.now, owner=looks.owner)
    return [
        Lately(says, *(share_of(each for each in found if each.at >= since and each.kind == kind)
                       for kind in ("accept", "contact")))
        for says, since in (("This week", week), ("This month", month))
    ]  # fmt: skip


def share_of(of: Iterable[Kept]) -> Share:
    """Return how many of some promises were kept."""
    said = [each.kept for each in of]
    return Share(sum(said), len(said))


def teams_standing(looks: Looking) -> list[TeamStanding]:
    """Return how the members of teams stand, and who else has leads of one: for a manager of their teams.

    A manager of none sees all.
    """
    teams = Team.objects.order_by("name")
    if looks.user.role == User.Role.MANAGER and teams.filter(manager=looks.user).exists():
        teams = teams.filter(manager=looks.user)
    kept: dict[tuple[int | None, str], list[Kept]] = defaultdict(list)
    for each in promises(looks.names, since=month_began(looks.now, looks.zone), now=looks.now, owners=True):
        kept[each.owner, each.kind].append(each)
    members = Member.objects.filter(team__in=teams, user__left_at=None).select_related("user", "team")
    sellers = {(each.team_id, each.user_id): each.user for each in members}
    # A lead can be given to who is in no team, as to the manager.
    pairs = _open(looks).filter(team__in=teams, owner__left_at=None, owner__isnull=False)
    others = set(pairs.order_by().values_list("team", "owner").distinct()) - sellers.keys()
    users = User.objects.in_bulk({number for _, number in others})
    sellers |= {(team, number): users[number] for team, number in others}
    loads = _loads(looks)
    found: dict[int, list[Standing]] = defaultdict(list)
    for (team, number), user in sorted(sellers.items(), key=lambda each: each[1].name or each[1].email):
        found[team].append(
            Standing(
                user, *loads.get(number, (0, 0, 0)), share_of(kept[number, "accept"]),
                share_of(kept[number, "contact"]),
            )
        )  # fmt: skip
    return [TeamStanding(team, found[team.pk]) for team in teams]


def _open(looks: Looking) -> QuerySet[Handoff]:
    return Handoff.objects.filter(ended_at=None, handed_at__isnull=False, agreement__in=looks.names)


def _loads(looks: Looking) -> dict[int | None, tuple[int, int, int]]:
    """Return by owner how many open hand-offs wait, have been accepted, and are late."""
    open_now = _open(looks)
    counts = open_now.values("owner").annotate(
        waiting=Count("pk", filter=Q(stage="mql")), accepted=Count("pk", filter=~Q(stage="mql"))
    )
    late = Counter(late_among(open_now, looks.now).values_list("owner", flat=True))
    return {each["owner"]: (each["waiting"], each["accepted"], late[each["owner"]]) for each in counts}
