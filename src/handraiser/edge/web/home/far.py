"""How far did they come: from visitors to customers, by which channels, and what did sales send back?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.core.cache import cache
from django.db import connection

from handraiser.agreement.wording import capital, readable
from handraiser.edge.web.home.kept import Share
from handraiser.edge.web.home.looking import Looking
from handraiser.lifecycle.stages import OPEN, Stage
from handraiser.store.funnel import Reach, cohort, first_channels, reach, sent_back

__all__ = ["LATEST", "Far", "Step", "channels", "far", "reasons"]

LATEST = 2_000
"""Of so many MQLs at most it is looked up how their leads came first."""
_KEPT_FOR = 600  # seconds that visitors and leads are not counted anew
_SAYS = {
    Stage.MQL: "MQLs", Stage.SAL: "Accepted by sales (SAL)", Stage.SQL: "Qualified by sales (SQL)",
    Stage.OPPORTUNITY: "Opportunities", Stage.CUSTOMER: "Customers",
}  # fmt: skip
_OF_BEFORE = (*OPEN, Stage.CUSTOMER)


class Step(NamedTuple):
    """A stage of a funnel.

    wide     of 100, how wide it is beside the widest
    history  how many more of them were found in history, whom nobody was told of
    """

    says: str
    size: int
    of_before: Share | None
    wide: int
    history: int = 0


class Far(NamedTuple):
    """How far those came who came in a period; `reached` is nothing where it is one person's own."""

    reached: list[Step]
    steps: list[Step]
    has_history: bool


def far(looks: Looking) -> Far:
    """Return a funnel: who visited and became known in the period, and how far its MQLs have come by now."""
    live, past = (cohort(looks.cohort(), from_history=found) for found in (False, True))
    counts = [live[stage] for stage in _OF_BEFORE]
    steps = []
    for place, (stage, count) in enumerate(zip(_OF_BEFORE, counts, strict=True)):
        before = Share(count, counts[place - 1]) if place else None
        steps.append(Step(_SAYS[stage], count, before, _wide(count, counts[0]), past[stage]))
    return Far([] if looks.owner else _reached(looks.since), steps, has_history=any(past.values()))


def reasons(looks: Looking) -> list[tuple[str, str, Share]]:
    """Return why sales sent back what became an MQL in the period: the reason, and what became of those."""
    found = sent_back(looks.cohort())
    whole = sum(each.size for each in found)
    said: Mapping[str, str] = {"recycled": "sent back", "disqualified": "disqualified"}
    return [
        (capital(readable(each.reason)) if each.reason else "No reason given", said[each.stage],
         Share(each.size, whole))
        for each in found
    ]  # fmt: skip


def channels(looks: Looking) -> list[tuple[str, Share]]:
    """Return by which channels they came first who became MQLs in the period: the latest of them."""
    found = first_channels(looks.cohort(), most=LATEST)
    whole = sum(count for _, count in found)
    return [(str(name) or "Not known", Share(count, whole)) for name, count in found]


def _reached(since: int) -> list[Step]:
    """Return who visited and who became known; everybody is counted for it, so seldom."""
    key = f"reach:{connection.settings_dict['NAME']}:{since}"
    kept: Reach | None = cache.get(key)
    came = reach(since) if kept is None else kept
    if kept is None:
        cache.set(key, came, _KEPT_FOR)
    return [
        Step("Visitors", came.visitors, None, _wide(came.visitors, max(came))),
        Step("New leads", came.leads, None, _wide(came.leads, max(came))),
    ]


def _wide(count: int, most: int) -> int:
    return 100 * count // most if most else 0
