"""How do leads stand, and what would be different if two were one, or two again?

What would be is found out by doing it and taking it back (`flows.supposing`): so it is what will be, and not
a guess that may differ from it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from handraiser.agreement.model import Agreement
from handraiser.edge.web.api.scores import stood
from handraiser.facts.instants import microseconds_of
from handraiser.flows.live import live_now
from handraiser.flows.supposing import supposed
from handraiser.handoff.about import called
from handraiser.lifecycle.stages import OPEN, Stage
from handraiser.store.bulk import among, query
from handraiser.store.consents import objecting
from handraiser.store.history import members_of
from handraiser.store.known_as import leads_told
from handraiser.store.models import Handoff
from handraiser.store.snapshot import as_of_now

__all__ = ["Compared", "Continued", "Preview", "Shown", "previewed"]


class Shown(NamedTuple):
    """How a lead stands under an agreement, in microseconds; no score where it objects to that."""

    number: int
    who: str
    score: float | None
    qualified: bool
    mql_at: int | None


class Compared(NamedTuple):
    """How leads stand under an agreement, and how they would stand."""

    title: str
    before: list[Shown]
    after: list[Shown]


class Continued(NamedTuple):
    """An episode that is open, or would be, and what becomes of it, in words."""

    number: int
    agreement: str
    owner: str
    says: str


class Preview(NamedTuple):
    """What would be different."""

    compared: list[Compared]
    episodes: list[Continued]


class _Scene(NamedTuple):
    """Leads at one moment: who they are, how they stand, and their hand-offs by episode."""

    who: Mapping[int, str]
    rows: Mapping[int, Sequence[dict[str, Any]]]
    handoffs: Mapping[int, Handoff]


def previewed(leads: Collection[int], do: Callable[[], object], *, now: int) -> Preview:
    """Return how leads stand, and how those that come of them would if something were done.

    Raises whatever doing it raises.
    """
    agreements = [one.agreement for one in live_now(now) if not one.shadow]
    everybody = sorted(members_of(leads))
    with as_of_now():
        # Whatever takes long the first time does so here, where nobody who writes waits for it.
        before = _scene(leads, everybody, agreements, now)
    with supposed():
        do()
        condition, parameters = among("id", everybody)
        roots = {root for (root,) in query(f"SELECT root_id FROM store_person WHERE {condition}", parameters)}
        after = _scene(roots, everybody, agreements, now)
    compared = [
        Compared(each.title or each.name, _shown(before, place), _shown(after, place))
        for place, each in enumerate(agreements)
    ]
    return Preview(compared, _continued(before, after))


def _scene(
    leads: Collection[int], everybody: Collection[int], agreements: Sequence[Agreement], now: int
) -> _Scene:
    numbers = sorted(leads)
    condition, parameters = among("id", numbers)
    # What is known of them may be known a moment after now.
    known = query(f"SELECT max(known_until) FROM store_person WHERE {condition}", parameters)
    at = max(now, known[0][0] or 0)
    left_alone = objecting(numbers)
    handoffs = Handoff.objects.filter(episode__lead__in=everybody).select_related("owner", "episode__lead")
    return _Scene(
        {number: called(each) for number, each in leads_told(numbers).items()},
        {number: [] if number in left_alone else stood(number, agreements, at).rows for number in numbers},
        {each.pk: each for each in handoffs.order_by("pk")},
    )


def _shown(scene: _Scene, place: int) -> list[Shown]:
    found = []
    for number, rows in scene.rows.items():
        if not rows:
            found.append(Shown(number, scene.who[number], None, False, None))
            continue
        row = rows[place]
        since = row["mql_at"]
        began = None if since is None else microseconds_of(since, option="at")
        found.append(Shown(number, scene.who[number], row["score"], bool(row["qualified"]), began))
    return found


def _continued(before: _Scene, after: _Scene) -> list[Continued]:
    found = []
    for number, was in before.handoffs.items():
        becomes = after.handoffs[number]
        says = _says(was, becomes, after)
        if says:
            owner = "nobody's" if was.owner is None else was.owner.name or was.owner.email
            found.append(Continued(number, was.agreement, owner, says))
    return found


def _says(was: Handoff, becomes: Handoff, after: _Scene) -> str:
    """Return what becomes of an episode; nothing of one that has ended and stays so."""
    whose = after.who[becomes.episode.lead.root_id]
    if was.stage not in OPEN:
        return f"goes on again, as {becomes.stage} of {whose}" if becomes.stage in OPEN else ""
    if becomes.stage == Stage.MERGED:
        return f"is {was.stage} and ends: one of {whose}'s goes on"
    return f"is {was.stage} and goes on, as {whose}'s"
