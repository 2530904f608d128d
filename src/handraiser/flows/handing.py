"""Somebody has become an MQL: who in sales gets the lead, until when has what to happen, and who is told?

What is written here is part of the transaction in which the episode is written: whoever is an MQL is handed
off, and nobody twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from handraiser.agreement.model import Agreement
from handraiser.flows.beginning import Beginning
from handraiser.flows.catching_up import catch_up
from handraiser.flows.clocks import Started, start, steps_done, stop
from handraiser.flows.due import first_due, keep_due
from handraiser.flows.history_ended import expire_history
from handraiser.flows.moving import stopped_by
from handraiser.flows.outbox import News, tell
from handraiser.flows.routing import Routed, Wanted, route
from handraiser.handoff.clocks import Clock, Due, business_between
from handraiser.handoff.messages import About, Happened, Lead, Someone, body, told, told_of_mql
from handraiser.lifecycle.stages import ENDED, Stage
from handraiser.store.bulk import among, change, insert, query
from handraiser.store.known_as import leads_told

__all__ = ["Begun", "hand_off", "hand_off_late"]

_BY = "handraiser"
_HANDOFF = {
    "episode_id": "bigint", "agreement": "text", "stage": "text", "stage_at": "bigint", "handed_at": "bigint",
    "round": "integer", "round_at": "bigint", "owner_id": "bigint", "team_id": "bigint", "route": "integer",
    "routes": "jsonb", "company_owner": "text", "zone": "text", "first_route": "integer",
    "hand_raise": "boolean", "due_at": "bigint",
}  # fmt: skip
_MOVE = {
    "episode_id": "bigint", "at": "bigint", "was": "text", "became": "text", "by": "text", "why": "text",
    "note": "text", "details": "jsonb", "inferred": "boolean", "fingerprint": "text",
}  # fmt: skip
_HANDED = {
    "handed_at": "bigint", "round_at": "bigint", "owner_id": "bigint", "team_id": "bigint",
    "route": "integer", "zone": "text", "first_route": "integer",
}  # fmt: skip
_NOBODY = Routed(None, None, None, "")


class Begun(NamedTuple):
    """An episode that has just been written, no shadow's."""

    episode: int
    lead: int
    agreement: Agreement
    beginning: Beginning


class _Owner(NamedTuple):
    email: str
    name: str
    zone: str
    manager: int | None


def hand_off(begun: Sequence[Begun], now: int) -> None:
    """Hand off episodes that have just begun, within the transaction in which they were written."""
    if not begun:
        return
    fresh = [each for each in begun if each.beginning.handed]
    routed = route([_wanted(each) for each in fresh], now=now)
    owners = _owners({to.owner for to in routed.values() if to.owner is not None})
    zones: dict[int | None, str] = {number: owner.zone for number, owner in owners.items()}
    due = start([Started(each.episode, _clock(each, routed, owners), now) for each in fresh])
    rows = []
    for each in begun:
        at = now if each.beginning.handed else None
        to = routed.get(each.episode, _NOBODY)
        rows.append(
            (
                each.episode, each.agreement.name, "mql", now, at, 0, at, to.owner, to.team, to.route,
                json.dumps(each.beginning.routes), each.beginning.owner, zones.get(to.owner, ""),
                to.route, each.beginning.hand_raise, first_due(due.get(each.episode, ())),
            )
        )  # fmt: skip
    insert("store_handoff", _HANDOFF, rows)
    moves = [
        (each.episode, now, "", "mql", _BY, _why(each.beginning), "", "{}", False, each.agreement.fingerprint)
        for each in begun
    ]
    insert("store_move", _MOVE, moves)
    if query("SELECT 1 FROM store_outcome WHERE episode_id IS NULL AND undone_at IS NULL LIMIT 1"):
        catch_up([each.episode for each in begun])
    _tell(fresh, routed, owners, due, now)
    expire_history({each.episode: each.agreement for each in begun if each.beginning.from_history}, now)


def hand_off_late(begun: Sequence[Begun], now: int) -> None:
    """Hand off episodes that were recorded as history, within the transaction in which they are held."""
    if not begun:
        return
    routed = route([_wanted(each) for each in begun], now=now)
    owners = _owners({to.owner for to in routed.values() if to.owner is not None})
    zones: dict[int | None, str] = {number: owner.zone for number, owner in owners.items()}
    rows = [
        (episode, now, now, to.owner, to.team, to.route, zones.get(to.owner, ""), to.route)
        for episode, to in sorted(routed.items())
    ]
    change("store_handoff", "episode_id", _HANDED, rows)
    started = {each.episode: Started(each.episode, _clock(each, routed, owners), now) for each in begun}
    due = _without_done(started, start(list(started.values())), now)
    keep_due(list(started))
    _tell(begun, routed, owners, due, now)


def _without_done(
    started: Mapping[int, Started], due: Mapping[int, Sequence[Due]], now: int
) -> Mapping[int, Sequence[Due]]:
    """Have no clock run for what sales had done before the hand-off; return what is still to be done."""
    condition, parameters = among("episode_id", started)
    known = query(
        f"SELECT episode_id FROM store_handoff WHERE contacted_at IS NOT NULL AND {condition}", parameters
    )
    took = [(episode, business_between(started[episode].clock, now, now)) for (episode,) in known]
    change("store_handoff", "episode_id", {"contact_business": "bigint"}, took)  # no time at all
    done = {(episode, "contact", 0) for (episode,) in known}
    logged = steps_done({each.episode: each.clock.agreement for each in started.values()})
    done.update((episode, "follow_up", step) for episode, steps in logged.items() for step in steps)
    for episode, kind, step in sorted(done):
        stop([episode], [kind], now=now, step=step)
    return {
        episode: [each for each in found if (episode, each.kind, each.step) not in done]
        for episode, found in due.items()
    }


def _wanted(begun: Begun) -> Wanted:
    beginning = begun.beginning
    return Wanted(begun.episode, begun.lead, begun.agreement, beginning.routes, beginning.owner)


def _why(beginning: Beginning) -> str:
    how = "asked for sales" if beginning.hand_raise else "qualified"
    return f"{how}, from history" if beginning.from_history else how


def _owners(users: set[int]) -> dict[int, _Owner]:
    condition, parameters = among("id", sorted(users))
    rows = query(
        f"SELECT id, email, name, timezone, manager_id FROM store_user WHERE {condition}", parameters
    )
    return {number: _Owner(*rest) for number, *rest in rows}


def _clock(begun: Begun, routed: Mapping[int, Routed], owners: Mapping[int, _Owner]) -> Clock:
    to = routed[begun.episode]
    zone = "" if to.owner is None else owners[to.owner].zone
    return Clock(begun.agreement, begun.beginning.hand_raise, to.route, zone)


def _tell(
    fresh: Sequence[Begun],
    routed: Mapping[int, Routed],
    owners: Mapping[int, _Owner],
    due: Mapping[int, Sequence[Due]],
    now: int,
) -> None:
    if not fresh or not query("SELECT 1 FROM store_destination WHERE disabled_at IS NULL LIMIT 1"):
        return
    leads = leads_told({each.lead for each in fresh})
    stages = _stages([each.episode for each in fresh])
    teams = dict(query("SELECT id, name FROM store_team"))
    managers = dict(query("SELECT id, manager_id FROM store_team WHERE manager_id IS NOT NULL"))
    news = []
    for each in fresh:
        to = routed[each.episode]
        owner = None if to.owner is None else owners[to.owner]
        stage = stages[each.episode]
        left = _left(due[each.episode], stage)
        about = _about(each, leads[each.lead], owner, teams.get(to.team, ""), left, stage)
        manager = owner.manager if owner is not None else None
        of_team = [managers[to.team]] if to.team in managers else []
        common = (each.lead, each.episode, each.agreement.name)
        news.append(
            News(
                *common, "lead.mql", 0, to.owner, manager, body("lead.mql", now, told_of_mql(about)), of_team
            )
        )
        if to.owner is None and stage not in ENDED:
            kind = "lead.unassigned"
            payload = body(kind, now, told(kind, about, Happened(now, by=_BY, why=to.why)))
            news.append(News(*common, kind, 0, None, manager, payload, of_team))
    tell(news, now=now)


def _stages(episodes: Sequence[int]) -> dict[int, Stage]:
    """Return how far hand-offs are: another system may have said so before they were found."""
    condition, parameters = among("episode_id", episodes)
    rows = query(f"SELECT episode_id, stage FROM store_handoff WHERE {condition}", parameters)
    return {episode: Stage(stage) for episode, stage in rows}


def _left(due: Sequence[Due], stage: Stage) -> list[Due]:
    """Return what is still to be done of what is due."""
    over = () if stage is Stage.MQL else stopped_by(stage)
    return [each for each in due if each.kind not in over]


def _about(
    begun: Begun, lead: Lead, owner: _Owner | None, team: str, due: Sequence[Due], stage: Stage
) -> About:
    beginning = begun.beginning
    return About(
        lead=lead,
        agreement=begun.agreement,
        episode=begun.episode,
        ordinal=beginning.ordinal,
        begun_at=beginning.at,
        hand_raise=beginning.hand_raise,
        reasons=json.loads(beginning.reasons),
        owner=None if owner is None else Someone(owner.email, owner.name),
        team=team,
        zone="" if owner is None else owner.zone,
        dues=due,
        stage=stage,
    )
