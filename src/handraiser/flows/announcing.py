"""Who is told that something happened to a lead, and in which words?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Q

from handraiser.flows.held import Held
from handraiser.flows.outbox import News, tell
from handraiser.handoff.messages import (
    About,
    Happened,
    Lead,
    Someone,
    body,
    told,
    told_to_former,
    told_to_owner,
)
from handraiser.lifecycle.stages import Stage
from handraiser.store.known_as import leads_told
from handraiser.store.models import Deadline, Destination, Team, User

__all__ = ["Announced", "announce", "announce_all"]


class Announced(NamedTuple):
    """Something that happened to a hand-off, and who is told of it beside its owner.

    occasion  which of its kind, of this episode: a number of what happened, such as its move's
    manager   the number of a user, where it is not who manages the owner or the team
    former    the number of the user who had it until now, if that was another
    """

    held: Held
    kind: str
    happened: Happened
    occasion: int
    manager: int | None = None
    former: int | None = None


def announce(
    held: Held, kind: str, happened: Happened, *, occasion: int, now: int, former: int | None = None
) -> None:
    """Tell whoever wants to know, within the caller's transaction."""
    announce_all([Announced(held, kind, happened, occasion, former=former)], now=now)


def announce_all(several: Sequence[Announced], *, now: int) -> None:
    """Tell whoever wants to know of all that happened, in this order, within the caller's transaction."""
    if not several or not Destination.objects.filter(disabled_at=None).exists():
        return
    leads = leads_told({each.held.lead for each in several})
    dues: dict[int, list[Deadline]] = defaultdict(list)
    for due in Deadline.objects.filter(
        Q(done_at=None) | Q(act="due", fired=True), episode__in={each.held.handoff.pk for each in several}
    ):
        dues[due.episode_id].append(due)
    news = []
    for each in several:
        held, handoff = each.held, each.held.handoff
        if handoff.handed_at is None and each.kind == "lead.expired":
            continue  # sales never had it
        owed = [due for due in dues[handoff.pk] if not due.fired or _still_owed(held, due)]
        news.append(_news(each, _about(held, leads[held.lead], owed)))
    tell(news, now=now)


def _news(announced: Announced, about: About) -> News:
    """Return what happened in words, and whom it concerns."""
    held, kind, happened, occasion, manager, former = announced
    handoff = held.handoff
    owner: User | None = handoff.owner
    news = News(
        held.lead, handoff.pk, handoff.agreement, kind, occasion, None if owner is None else owner.pk,
        manager, body(kind, happened.at, told(kind, about, happened)), _managers_of(owner, handoff.team),
    )  # fmt: skip
    if kind != "lead.assigned":
        return news
    return news._replace(
        former=former,
        to_owner=body(kind, happened.at, told_to_owner(about, happened)),
        to_former=body(kind, happened.at, told_to_former(about, happened)),
    )


def _still_owed(held: Held, due: Deadline) -> bool:
    """Return whether what was promised and not done in time is still to be done."""
    handoff = held.handoff
    if due.kind == "accept":
        return handoff.stage == Stage.MQL and due.round == handoff.round
    return due.kind == "contact" and handoff.contacted_at is None and handoff.stage in (Stage.MQL, Stage.SAL)


def _about(held: Held, lead: Lead, dues: Sequence[Deadline]) -> About:
    handoff, episode = held.handoff, held.episode
    owner: User | None = handoff.owner
    return About(
        lead=lead,
        agreement=held.agreement,
        episode=episode.pk,
        ordinal=episode.ordinal,
        begun_at=episode.begun_at,
        hand_raise=episode.hand_raise,
        reasons=episode.reasons,
        owner=None if owner is None else Someone(owner.email, owner.name),
        team="" if handoff.team is None else handoff.team.name,
        zone="" if owner is None else owner.timezone,
        dues=dues,
        stage=handoff.stage,
    )


def _managers_of(owner: User | None, team: Team | None) -> list[int]:
    """Return who manages the owner, and who manages the team."""
    found = [None if owner is None else owner.manager_id, None if team is None else team.manager_id]
    return [int(number) for number in found if number is not None]
