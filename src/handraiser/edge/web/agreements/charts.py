"""What would a proposal have found, as charts draw it and tables tell it: by month, by week, by threshold?

They are drawn from what was reckoned when it was made, and is kept with it: whoever signs sees the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from handraiser.agreement.wording import number as in_digits
from handraiser.edge.proposal_tests import Kept, kept_of
from handraiser.edge.web.frame.access import EVERYBODY, page
from handraiser.learning.backtest import Backtest, Point
from handraiser.reports.intervals import Rate
from handraiser.store.models import Proposal

__all__ = ["CHARTS", "proposal_chart"]


@page(EVERYBODY)
def proposal_chart(request: HttpRequest, number: int, of: str) -> HttpResponse:
    """Return what a chart of a proposal draws, for scripts of ours."""
    found: Proposal | None = Proposal.objects.filter(pk=number).first()
    kept = kept_of(found) if found is not None else None
    drawn = CHARTS.get(of)
    if kept is None or drawn is None:
        raise Http404
    return JsonResponse(drawn(kept))


def by_month(kept: Kept) -> dict[str, Any]:
    """Return how many would have become MQLs in each month, by what is live and by what is proposed."""
    counts = {says: {each.month: each.mqls for each in test.by_month} for says, test in _beside(kept).items()}
    return _bars(counts, head="Month")


def by_week(kept: Kept) -> dict[str, Any]:
    """Return how many MQLs each week would have given to sales, from its Monday on."""
    counts = {
        says: {each.week: each.mqls for each in test.per_week.weeks} for says, test in _beside(kept).items()
    }
    return _bars(counts, head="Week from")


def by_threshold(kept: Kept) -> dict[str, Any]:
    """Return precision and recall, of 100, at other thresholds, all else as it is proposed."""
    curve = kept.test.curve
    own = [f"{in_digits(each.threshold)}{' (proposed)' if each.present else ''}" for each in curve]
    shares: Mapping[str, Callable[[Point], Rate]] = {
        "Precision": lambda each: each.precision,
        "Recall": lambda each: each.recall,
    }
    series = [
        {
            "name": says,
            "values": [_percent(share(each)) for each in curve],
            "told": [_told(share(each)) for each in curve],
        }
        for says, share in shares.items()
    ]
    return {"labels": own, "head": "Threshold", "series": series, "kind": "line", "unit": "%"}


CHARTS: Mapping[str, Callable[[Kept], dict[str, Any]]] = {
    "months": by_month,
    "weeks": by_week,
    "thresholds": by_threshold,
}


def _beside(kept: Kept) -> dict[str, Backtest]:
    live = {} if kept.against is None else {"Live": kept.against}
    return live | {"Proposed": kept.test}


def _bars(counts: Mapping[str, Mapping[str, int]], *, head: str) -> dict[str, Any]:
    labels = _in_order(counts.values())
    series = [
        {"name": says, "values": [some.get(label, 0) for label in labels]} for says, some in counts.items()
    ]
    return {"labels": labels, "head": head, "series": series, "kind": "bar", "unit": "", "apart": True}


def _in_order(counts: Iterable[Mapping[str, int]]) -> list[str]:
    """Return all months, or weeks, that any agreement knows of; ISO's names stand in the order of time."""
    return sorted(set(chain.from_iterable(counts)))


def _percent(share: Rate) -> float | None:
    return None if share.value is None else round(100 * share.value, 1)


def _told(share: Rate) -> str:
    return "–" if share.value is None else f"{100 * share.value:.1f} %, {share.hits} of {share.of}"
