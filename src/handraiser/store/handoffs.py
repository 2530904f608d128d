"""How far is a lead with sales, whose is it, what is due of it, and how did it come to that?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet

from handraiser.handoff.about import Lead
from handraiser.lifecycle.stages import ENDED, OPEN, OUTCOMES, Reached, Stage
from handraiser.store.bulk import among, query
from handraiser.store.known_as import leads_told
from handraiser.store.models import (
    Alarm,
    Assignment,
    Deadline,
    Handoff,
    LogEntry,
    Move,
    Outcome,
    Pause,
)

__all__ = [
    "Alarmed", "History", "Listed", "Pile", "Place", "Stood", "alarmed", "alarms_by_age", "alarms_open",
    "handoff_of", "handoffs", "handoffs_by_owner", "history_of_handoff", "reached_by", "stood_at",
]  # fmt: skip

_NEVER = 2**62  # after all that is ever due


class Place(NamedTuple):
    """Where a page of hand-offs begins: behind the one with this due time and number."""

    due_at: int
    episode: int


class Listed(NamedTuple):
    """A hand-off in a list: instants in microseconds, addresses and names of who has it.

    due_at      when the next of its promises is due, or was due that is not kept; None where nothing is
    paused_at   since when its clocks stand still, None while they run; `paused_for` is why
    """

    episode: int
    lead: int
    agreement: str
    stage: str
    stage_at: int
    owner: str | None
    team: str | None
    handed_at: int | None
    ended_at: int | None
    reason: str | None
    hand_raise: bool
    due_at: int | None
    paused_at: int | None = None
    paused_for: str | None = None

    @property
    def place(self) -> Place:
        """Where it stands among others."""
        return Place(_NEVER if self.due_at is None else self.due_at, self.episode)


_TOLD = """
    handoff.episode_id, person.root_id, handoff.agreement, handoff.stage, handoff.stage_at,
    owner.email, team.name, handoff.handed_at, handoff.ended_at, handoff.reason, handoff.hand_raise,
    handoff.due_at, pause.begins_at, pause.why
"""
_JOINED = """
    JOIN store_episode AS episode ON episode.id = handoff.episode_id
    JOIN store_person AS person ON person.id = episode.lead_id
    LEFT JOIN store_user AS owner ON owner.id = handoff.owner_id
    LEFT JOIN store_team AS team ON team.id = handoff.team_id
    LEFT JOIN store_pause AS pause ON pause.episode_id = handoff.episode_id AND pause.ends_at IS NULL
"""
# First so many are read in the order of an index; only of these it is looked up what is told.
_LISTED = f"""
WITH listed AS MATERIALIZED (
    SELECT * FROM store_handoff AS handoff WHERE {{conditions}} ORDER BY {{order}} LIMIT %s
) SELECT {_TOLD} FROM listed AS handoff {_JOINED} ORDER BY handoff.due_at, handoff.episode_id
"""
_BY_DUE, _BY_NUMBER = "handoff.due_at, handoff.episode_id", "handoff.episode_id"
_OWNER = "handoff.owner_id = (SELECT id FROM store_user WHERE email = %s)"
_TEAM = "handoff.team_id = (SELECT id FROM store_team WHERE name = %s)"
_OPEN = "handoff.ended_at IS NULL"
# What was due while clocks stand still is not late.
# What is nobody's and no team's either has to be seen by somebody: it is on every team's board.
_BY_OWNER = f"""
WITH placed AS MATERIALIZED (
    SELECT handoff.episode_id, handoff.owner_id,
        row_number() OVER (
            PARTITION BY handoff.owner_id ORDER BY handoff.due_at IS NULL, handoff.due_at, handoff.episode_id
        ) AS place,
        count(*) OVER (PARTITION BY handoff.owner_id) AS whole,
        count(CASE WHEN handoff.stage <> 'mql' THEN 1 END) OVER (PARTITION BY handoff.owner_id) AS accepted,
        count(CASE WHEN handoff.due_at < %s AND EXISTS (
            SELECT 1 FROM store_deadline AS deadline WHERE deadline.episode_id = handoff.episode_id
            AND deadline.act = 'due' AND deadline.due_at = handoff.due_at AND NOT deadline.held
        ) THEN 1 END) OVER (PARTITION BY handoff.owner_id) AS late
    FROM store_handoff AS handoff WHERE {_OPEN} AND handoff.handed_at IS NOT NULL
    AND ({_TEAM} OR handoff.team_id IS NULL AND handoff.owner_id IS NULL)
) SELECT {_TOLD}, placed.whole, placed.accepted, placed.late
FROM placed JOIN store_handoff AS handoff ON handoff.episode_id = placed.episode_id {_JOINED}
WHERE placed.place <= %s ORDER BY owner.email, placed.place
"""


def handoffs(
    *,
    owner: str | None = None,
    team: str | None = None,
    stage: str | None = None,
    is_open: bool | None = None,
    agreement: str | None = None,
    teams: Collection[str] | None = None,
    asked: bool | None = None,
    episode: int | None = None,
    after: Place | None = None,
    most: int,
) -> list[Listed]:
    """Return hand-offs, what is due first at the front, and at the end those of which nothing is due.

    owner  their address; empty for those that are nobody's
    teams  names of teams whose they are
    asked  whether those are meant who asked for sales and wait for its verdict, or all others
    """
    meant = _Meant()
    wanted = {
        _OWNER: owner or None, _TEAM: team, "handoff.stage = %s": stage, "handoff.agreement = %s": agreement,
        "handoff.episode_id = %s": episode,
    }  # fmt: skip
    for condition, value in wanted.items():
        if value is not None:
            meant.add(condition, value)
    if owner == "":
        meant.add("handoff.owner_id IS NULL")
    if teams is not None:
        meant.among_teams(teams)
    if asked is not None:
        meant.add(f"{'' if asked else 'NOT '}(handoff.hand_raise AND handoff.stage = 'mql')")
    if is_open is not None:
        meant.add(_OPEN if is_open else "handoff.ended_at IS NOT NULL")
    found = _due(meant, after, most)
    if len(found) < most:
        found += _not_due(meant, after, most - len(found), order=_BY_DUE if is_open else _BY_NUMBER)
    return found


class _Meant:
    """Which hand-offs are meant: conditions of SQL, and what is given for them."""

    def __init__(self) -> None:
        self.conditions: list[str] = ["TRUE"]
        self.given: list[object] = []

    def add(self, condition: str, *given: object) -> None:
        """Mean only those of which a condition holds as well."""
        self.conditions.append(condition)
        self.given += given

    def among_teams(self, teams: Collection[str]) -> None:
        """Mean only those of some teams; of one team an index has them in their order."""
        if len(teams) == 1:
            self.add(_TEAM, next(iter(teams)))
            return
        several, names = among("name", teams, "text")
        self.add(f"handoff.team_id IN (SELECT id FROM store_team WHERE {several})", *names)


def _due(meant: _Meant, after: Place | None, most: int) -> list[Listed]:
    """Return those of which something is due, which is of none that has ended."""
    if after is not None and after.due_at == _NEVER:
        return []
    behind, place = "", []
    if after is not None:
        behind, place = "(handoff.due_at, handoff.episode_id) > (%s, %s)", [*after]
    return _listed_by(meant, [_OPEN, "handoff.due_at IS NOT NULL", behind], place, most, _BY_DUE)


def _not_due(meant: _Meant, after: Place | None, most: int, *, order: str) -> list[Listed]:
    """Return those of which nothing is due, in the order in which they began."""
    behind, place = "", []
    if after is not None and after.due_at == _NEVER:
        behind, place = "handoff.episode_id > %s", [after.episode]
    return _listed_by(meant, ["handoff.due_at IS NULL", behind], place, most, order)


def _listed_by(
    meant: _Meant, more: Sequence[str], place: Sequence[object], most: int, order: str
) -> list[Listed]:
    conditions = " AND ".join([*meant.conditions, *filter(None, more)])
    sql = _LISTED.format(conditions=conditions, order=order)
    return [_listed(row) for row in query(sql, [*meant.given, *place, most])]


class Pile(NamedTuple):
    """What somebody has of a team's, or what nobody has: the first that are due, and how many there are.

    accepted, late  of all of them
    """

    first: list[Listed]
    whole: int = 0
    accepted: int = 0
    late: int = 0


def handoffs_by_owner(team: str, *, now: int, most: int) -> dict[str | None, Pile]:
    """Return the open hand-offs of a team by the addresses of who has them, so many of each at most."""
    piles: dict[str | None, Pile] = {}
    for *row, whole, accepted, late in query(_BY_OWNER, [now, team, most]):
        listed = _listed(tuple(row))
        piles.setdefault(listed.owner, Pile([], whole, accepted, late)).first.append(listed)
    return piles


def _listed(row: tuple[Any, ...]) -> Listed:
    found = Listed._make(row)
    return found._replace(hand_raise=bool(found.hand_raise))


class History(NamedTuple):
    """All that is kept of a hand-off, each in the order of writing; deadlines as they are due."""

    handoff: Handoff
    moves: Sequence[Move]
    assignments: Sequence[Assignment]
    log: Sequence[LogEntry]
    deadlines: Sequence[Deadline]
    alarms: Sequence[Alarm]
    pauses: Sequence[Pause]


def handoff_of(episode: int) -> Handoff | None:
    """Return the hand-off of an episode, with whose it is; None where there is none."""
    whole: QuerySet[Handoff] = Handoff.objects.select_related("episode__lead", "owner", "team")
    return whole.filter(pk=episode).first()


def history_of_handoff(handoff: Handoff) -> History:
    """Return all that is kept of a hand-off."""
    of_it: dict[str, Any] = {"episode": handoff.pk}
    return History(
        handoff,
        list(Move.objects.filter(**of_it).order_by("id")),
        list(Assignment.objects.filter(**of_it).select_related("user", "team").order_by("id")),
        list(LogEntry.objects.filter(**of_it).order_by("id")),
        list(Deadline.objects.filter(**of_it).order_by("due_at", "id")),
        list(Alarm.objects.filter(**of_it).order_by("id")),
        list(Pause.objects.filter(**of_it).order_by("id")),
    )


def alarms_open(*, after: int, most: int) -> list[Alarm]:
    """Return alarms that are open, by their numbers, with the hand-offs that they are of."""
    return list(_alarms().filter(id__gt=after).order_by("id")[:most])


def alarms_by_age(*, most: int) -> list[Alarm]:
    """Return alarms that are open, the oldest first."""
    return list(_alarms().order_by("opened_at", "id")[:most])


def _alarms() -> QuerySet[Alarm]:
    rows: QuerySet[Alarm] = Alarm.objects.filter(closed_at=None)
    return rows.select_related("episode__lead", "episode__handoff__team", "episode__handoff__owner")


class Alarmed(NamedTuple):
    """An alarm, the hand-off that it is of, and who the lead is."""

    alarm: Alarm
    handoff: Handoff
    lead: Lead


def alarmed(alarms: Sequence[Alarm]) -> list[Alarmed]:
    """Return alarms with what they are of, in their order."""
    who = leads_told({each.episode.lead.root_id for each in alarms})
    return [Alarmed(each, each.episode.handoff, who[each.episode.lead.root_id]) for each in alarms]


class Stood(NamedTuple):
    """How far an episode was at an instant, whose it was, when it was handed off and when it had ended."""

    stage: Stage
    owner: str | None
    handed_at: int | None
    ended_at: int | None


def stood_at(episodes: Collection[int], until: int) -> Mapping[int, Stood]:
    """Return how hand-offs stood at an instant; those are left out of which there was none yet."""
    stages: dict[int, tuple[Stage, int | None]] = {}
    moves = Move.objects.filter(episode__in=episodes, at__lte=until).order_by("id")
    for episode, at, became in moves.values_list("episode", "at", "became"):
        stage, ended_at = Stage(became), stages.get(episode, (None, None))[1]
        if stage in OPEN:
            ended_at = None
        elif stage in ENDED and ended_at is None:
            ended_at = at
        stages[episode] = stage, ended_at
    given = Assignment.objects.filter(episode__in=episodes, at__lte=until).order_by("id")
    owners = dict(given.values_list("episode", "user__email"))
    handed = dict(Handoff.objects.filter(pk__in=stages, handed_at__lte=until).values_list("pk", "handed_at"))
    return {
        episode: Stood(stage, owners.get(episode), handed.get(episode), ended_at)
        for episode, (stage, ended_at) in stages.items()
    }


def reached_by(root: int, episodes: Iterable[Stood], until: int) -> list[Reached]:
    """Return how far a lead was at an instant with each episode, and what was said of it without one."""
    said = Outcome.objects.filter(person__root=root, episode=None, at__lte=until).order_by("at", "id")
    standing = said.exclude(undone_at__lte=until).values_list("stage", "at")
    skipping = [Reached(OUTCOMES[stage], at) for stage, at in standing if stage in OUTCOMES]
    return [*(Reached(each.stage, each.ended_at) for each in episodes), *skipping]
