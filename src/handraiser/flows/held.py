"""Which hand-off is meant, and may they say that of it?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

from handraiser.agreement.model import Agreement
from handraiser.errors import Mistakes
from handraiser.flows.live import agreement_of
from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.users import user_named
from handraiser.lifecycle.saying import MAY, Act, bonds, may
from handraiser.lifecycle.stages import OPEN
from handraiser.store.locks import RESOLVING, alone
from handraiser.store.models import Episode, Handoff, Member, Team, User

__all__ = ["Giver", "Held", "giver_of", "has_ended", "hold", "hold_all", "hold_free", "look_at", "to_have"]


class Held(NamedTuple):
    """A hand-off that nobody else changes until the transaction ends."""

    handoff: Handoff
    episode: Episode
    agreement: Agreement

    @property
    def lead(self) -> int:
        """The number of who stands for the lead now."""
        return self.episode.lead.root_id

    @property
    def begun_at(self) -> int:
        """When sales had it first; of one from history, when it began."""
        return self.episode.begun_at if self.handoff.handed_at is None else self.handoff.handed_at

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.handoff.stage in OPEN


class Giver(NamedTuple):
    """Who says something of a lead.

    address  of a user, or the name of a program; `handraiser` where nobody says it
    user     None where no user says it
    through  by which key or on which terminal it came
    """

    address: str
    user: User | None = None
    through: str = ""


def hold(episode: int) -> Held:
    """Return the hand-off of an episode, locked until the transaction ends that the caller has begun.

    Raises Mistakes where there is none.
    """
    # First: who joins two leads changes hand-offs too, and has this already then.
    alone(RESOLVING)
    # The row alone: what is joined to it would be as it was before others let go of the lock.
    return _held(Handoff.objects.select_for_update().filter(pk=episode).first(), episode)


def look_at(episode: int) -> Held:
    """Return the hand-off of an episode as it is, to be read and not changed. Raises Mistakes."""
    return _held(Handoff.objects.filter(pk=episode).first(), episode)


def _held(handoff: Handoff | None, episode: int) -> Held:
    if handoff is None:
        raise _missing(episode)
    found = Episode.objects.select_related("lead", "publication").get(pk=episode)
    return Held(handoff, found, agreement_of(found.publication))


def hold_free(episodes: Sequence[int]) -> list[Held]:
    """Return the hand-offs that are open and that nobody else holds, locked as `hold` locks one."""
    locked = Handoff.objects.select_for_update(skip_locked=connection.vendor == "postgresql")
    return _held_all(list(locked.filter(pk__in=episodes, ended_at=None).order_by("pk")))


def hold_all(episodes: Sequence[int]) -> list[Held]:
    """Return the hand-offs that are open, in the order of their episodes, locked as `hold` locks one."""
    alone(RESOLVING)
    locked = Handoff.objects.select_for_update()
    return _held_all(list(locked.filter(pk__in=episodes, ended_at=None).order_by("pk")))


def _held_all(handoffs: Sequence[Handoff]) -> list[Held]:
    found = Episode.objects.select_related("lead", "publication").in_bulk([each.pk for each in handoffs])
    users = User.objects.in_bulk({each.owner_id for each in handoffs if each.owner_id is not None})
    teams = Team.objects.in_bulk({each.team_id for each in handoffs if each.team_id is not None})
    held = []
    for each in handoffs:
        each.owner = None if each.owner_id is None else users[each.owner_id]
        each.team = None if each.team_id is None else teams[each.team_id]
        held.append(Held(each, found[each.pk], agreement_of(found[each.pk].publication)))
    return held


def _missing(episode: int) -> Mistakes:
    there = Episode.objects.filter(pk=episode).first()
    if there is not None and there.shadow:
        says = f"Episode {episode} is one of an agreement that only runs beside: nobody was handed it."
        return refused(FlowCode.NO_SUCH_EPISODE, "ID", says, "Give one of an agreement that is live.")
    fix = "`handraiser episode list` and GET /api/handoffs show which there are."
    return refused(FlowCode.NO_SUCH_EPISODE, "ID", f"There is no episode {episode}.", fix)


def giver_of(held: Held, act: Act, by: str, through: str, *, gave: bool = False) -> Giver:
    """Return who says something of a hand-off. Raises Mistakes where they are no user, or may not.

    gave  whether what is to be taken back was said by them
    """
    user = user_named(by, where="--by")
    handoff = held.handoff
    has = bonds(
        user.role,
        owns=handoff.owner_id == user.pk,
        unowned=handoff.owner_id is None,
        in_team=Member.objects.filter(team=handoff.team_id, user=user).exists(),
        gave=gave,
    )
    if not may(act, has):
        whose = "nobody's" if handoff.owner is None else f"{handoff.owner.email}'s"
        says = f"{user.email}, of the role {user.role}, may not {act} episode {handoff.pk}, which is {whose}."
        raise refused(FlowCode.NOT_THEIRS, "--by", says, _who_may(act, handoff, user))
    return Giver(user.email, user, through)


def _who_may(act: Act, handoff: Handoff, user: User) -> str:
    """Return who may do something with a hand-off, and how it comes to be theirs who may not."""
    who = f"Who may: {', '.join(MAY[act])}."
    return who if act is Act.UNDO else f"{who} {to_have(handoff, user)}"


def to_have(handoff: Handoff, user: User) -> str:
    """Return how a lead with sales comes to be somebody's."""
    asked = "a manager" if handoff.owner is None else f"{handoff.owner.email} or a manager"
    return (
        f"To have it, {asked} gives it to {user.email}: "
        f"`handraiser episode assign {handoff.pk} --by EMAIL --to {user.email}`."
    )


def has_ended(held: Held) -> Mistakes:
    """Return what is raised where something is to be done with a hand-off that has ended."""
    says = f"Episode {held.handoff.pk} has ended: it is {held.handoff.stage}."
    return refused(FlowCode.NOT_RUNNING, "ID", says, "Do it with one that is open.")
