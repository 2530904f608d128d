"""How did leads stand, and when did they become MQLs, by what is known of them and nothing that was kept?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import duckdb
import numpy as np

from handraiser.agreement.model import Agreement
from handraiser.flows.live import wanted_names
from handraiser.scoring.match import matched
from handraiser.scoring.plan import Plan
from handraiser.scoring.registers import FOREVER, TRUE
from handraiser.scoring.score import Prepared, find_episodes, grade_names, prepare, stand
from handraiser.scoring.survey import Ground, survey
from handraiser.store.history import History
from handraiser.tables.kept import Seen, kept_inputs

__all__ = ["Recomputed", "Stood", "ground_of", "recompute"]


class Stood(NamedTuple):
    """How a lead stood under an agreement at an instant."""

    score: float
    fit: float
    engagement: float
    grade: str | None
    qualified: bool


class Recomputed(NamedTuple):
    """Some leads under an agreement, by their numbers.

    stood  how each stood at its instant
    begun  when the episodes of each began; those that have none are left out
    then   how each stood at each of these moments
    """

    stood: dict[int, Stood]
    begun: dict[int, tuple[int, ...]]
    then: dict[int, tuple[Stood, ...]]


def ground_of(
    con: duckdb.DuckDBPyConnection,
    agreements: Sequence[Agreement],
    history: History,
    seen: Seen,
    plan: Plan | None = None,
) -> Ground:
    """Return the ground of agreements over what is known of some leads; every event is matched."""
    inputs = kept_inputs(
        con, leads=history.leads, companies=history.companies, events=history.events, seen=seen,
        outcomes=history.outcomes, customers=history.customers,
        wanted=wanted_names(agreements),
    )  # fmt: skip
    return survey(agreements, inputs, threads=1, plan=plan)


def recompute(agreement: Agreement, ground: Ground, at: Mapping[int, int]) -> Recomputed:
    """Return how leads stood, each at its own instant, and when the episodes of each began.

    Whoever has no instant in `at` is asked about the end of time.
    """
    found = matched(agreement, ground)
    if found is None:
        raise AssertionError("a ground has all that its agreements ask for")
    prepared = prepare(agreement, found)
    numbers = [int(each) for each in ground.leads.ids.to_pylist()]
    instants = np.array([at.get(number, FOREVER - 1) for number in numbers], dtype=np.int64)
    episodes = find_episodes(prepared, FOREVER - 1, first_only=False, threads=1)
    begun: dict[int, tuple[int, ...]] = {}
    then: dict[int, tuple[Stood, ...]] = {}
    for turn in range(int(episodes.found.max(initial=0))):
        have = np.flatnonzero(episodes.found > turn)
        moments = instants.copy()
        moments[have] = episodes.at[episodes.offsets[have] + turn]
        stood = _stood(prepared, numbers, moments)
        for k in have.tolist():
            number = numbers[k]
            begun[number] = (*begun.get(number, ()), int(moments[k]))
            then[number] = (*then.get(number, ()), stood[number])
    return Recomputed(_stood(prepared, numbers, instants), begun, then)


def _stood(prepared: Prepared, numbers: Sequence[int], at: np.ndarray) -> dict[int, Stood]:
    standing = stand(prepared, at, points=False, threads=1)
    names = grade_names(prepared.agreement) if prepared.agreement.grades else None
    return {
        number: Stood(
            float(standing.score[k]),
            float(standing.fit[k]),
            float(standing.engagement[k]),
            None if names is None else names[prepared.fit.grade[standing.state[k]]],
            bool(standing.answers[k, 3] == TRUE),
        )
        for k, number in enumerate(numbers)
    }
