"""Would a lead qualify at an instant if one rule gave it nothing and held for nobody?

All else stays: what the rule's events say of silence, what they repeat of other rules' events, what is known.
So it is the same question asked again with one answer taken away, and not another agreement.
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import Agreement, FitRule, Limits
from handraiser.scoring.compiling import kernel
from handraiser.scoring.layout import silence_rules
from handraiser.scoring.match import event_rules
from handraiser.scoring.registers import FALSE, TRUE, evaluate, state_into, total
from handraiser.scoring.score import Prepared, Standing, fold_inputs, prepare

__all__ = ["qualified_without"]

Flags = npt.NDArray[np.bool_]


def qualified_without(prepared: Prepared, standing: Standing, rule: str) -> Flags:
    """Return which leads would qualify without a rule, where `standing` says how they stand with it.

    standing  of all leads of `prepared`, each at its instant, with points
    """
    agreement = prepared.agreement
    slots = [each.name for each in (*event_rules(agreement), *silence_rules(agreement))]
    absent = slots.index(rule) if rule in slots else -1
    states = prepared if absent >= 0 else _without_fit(prepared, rule)
    _, _, _, _, rules, silences, totals, program = fold_inputs(prepared)
    found = np.zeros(len(standing.state), dtype=np.uint8)
    _qualify(
        absent, standing.state, standing.points, standing.counts, standing.holds,
        (states.state, states.state_may), (rules[0], silences[0]), totals,
        program, found,
    )  # fmt: skip
    answer: Flags = found == TRUE
    return answer


def _without_fit(prepared: Prepared, rule: str) -> Prepared:
    """Return the same with what would be known of the states if a fit rule held in none."""
    matched = prepared.matched
    place = [each.name for each in prepared.agreement.fit.rules].index(rule)
    band, points = matched.fit.band.copy(), matched.fit.points.copy()
    band[:, place], points[:, place] = 0, 0.0
    return prepare(
        _unlimited(prepared.agreement, rule), matched._replace(fit=type(matched.fit)(band, points))
    )


def _unlimited(agreement: Agreement, rule: str) -> Agreement:
    """Return the agreement in which nothing but 0 is left of a fit rule that does not hold."""
    rules = tuple(
        msgspec.structs.replace(each, limits=Limits())
        if each.name == rule and isinstance(each, FitRule)
        else each
        for each in agreement.fit.rules
    )
    return msgspec.structs.replace(agreement, fit=msgspec.structs.replace(agreement.fit, rules=rules))


@kernel
def _qualify(absent, which, points, counts, holds, states, rules, totals, program, found):
    """Fill `found` with whether each qualifies by these points, counts and truths, one rule's left out.

    absent  its place among event rules and silence rules, −1 where the states are without it already
    """
    state, state_may = states
    ri, silent_for = rules
    groups, group_low, group_high, bounds = totals
    code, low0, _high0, may0, layout, roots = program
    pr, hr, cr, gr, xr = layout[0], layout[1], layout[2], layout[3], layout[4]
    n_rules = ri.shape[0]
    slots = n_rules + silent_for.shape[0]
    low, may = low0.copy(), may0.copy()
    sums = np.zeros(max(1, group_low.shape[0]))
    for i in range(which.shape[0]):
        state_into(which[i], state, state_may, xr, low, low, may)
        for s in range(slots):
            low[pr + s] = points[i, s]
            may[hr + s] = TRUE if holds[i, s] else FALSE
        for r in range(n_rules):
            low[cr + r] = counts[i, r]
        if absent >= 0:
            low[pr + absent] = 0.0
            may[hr + absent] = FALSE
            if absent < n_rules:
                low[cr + absent] = 0
        total(slots, groups, pr, gr, group_low, group_high, bounds, low, may, sums)
        evaluate(code, low, low, may)
        found[i] = may[roots[3]]
