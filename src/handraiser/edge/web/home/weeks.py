"""How do the last twelve weeks stand, week by week, as a chart draws them and a table tells them?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from handraiser.edge.web.home.kept import share_of
from handraiser.edge.web.home.looking import Looking
from handraiser.edge.web.home.periods import local, weeks_back
from handraiser.store.funnel import Begun, begun
from handraiser.store.promises import promises

__all__ = ["CHARTS", "mqls_by_week", "promises_by_week"]

_WEEKS = 12
_KINDS = {"accept": "Accepted in time", "contact": "Contacted in time"}


def mqls_by_week(looks: Looking) -> dict[str, Any]:
    """Return how many MQLs began in each week: who asked for sales, others, and what was found in history."""
    weeks = weeks_back(looks.now, looks.zone, _WEEKS)
    kinds: dict[str, Callable[[Begun], bool]] = {
        "Asked for sales": lambda each: each.hand_raise and not each.from_history,
        "Others": lambda each: not each.hand_raise and not each.from_history,
        "Found in history": lambda each: each.from_history,
    }
    found = begun(looks.cohort(weeks[0]))
    series = []
    for name, is_one in kinds.items():
        values = [0] * _WEEKS
        for each in filter(is_one, found):
            values[bisect_right(weeks, each.at) - 1] += each.size
        if any(values) or name != "Found in history":
            series.append({"name": name, "values": values})
    return _chart(looks, weeks, series, kind="bar", unit="")


def promises_by_week(looks: Looking) -> dict[str, Any]:
    """Return which share of promises was kept in each week, of 100; nothing where there was none to keep."""
    weeks = weeks_back(looks.now, looks.zone, _WEEKS)
    found = promises(looks.names, since=weeks[0], now=looks.now, owner=looks.owner)
    series = []
    for kind, name in _KINDS.items():
        of_week: list[list[Any]] = [[] for _ in weeks]
        for each in found:
            if each.kind == kind:
                of_week[bisect_right(weeks, each.at) - 1].append(each)
        shares = [share_of(several) for several in of_week]
        told = [f"{share.part} of {share.of}" if share.of else "–" for share in shares]
        series.append({"name": name, "values": [share.percent for share in shares], "told": told})
    return _chart(looks, weeks, series, kind="line", unit="%")


def _chart(
    looks: Looking, weeks: Iterable[int], series: Sequence[dict[str, Any]], *, kind: str, unit: str
) -> dict[str, Any]:
    labels = [f"{local(at, looks.zone):%-d %b}" for at in weeks]
    return {"labels": labels, "head": "Week from", "series": series, "kind": kind, "unit": unit}


CHARTS = {"mqls": mqls_by_week, "promises": promises_by_week}
