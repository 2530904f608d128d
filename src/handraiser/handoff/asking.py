"""Which routes does a lead meet? They are asked as fit rules are, of the attributes that it had then."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import Agreement, Band, FitRule, Qualify, Route, Section, Sql
from handraiser.scoring.match import matched
from handraiser.scoring.survey import Ground

__all__ = ["asking_routes", "routes_met"]


def asking_routes(agreement: Agreement) -> Agreement | None:
    """Return an agreement whose fit rules are the conditions of another's routes; None where none has any.

    It is surveyed with the others, and nobody is ever an MQL by it.
    """
    conditions = _conditions(agreement.handoff.route)
    if not conditions:
        return None
    rules = tuple(
        FitRule(name=f"route_{place}", bands=(Band(when=when, points=1.0),)) for place, when in conditions
    )
    return Agreement(
        name=f"{agreement.name}, its routes",
        lists=agreement.lists,
        fit=Section(rules=rules),
        engagement=Section(),
        qualify=Qualify(mql=Sql("false")),
        fingerprint=f"routes of {agreement.fingerprint}",
    )


def routes_met(
    agreement: Agreement, ground: Ground, states: Sequence[int] | npt.NDArray[np.int64]
) -> list[tuple[int, ...]]:
    """Return for each of some states of leads the places of the routes that such a lead meets, in order.

    Raises AssertionError where the ground was not asked about `asking_routes` too.
    """
    routes = agreement.handoff.route
    always = {place for place, route in enumerate(routes) if route.when is None}
    asking = asking_routes(agreement)
    if asking is None:
        return [tuple(sorted(always))] * len(states)
    found = matched(asking, ground)
    if found is None:
        raise AssertionError("the ground was asked about the routes")
    conditions = [place for place, _ in _conditions(routes)]
    met = found.fit.band[np.asarray(states, dtype=np.int64)] > 0
    return [
        tuple(sorted(always | {place for place, holds in zip(conditions, row, strict=True) if holds}))
        for row in met.tolist()
    ]


def _conditions(routes: Sequence[Route]) -> list[tuple[int, Sql]]:
    return [(place, route.when) for place, route in enumerate(routes) if route.when is not None]
