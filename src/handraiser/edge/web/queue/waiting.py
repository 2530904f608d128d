"""Which MQLs wait for somebody, why is each one, and how much time is left for what is to be done next?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from handraiser.agreement.model import Agreement, PromiseUnit
from handraiser.edge.web.queue.steps import Steps, steps_of
from handraiser.flows.clocks import clock_of_kind
from handraiser.flows.live import agreement_of
from handraiser.handoff.about import Lead
from handraiser.handoff.calendar import FOREVER
from handraiser.handoff.why import gave
from handraiser.lifecycle.moves import ALLOWED
from handraiser.lifecycle.saying import Act, bonds, may
from handraiser.lifecycle.stages import OPEN, Stage
from handraiser.store.bulk import among, query
from handraiser.store.handoffs import Listed, Place, handoffs
from handraiser.store.known_as import leads_told
from handraiser.store.models import Handoff, Member, Move, Publication, User
from handraiser.store.seeing import teams_seen

__all__ = [
    "Left", "Page", "Row", "Whose", "page_of", "row_of", "rows_told", "whose_for",
]  # fmt: skip

_PAGE = 50
_STRONGEST = 3  # rules in the line that says why
_SECOND = 1_000_000
_BECOMES = {
    Act.ACCEPT: Stage.SAL, Act.RECYCLE: Stage.RECYCLED, Act.DISQUALIFY: Stage.DISQUALIFIED,
    Act.SQL: Stage.SQL, Act.OPPORTUNITY: Stage.OPPORTUNITY, Act.WON: Stage.CUSTOMER, Act.LOST: Stage.LOST,
    Act.REOPEN: Stage.LEAD,
}  # fmt: skip

_DUE_NEXT = (
    "SELECT deadline.episode_id, deadline.kind, deadline.step, deadline.round, deadline.due_at, "
    "deadline.done_at, deadline.fired FROM store_handoff AS handoff JOIN store_deadline AS deadline "
    "ON deadline.episode_id = handoff.episode_id AND deadline.due_at = handoff.due_at "
    "WHERE deadline.act = 'due' AND NOT deadline.held"
)


class Whose(StrEnum):
    """Whose MQLs a queue shows."""

    MINE = "mine"
    TEAM = "team"
    NOBODYS = "nobodys"
    ALL = "all"


class Left(NamedTuple):
    """What is to be done next, and how long there is for it.

    due_at    in microseconds
    seconds   of time that counts, until then: negative where it is over, and then of any time
    runs      whether time counts at this moment
    turns_at  when that changes next, in microseconds; None: never before it is due
    """

    do: str
    due_at: int
    seconds: int
    runs: bool
    turns_at: int | None


class _Due(NamedTuple):
    """What is due next of an episode, as `Deadline` keeps it."""

    episode: int
    kind: str
    step: int
    round: int
    due_at: int
    done_at: int | None
    fired: bool


class Row(NamedTuple):
    """A hand-off in a queue; `may` is what its reader may say of it.

    owner   how they are called who have it, empty for nobody
    closes  the day on which an opportunity is expected to close, as it was said
    """

    listed: Listed
    lead: Lead
    why: str
    left: Left | None
    may: frozenset[Act]
    owner: str = ""
    closes: str | None = None

    @property
    def steps(self) -> Steps:
        """What there is to say of it."""
        return steps_of(self.listed.stage, self.may)


class Page(NamedTuple):
    """A page of a queue; `after` is where the next begins, None where it is the last."""

    listed: list[Listed]
    after: str | None


def whose_for(user: User) -> tuple[Whose, ...]:
    """Return whose MQLs somebody may look at: of sales own ones, the team's and nobody's, else all."""
    if user.role == User.Role.SALES:
        return (Whose.MINE, Whose.TEAM, Whose.NOBODYS)
    if user.role == User.Role.MANAGER:
        return (Whose.TEAM, Whose.MINE, Whose.NOBODYS, Whose.ALL)
    return (Whose.ALL, Whose.NOBODYS)


def page_of(user: User, whose: Whose, *, stage: str | None = None, after: str = "") -> Page:
    """Return a page of a queue: who asked for sales first, then by what is due."""
    asked, _, place = after.rpartition(":") if after else ("asked", "", "")
    found: list[Listed] = []
    if asked == "asked":
        found = _listed(user, whose, stage, asked=True, after=_place(place), most=_PAGE + 1)
        place = ""
    if len(found) <= _PAGE:
        found += _listed(user, whose, stage, asked=False, after=_place(place), most=_PAGE + 1 - len(found))
    shown, more = found[:_PAGE], len(found) > _PAGE
    return Page(shown, _behind(shown[-1]) if more else None)


def row_of(user: User, handoff: Handoff, *, now: int) -> Row:
    """Return one hand-off as a queue shows it."""
    (listed,) = handoffs(episode=handoff.pk, most=1)
    (row,) = rows_told(user, [listed], now=now)
    return row


def _behind(last: Listed) -> str:
    asked = "asked" if last.hand_raise and last.stage == "mql" else "others"
    return f"{asked}:{last.place.due_at}.{last.place.episode}"


def _place(said: str) -> Place | None:
    due_at, _, episode = said.partition(".")
    return Place(int(due_at), int(episode)) if due_at.isdecimal() and episode.isdecimal() else None


def _listed(
    user: User, whose: Whose, stage: str | None, *, asked: bool, after: Place | None, most: int
) -> list[Listed]:
    owner = {Whose.MINE: user.email, Whose.NOBODYS: ""}.get(whose)
    teams = list(teams_seen(user).values()) if whose is Whose.TEAM else None
    return handoffs(owner=owner, teams=teams, stage=stage, is_open=True, asked=asked, after=after, most=most)


def rows_told(user: User, listed: Sequence[Listed], *, now: int) -> list[Row]:
    """Return hand-offs with what is told of each, in their order."""
    kept = _kept([each.episode for each in listed])
    who = leads_told({each.lead for each in listed})
    left = _left_of(kept, now)
    closing = _closing([each.episode for each in listed if each.stage == Stage.OPPORTUNITY])
    teams = set(Member.objects.filter(user=user).values_list("team_id", flat=True))
    return [
        Row(
            each,
            who[each.lead],
            _why(agreement_of(kept[each.episode].episode.publication), kept[each.episode]),
            left.get(each.episode),
            _may(user, kept[each.episode], teams, paused=each.paused_at is not None),
            _owner(kept[each.episode]),
            closing.get(each.episode),
        )
        for each in listed
    ]


def _kept(episodes: Sequence[int]) -> dict[int, Handoff]:
    """Return hand-offs with their episodes; most are under the same few agreements, which are long."""
    kept = Handoff.objects.select_related("episode", "owner").in_bulk(episodes)
    under = Publication.objects.in_bulk({each.episode.publication_id for each in kept.values()})
    for each in kept.values():
        each.episode.publication = under[each.episode.publication_id]
    return kept


def _owner(handoff: Handoff) -> str:
    return "" if handoff.owner is None else str(handoff.owner.name or handoff.owner.email)


def _may(user: User, handoff: Handoff, teams: Collection[int], *, paused: bool) -> frozenset[Act]:
    """Return what somebody may say of a hand-off, of what can be said at its stage."""
    has = bonds(
        user.role,
        owns=handoff.owner_id == user.pk,
        unowned=handoff.owner_id is None,
        in_team=handoff.team_id in teams,
    )
    idle = Act.PAUSE if paused else Act.RESUME
    return frozenset(
        act for act in Act if act is not idle and may(act, has) and _can(act, Stage(handoff.stage))
    )


def _can(act: Act, stage: Stage) -> bool:
    becomes = _BECOMES.get(act)
    return stage in OPEN if becomes is None else becomes in ALLOWED[stage]


def _why(agreement: Agreement, handoff: Handoff) -> str:
    """Return in one line why somebody is an MQL: the score, and what gave most of it."""
    reasons = handoff.episode.reasons
    strongest = [f"{each.title} {round(each.points, 1):+g}" for each in gave(agreement, reasons)[:_STRONGEST]]
    score = f"{round(reasons['score'], 1):g} points"
    return f"{score}: {', '.join(strongest)}" if strongest else score


def _closing(episodes: Sequence[int]) -> dict[int, str]:
    """Return of opportunities the days on which they are expected to close, where one was said."""
    moves = Move.objects.filter(episode__in=episodes, became=Stage.OPPORTUNITY, undoes=None).order_by("id")
    said = moves.values_list("episode", "details")
    return {episode: details["expected_close"] for episode, details in said if "expected_close" in details}


def _left_of(kept: Mapping[int, Handoff], now: int) -> dict[int, Left]:
    """Return by episode what is to be done next, of those of which anything is due and no clock stopped."""
    condition, parameters = among("handoff.episode_id", kept)
    found: dict[int, Left] = {}
    for row in query(f"{_DUE_NEXT} AND {condition}", parameters):
        due = _Due(*row)
        handoff = kept[due.episode]
        if due.done_at is None or (due.fired and _still_owed(due, handoff)):
            found[due.episode] = _left(handoff, due, now)
    return found


def _still_owed(due: _Due, handoff: Handoff) -> bool:
    """Return whether a promise that was broken can still be kept, late."""
    if due.kind == "accept":
        return due.round == handoff.round and handoff.stage == "mql"
    return due.kind == "contact" and handoff.contacted_at is None and handoff.stage in ("mql", "sal")


def _left(handoff: Handoff, due: _Due, now: int) -> Left:
    clock = clock_of_kind(handoff, due.kind)
    promised = next(each for each in clock.promised() if (each.kind, each.step) == (due.kind, due.step))
    by_hours = any(each.unit is not PromiseUnit.WALL for each in promised.within)
    calendar = clock.calendar() if by_hours else None
    if calendar is None or due.due_at <= now:
        return Left(promised.do, due.due_at, (due.due_at - now) // _SECOND, True, None)
    seconds = calendar.open_between(now, due.due_at) // _SECOND
    runs = calendar.is_open(now)
    turns_at = None if runs else calendar.next_open(now)
    return Left(promised.do, due.due_at, seconds, runs, None if turns_at == FOREVER else turns_at)
