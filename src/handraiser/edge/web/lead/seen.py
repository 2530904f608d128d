"""Which leads may somebody look at, and what has sales made of one?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import QuerySet
from django.http import Http404

from handraiser.agreement.model import Agreement
from handraiser.agreement.wording import capital, readable
from handraiser.edge.web.queue.waiting import Row, row_of
from handraiser.flows.live import agreement_of
from handraiser.handoff.why import talk, why
from handraiser.lifecycle.stages import OPEN
from handraiser.store.models import Deadline, Episode, Handoff, LogEntry, Move, User
from handraiser.store.people import Known, person
from handraiser.store.seeing import sees_lead

__all__ = ["Past", "Promise", "Sold", "handed", "lead_asked", "lead_for", "notes_of", "past_of", "sold_of"]

_NOTES = 3


class Promise(NamedTuple):
    """Something that was promised of a lead: what, by when, and how that stands.

    stands  kept, waits, late, missed (nobody can keep it any more) or still (its clock is stopped)
    """

    do: str
    due_at: int
    stands: str


class Sold(NamedTuple):
    """An episode with sales as it stands in a queue, why it began, and what there is to say.

    promises  in the order in which they are due
    """

    row: Row
    ordinal: int
    is_open: bool
    why: list[str]
    talk: list[str]
    promises: list[Promise]


class Past(NamedTuple):
    """An episode that sales was handed: why it began, and how far it came."""

    handoff: Handoff
    why: list[str]
    moves: list[Move]


def lead_for(user: User, number: int) -> Known | None:
    """Return who stands for somebody, None where that is no lead, or none that the user may look at."""
    found = person(number)
    if found is None or found.lead_since is None or not sees_lead(user, found.root):
        return None
    return found


def lead_asked(user: User, number: int) -> Known:
    """Return who stands for whom a page is asked for. Raises Http404 where `lead_for` finds nobody."""
    found = lead_for(user, number)
    if found is None:
        raise Http404
    return found


def sold_of(user: User, episodes: Sequence[Episode], *, now: int) -> list[Sold]:
    """Return of a lead's episodes those that are open, then under each other agreement the latest."""
    meant: dict[str, Episode] = {}
    for episode in episodes:
        if episode.agreement not in meant or _is_open(episode.handoff):
            meant[episode.agreement] = episode
    found = [_sold(user, episode, now) for episode in meant.values()]
    return sorted(found, key=lambda each: not each.is_open)


def past_of(episodes: Sequence[Episode]) -> list[Past]:
    """Return how far each of some episodes came."""
    moves: dict[int, list[Move]] = defaultdict(list)
    for move in Move.objects.filter(episode__in=episodes).order_by("id"):
        moves[move.episode_id].append(move)
    return [Past(each.handoff, _why(each), moves[each.pk]) for each in episodes]


def handed(root: int) -> list[Episode]:
    """Return the episodes of a lead that sales was handed, the latest first."""
    rows: QuerySet[Episode] = Episode.objects.filter(lead__root=root, shadow=False, handoff__isnull=False)
    several = rows.select_related("publication", "lead", "handoff__owner", "handoff__team")
    return list(several.order_by("-begun_at", "-pk"))


def _sold(user: User, episode: Episode, now: int) -> Sold:
    agreement, handoff = agreement_of(episode.publication), episode.handoff
    row = row_of(user, handoff, now=now)
    return Sold(
        row,
        episode.ordinal,
        _is_open(handoff),
        _why(episode),
        talk(agreement, episode.reasons),
        _promises(agreement, handoff, now),
    )


def _why(episode: Episode) -> list[str]:
    return why(agreement_of(episode.publication), episode.reasons, hand_raise=episode.hand_raise)


def _is_open(handoff: Handoff) -> bool:
    return handoff.stage in OPEN


def notes_of(root: int) -> list[LogEntry]:
    """Return what was noted last of a lead."""
    rows: QuerySet[LogEntry] = LogEntry.objects.filter(episode__lead__root=root, episode__shadow=False)
    return list(rows.exclude(note="").order_by("-at", "-pk")[:_NOTES])


def _promises(agreement: Agreement, handoff: Handoff, now: int) -> list[Promise]:
    steps = agreement.handoff.follow_up
    found = []
    for each in Deadline.objects.filter(episode=handoff.pk, act="due").order_by("due_at", "id"):
        if each.kind == "accept" and each.round != handoff.round:
            continue  # who had it before was to accept by then
        does = steps[each.step].do if each.kind == "follow_up" and each.step < len(steps) else each.kind
        what = {"accept": "Accept", "contact": "Make contact"}.get(each.kind, capital(readable(does, "")))
        found.append(Promise(what, each.due_at, _stands(each, handoff, now)))
    return found


def _stands(due: Deadline, handoff: Handoff, now: int) -> str:
    """Return how a promise stands: one that was broken may still be owed, and be kept late."""
    if due.done_at is None:
        if due.held:
            return "still"
        return "late" if due.due_at < now else "waits"
    if not due.fired:
        return "kept"
    owed = (due.kind == "accept" and handoff.stage == "mql") or (
        due.kind == "contact" and handoff.contacted_at is None and handoff.stage in ("mql", "sal")
    )
    return "late" if owed else "missed"
