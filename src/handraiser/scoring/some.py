"""How are some leads folded alone, where columns of all of them are at hand?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from handraiser.scoring.match import Fit, Outcomes
from handraiser.scoring.score import FitPoints, Prepared
from handraiser.scoring.timeline import States

__all__ = ["only"]

Ints = npt.NDArray[np.int64]


def only(prepared: Prepared, leads: Ints) -> Prepared:
    """Return the columns of some leads in the order given; one that is named twice is there twice."""
    matched = prepared.matched
    hits, hit_rows = _runs(matched.hits.offsets, leads)
    states, state_rows = _runs(matched.states.offsets, leads)
    outcomes, outcome_rows = _runs(matched.outcomes.offsets, leads)
    population = matched.leads
    return prepared._replace(
        matched=matched._replace(
            leads=population._replace(
                ids=population.ids.take(pa.array(leads)), created=population.created[leads]
            ),
            floor=matched.floor[leads],
            hits=matched.hits._replace(
                offsets=hits,
                rows=matched.hits.rows[hit_rows],
                weights=matched.hits.weights[hit_rows],
                keys=matched.hits.keys[hit_rows],
            ),
            states=States(states, *_each(matched.states, state_rows)),
            fit=Fit(matched.fit.band[state_rows], matched.fit.points[state_rows]),
            parts=matched.parts[state_rows],
            parts_may=matched.parts_may[state_rows],
            outcomes=Outcomes(outcomes, *_each(matched.outcomes, outcome_rows)),
            kept={},
        ),
        fit=_fit(prepared.fit, state_rows),
        state=prepared.state[state_rows],
        state_may=prepared.state_may[state_rows],
        kept=prepared.kept[hit_rows] if len(prepared.kept) else prepared.kept,
    )


def _each(columns: Sequence[npt.NDArray[Any]], rows: Ints) -> list[npt.NDArray[Any]]:
    """Return some rows of all columns but the first, which says where those of each lead begin."""
    return [column[rows] for column in columns[1:]]


def _fit(fit: FitPoints, rows: Ints) -> FitPoints:
    return FitPoints(
        points=fit.points[rows],
        holds=fit.holds[rows],
        raw=fit.raw[rows],
        groups={name: points[rows] for name, points in fit.groups.items()},
        total=fit.total[rows],
        grade=fit.grade[rows],
    )


def _runs(offsets: Ints, leads: Ints) -> tuple[Ints, Ints]:
    """Return where the rows of each of some leads begin once they stand together, and which rows they are."""
    begin, lengths = offsets[leads], offsets[leads + 1] - offsets[leads]
    own = np.zeros(len(leads) + 1, dtype=np.int64)
    np.cumsum(lengths, out=own[1:])
    return own, np.repeat(begin - own[:-1], lengths) + np.arange(own[-1])
