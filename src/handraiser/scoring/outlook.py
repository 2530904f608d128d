"""What is missing for a lead to qualify, and until when does it stay qualified?

Both think ahead from one instant with nothing else happening (section 9). Between the instants at which
something jumps (a window closes, a step falls, silence begins) the points of a rule move smoothly, its
positive hits down and its negative ones up; so the program, asked with bounds, says of a whole stretch
whether it can stop being true, and only undecided stretches are halved.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import DecayKind, Sql
from handraiser.scoring.asking import qualifies, sums_apart, sums_in_order
from handraiser.scoring.evidence import Evidence, evidence, state_at
from handraiser.scoring.layout import silence_rules
from handraiser.scoring.match import event_rules, microseconds
from handraiser.scoring.registers import FOREVER, NEVER, TRUE, WITHIN
from handraiser.scoring.score import Prepared

__all__ = ["MOST_MISSING", "Outlook", "outlook"]

MOST_MISSING = 100
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Outlook(NamedTuple):
    """missing: per event rule how many more hits now would do, None where up to 100 would not.

    until: the first instant at which the lead no longer qualifies, None where there is none or it does
    not qualify now.
    """

    missing: dict[str, int | None]
    until: int | None


def outlook(
    prepared: Prepared,
    lead: int,
    at: int,
    *,
    last: Sequence[float | None],
    found: Evidence | None = None,
) -> Outlook:
    """Return what is missing for the lead at the instant, and until when it stays qualified.

    `last` is per event rule the weight of its last hit that is kept, None where there is none. Which hit is
    the last may be for the events' ids to say, and the fold keeps those only where they matter to it.
    `found` is the lead's evidence, where the caller has it.
    """
    ahead = _Ahead(prepared, lead, at, evidence(prepared, lead, at) if found is None else found)
    return Outlook(ahead.missing(last), ahead.until())


class _Ahead:
    """One lead at one instant, with nothing new to come."""

    def __init__(self, prepared: Prepared, lead: int, at: int, found: Evidence) -> None:
        self.at = at
        self.plan = prepared.layout
        self.rules = event_rules(prepared.agreement)
        self.silences = silence_rules(prepared.agreement)
        self.evidence = found
        self.created = int(prepared.matched.leads.created[lead])
        self.row = state_at(prepared.matched, lead, at)
        self.states = (prepared.state, prepared.state_may)
        counted = [
            (hit.begin, hit.occurred, number, hit.weight)
            for number, hits in enumerate(self.evidence.hits)
            for hit in hits
            if not hit.fate
        ]
        counted.sort(key=lambda hit: hit[:2])
        self.occurred = np.array([hit[1] for hit in counted], dtype=np.int64)
        self.rule = np.array([hit[2] for hit in counted], dtype=np.int64)
        self.weight = np.array([hit[3] for hit in counted], dtype=np.float64)

    def ask(self, raw_low: Floats, raw_high: Floats, counts: Ints, quiet: npt.NDArray[np.bool_]) -> int:
        plan = self.plan
        program = (plan.code, plan.low, plan.may, plan.places, plan.roots)
        return int(
            qualifies(
                raw_low, raw_high, counts, quiet, self.row, self.states,
                plan.rules, plan.silences, plan.totals, program,
            )
        )  # fmt: skip

    def quiet(self, at: int, last_positive: int) -> npt.NDArray[np.bool_]:
        """Return which silence rules hold at an instant."""
        since = [at - microseconds(rule.silent_for) for rule in self.silences]
        return np.array(
            [last_positive <= s and (self.created == NEVER or self.created <= s) for s in since],
            dtype=np.bool_,
        )

    def counts(self, at: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """Return how many hits of each rule are in its window at an instant, and which hits those are."""
        within = self.plan.rules[0][self.rule, WITHIN] if len(self.rule) else self.rule
        inside = self.occurred > at - within
        return np.bincount(self.rule[inside], minlength=len(self.rules)).astype(np.int64), inside

    def missing(self, last: Sequence[float | None]) -> dict[str, int | None]:
        counts, inside = self.counts(self.at)
        raw = np.zeros(len(self.rules))
        sums_in_order(
            self.at, self.rule[inside], self.occurred[inside], self.weight[inside], self.plan.rules, raw
        )
        quiet = self.quiet(self.at, self.evidence.last_positive)
        if self.ask(raw, raw, counts, quiet) == TRUE:
            return {rule.name: 0 for rule in self.rules}
        weights = [
            last[r] if isinstance(rule.points, Sql) else rule.points for r, rule in enumerate(self.rules)
        ]
        return {
            rule.name: None if weight is None else self._missing_of(r, weight, raw, counts, quiet)
            for r, (rule, weight) in enumerate(zip(self.rules, weights, strict=True))
        }

    def _missing_of(
        self, r: int, weight: float, raw: Floats, counts: Ints, quiet: npt.NDArray[np.bool_]
    ) -> int | None:
        if weight > 0:
            quiet = self.quiet(self.at, self.at)
        raw, counts = raw.copy(), counts.copy()
        for more in range(1, MOST_MISSING + 1):
            raw[r] += weight
            counts[r] += 1
            if self.ask(raw, raw, counts, quiet) == TRUE:
                return more
        return None

    def until(self) -> int | None:
        if not self._qualifies(self.at):
            return None
        edges = self._edges()
        for start, end in zip([self.at + 1, *edges], [*(edge - 1 for edge in edges), None], strict=True):
            last = self._settled(start) if end is None else end
            found = self._first_failure(start, last) if start <= last else None
            if found is not None:
                return found
        return None

    def _qualifies(self, at: int) -> bool:
        counts, inside = self.counts(at)
        raw = np.zeros(len(self.rules))
        sums_in_order(at, self.rule[inside], self.occurred[inside], self.weight[inside], self.plan.rules, raw)
        return self.ask(raw, raw, counts, self.quiet(at, self.evidence.last_positive)) == TRUE

    def _edges(self) -> list[int]:
        """Return the later instants at which something jumps, in order."""
        edges: set[int] = set()
        for k, number in enumerate(self.rule):
            rule = self.rules[number]
            occurred = int(self.occurred[k])
            if rule.within is not None:
                edges.add(occurred + microseconds(rule.within))
            over = microseconds(rule.decay.over)
            if rule.decay.kind is DecayKind.LINEAR:
                edges.add(occurred + over)
            elif rule.decay.kind is DecayKind.STEPS and rule.decay.percent > 0:
                steps = math.ceil(100 / rule.decay.percent) + 1
                edges.update(occurred + step * over for step in range(1, steps + 1))
        for silence in self.silences:
            length = microseconds(silence.silent_for)
            edges.update(
                since + length for since in (self.evidence.last_positive, self.created) if since > NEVER
            )
        return sorted(edge for edge in edges if self.at < edge < FOREVER)

    def _settled(self, start: int) -> int:
        """Return an instant from which on every half-life has taken its points to zero."""
        longest = start
        for number, rule in enumerate(self.rules):
            if rule.decay.kind is DecayKind.HALF_LIFE and rule.at_least is None:
                size = float(np.abs(self.weight[self.rule == number]).sum())
                if size > 0:
                    halvings = max(0, math.ceil(math.log2(size / 1e-8)))
                    longest = max(longest, start + microseconds(rule.decay.over) * halvings)
        return longest

    def _first_failure(self, first: int, last: int) -> int | None:
        """Return the first instant of first..last, where nothing jumps, at which the lead fails."""
        counts, inside = self.counts(first)
        quiet = self.quiet(first, self.evidence.last_positive)
        hits = (self.rule[inside], self.occurred[inside], self.weight[inside])
        moving = np.array([rule.decay.kind is not DecayKind.NONE for rule in self.rules])
        early_up, early_down, late_up, late_down = (np.zeros(len(self.rules)) for _ in range(4))
        stack = [(first, last)]
        while stack:
            start, end = stack.pop()
            if start == end:
                if not self._qualifies(start):
                    return start
                continue
            sums_apart(start, *hits, self.plan.rules, early_up, early_down)
            sums_apart(end, *hits, self.plan.rules, late_up, late_down)
            # Sums of the parts may differ from the sum in order by the last bits.
            margin = np.where(moving, (early_up - late_down - early_down) * 1e-13, 0.0)
            low, high = late_up + early_down - margin, early_up + late_down + margin
            if self.ask(low, high, counts, quiet) == TRUE:
                continue
            middle = (start + end) // 2
            stack += [(middle + 1, end), (start, middle)]
        return None
