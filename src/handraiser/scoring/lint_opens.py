"""Do opened mails make MQLs?

Many mailboxes load a mail's pictures by themselves, and scanners open everything: an opened mail says little
of whom it was sent to. Opens may add to a score; they should not decide.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import Agreement, EventRule, Sql
from handraiser.agreement.wording import joined
from handraiser.errors import many
from handraiser.scoring.hits import PER_MASK, RULES
from handraiser.scoring.lint_beside import Beside, first_moments
from handraiser.scoring.lint_bounds import FitGiven, HitsGiven, bounds, fit_rules
from handraiser.scoring.lint_notes import LintCode, Warnings
from handraiser.scoring.lint_words import opens_mail
from handraiser.scoring.match import event_rules, match
from handraiser.scoring.registers import FALSE, TRUE
from handraiser.scoring.score import Prepared, prepare

__all__ = ["opens_warnings"]

_MOST = 100  # opens that are tried
_FIX = "Give opens no points and leave them out of `qualify`: clicks and visits say more."
_Rule = TypeVar("_Rule")


def opens_warnings(agreement: Agreement, beside: Beside | None, warnings: Warnings) -> None:
    """Warn where opens alone are enough, and of MQLs that would be none without them."""
    opens = [rule for rule in event_rules(agreement) if any(opens_mail(name) for name in rule.event)]
    if not opens:
        return
    enough = min((n for rule in opens if (n := _enough(agreement, rule)) is not None), default=None)
    says = []
    if enough is not None:
        says.append(f"{many(enough, 'opened mail')} alone {'makes' if enough == 1 else 'make'} an MQL")
    if beside is not None:
        mqls, decided = _decided(beside)
        if len(decided):
            names = joined([f"`{rule.name}`" for rule in opens], "and")
            says.append(
                f"without the opens of {names}, {len(decided):,} of {many(mqls, 'MQL')} would be none, "
                f"{beside.lead(decided[0])} for one"
            )
    if says:
        text = "; ".join(says)
        warnings.add(LintCode.OPENS_DECIDE, opens[0].at, f"{text[0].upper()}{text[1:]}.", _FIX)


def _enough(agreement: Agreement, rule: EventRule) -> int | None:
    """Return how many opens on one day make a lead qualify of which nothing else is known.

    None where they do not, or where it would qualify without any.
    """
    limit = rule.at_most
    most = _MOST if limit is None or rule.distinct is not None else min(_MOST, limit.count)
    return next((n for n in range(most + 1) if _qualifies(agreement, rule, n)), None) or None


def _qualifies(agreement: Agreement, rule: EventRule, opened: int) -> bool:
    # An expression may give any points; that it gives some is not certain.
    factors = (0.0, 0.0) if isinstance(rule.points, Sql) else (opened, opened)
    hits = [
        HitsGiven((opened, opened), factors) if other is rule else HitsGiven((0.0, 0.0), (0.0, 0.0))
        for other in event_rules(agreement)
    ]
    fit = [FitGiven((0.0, 0.0), FALSE) for _ in fit_rules(agreement)]
    return bool(bounds(agreement, fit, hits).answer & TRUE)


def _decided(beside: Beside) -> tuple[int, npt.NDArray[np.intp]]:
    """Return how many MQLs there are, and the leads of those that would be none had no mail been opened."""
    found = first_moments(beside.prepared, beside.threads).found
    without = first_moments(_without_opens(beside), beside.threads).found
    return int(found.sum()), np.flatnonzero((found > 0) & (without == 0))


def _without_opens(beside: Beside) -> Prepared:
    """Return the same as if no event had been an open: no points, no counts, and no silence broken."""
    agreement, matched = beside.agreement, beside.matched
    rules = tuple(_without(rule) for rule in agreement.engagement.rules)
    agreement = msgspec.structs.replace(
        agreement, engagement=msgspec.structs.replace(agreement.engagement, rules=rules)
    )
    own = [rule.event for rule in event_rules(beside.agreement)]
    if [rule.event for rule in event_rules(agreement)] != own:
        # Hits know their rule, not their event: what counts opens beside other events is matched anew.
        found = match(agreement, beside.inputs, threads=beside.threads)
        matched = found._replace(outcomes=matched.outcomes)
    prepared = prepare(agreement, matched, threads=beside.threads)
    everything = np.full(len(matched.hits.rows), np.iinfo(np.uint32).max, dtype=np.uint32)
    kept = prepared.kept.copy() if len(prepared.kept) else everything
    first = matched.hits.rows[:, RULES] >> 32
    for place, rule in enumerate(event_rules(agreement)):
        if _only_opens(rule):
            mine = (first <= place) & (place < first + PER_MASK)
            kept[mine] &= ~np.left_shift(np.uint32(1), (place - first[mine]).astype(np.uint32))
    return prepared._replace(kept=kept)


def _without(rule: _Rule) -> _Rule:
    """Return a rule without its opens; one that counts nothing else is worth nothing."""
    if not isinstance(rule, EventRule):
        return rule
    if _only_opens(rule):
        return msgspec.structs.replace(rule, points=0.0)
    return msgspec.structs.replace(rule, event=tuple(name for name in rule.event if not opens_mail(name)))


def _only_opens(rule: EventRule) -> bool:
    return all(opens_mail(name) for name in rule.event)
