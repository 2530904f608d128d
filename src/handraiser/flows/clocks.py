"""What is due when of the episodes that are with sales, and what follows when it is?

A deadline is a row from the moment of the hand-off. Whoever changes anything of an episode holds its hand-off
first, and so does who fires what is due (`firing`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from handraiser.agreement.model import Agreement
from handraiser.flows.due import keep_due
from handraiser.flows.live import agreement_of
from handraiser.handoff.clocks import Clock, Due, dues
from handraiser.store.bulk import among, change, insert, query, statement
from handraiser.store.models import Deadline, Episode, Handoff, Pause

__all__ = [
    "Started", "clock_of", "clock_of_kind", "hold", "resume", "restart_accept", "rounds_begun", "start",
    "steps_done", "stop",
]  # fmt: skip

_DEADLINE = {
    "episode_id": "bigint", "kind": "text", "step": "integer", "round": "integer", "act": "text",
    "share": "float8", "to": "text", "due_at": "bigint", "held": "boolean", "fired": "boolean",
}  # fmt: skip


_ON = ("contact", "follow_up", "expire")  # whoever has the lead meanwhile


class Started(NamedTuple):
    """The clocks of an episode that was handed off at `since` begin."""

    episode: int
    clock: Clock
    since: int


def start(started: Sequence[Started]) -> Mapping[int, list[Due]]:
    """Write down what is due of some episodes, within the caller's transaction; return it by episode."""
    found = {each.episode: dues(each.clock, since=each.since) for each in started}
    _write(found)
    return found


def restart_accept(handoffs: Sequence[Handoff], now: int) -> None:
    """Have hand-offs whose `round` begins now be accepted anew; the rounds before are over.

    Within the caller's transaction, in which they are held.
    """
    if not handoffs:
        return
    stop([each.pk for each in handoffs], ["accept"], now=now)
    pauses: dict[int, list[Pause]] = defaultdict(list)
    for pause in Pause.objects.filter(episode__in=[each.pk for each in handoffs]).order_by("id"):
        pauses[pause.episode_id].append(pause)
    still: dict[bool, dict[int, list[Due]]] = {True: {}, False: {}}
    for each in handoffs:
        if each.handed_at is None:
            continue
        over = [(own.begins_at, own.ends_at) for own in pauses[each.pk] if own.ends_at is not None]
        stands = len(over) < len(pauses[each.pk])
        still[stands][each.pk] = dues(
            clock_of(each), since=each.handed_at, round=each.round, kinds=["accept"], round_since=now,
            pauses=over,
        )  # fmt: skip
    for held, anew in still.items():
        _write(anew, held=held)


def rounds_begun(episodes: Collection[int]) -> dict[int, int]:
    """Return the latest round of `accept` that there are deadlines of; one that was taken back too."""
    condition, parameters = among("episode_id", episodes)
    sql = (
        "SELECT episode_id, max(round) FROM store_deadline "
        f"WHERE kind = 'accept' AND {condition} GROUP BY episode_id"
    )
    return dict(query(sql, parameters))


def stop(episodes: Sequence[int], kinds: Collection[str], *, now: int, step: int | None = None) -> None:
    """Have deadlines of some kinds, or of one step, wait no longer; within the caller's transaction."""
    if not kinds:
        return
    condition, parameters = among("episode_id", episodes)
    of_kind, more = among("kind", kinds, "text")
    of_step, which = ("", []) if step is None else (" AND step = %s", [step])
    waiting = f"done_at IS NULL AND {condition} AND {of_kind}{of_step}"
    statement(f"UPDATE store_deadline SET done_at = %s WHERE {waiting}", [now, *parameters, *more, *which])


def hold(episode: int, *, now: int) -> None:
    """Have the clocks of an episode stand still, within the caller's transaction, which writes the pause."""
    Deadline.objects.filter(episode=episode, done_at=None).update(held=True)


def resume(episode: int, *, now: int) -> None:
    """Have clocks run on: what waits is due as much later as its clock stood still.

    Within the caller's transaction, after it has written when the pause ended.
    """
    handoff = Handoff.objects.select_related("owner", "episode__publication").get(pk=episode)
    due_at = {each[:-1]: each.due_at for each in _dues_anew(handoff)}
    rows = []
    for each in Deadline.objects.filter(episode=episode, done_at=None):
        own = (each.kind, each.step, each.round, each.act, each.share, each.to)
        rows.append((each.pk, due_at.get(own, each.due_at), False))
    change("store_deadline", "id", {"due_at": "bigint", "held": "boolean"}, rows)
    keep_due([episode])


def _dues_anew(handoff: Handoff) -> list[Due]:
    """Return what is due of a hand-off by its pauses; of one from history that is when it expires."""
    pauses = _pauses(handoff.pk)
    if handoff.handed_at is None:
        return dues(clock_of(handoff), since=handoff.episode.begun_at, kinds=["expire"], pauses=pauses)
    anew = dues(
        clock_of_kind(handoff, "contact"),
        since=handoff.handed_at,
        kinds=_ON,
        pauses=pauses,
    )
    return anew + dues(
        clock_of(handoff), since=handoff.handed_at, round=handoff.round, kinds=["accept"],
        round_since=handoff.round_at, pauses=pauses,
    )  # fmt: skip


def steps_done(agreements: Mapping[int, Agreement]) -> dict[int, list[int]]:
    """Return which steps of the follow-up have been logged, by episode; each has the agreement it is under.

    What has been logged once is the first step that asks for it, twice the second.
    """
    condition, parameters = among("episode_id", agreements)
    sql = f"SELECT episode_id, kind, count(*) FROM store_logentry WHERE {condition} GROUP BY episode_id, kind"
    logged: dict[int, Counter[str]] = defaultdict(Counter)
    for episode, kind, count in query(sql, parameters):
        logged[episode][kind] = count
    found: dict[int, list[int]] = defaultdict(list)
    for episode, done in logged.items():
        for step, each in enumerate(agreements[episode].handoff.follow_up):
            done[each.do] -= 1
            if done[each.do] >= 0:
                found[episode].append(step)
    return found


def clock_of(handoff: Handoff) -> Clock:
    """Return what the clocks of a hand-off depend on, as it stands."""
    episode: Episode = handoff.episode
    zone = "" if handoff.owner is None else handoff.owner.timezone
    return Clock(agreement_of(episode.publication), episode.hand_raise, handoff.route, zone)


def clock_of_kind(handoff: Handoff, kind: str) -> Clock:
    """Return what a clock goes by: accepting by who has it now, all else as when it was handed off."""
    own = clock_of(handoff)
    return own if kind == "accept" else own._replace(zone=handoff.zone, route=handoff.first_route)


def _pauses(episode: int) -> list[tuple[int, int]]:
    """Return when the clocks of an episode have stood still; one that goes on has no end to count with."""
    sql = "SELECT begins_at, ends_at FROM store_pause WHERE episode_id = %s AND ends_at IS NOT NULL"
    return [(begins, ends) for begins, ends in query(sql, [episode])]


def _write(found: Mapping[int, Sequence[Due]], *, held: bool = False) -> None:
    rows = [(episode, *each, held, False) for episode, own in found.items() for each in own]
    insert("store_deadline", _DEADLINE, rows)
