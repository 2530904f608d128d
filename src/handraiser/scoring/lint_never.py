"""Is every rule met by somebody, and every band of one?

What an event rule asks for in vain, an event, a property or a value, `lint_events` says; what a fit rule
does, `lint_attributes`. Here is what is left: bands that stand behind others, more hits than anybody has.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import Agreement, Band, Qualify, Sql
from handraiser.agreement.wording import length
from handraiser.errors import many
from handraiser.scoring.attributes import ask
from handraiser.scoring.expressions import truth
from handraiser.scoring.layout import silence_rules
from handraiser.scoring.lint_beside import ENOUGH, Beside, anyone, highest, instead
from handraiser.scoring.lint_bounds import every_hits, fit_rules
from handraiser.scoring.lint_notes import LintCode, Warnings, shown
from handraiser.scoring.lint_read import attributes_in
from handraiser.scoring.match import event_rules
from handraiser.scoring.questions import Question, asking, attribute_columns
from handraiser.scoring.registers import TRUE

__all__ = ["never_warnings"]

_FEWER = "Ask for fewer hits, or let them count for longer."


def never_warnings(agreement: Agreement, beside: Beside | None, warnings: Warnings) -> None:
    """Warn of bands to which no lead comes, and of rules that never hold although they have hits."""
    barred = set(_by_their_limits(agreement, warnings))
    if beside is None:
        return
    _bands(beside, warnings)
    if beside.leads >= ENOUGH:
        _too_few_hits(beside, warnings, but=barred)
        _never_silent(beside, warnings)


def _by_their_limits(agreement: Agreement, warnings: Warnings) -> Iterator[str]:
    """Yield, and warn of, the rules that ask for more hits than their own limits keep."""
    for rule, given in zip(event_rules(agreement), every_hits(agreement), strict=True):
        if rule.at_least is not None and rule.at_least > given.number[1]:
            most = f"`at_most` and `within` leave {shown(given.number[1])} at most"
            says = f"`{rule.name}` can never hold: it needs {rule.at_least} hits at once, and its {most}."
            warnings.add(LintCode.NEVER_FIRES, rule.at, says, _FEWER)
            yield rule.name


def _bands(beside: Beside, warnings: Warnings) -> None:
    for place, rule in enumerate(fit_rules(beside.agreement)):
        reached = set(np.unique(beside.matched.fit.band[:, place]).tolist())
        for number, band in enumerate(rule.bands, 1):
            # Where no band holds, the whole rule has been told of.
            if reached - {0} and number not in reached:
                _band(beside, band, warnings)


def _band(beside: Beside, band: Band, warnings: Warnings) -> None:
    states = np.flatnonzero(_holds(beside, band.when))
    leads = np.unique(np.searchsorted(beside.matched.states.offsets, states, side="right") - 1)
    if len(leads):
        says = (
            f"No lead comes to this band: for each of {many(len(leads), 'lead')} for whom it holds, one "
            f"before it does too, {beside.lead(leads[0])} for one."
        )
        warnings.add(LintCode.NEVER_FIRES, band.when.at, says, "Put the narrower band first.")
    elif beside.leads >= ENOUGH:
        says = f"This band holds for none of {many(beside.leads, 'lead')}, at no time."
        fix = "Look at the values that leads and companies have."
        warnings.add(LintCode.NEVER_FIRES, band.when.at, says, fix)


def _holds(beside: Beside, when: Sql) -> npt.NDArray[np.bool_]:
    """Return in which states a condition holds."""
    sql = truth(when.text, attribute_columns(beside.inputs), beside.agreement.lists)
    asked = sorted(attributes_in(when.text))
    question = asking(beside.inputs, [Question(sql, truth=True)], asked)
    _, may = ask(beside.inputs, beside.matched.states, question)
    return np.asarray(may[:, 0] == TRUE)


def _too_few_hits(beside: Beside, warnings: Warnings, *, but: set[str]) -> None:
    for place, rule in enumerate(event_rules(beside.agreement)):
        needed = rule.at_least or 1
        if needed == 1 or place not in beside.matched.hits.met or rule.name in but:
            continue
        if _ever(beside, rule.name):
            continue
        most = highest(beside, f"count({rule.name})")
        best = "" if most is None else f": {beside.lead(most[1].lead)} has most, {shown(most[0])}"
        says = (
            f"`{rule.name}` holds for none of {many(beside.leads, 'lead')} at any moment: it needs {needed} "
            f"hits at once{best}."
        )
        warnings.add(LintCode.NEVER_FIRES, rule.at, says, _FEWER)


def _never_silent(beside: Beside, warnings: Warnings) -> None:
    first = len(event_rules(beside.agreement))
    for place, rule in enumerate(silence_rules(beside.agreement), first):
        if not beside.standing.holds[:, place].any() and not _ever(beside, rule.name):
            says = (
                f"`{rule.name}` holds for none of {many(beside.leads, 'lead')}: nobody is silent for "
                f"{length(rule.silent_for)}."
            )
            warnings.add(LintCode.NEVER_FIRES, rule.at, says, "Ask for a shorter silence.")


def _ever(beside: Beside, rule: str) -> bool:
    """Return whether a rule holds for any lead at any moment."""
    return anyone(instead(beside, Qualify(mql=Sql(rule))), beside.threads) is not None
