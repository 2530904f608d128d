"""Does today's value of an attribute hide who bought?

Leads or companies without `valid_from` and `known_at` have one row for the whole past. What changes when a
lead buys, its `status` above all, was then so long before: `never: lead.status = 'customer'` bars every
customer of former years, and a back-test finds none of them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from handraiser.agreement.wording import joined
from handraiser.errors import many
from handraiser.facts.inputs import Source
from handraiser.scoring.lint_beside import Beside
from handraiser.scoring.lint_ends import Ends, ends
from handraiser.scoring.lint_notes import LintCode, Warnings, instant
from handraiser.scoring.lint_pushes import Push, pushes
from handraiser.scoring.lint_words import words_of
from handraiser.scoring.registers import FOREVER

__all__ = ["history_warnings"]

Flags = npt.NDArray[np.bool_]
# So much higher must a customer's odds of being kept out be: what only tends to go with buying, a country or
# a size, does not come near.
_ODDS = 5.0
_SURE = 2.6  # standard errors by which they must be higher, so that it is no chance in a hundred
# Names that tell of what became of a lead, as far as one may guess without outcomes.
_TELLING = frozenset(
    {"customer", "customers", "client", "won", "lost", "closed", "status", "stage", "lifecycle", "kunde"}
)
_DOES = {"fit": "gives less than its most to", "mql": "does not hold for", "never": "bars"}
_FIX = (
    "Give the rows a `valid_from` (one row for each change), or leave the attribute out: "
    "`company.is_customer` is worked out from the outcomes where no column of that name is given."
)


def history_warnings(beside: Beside, warnings: Warnings) -> set[tuple[str, str]]:
    """Warn of conditions that keep customers out by what is known of them today; return their attributes."""
    timeless = _without_history(beside)
    if not timeless:
        return set()
    told: set[tuple[str, str]] = set()
    known = ends(beside)
    for push in pushes(beside):
        names = sorted(push.reads & timeless)
        if not names or push.part == "hand_raise":
            continue
        if (known.bought < FOREVER).any():
            says = _hidden(beside, push, known)
        else:
            says = _guessed(beside, push, names)
        if says:
            told.update(names)
            shown = joined([f"{scope}.{name}" for scope, name in names], "and")
            verb = "has" if len(names) == 1 else "have"
            text = f"{shown} {verb} no history, so today's value stands for the whole past: {says}."
            warnings.add(LintCode.NO_HISTORY, push.at, text, _FIX)
    return told


def _without_history(beside: Beside) -> set[tuple[str, str]]:
    """Return the attributes of inputs whose rows say nothing of since when they are so."""
    inputs = beside.inputs
    sources = (("lead", inputs.leads), ("company", inputs.companies))
    return {
        (scope, name)
        for scope, source in sources
        if source is not None and not _has_history(beside, source)
        for name in source.columns
    }


def _has_history(beside: Beside, source: Source) -> bool:
    if not source.has & {"valid_from", "known_at"}:
        return False
    filled = beside.inputs.con.sql(f"SELECT count(valid_from) + count(known_at) FROM {source.relation}")
    return bool(filled.fetchall()[0][0])


def _hidden(beside: Beside, push: Push, known: Ends) -> str:
    """Return how many customers a condition keeps out at every moment before they bought, as words.

    "" unless they are kept out far more often than other leads: then it is of having bought that the value
    tells.
    """
    customers = known.bought < FOREVER
    out = _kept_out(beside, push, known.bought)
    if not _far_more_often(out, customers):
        return ""
    begun = beside.regardless
    first = np.where(begun.found > 0, begun.at, FOREVER)
    hidden = np.flatnonzero(out & customers & ~(first <= known.bought))
    if not len(hidden):
        return ""
    one, how = beside.lead(hidden[0]), f"of {many(int(customers.sum()), 'customer')}"
    others = f"{int((out & ~customers).sum()):,} of {many(int((~customers).sum()), 'other lead')}"
    when = instant(int(known.bought[hidden[0]]))[:10]
    return (
        f"{push.called} {_DOES[push.part]} {int((out & customers).sum()):,} {how} at every moment before "
        f"they bought, and {others}; {len(hidden):,} of those customers were no MQL by then, {one} for one, "
        f"who bought on {when}"
    )


def _kept_out(beside: Beside, push: Push, bought: npt.NDArray[np.int64]) -> Flags:
    """Return which leads a condition gives less than its best, in each of their states before they bought."""
    states = beside.matched.states
    lead = np.repeat(np.arange(beside.leads), np.diff(states.offsets))
    let_in = (push.by_state >= push.by_state.max(initial=0.0)) & (states.start < bought[lead])
    return np.asarray(np.bincount(lead[let_in], minlength=beside.leads) == 0)


def _far_more_often(out: Flags, customers: Flags) -> bool:
    """Return whether a customer's odds of being kept out are far higher; each count has half a case added."""
    a, b = float((out & customers).sum()) + 0.5, float((~out & customers).sum()) + 0.5
    c, d = float((out & ~customers).sum()) + 0.5, float((~out & ~customers).sum()) + 0.5
    odds, error = float(np.log(a * d / (b * c))), float(np.sqrt(1 / a + 1 / b + 1 / c + 1 / d))
    return odds > np.log(_ODDS) and odds > _SURE * error


def _guessed(beside: Beside, push: Push, names: list[tuple[str, str]]) -> str:
    """Return what a name lets fear where no outcome says who bought; "" for nothing."""
    if push.part == "fit" or not any(_TELLING & set(words_of(name)) for _, name in names):
        return ""
    kept_out = _kept_out(beside, push, np.full(beside.leads, FOREVER, dtype=np.int64))
    leads = np.flatnonzero(kept_out)
    if not len(leads):
        return ""
    return (
        f"{push.called} {_DOES[push.part]} {len(leads):,} of {many(beside.leads, 'lead')}, "
        f"{beside.lead(leads[0])} for one, and without outcomes nobody knows how many of them bought since"
    )
