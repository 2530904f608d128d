"""How does an agreement stand beside its data, and how would it with another `qualify`?

The data are matched once. Every further question is a fold: who would ever reach this threshold, who without
any event, who without opens?
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import Agreement, Qualify, Sql
from handraiser.facts.inputs import Inputs
from handraiser.scoring.hits import PER_MASK, RULES
from handraiser.scoring.match import Matched, Outcomes
from handraiser.scoring.programs import qualify_trees
from handraiser.scoring.registers import FOREVER, NEVER
from handraiser.scoring.score import Episodes, Prepared, Standing, find_episodes, prepare, stand

__all__ = ["ENOUGH", "Beside", "Reached", "anyone", "first_moments", "highest", "instead"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Of fewer leads, hits or outcomes nothing follows: that none of ten ever did something may be chance.
ENOUGH = 20
_FIRST_LOOK = 16  # one in so many leads is asked first, which mostly is enough to find one
_HIGHEST = 1e8  # what is beyond is not looked for


class Beside:
    """An agreement and its data, matched; `prepared` has them as scoring does.

    `names` are the agreements whose outcomes count, beside those that name none.
    """

    def __init__(
        self,
        agreement: Agreement,
        inputs: Inputs,
        matched: Matched,
        *,
        threads: int,
        names: Collection[str] = (),
    ) -> None:
        self.agreement, self.inputs, self.matched, self.threads = agreement, inputs, matched, threads
        self.names = {*names, agreement.name}
        self.prepared = prepare(agreement, matched, threads=threads)
        self.leads = len(matched.leads.ids)

    @cached_property
    def regardless(self) -> Episodes:
        """When each lead first qualifies, whatever sales said: one that it closed might do so again."""
        return first_moments(instead(self, self.agreement.qualify), self.threads)

    @cached_property
    def standing(self) -> Standing:
        """How every lead stands when the data end: its state, and the points of every rule."""
        return stand(self.prepared, _latest(self.matched), points=True, threads=self.threads)

    def hit_rows(self, rule: int) -> Flags:
        """Return which rows are hits of an event rule, those that its limits drop too."""
        rules = self.matched.hits.rows[:, RULES]
        first = rules >> 32
        if not first.any():
            return np.asarray(rules >> rule & 1 == 1)
        # An event that meets rules of several masks has a row for each.
        mine = (first <= rule) & (rule < first + PER_MASK)
        return np.asarray(mine & (rules >> np.where(mine, rule - first, 0) & 1 == 1))

    def hit_leads(self, rule: int) -> Flags:
        """Return which leads have a hit of an event rule."""
        before = np.concatenate([[0], np.cumsum(self.hit_rows(rule))])
        offsets = self.matched.hits.offsets
        return np.asarray(before[offsets[1:]] > before[offsets[:-1]])

    def lead(self, number: int) -> str:
        """Return the id of a lead."""
        return str(self.matched.leads.ids[int(number)])


class Reached(NamedTuple):
    """A lead, and the first moment at which it is so."""

    lead: int
    at: int


def instead(beside: Beside, qualify: Qualify) -> Prepared:
    """Return the same with another `qualify`, made of parts of the agreement's own, whatever sales said."""
    agreement = msgspec.structs.replace(beside.agreement, qualify=qualify)
    known = _parts(beside.agreement)
    places = {part: beside.matched.part_of[key] for key, part in known.items()}
    part_of = {key: places[part] for key, part in _parts(agreement).items()}
    none = np.empty(0, dtype=np.int64)
    nothing = Outcomes(np.zeros(beside.leads + 1, dtype=np.int64), none, none.astype(np.uint8), none)
    matched = beside.matched._replace(part_of=part_of, outcomes=nothing)
    return prepare(agreement, matched, threads=beside.threads)


def _parts(agreement: Agreement) -> dict[tuple[object, ...], object]:
    return {
        (place, index): part
        for place, tree in enumerate(qualify_trees(agreement))
        if tree is not None
        for index, part in enumerate(tree.attributes)
    }


def first_moments(prepared: Prepared, threads: int) -> Episodes:
    """Return when each lead first qualifies, if it ever does."""
    return find_episodes(prepared, FOREVER - 1, first_only=True, threads=threads)


def anyone(prepared: Prepared, threads: int) -> Reached | None:
    """Return one of the leads that ever qualify, None if there is none."""
    leads = len(prepared.matched.leads.ids)
    first = leads // _FIRST_LOOK
    for start, stop in ((0, first), (first, leads)):
        some = first_moments(_of_leads(prepared, start, stop), threads)
        found = np.flatnonzero(some.found)
        if len(found):
            return Reached(start + int(found[0]), int(some.at[some.offsets[found[0]]]))
    return None


def _of_leads(prepared: Prepared, start: int, stop: int) -> Prepared:
    """Return the same of some leads only; nothing is copied."""
    matched = prepared.matched

    def ends(offsets: Ints) -> Ints:
        return offsets[start : stop + 1]

    some = matched._replace(
        leads=matched.leads._replace(
            ids=matched.leads.ids[start:stop],
            created=matched.leads.created[start:stop],
        ),
        floor=matched.floor[start:stop],
        hits=matched.hits._replace(offsets=ends(matched.hits.offsets)),
        states=matched.states._replace(offsets=ends(matched.states.offsets)),
        outcomes=matched.outcomes._replace(offsets=ends(matched.outcomes.offsets)),
    )
    return prepared._replace(matched=some)


def highest(beside: Beside, what: str) -> tuple[float, Reached] | None:
    """Return the most that a sum or count (`score`, `count(visits)`) comes to at any moment, and whose it is.

    None where there is no moment at all, or where it is lower or higher than is looked for.
    """

    def reaching(value: float) -> Reached | None:
        bound = Sql(f"{what} >= {value:.7f}")
        return anyone(instead(beside, Qualify(mql=bound)), beside.threads)

    low = next((value for value in (0.0, -_HIGHEST) if reaching(value)), None)
    if low is None or reaching(_HIGHEST):
        return None
    best, high, step = reaching(low), low + 1.0, 1.0
    while (found := reaching(high)) is not None:
        low, best, high, step = high, found, high + step, 2 * step
    while high - low > 2e-7:
        middle = (low + high) / 2
        found = reaching(middle)
        if found is None:
            high = middle
        else:
            low, best = middle, found
    return None if best is None else (round(low, 6), best)


def _latest(matched: Matched) -> int:
    """Return the last instant at which anything began to count."""
    begun = matched.hits.rows[:, matched.hits.begin].max(initial=NEVER)
    return int(max(begun, matched.states.start.max(initial=NEVER)))
