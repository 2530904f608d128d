"""Does a lead qualify that has done nothing?

Who asks for a threshold of fit and engagement together means both. Without data it is said where it is
certain: fit rules that read different attributes may all hold of one lead, and its company, at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import numpy as np

from handraiser.agreement.model import Agreement, FitRule, Qualify, Sql
from handraiser.agreement.wording import joined
from handraiser.errors import many
from handraiser.scoring.lint_beside import Beside, first_moments, instead
from handraiser.scoring.lint_bounds import FitGiven, HitsGiven, bounds, every_fit, fit_rules
from handraiser.scoring.lint_notes import LintCode, Warnings, shown
from handraiser.scoring.lint_read import attributes_in
from handraiser.scoring.match import event_rules
from handraiser.scoring.programs import qualify_trees
from handraiser.scoring.registers import FALSE, TRUE

__all__ = ["fit_warnings"]

_NOTHING = HitsGiven((0.0, 0.0), (0.0, 0.0))
_FROM_MAIL = frozenset({("lead", "email_domain"), ("lead", "email_kind")})
Names = frozenset[tuple[str, str]]


def fit_warnings(agreement: Agreement, beside: Beside | None, warnings: Warnings) -> None:
    """Warn where who a lead is makes it an MQL, whatever it does. Where there are data, they decide."""
    if not event_rules(agreement):
        return  # then that is what both sides signed
    asking = msgspec.structs.replace(agreement, qualify=_qualify(agreement))
    how = _possible(asking) if beside is None else _found(beside, asking.qualify)
    if how is not None:
        fix = "Ask for something that a lead does as well, such as a rule or `engagement > 0`."
        says = f"A lead qualifies without a single event{how}."
        warnings.add(LintCode.FIT_ALONE, agreement.qualify.mql.at, says, fix)


def _found(beside: Beside, qualify: Qualify) -> str | None:
    """Return which leads would qualify had they done nothing, as the end of a sentence; None for none."""
    leads = _without_events(beside, qualify)
    if not leads:
        return None
    return f": {len(leads):,} of {many(beside.leads, 'lead')} would, {beside.lead(leads[0])} for one"


def _possible(agreement: Agreement) -> str | None:
    """Return how a lead can qualify that has done nothing, as the end of a sentence; None for not."""
    best = _fitting_best(agreement)
    found = bounds(agreement, best.given, [_NOTHING for _ in event_rules(agreement)])
    if not found.answer & TRUE:
        return None
    if not best.rules:
        return ""
    names = joined([f"`{rule.name}`" for rule in best.rules], "and")
    hold = "holds" if len(best.rules) == 1 else "hold"
    return f" if {names} {hold}: fit is then at least {shown(found.named['fit'][0])}"


def _qualify(agreement: Agreement) -> Qualify:
    """Return what is to be reached: a `hand_raise` that asks for an attribute is a lead's own word."""
    hand_raise = qualify_trees(agreement)[1]
    if hand_raise is None or not hand_raise.attributes:
        return agreement.qualify
    return msgspec.structs.replace(agreement.qualify, hand_raise=None)


def _without_events(beside: Beside, qualify: Qualify) -> list[int]:
    """Return the leads that would qualify at some moment if none of their events had ever been a hit."""
    prepared = instead(beside, qualify)
    hits = prepared.matched.hits
    nothing = hits._replace(offsets=np.zeros_like(hits.offsets))
    prepared = prepared._replace(matched=prepared.matched._replace(hits=nothing))
    return [int(lead) for lead in np.flatnonzero(first_moments(prepared, beside.threads).found)]


class _Best(NamedTuple):
    """What fit rules give to the lead that fits best, as far as it is certain that there could be one.

    rules    those that hold of it
    """

    given: list[FitGiven]
    rules: list[FitRule]


def _fitting_best(agreement: Agreement) -> _Best:
    """Return the rules that may all hold of one lead: of those that read a common attribute, the best one.

    What reads an attribute that `qualify` reads too may go against it, and is taken at its worst.
    """
    rules = fit_rules(agreement)
    reads = [_names(rule) for rule in rules]
    asked = frozenset(
        name for sql in _expressions(agreement.qualify) for name in _kin(attributes_in(sql.text))
    )
    worst = [min(0.0, one.points[0]) for one in every_fit(agreement)]
    given = [FitGiven((points, points), TRUE | FALSE) for points in worst]
    holding = []
    for together in _related(reads):
        constant = [r for r in together if all(not isinstance(b.points, Sql) for b in rules[r].bands)]
        free = [r for r in constant if not any(reads[k] & asked for k in together)]
        top = max(free, key=lambda r: _most(rules[r]), default=None)
        if top is not None and _most(rules[top]) > 0:
            given[top] = FitGiven((_most(rules[top]), _most(rules[top])), TRUE)
            holding.append(rules[top])
        elif free and len(together) == 1:
            given[together[0]] = FitGiven((0.0, 0.0), FALSE)
    return _Best(given, holding)


def _expressions(qualify: Qualify) -> Iterator[Sql]:
    yield from (sql for sql in (qualify.mql, qualify.hand_raise, qualify.never) if sql is not None)


def _names(rule: FitRule) -> Names:
    texts = [sql.text for band in rule.bands for sql in (band.when, band.points) if isinstance(sql, Sql)]
    return frozenset(name for text in texts for name in _kin(attributes_in(text)))


def _kin(names: Names) -> Names:
    """Return the names, those that come from an address as the address itself."""
    return frozenset(("lead", "email") if name in _FROM_MAIL else name for name in names)


def _related(reads: list[Names]) -> list[list[int]]:
    """Return the rules in heaps: in different heaps, no attribute is read by both."""
    heaps: list[list[int]] = []
    for rule, names in enumerate(reads):
        touching = [heap for heap in heaps if any(names & reads[other] for other in heap)]
        heaps = [heap for heap in heaps if heap not in touching]
        heaps.append([*(other for heap in touching for other in heap), rule])
    return heaps


def _most(rule: FitRule) -> float:
    return max(band.points for band in rule.bands if not isinstance(band.points, Sql))
