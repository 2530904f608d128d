"""What does each of a team have, how much more can they take, and what is nobody's?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from handraiser.edge.web.queue.waiting import Row, rows_told
from handraiser.flows.teams_shown import MemberSeen, look_at_team
from handraiser.store.handoffs import Pile, handoffs_by_owner
from handraiser.store.models import Team, User
from handraiser.store.snapshot import as_of_now

__all__ = ["Board", "Column", "columns_of", "look", "teams_for"]

_CARDS = 50
"""Of what somebody has so many are shown, what is due first."""


class Column(NamedTuple):
    """What somebody has, or nobody.

    email   empty for what is nobody's
    member  what they can take; None where they are not in the team
    takes   whether it may be given to them by dropping it here
    more    how many more they have than are shown
    """

    email: str
    says: str
    member: MemberSeen | None
    rows: Sequence[Row]
    pile: Pile
    takes: bool

    @property
    def more(self) -> int:
        """How many there are that are not shown."""
        return self.pile.whole - len(self.rows)


class Board(NamedTuple):
    """What there is of a team at a moment: its members, and by addresses what each has."""

    team: Team
    members: list[MemberSeen]
    piles: Mapping[str | None, Pile]

    @property
    def facts(self) -> object:
        """What tells one board from another; not how each clock stands, as clocks go on by themselves."""
        return self.team.name, self.members, self.piles


def teams_for(user: User) -> list[Team]:
    """Return all teams, and first those that somebody manages."""
    return sorted(Team.objects.all(), key=lambda team: (team.manager_id != user.pk, team.name))


def look(team: Team, *, now: int) -> Board:
    """Return what there is of a team: what is nobody's, its members, and others who have something of it."""
    members = look_at_team(team.name, now).members
    with as_of_now():
        return Board(team, members, handoffs_by_owner(team.name, now=now, most=_CARDS))


def columns_of(user: User, board: Board, *, now: int) -> list[Column]:
    """Return the columns of a board."""
    piles = board.piles
    seen = {each.email: each for each in board.members}
    with as_of_now():
        shown = rows_told(user, [each for pile in piles.values() for each in pile.first], now=now)
        people = User.objects.filter(email__in={*seen, *piles} - {None})
        known: Mapping[str, User] = {each.email: each for each in people}
    cards: dict[str | None, list[Row]] = {}
    for row in shown:
        cards.setdefault(row.listed.owner, []).append(row)
    here = sorted(
        (each for each in known.values() if each.email in piles or each.left_at is None),
        key=lambda each: (each.email not in seen, each.name or each.email),
    )
    nobodys = Column("", "Nobody's", None, cards.get(None, []), piles.get(None, Pile([])), takes=False)
    return [
        nobodys,
        *(
            Column(
                each.email, each.name or each.email, seen.get(each.email), cards.get(each.email, []),
                piles.get(each.email, Pile([])), takes=each.left_at is None,
            )
            for each in here
        ),
    ]  # fmt: skip
