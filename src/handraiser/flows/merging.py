"""Two leads turn out to be one, or to be two after all: which of their episodes goes on?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from handraiser.flows.announcing import Announced, announce_all
from handraiser.flows.clocks import resume, stop
from handraiser.flows.due import keep_due
from handraiser.flows.held import Held, hold
from handraiser.flows.leaving import pass_on
from handraiser.handoff.clocks import KINDS
from handraiser.handoff.messages import Happened
from handraiser.lifecycle.stages import OPEN, Stage
from handraiser.store.bulk import among, query
from handraiser.store.models import Alarm, Deadline, Handoff, Move, Pause

__all__ = ["keep_one_open", "part_again"]

_BY = "handraiser"
_MERGED = "merged"


def keep_one_open(leads: Collection[int], *, now: int) -> int:
    """Have of all open episodes that leads have under an agreement one go on; return how many ended.

    Within the caller's transaction, which decides who is one. The furthest goes on; of equals one that sales
    was handed, which has an owner and clocks, and then the one that began first.
    """
    condition, parameters = among("person.root_id", leads)
    rows = query(
        "SELECT person.root_id, handoff.agreement, handoff.episode_id, handoff.stage, "
        "handoff.handed_at IS NULL, episode.begun_at "
        "FROM store_handoff AS handoff JOIN store_episode AS episode ON episode.id = handoff.episode_id "
        "JOIN store_person AS person ON person.id = episode.lead_id "
        f"WHERE handoff.ended_at IS NULL AND {condition}",
        parameters,
    )
    together: dict[tuple[int, str], list[tuple[int, bool, int, int]]] = defaultdict(list)
    for root, agreement, episode, stage, of_history, begun_at in rows:
        rank = (-OPEN.index(Stage(stage)), bool(of_history), begun_at, episode)
        together[root, agreement].append(rank)
    ended = sorted(episode for own in together.values() for *_, episode in sorted(own)[1:])
    held = [hold(episode) for episode in ended]
    announce_all([_end(each, now) for each in held], now=now)
    return len(held)


def _end(held: Held, now: int) -> Announced:
    handoff = held.handoff
    # What is imported is known when it happened; it ends no earlier than what has happened to it.
    begun = Pause.objects.filter(episode=handoff.pk, ends_at=None).values_list("begins_at", flat=True)
    now = max(now, handoff.stage_at, handoff.handed_at or 0, *begun)
    into = held.lead
    move = _write(held, Stage.MERGED, f"one with lead {into}", now)
    stop([handoff.pk], KINDS, now=now)
    handoff.ended_at = now
    handoff.save(update_fields=["stage", "stage_at", "ended_at"])
    keep_due([handoff.pk])
    Alarm.objects.filter(episode=handoff.pk, closed_at=None).update(closed_at=now)
    Pause.objects.filter(episode=handoff.pk, ends_at=None).update(ends_at=now)
    return Announced(held, "lead.merged", Happened(now, by=_BY, into=into), move.pk)


def part_again(leads: Iterable[int], *, now: int) -> int:
    """Have episodes that ended because two were one go on, where the lead has no other; return how many.

    Within the caller's transaction, which decides that they are two. Their clocks stood still meanwhile.
    """
    count = 0
    for lead in leads:
        rows = Handoff.objects.filter(episode__lead__root=lead).order_by("-ended_at", "-pk")
        taken = {each.agreement for each in rows if each.ended_at is None}
        # Only the latest: whatever began after it has had a verdict of its own.
        for each in _latest(rows):
            if each.stage == Stage.MERGED and each.agreement not in taken:
                _go_on(hold(each.pk), now)
                count += 1
    return count


def _latest(rows: Iterable[Handoff]) -> Sequence[Handoff]:
    found: dict[str, Handoff] = {}
    for each in rows:
        found.setdefault(each.agreement, each)
    return list(found.values())


def _go_on(held: Held, now: int) -> None:
    handoff = held.handoff
    merged_at = handoff.ended_at or now
    before = Move.objects.filter(episode=handoff.pk, became=Stage.MERGED).order_by("-pk")[0]
    _write(held, Stage(before.was), "two after all", now)
    handoff.ended_at = None
    handoff.save(update_fields=["stage", "stage_at", "ended_at"])
    paused = Pause.objects.filter(episode=handoff.pk, ends_at=merged_at)
    stopped = Deadline.objects.filter(episode=handoff.pk, done_at=merged_at, fired=False)
    if paused.exists():
        paused.update(ends_at=None)
        stopped.update(done_at=None, held=True)
    else:
        Pause.objects.create(
            episode=held.episode, why=_MERGED, by=_BY, begins_at=merged_at, ends_at=max(now, merged_at)
        )
        stopped.update(done_at=None)
        resume(handoff.pk, now=now)
    keep_due([handoff.pk])
    if handoff.handed_at is not None and handoff.owner is None:
        Alarm.objects.get_or_create(
            episode=held.episode, kind="unassigned", closed_at=None,
            defaults={"why": "it is open again, and nobody's", "opened_at": now},
        )  # fmt: skip
    pass_on(handoff.pk, by=_BY, now=now)


def _write(held: Held, becomes: Stage, why: str, now: int) -> Move:
    handoff = held.handoff
    move = Move.objects.create(
        episode=held.episode, at=now, was=handoff.stage, became=becomes, by=_BY, why=why,
        fingerprint=held.agreement.fingerprint,
    )  # fmt: skip
    handoff.stage, handoff.stage_at = becomes, now
    return move
