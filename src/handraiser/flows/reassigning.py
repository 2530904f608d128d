"""A hand-off goes to somebody else: to whom, and which of its clocks begin anew?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from handraiser.flows.announcing import Announced, announce_all
from handraiser.flows.apart import apart
from handraiser.flows.clocks import restart_accept, rounds_begun
from handraiser.flows.due import keep_due
from handraiser.flows.held import Held, hold
from handraiser.flows.routing import Wanted, give, route
from handraiser.handoff.messages import Happened
from handraiser.lifecycle.stages import Stage
from handraiser.store.bulk import among, change, query
from handraiser.store.models import Assignment, Team, User

__all__ = ["Placed", "place_unassigned", "reassign", "reassign_all"]

_CHANGING = {
    "owner_id": "bigint", "team_id": "bigint", "route": "integer", "round": "integer", "round_at": "bigint",
}  # fmt: skip


def reassign(
    episode: int, to: int | None, *, kind: str, by: str, why: str, now: int, to_new: bool = False
) -> bool:
    """Give an open hand-off to a user, or by its routes to somebody else; return whether it has gone.

    Within the caller's transaction. Where there is nobody else it stays as it is. What was not accepted is to
    be accepted anew; contact goes on.

    kind    reassign, cover or hand
    to_new  only to somebody who has not had it yet
    """
    return bool(reassign_all([hold(episode)], to, kind=kind, by=by, why=why, now=now, to_new=to_new))


def reassign_all(
    several: Sequence[Held], to: int | None, *, kind: str, by: str, why: str, now: int, to_new: bool = False
) -> set[int]:
    """Do as `reassign` does with each of several that the caller holds; return the episodes that have gone.

    Whose turn it is goes by their order. However many there are, the statements are about as many.
    """
    wanting = [each for each in several if each.is_open and (to is None or to != each.handoff.owner_id)]
    if not wanting:
        return set()
    formers = {each.handoff.pk: each.handoff.owner for each in wanting}
    if to is None:
        gone = _route_all(wanting, kind=kind, by=by, why=why, now=now, to_new=to_new)
    else:
        give({each.handoff.pk: to for each in wanting}, kind=kind, by=by, why=why, now=now)
        gone = wanting
        for each in gone:
            each.handoff.owner_id = to
    _begin_anew(gone, now)
    _announce(gone, formers, by=by, why=why, now=now)
    return {each.handoff.pk for each in gone}


class Placed(NamedTuple):
    """How many hand-offs went to somebody, and behind which to look the next time: 0 for from the first."""

    went: int
    after: int


def place_unassigned(now: int, *, after: int = 0, most: int = 200) -> Placed:
    """Give open hand-offs that are nobody's to whoever can take them by now, some at a time.

    Each in a transaction of its own. Somebody may be back, or have come, or have room again.
    """
    # Of agreements without routes nobody is looked for.
    waiting = query(
        "SELECT episode_id FROM store_handoff WHERE owner_id IS NULL AND ended_at IS NULL "
        "AND handed_at IS NOT NULL AND CAST(routes AS text) <> '[]' AND episode_id > %s "
        "ORDER BY episode_id LIMIT %s",
        [after, most],
    )
    placed = 0
    for (episode,) in waiting:
        with apart(f"Episode {episode} stays nobody's: it is tried again."):
            why = "nobody could take it before"
            placed += reassign(episode, None, kind="route", by="handraiser", why=why, now=now)
    return Placed(placed, waiting[-1][0] if len(waiting) == most else 0)


def _route_all(
    several: Sequence[Held], *, kind: str, by: str, why: str, now: int, to_new: bool
) -> list[Held]:
    """Find somebody else for each, by its routes; return those that somebody was found for."""
    barred = {each.handoff.pk: {each.handoff.owner_id} for each in several}
    if to_new:
        had = Assignment.objects.filter(episode__in=list(barred)).values_list("episode", "user")
        for episode, user in had:
            barred[episode].add(user)
    wanted = [
        Wanted(
            each.handoff.pk, each.lead, each.agreement, tuple(each.handoff.routes), each.handoff.company_owner
        )
        for each in several
    ]
    found = route(
        wanted,
        now=now,
        kind=kind,
        by=by,
        without={episode: sorted(user for user in users if user) for episode, users in barred.items()},
        or_stay=True,
        because=why,
    )
    gone = []
    for each in several:
        to = found[each.handoff.pk]
        if to.owner is not None:
            each.handoff.owner_id, each.handoff.team_id, each.handoff.route = to.owner, to.team, to.route
            gone.append(each)
    return gone


def _begin_anew(several: Sequence[Held], now: int) -> None:
    """Write down whose they are now, and have what was not accepted be accepted anew."""
    users = User.objects.in_bulk({each.handoff.owner_id for each in several})
    teams = Team.objects.in_bulk({each.handoff.team_id for each in several if each.handoff.team_id})
    begun = rounds_begun([each.handoff.pk for each in several])
    anew = []
    for each in several:
        handoff = each.handoff
        handoff.owner, handoff.team = users[handoff.owner_id], teams.get(handoff.team_id)
        handoff.episode = each.episode
        if handoff.stage == Stage.MQL and handoff.handed_at is not None:
            handoff.round = max(handoff.round, begun.get(handoff.pk, 0)) + 1
            handoff.round_at = now
            anew.append(handoff)
    rows = [
        (own.pk, own.owner_id, own.team_id, own.route, own.round, own.round_at)
        for own in (each.handoff for each in several)
    ]
    change("store_handoff", "episode_id", _CHANGING, rows)
    restart_accept(anew, now)
    keep_due([each.pk for each in anew])


def _announce(
    gone: Sequence[Held], formers: Mapping[int, User | None], *, by: str, why: str, now: int
) -> None:
    if not gone:
        return
    condition, parameters = among("episode_id", [each.handoff.pk for each in gone])
    latest = dict(
        query(
            f"SELECT episode_id, max(id) FROM store_assignment WHERE {condition} GROUP BY episode_id",
            parameters,
        )
    )
    several = []
    for each in gone:
        was = formers[each.handoff.pk]
        has: User | None = each.handoff.owner
        became = "" if has is None else has.email
        happened = Happened(now, by=by, why=why, was="" if was is None else was.email, became=became)
        former = None if was is None else was.pk
        several.append(Announced(each, "lead.assigned", happened, latest[each.handoff.pk], former=former))
    announce_all(several, now=now)
