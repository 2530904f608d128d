"""Does it count what a lead does, or how often its browser says so?

A rule without `distinct` and `at_most` gives its points for every reload of a page; one with `distinct` alone
gives none for whatever comes back after months.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import Agreement, EventRule, Sql
from handraiser.scoring.hits import OCCURRED, RULES, SESSION_PAUSE
from handraiser.scoring.lint_beside import ENOUGH, Beside
from handraiser.scoring.lint_notes import LintCode, Warnings, Written, instant, shown
from handraiser.scoring.lint_read import sums_in
from handraiser.scoring.match import event_rules

__all__ = ["repeat_warnings"]

Ints = npt.NDArray[np.int64]
_COMMON = 0.1  # of a rule's hits
_DAY = 86_400_000_000
_MONTH = 30 * _DAY


def repeat_warnings(beside: Beside, warnings: Warnings, written: Written) -> None:
    """Warn of rules that count repeats within one visit, and of those that never count one again."""
    for place, rule in enumerate(event_rules(beside.agreement)):
        if place not in beside.matched.hits.met or rule.at_most is not None:
            continue
        if rule.distinct is None:
            _too_often(beside, place, rule, warnings)
        else:
            _only_once(beside, place, rule, warnings, written)


def _too_often(beside: Beside, place: int, rule: EventRule, warnings: Warnings) -> None:
    if not _adds_up(beside.agreement, rule):
        return
    lead, occurred = _hits(beside, place)
    start = occurred.min()
    seconds = (occurred - start) // 1_000_000
    pause = SESSION_PAUSE // 1_000_000
    span = int(seconds.max()) + pause + 1  # so that no two leads come near each other
    line = np.sort(lead * span + seconds)
    repeats = int((np.diff(line) < pause).sum())
    if repeats < ENOUGH or repeats < _COMMON * len(line):
        return
    burst = np.searchsorted(line, line + pause, side="left") - np.arange(len(line))
    most = int(burst.argmax())
    who, since = divmod(int(line[most]), span)
    worth = f" ({shown(rule.points * burst[most])} points)" if not isinstance(rule.points, Sql) else ""
    says = (
        f"{repeats:,} of {len(line):,} hits of `{rule.name}` ({repeats / len(line):.0%}) come less than 30 "
        f"minutes after another of the same lead, and each counts anew: {beside.lead(who)} has "
        f"{burst[most]:,} within the half-hour from {instant(int(start) + since * 1_000_000)}{worth}."
    )
    fix = "`at_most: 1 per day`, or `distinct: session_id`, which counts each visit once."
    warnings.add(LintCode.REPEATS, rule.at, says, fix)


def _adds_up(agreement: Agreement, rule: EventRule) -> bool:
    """Return whether each further hit changes something that was not meant to be a sum.

    Points that are an expression add up what is bought, not how often; `at_least` asks how often.
    """
    qualify = agreement.qualify
    asked = [sql.text for sql in (qualify.mql, qualify.hand_raise, qualify.never) if sql is not None]
    if any(f"count({rule.name})" in sums_in(agreement, text) for text in asked):
        return True
    if rule.at_least is not None or isinstance(rule.points, Sql) or rule.points == 0:
        return False
    return rule.limits.max is None or rule.points < rule.limits.max


def _only_once(beside: Beside, place: int, rule: EventRule, warnings: Warnings, written: Written) -> None:
    hits, kept = beside.matched.hits, beside.prepared.kept
    mine = np.flatnonzero(beside.hit_rows(place))
    bit = (place - (hits.rows[mine, RULES] >> 32)).astype(np.uint32)
    dropped = kept[mine] >> bit & 1 == 0
    if dropped.sum() < max(ENOUGH, _COMMON * len(mine)):
        return
    lead, occurred = _hits(beside, place)
    value = hits.keys[mine, hits.key_of[place]]
    order = np.lexsort((occurred, value, lead))
    lead, occurred, value, dropped = lead[order], occurred[order], value[order], dropped[order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (lead[1:] != lead[:-1]) | (value[1:] != value[:-1])
    first = occurred[np.flatnonzero(new)][np.cumsum(new) - 1]
    late = np.flatnonzero(dropped & (occurred - first >= _MONTH))
    if len(late) < ENOUGH or len(late) < _COMMON * len(order):
        return
    one = late[0]
    says = (
        f"`{rule.name}` counts each {rule.distinct} once, for ever: {len(late):,} of {len(order):,} hits "
        f"({len(late) / len(order):.0%}) come 30 days or more after the first and count for nothing, for "
        f"example that of {beside.lead(lead[one])} at {instant(int(occurred[one]))}, "
        f"{int(occurred[one] - first[one]) // _DAY:,} days after the first."
    )
    fix = "Add `at_most: 1 per month`, which counts each once in every month."
    warnings.add(LintCode.ONLY_ONCE, written.distinct(rule.name, rule.at), says, fix)


def _hits(beside: Beside, place: int) -> tuple[Ints, Ints]:
    """Return the lead of each hit of a rule, dropped ones too, and when it occurred."""
    hits = beside.matched.hits
    mine = np.flatnonzero(beside.hit_rows(place))
    return np.searchsorted(hits.offsets, mine, side="right") - 1, hits.rows[mine, OCCURRED]
