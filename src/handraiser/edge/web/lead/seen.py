"""Which leads may somebody look at, and what has sales made of one?"""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import QuerySet

from handraiser.edge.web.queue.verdicts import says_of
from handraiser.edge.web.queue.waiting import Row, may_see, row_of
from handraiser.flows.live import agreement_of
from handraiser.handoff.why import talk, why
from handraiser.lifecycle.saying import Act
from handraiser.store.handoffs import History, handoff_of, history_of_handoff
from handraiser.store.models import Episode, User
from handraiser.store.people import Known, person

__all__ = ["Sold", "lead_for", "sold_of", "talk_of"]


class Sold(NamedTuple):
    """An episode with sales: as it stands in a queue, how it came to that, and why it began.

    acts  what its reader may say of it now, by the word of the verb and as a button says it
    """

    row: Row
    history: History
    why: list[str]
    acts: list[tuple[str, str]]


def lead_for(user: User, number: int) -> Known | None:
    """Return who stands for somebody, None where that is no lead, or none that the user may look at."""
    found = person(number)
    if found is None or found.lead_since is None:
        return None
    if user.role != User.Role.SALES:
        return found
    theirs = _episodes(found.root).select_related("handoff__team")
    return found if any(hasattr(each, "handoff") and may_see(user, each.handoff) for each in theirs) else None


def sold_of(user: User, root: int, *, now: int) -> list[Sold]:
    """Return the episodes of a lead that sales was handed, the latest first."""
    found = []
    for episode in _episodes(root).order_by("-begun_at"):
        handoff = handoff_of(episode.pk)
        if handoff is not None:
            agreement = agreement_of(episode.publication)
            said = why(agreement, episode.reasons, hand_raise=episode.hand_raise)
            row = row_of(user, handoff, now=now)
            acts = [(act.value, says_of(act)) for act in Act if act in row.may and act is not Act.UNDO]
            found.append(Sold(row, history_of_handoff(handoff), said, acts))
    return found


def talk_of(root: int) -> list[str]:
    """Return what there is to say to a lead, by the episode that began last."""
    latest = _episodes(root).order_by("-begun_at").first()
    return talk(agreement_of(latest.publication), latest.reasons) if latest is not None else []


def _episodes(root: int) -> QuerySet[Episode]:
    return Episode.objects.filter(lead__root=root, shadow=False).select_related("publication")
