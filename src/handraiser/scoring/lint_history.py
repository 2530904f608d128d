"""Does today's value of an attribute hide who bought?

Of an attribute that has one value for the whole past, today's stands for all of it. What changes when a
lead buys, its `status` above all, was then so long before: `never: lead.status = 'customer'` bars every
customer of former years, and a back-test finds none of them. A `valid_from` alone is no history: where each
row has its lead's `created_at` there, or today's status was joined to every row of a history of something
else, the value still never changes. So each attribute is judged by itself: does it change in those kept out?
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from handraiser.agreement.wording import joined
from handraiser.errors import many
from handraiser.facts.inputs import Source
from handraiser.scoring.attributes import values_at
from handraiser.scoring.lint_beside import ENOUGH, Beside
from handraiser.scoring.lint_ends import Ends, ends
from handraiser.scoring.lint_notes import LintCode, Warnings, instant
from handraiser.scoring.lint_pushes import Push, pushes
from handraiser.scoring.lint_words import words_of
from handraiser.scoring.registers import FOREVER

__all__ = ["history_warnings"]

Attribute = tuple[str, str]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
# So much higher must a customer's odds of being kept out be: what only tends to go with buying, a country or
# a size, does not come near.
_ODDS = 5.0
_SURE = 2.6  # standard errors by which they must be higher, so that it is no chance in a hundred
_CHANGE = 0.1  # of the customers kept out: in so many an attribute with a history has more than one value
# Names that tell of what became of a lead, as far as one may guess without outcomes.
_TELLING = frozenset(
    {"customer", "customers", "client", "won", "lost", "closed", "status", "stage", "lifecycle", "kunde"}
)
_DOES = {"fit": "gives less than its most to", "mql": "does not hold for", "never": "bars"}
_FIX = (
    "Give the rows a `valid_from` (one row for each change), or leave the attribute out: "
    "`company.is_customer` is worked out from the outcomes where no column of that name is given."
)


def history_warnings(beside: Beside, warnings: Warnings) -> set[Attribute]:
    """Warn of conditions that keep customers out by what is known of them today; return their attributes."""
    given = _given(beside)
    told: set[Attribute] = set()
    known = ends(beside)
    for push in pushes(beside):
        names = sorted(push.reads & given)
        if not names or push.part == "hand_raise":
            continue
        if (known.bought < FOREVER).any():
            names, says = _hidden(beside, push, known, names)
        else:
            names, says = _guessed(beside, push, names)
        if says:
            told.update(names)
            text = f"{_without_history(beside, names)}, so today's value stands for the whole past: {says}."
            warnings.add(LintCode.NO_HISTORY, push.at, text, _FIX)
    return told


def _given(beside: Beside) -> set[Attribute]:
    """Return the attributes that inputs have; what is worked out has its history from the outcomes."""
    return {
        (scope, name)
        for scope, source in _sources(beside).items()
        if source is not None
        for name in source.columns
    }


def _sources(beside: Beside) -> dict[str, Source | None]:
    return {"lead": beside.inputs.leads, "company": beside.inputs.companies}


def _without_history(beside: Beside, names: list[Attribute]) -> str:
    """Return that attributes have no history, or none to speak of, as the begin of a sentence."""
    shown = joined([f"{scope}.{name}" for scope, name in names], "and")
    one = len(names) == 1
    if not any(_dated(beside, scope) for scope, _ in names):
        return f"{shown} {'has' if one else 'have'} no history"
    return (
        f"{shown} {'never changes' if one else 'never change'} in a lead's history, whatever valid_from says"
    )


def _dated(beside: Beside, scope: str) -> bool:
    """Return whether any row of an input says since when it is so."""
    source = _sources(beside)[scope]
    if source is None or not source.has & {"valid_from", "known_at"}:
        return False
    filled = beside.inputs.con.sql(f"SELECT count(valid_from) + count(known_at) FROM {source.relation}")
    return bool(filled.fetchall()[0][0])


def _hidden(beside: Beside, push: Push, known: Ends, names: list[Attribute]) -> tuple[list[Attribute], str]:
    """Return by which attributes a condition keeps customers out at every moment before they bought, and how
    many, as words.

    "" unless they are kept out far more often than other leads, and by values that never change: then it is
    of having bought that the value tells.
    """
    customers = known.bought < FOREVER
    out = _kept_out(beside, push, known.bought)
    if not _far_more_often(out, customers):
        return [], ""
    begun = beside.regardless
    first = np.where(begun.found > 0, begun.at, FOREVER)
    hidden = np.flatnonzero(out & customers & ~(first <= known.bought))
    still = _never_changing(beside, np.flatnonzero(out & customers), names) if len(hidden) else []
    if not still:
        return [], ""
    one, how = beside.lead(hidden[0]), f"of {many(int(customers.sum()), 'customer')}"
    others = f"{int((out & ~customers).sum()):,} of {many(int((~customers).sum()), 'other lead')}"
    when = instant(int(known.bought[hidden[0]]))[:10]
    return still, (
        f"{push.called} {_DOES[push.part]} {int((out & customers).sum()):,} {how} at every moment before "
        f"they bought, and {others}; {len(hidden):,} of those customers were no MQL by then, {one} for one, "
        f"who bought on {when}"
    )


def _never_changing(beside: Beside, leads: Ints, names: list[Attribute]) -> list[Attribute]:
    """Return the attributes that have, in nearly all of some leads, one value from their first state on."""
    states = beside.matched.states
    first, count = states.offsets[leads], np.diff(states.offsets)[leads]
    which = np.concatenate([np.arange(at, at + n) for at, n in zip(first, count, strict=True)])
    values = values_at(beside.inputs, states, which, names)
    owner = np.repeat(np.arange(len(leads)), count)
    found = []
    for place, name in enumerate(names):
        coded = values.column(place).combine_chunks().dictionary_encode().indices
        codes = pc.fill_null(coded, -1).to_numpy(zero_copy_only=False)
        row = (states.lead_row if name[0] == "lead" else states.company_row)[which]
        codes, of = codes[row >= 0], owner[row >= 0]
        changes = np.unique(of[1:][(codes[1:] != codes[:-1]) & (of[1:] == of[:-1])])
        if len(changes) < _CHANGE * len(leads):
            found.append(name)
    return found


def _kept_out(beside: Beside, push: Push, bought: Ints) -> Flags:
    """Return which leads a condition gives less than its best, in each of their states before they bought."""
    states, lead = beside.matched.states, _lead_of(beside)
    before = states.start < bought[lead]
    known = before & _known(beside, push)
    # Before a lead's first row began to count nothing was known that could keep it out.
    told = np.bincount(lead[known], minlength=beside.leads) > 0
    let_in = (push.by_state >= push.by_state.max(initial=0.0)) & np.where(told[lead], known, before)
    return np.asarray(np.bincount(lead[let_in], minlength=beside.leads) == 0)


def _lead_of(beside: Beside) -> Ints:
    """Return the lead of each state."""
    return np.repeat(np.arange(beside.leads), np.diff(beside.matched.states.offsets))


def _known(beside: Beside, push: Push) -> Flags:
    """Return in which states a row counts of all that a condition reads: of the lead, of its company."""
    states = beside.matched.states
    rows = {"lead": states.lead_row, "company": states.company_row}
    known = [rows[scope] >= 0 for scope in sorted({scope for scope, _ in push.reads})]
    return np.asarray(np.logical_and.reduce(known))


def _far_more_often(out: Flags, customers: Flags) -> bool:
    """Return whether a customer's odds of being kept out are far higher; each count has half a case added."""
    a, b = float((out & customers).sum()) + 0.5, float((~out & customers).sum()) + 0.5
    c, d = float((out & ~customers).sum()) + 0.5, float((~out & ~customers).sum()) + 0.5
    odds, error = float(np.log(a * d / (b * c))), float(np.sqrt(1 / a + 1 / b + 1 / c + 1 / d))
    return odds > np.log(_ODDS) and odds > _SURE * error


def _guessed(beside: Beside, push: Push, names: list[Attribute]) -> tuple[list[Attribute], str]:
    """Return the attributes whose names let fear something where no outcome says who bought, and what."""
    if push.part == "fit" or not any(_TELLING & set(words_of(name)) for _, name in names):
        return [], ""
    kept_out = _kept_out(beside, push, np.full(beside.leads, FOREVER, dtype=np.int64))
    leads = np.flatnonzero(kept_out)
    enough = len(leads) >= ENOUGH or not any(_dated(beside, scope) for scope, _ in names)
    still = _never_changing(beside, leads, names) if len(leads) and enough else []
    if not still:
        return [], ""
    return still, (
        f"{push.called} {_DOES[push.part]} {len(leads):,} of {many(beside.leads, 'lead')}, "
        f"{beside.lead(leads[0])} for one, and without outcomes nobody knows how many of them bought since"
    )
