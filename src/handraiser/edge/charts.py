"""Which pictures does a back-test give? Each is an SVG, drawn from Vega-Lite; nothing is fetched for it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import vl_convert

from handraiser.edge.comparing import Comparison
from handraiser.learning.backtest import Backtest

__all__ = ["charts"]

Spec = dict[str, Any]
_WIDTH, _HEIGHT = 430, 200
_FEW_WEEKS = 12
_BLUE, _GREEN, _GREY, _RED, _INK = "#2f6fab", "#2a8a5c", "#b9c2cc", "#c0563f", "#1d2733"
_CONFIG: Spec = {
    "font": "Helvetica, Arial, sans-serif",
    "background": None,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "#465260",
        "titleColor": "#465260",
        "gridColor": "#e4e8ec",
        "domainColor": "#b9c2cc",
        "tickColor": "#b9c2cc",
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
    },
    "legend": {"labelColor": "#465260", "labelFontSize": 11, "title": None, "orient": "top"},
}


def charts(found: Comparison) -> dict[str, str]:
    """Return the pictures by name, those for which there is something to show."""
    test = found.test
    specs: dict[str, Spec | None] = {
        "trend": _trend(test),
        "conversion": _conversion(test),
        "weeks": _weeks(test),
        "funnel": _funnel(test),
        "changes": _changes(found),
        "scores": _scores(test),
        "thresholds": _thresholds(test),
    }
    return {name: _drawn(spec) for name, spec in specs.items() if spec is not None}


def _drawn(spec: Spec) -> str:
    whole: Spec = {"config": _CONFIG, "width": _WIDTH, "height": _HEIGHT} | spec
    drawn: str = vl_convert.vegalite_to_svg(whole)
    return drawn


def _trend(test: Backtest) -> Spec | None:
    """MQLs by month, and those of them who bought."""
    if not test.by_month:
        return None
    values = [
        {"month": month.month, "what": what, "people": people}
        for month in test.by_month
        for what, people in (("became customers", month.customers), ("did not", month.mqls - month.customers))
    ]
    return {
        "data": {"values": values},
        "mark": "bar",
        "encoding": {
            "x": _months_axis(),
            "y": {"field": "people", "type": "quantitative", "title": "MQLs", "axis": _whole()},
            "color": _colours({"became customers": _GREEN, "did not": _GREY}),
            "order": {"field": "what", "sort": "ascending"},
        },
    }


def _conversion(test: Backtest) -> Spec | None:
    """Which share of each month's MQLs bought, with its interval."""
    values = [
        {
            "month": month.month,
            "share": month.conversion.value,
            "low": month.conversion.low,
            "high": month.conversion.high,
            "open": month.open,
        }
        for month in test.by_month
        if month.conversion.value is not None
    ]
    if len(values) < 2:
        return None
    x = _months_axis()
    y = {"type": "quantitative", "title": "of the month's MQLs bought", "axis": {"format": ".0%"}}
    return {
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "rule", "color": _BLUE, "strokeWidth": 2, "opacity": 0.45},
                "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "color": _BLUE, "opacity": 0.5},
                "encoding": {"x": x, "y": {"field": "share", **y}},
            },
            {
                "mark": {"type": "point", "color": _BLUE, "size": 55, "strokeWidth": 2},
                "encoding": {
                    "x": x,
                    "y": {"field": "share", **y},
                    "fill": {"condition": {"test": "datum.open", "value": "white"}, "value": _BLUE},
                },
            },
        ],
    }


def _weeks(test: Backtest) -> Spec | None:
    if len(test.per_week.weeks) < 2:
        return None
    values = [{"week": week.week, "mqls": week.mqls} for week in test.per_week.weeks]
    title = "episodes a week" if test.episodes == "all" else "MQLs a week"
    return {
        "data": {"values": values},
        "height": 140,
        "layer": [
            {
                "mark": {"type": "bar", "color": _BLUE, "opacity": 0.75, "size": max(1, 380 // len(values))},
                "encoding": {
                    "x": {
                        "field": "week",
                        "type": "temporal",
                        "timeUnit": "utcyearmonthdate",
                        "title": None,
                        "axis": _weeks_axis([week.week for week in test.per_week.weeks]),
                    },
                    "y": {"field": "mqls", "type": "quantitative", "title": title, "axis": _whole()},
                },
            },
            {
                "data": {"values": [{"mean": test.per_week.mean}]},
                "mark": {"type": "rule", "color": _INK, "strokeDash": [4, 3]},
                "encoding": {"y": {"field": "mean", "type": "quantitative"}},
            },
        ],
    }


def _funnel(test: Backtest) -> Spec:
    values = [
        {"stage": stage.stage, "people": stage.people, "label": f"{stage.people:,}"} for stage in test.funnel
    ]
    axes = {
        "y": {"field": "stage", "type": "nominal", "sort": None, "title": None},
        "x": {
            "field": "people",
            "type": "quantitative",
            "title": "people",
            "scale": {"type": "symlog"},
            "axis": {"labels": False, "ticks": False, "grid": False},
        },
    }
    return {
        "data": {"values": values},
        "height": 30 * len(values),
        "layer": [
            {"mark": {"type": "bar", "color": _BLUE, "height": {"band": 0.7}}, "encoding": axes},
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "color": _INK},
                "encoding": axes | {"text": {"field": "label"}},
            },
        ],
    }


def _changes(found: Comparison) -> Spec | None:
    """Who is an MQL under both, or under one only, and whether they bought."""
    if found.against is None:
        return None
    both = found.test.mqls - len(found.gained)
    won = {
        name: sum(1 for each in people if each.customer_at)
        for name, people in (("gained", found.gained), ("lost", found.lost))
    }
    sizes = {"gained": len(found.gained), "lost": len(found.lost)}
    kept = found.test.customers_reached - won["gained"]
    values = [{"group": "in both", "what": "customers", "people": max(0, kept)}]
    values.append({"group": "in both", "what": "others", "people": both - max(0, kept)})
    for name, size in sizes.items():
        values.append({"group": name, "what": "customers", "people": won[name]})
        values.append({"group": name, "what": "others", "people": size - won[name]})
    return {
        "data": {"values": values},
        "height": 100,
        "mark": {"type": "bar", "height": {"band": 0.7}},
        "encoding": {
            "y": {
                "field": "group",
                "type": "nominal",
                "sort": ["in both", "gained", "lost"],
                "title": None,
            },
            "x": {"field": "people", "type": "quantitative", "title": "MQLs", "axis": _whole()},
            "color": _colours({"customers": _GREEN, "others": _GREY}),
            "order": {"field": "what", "sort": "ascending"},
        },
    }


def _scores(test: Backtest) -> Spec | None:
    """How high people get who meet all but the threshold."""
    if not test.scores:
        return None
    values = [
        {"score": scores.over, "what": what, "people": people}
        for scores in test.scores
        for what, people in (
            ("became customers", scores.customers),
            ("did not", scores.people - scores.customers),
        )
    ]
    return {
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "bar"},
                "encoding": {
                    "x": {
                        "field": "score",
                        "type": "quantitative",
                        "bin": {"binned": True, "step": _step(test)},
                        "title": "highest score",
                    },
                    "y": {"field": "people", "type": "quantitative", "title": "people", "axis": _whole()},
                    "color": _colours({"became customers": _GREEN, "did not": _GREY}),
                    "order": {"field": "what", "sort": "ascending"},
                },
            },
            _present(test),
        ],
    }


def _thresholds(test: Backtest) -> Spec | None:
    """Precision and recall over thresholds, with intervals and the present threshold."""
    values = [
        {"threshold": point.threshold, "what": what, "share": rate.value, "low": rate.low, "high": rate.high}
        for point in test.curve
        for what, rate in (("precision", point.precision), ("recall", point.recall))
        if rate.value is not None
    ]
    if not values:
        return None
    x = {"field": "threshold", "type": "quantitative", "title": "threshold of the score"}
    y = {"type": "quantitative", "title": None, "axis": {"format": ".0%"}}
    colour = _colours({"precision": _BLUE, "recall": _RED})
    return {
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.18},
                "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}, "color": colour},
            },
            {
                "mark": {"type": "line", "strokeWidth": 2},
                "encoding": {"x": x, "y": {"field": "share", **y}, "color": colour},
            },
            _present(test),
        ],
    }


def _present(test: Backtest) -> Spec:
    return {
        "data": {"values": [{"threshold": test.threshold}]},
        "mark": {"type": "rule", "color": _INK, "strokeDash": [5, 4], "strokeWidth": 1.5},
        "encoding": {"x": {"field": "threshold", "type": "quantitative"}},
    }


def _step(test: Backtest) -> float:
    edges = [scores.over for scores in test.scores]
    return min((b - a for a, b in pairwise(edges) if b > a), default=1.0)


def _months_axis() -> Spec:
    return {
        "field": "month",
        "type": "ordinal",
        "title": None,
        "axis": {"labelAngle": 0, "labelOverlap": True},
    }


def _weeks_axis(weeks: Sequence[str]) -> Spec:
    """Name days where weeks are few, else the beginnings of months: no label twice."""
    if len(weeks) <= _FEW_WEEKS:
        return {"format": "%-d %b", "values": _instants(weeks), "labelOverlap": True}
    months = sorted({f"{week[:7]}-01" for week in weeks[1:]} - {f"{weeks[0][:7]}-01"})
    return {"format": "%b %Y", "values": _instants(months), "labelOverlap": True}


def _instants(days: Sequence[str]) -> list[Spec]:
    return [{"year": int(day[:4]), "month": int(day[5:7]), "date": int(day[8:]), "utc": True} for day in days]


def _whole() -> Spec:
    return {"format": ",d", "tickMinStep": 1}


def _colours(by: dict[str, str]) -> Spec:
    return {
        "field": "what",
        "type": "nominal",
        "scale": {"domain": list(by), "range": list(by.values())},
        "legend": {"title": None},
    }
