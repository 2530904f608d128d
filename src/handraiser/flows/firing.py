"""What is due now, and what follows from it: who is told, who gets the lead instead, what expires?

Hand-offs of which something is due are held, some at a time, and those passed over that others hold. What is
still due of them then fires, and all that follows is written in the same transaction: once, whoever dies.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence

from django.db import transaction

from handraiser.agreement.recipients import RecipientKind, read_escalation
from handraiser.agreement.wrong import Wrong
from handraiser.flows.announcing import Announced, announce_all
from handraiser.flows.apart import of_all
from handraiser.flows.due import keep_due
from handraiser.flows.held import Held, hold_free
from handraiser.flows.reassigning import reassign
from handraiser.flows.sellers import address_of
from handraiser.flows.verdicts import expire
from handraiser.handoff.messages import Happened
from handraiser.store.bulk import query
from handraiser.store.locks import RESOLVING, alone
from handraiser.store.models import Deadline, Handoff, Team, User

__all__ = ["fire"]

_MOST = 500  # hand-offs of a transaction: whoever says something of them waits for it
_DUE = "done_at IS NULL AND NOT held AND due_at <= %s"
# These have the lead go elsewhere; all others only tell.
_MOVING = "(act = 'expire' OR \"to\" = 'reassign')"
_BY = "handraiser"
_HOUR = 3_600_000_000
_log = logging.getLogger(__name__)


def fire(now: int, *, most: int = _MOST) -> int:
    """Have happen what is due, the longest due first; return how many deadlines fired.

    Some at a time: whoever gets as many as there are at most asks again.
    """
    return _fire_telling(now, most) + _fire_moving(now, most)


def _fire_telling(now: int, most: int) -> int:
    episodes = _due(now, most, f"NOT {_MOVING}")
    return _apart(episodes, _tell_of, now) if episodes else 0


def _apart(episodes: Sequence[int], happen: Callable[[Sequence[int], int], int], now: int) -> int:
    """Have something happen to episodes; one that it cannot, by a mistake of ours, keeps no other waiting."""
    try:
        return happen(episodes, now)
    except Exception as error:
        if of_all(error):
            raise
        if len(episodes) == 1:
            _log.exception("Episode %s: what is due cannot happen; it is tried in an hour.", episodes[0])
            _put_off(episodes[0], now)
            return 0
        half = len(episodes) // 2
        return _apart(episodes[:half], happen, now) + _apart(episodes[half:], happen, now)


def _put_off(episode: int, now: int) -> None:
    with transaction.atomic():
        Handoff.objects.select_for_update().get(pk=episode)
        waiting = Deadline.objects.filter(episode=episode, done_at=None, held=False, due_at__lte=now)
        waiting.update(due_at=now + _HOUR)
        keep_due([episode])


def _tell_of(episodes: Sequence[int], now: int) -> int:
    with transaction.atomic():
        held = {each.handoff.pk: each for each in hold_free(episodes)}
        due = [each for each in _still_due(held, now) if not _moves(each)]
        _mark(due, now)
        announce_all([told for each in due for told in _told(held[each.episode_id], each, now)], now=now)
    return len(due)


def _fire_moving(now: int, most: int) -> int:
    return sum(_apart([episode], _move_on, now) for episode in _due(now, most, _MOVING))


def _move_on(episodes: Sequence[int], now: int) -> int:
    with transaction.atomic():
        alone(RESOLVING)  # before any hand-off is held, as everywhere
        free = hold_free(episodes)
        due = [each for each in _still_due([each.handoff.pk for each in free], now) if _moves(each)]
        _mark(due, now)
        for each in _decisive(due):
            _move(free[0], each, now)
    return len(due)


def _decisive(due: Sequence[Deadline]) -> list[Deadline]:
    """Return what matters of all that is due of an episode at once.

    Where it expires, nothing else does. One late promise gives it to another: what else was late, was so with
    who had it until then. Late steps only tell.
    """
    expires = [each for each in due if each.act == "expire"]
    steps = [each for each in due if each.kind == "follow_up"]
    promises = [each for each in due if each not in steps]
    return expires[:1] or [*steps, *promises[:1]]


def _due(now: int, most: int, which: str) -> list[int]:
    sql = f"SELECT episode_id FROM store_deadline WHERE {_DUE} AND {which} ORDER BY due_at LIMIT %s"
    return list(dict.fromkeys(episode for (episode,) in query(sql, [now, most])))


def _still_due(episodes: Collection[int], now: int) -> list[Deadline]:
    waiting = Deadline.objects.filter(episode__in=list(episodes), done_at=None, held=False, due_at__lte=now)
    return list(waiting.order_by("due_at", "pk"))


def _mark(due: Sequence[Deadline], now: int) -> None:
    Deadline.objects.filter(pk__in=[each.pk for each in due]).update(done_at=now, fired=True)
    keep_due({each.episode_id for each in due if each.act == "due"})


def _moves(due: Deadline) -> bool:
    return due.act == "expire" or due.to == RecipientKind.REASSIGN


def _told(held: Held, due: Deadline, now: int) -> Iterator[Announced]:
    """Yield what is told of a reminder, a promise that was not kept, or an escalation."""
    happened = Happened(now, by=_BY, due=due, share=due.share)
    kind = {"remind": "lead.reminder", "due": "lead.due", "escalate": "lead.escalated"}[due.act]
    yield Announced(held, kind, happened, due.pk, _escalated_to(due) if due.act == "escalate" else None)


def _escalated_to(due: Deadline) -> int | None:
    """Return who is told of an escalation, None for who manages the owner or their team."""
    to = read_escalation(due.to)
    if isinstance(to, Wrong):
        return None  # signed before there were rules for it
    if to.kind is RecipientKind.TEAM:
        found = Team.objects.filter(name=to.name).values_list("manager", flat=True).first()
        return None if found is None else int(found)
    if to.kind is RecipientKind.USER:
        there = User.objects.filter(email=address_of(to.name), left_at=None).first()
        return None if there is None else int(there.pk)
    return None


def _move(held: Held, due: Deadline, now: int) -> None:
    """Have an episode expire, or given to another; where there is no other, its manager is told."""
    episode = held.handoff.pk
    if due.act == "expire":
        expire(episode, now=now)
        return
    late = "was not accepted in time" if due.kind == "accept" else "was not contacted in time"
    # Of the steps after contact only the manager hears: whoever knows the lead keeps it. And after everybody
    # has had it, it is the manager's to say.
    goes = due.kind != "follow_up" and reassign(
        episode, None, kind="reassign", by=_BY, why=late, now=now, to_new=True
    )
    if not goes:
        happened = Happened(now, by=_BY, why=late, due=due, share=due.share)
        announce_all([Announced(held, "lead.escalated", happened, due.pk)], now=now)
