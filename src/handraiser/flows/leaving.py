"""Somebody leaves: what becomes of the leads that are theirs?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction

from handraiser.flows.announcing import Announced, announce_all
from handraiser.flows.belongings import keep_still, open_episodes
from handraiser.flows.by_and_by import by_and_by
from handraiser.flows.held import Held, hold, hold_all
from handraiser.flows.reassigning import reassign, reassign_all
from handraiser.flows.routing import take_away
from handraiser.flows.users import keep_an_administrator, user_named
from handraiser.handoff.messages import Happened
from handraiser.lifecycle.stages import Stage
from handraiser.store.bulk import among, query
from handraiser.store.locks import GOVERNING, alone
from handraiser.store.models import Alarm, Assignment, Audit, Handoff, Team, TimeOff, User

__all__ = ["Gone", "pass_on", "pass_on_left", "remove_user"]

_KIND = "reassign"
_BY = "handraiser"


class Gone(NamedTuple):
    """Who has left, how many of their leads went to others, and how many nobody else could take.

    stuck            how many are still theirs: a worker tries these again
    managed, backed  the names of teams that are without their manager, or their fallback, now
    """

    user: User
    given: int
    nobodys: int
    stuck: int = 0
    managed: Sequence[str] = ()
    backed: Sequence[str] = ()


def remove_user(email: str, *, who: str, now: int) -> Gone:
    """Let a user leave; their open hand-offs go on by the routes, or have an alarm.

    First they have left, then what is theirs goes on, some at a time: whoever is killed in between leaves the
    rest to `pass_on_left`. What they signed stays signed. Raises Mistakes where nobody has the address.
    """
    with transaction.atomic():
        alone(GOVERNING)
        user = user_named(email, where="EMAIL")
        keep_an_administrator(user)
        keep_still([user.pk])
        user.left_at = now
        user.save(update_fields=["left_at"])
        theirs = open_episodes(user.pk)
        Audit.objects.create(
            at=now, who=who, did="removed a user", subject=f"user {user.email}", details={"open": len(theirs)}
        )
    _pass_on_all(user, theirs, by=who, now=now)
    # A worker may have been quicker with some.
    condition, parameters = among("episode_id", theirs)
    ((given, nobodys, stuck),) = query(
        "SELECT count(CASE WHEN owner_id <> %s THEN 1 END), "
        "count(CASE WHEN owner_id IS NULL AND ended_at IS NULL THEN 1 END), "
        "count(CASE WHEN owner_id = %s AND ended_at IS NULL THEN 1 END) "
        f"FROM store_handoff WHERE {condition}",
        [user.pk, user.pk, *parameters],
    )
    return Gone(
        user,
        given,
        nobodys,
        stuck,
        list(Team.objects.filter(manager=user).order_by("name").values_list("name", flat=True)),
        list(Team.objects.filter(fallback=user).order_by("name").values_list("name", flat=True)),
    )


def pass_on_left(now: int) -> int:
    """Have what is still theirs who have left go on, as it does when they leave; return how many went on."""
    owning = "store_user AS owner JOIN store_handoff AS handoff ON handoff.owner_id = owner.id"
    still = f"FROM {owning} WHERE owner.left_at IS NOT NULL AND handoff.ended_at IS NULL"
    before = query(f"SELECT DISTINCT owner.id {still} ORDER BY owner.id")
    went = 0
    for user in User.objects.filter(pk__in=[number for (number,) in before]).order_by("pk"):
        theirs = open_episodes(user.pk)
        _pass_on_all(user, theirs, by=_BY, now=now)
        went += len(set(theirs) - set(open_episodes(user.pk)))
    return went


def _pass_on_all(user: User, theirs: Sequence[int], *, by: str, now: int) -> None:
    says = f"Episode {{episode}} cannot go on, and stays {user.email}'s, who has left: it is tried again."
    by_and_by(theirs, lambda some: _pass_on(user, some, by=by, now=now), says=says)


def _pass_on(user: User, episodes: Sequence[int], *, by: str, now: int) -> None:
    """Have those of some hand-offs that are still theirs go on who has left."""
    place = {episode: at for at, episode in enumerate(episodes)}
    held = [each for each in hold_all(episodes) if each.handoff.owner_id == user.pk]
    if not held or not User.objects.filter(pk=user.pk, left_at__isnull=False).exists():
        return  # or they are back
    held.sort(key=lambda each: place[each.handoff.pk])
    why = f"{user.name or user.email} has left"
    gone = reassign_all(held, None, kind=_KIND, by=by, why=why, now=now)
    rest = [each for each in held if each.handoff.pk not in gone]
    _leave_to_nobody(rest, by=by, why=f"{why}, and nobody else could take it", now=now)


def pass_on(episode: int, *, by: str, now: int) -> None:
    """Have a hand-off that is open again go on to somebody, if who had it has left or is away meanwhile.

    Within the caller's transaction.
    """
    held = hold(episode)
    owner = held.handoff.owner
    if owner is None or not held.is_open:
        return
    if owner.left_at is not None:
        why = f"{owner.name or owner.email} has left"
        if not reassign(episode, to=None, kind=_KIND, by=by, why=why, now=now):
            _leave_to_nobody([held], by=by, why=f"{why}, and nobody else could take it", now=now)
        return
    away = TimeOff.objects.filter(
        user=owner, begins_at__lte=now, ends_at__gt=now, handed_over_at__isnull=False
    )
    if away.exists():
        why = f"{owner.name or owner.email} is away"
        reassign(episode, to=None, kind=_KIND, by=by, why=why, now=now)


def _leave_to_nobody(several: Sequence[Held], *, by: str, why: str, now: int) -> None:
    had = {each.handoff.pk: each.handoff.owner for each in several}
    for each in several:
        each.handoff.owner = None
    Handoff.objects.filter(pk__in=had).update(owner=None)
    # One from history is as it was before somebody was given it: it expires, and nobody looks for whose.
    past = [each for each in several if each.handoff.handed_at is None and each.handoff.stage == Stage.MQL]
    Assignment.objects.bulk_create(
        [Assignment(episode=each.episode, team=None, at=now, kind=_KIND, by=by, why=why) for each in past]
    )
    rest = [each for each in several if each not in past]
    if not rest:
        return
    episodes = [each.handoff.pk for each in rest]
    take_away(episodes, kind=_KIND, by=by, why=why, now=now)
    ringing = Alarm.objects.filter(episode__in=episodes, closed_at=None).order_by("id")
    alarms = dict(ringing.values_list("episode", "id"))
    told = []
    for each in rest:
        was: User | None = had[each.handoff.pk]
        happened = Happened(now, by=by, why=why, was="" if was is None else was.email)
        told.append(Announced(each, "lead.unassigned", happened, alarms[each.handoff.pk]))
    announce_all(told, now=now)
