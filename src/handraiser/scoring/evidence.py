"""Which hits does one lead have, and which of them count at an instant?

The same columns that the fold reads, unpacked for one lead into plain values: what `explain` shows and
what `outlook` thinks ahead with.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from handraiser.agreement.model import EventRule
from handraiser.scoring.hits import BITS, OCCURRED, RULES
from handraiser.scoring.match import Matched, event_rules, microseconds
from handraiser.scoring.registers import CLOSES, NEVER, RECYCLES, REOPENS
from handraiser.scoring.score import Prepared

__all__ = ["Evidence", "Hit", "evidence", "forgotten_until", "state_at"]


class Hit(NamedTuple):
    """A hit that has begun to count; `fate` is empty where it counts, else why it does not.

    source is the `row` of its event, −1 where events have none.
    """

    occurred: int
    begin: int
    weight: float
    source: int
    fate: str


class Evidence(NamedTuple):
    """What one lead has at an instant: per event rule its hits in the order of section 5.

    last_positive is the latest `occurred` of a hit of positive weight, kept or not.
    """

    hits: list[list[Hit]]
    last_positive: int


def state_at(matched: Matched, lead: int, at: int) -> int:
    """Return the state (a row of the states) that holds of a lead at an instant."""
    first, end = matched.states.offsets[lead], matched.states.offsets[lead + 1]
    return int(first + np.searchsorted(matched.states.start[first:end], at, side="right") - 1)


def forgotten_until(prepared: Prepared, lead: int, at: int) -> int:
    """Return up to which `occurred` a recycle has made hits forgotten, NEVER where none has."""
    outcomes = prepared.matched.outcomes
    forgotten, closed = NEVER, False
    if prepared.agreement.recycle.forget_engagement:
        for k in range(outcomes.offsets[lead], outcomes.offsets[lead + 1]):
            if outcomes.at[k] > at:
                break
            if outcomes.effect[k] in (CLOSES, REOPENS):
                closed = outcomes.effect[k] == CLOSES
            elif outcomes.effect[k] == RECYCLES and not closed:
                forgotten = int(outcomes.at[k])
    return forgotten


def evidence(prepared: Prepared, lead: int, at: int) -> Evidence:
    """Return the lead's hits that have begun to count at the instant."""
    matched, rules = prepared.matched, event_rules(prepared.agreement)
    forgotten = forgotten_until(prepared, lead, at)
    hits = matched.hits
    found: list[list[Hit]] = [[] for _ in rules]
    last_positive = NEVER
    for k in range(hits.offsets[lead], hits.offsets[lead + 1]):
        begin, occurred = int(hits.rows[k, hits.begin]), int(hits.rows[k, OCCURRED])
        if begin > at:
            break
        first = int(hits.rows[k, RULES]) >> 32
        bits = int(hits.rows[k, RULES] & BITS)
        for place in range(32):
            number = first + place
            if not bits >> place & 1 or number >= len(rules):
                continue
            rule = rules[number]
            column = int(hits.weight_of[number])
            weight = float(hits.weights[k, column]) if column >= 0 else float(rule.points)  # type: ignore[arg-type]  # a number
            if weight > 0:
                last_positive = max(last_positive, occurred)
            kept = not len(prepared.kept) or bool(int(prepared.kept[k]) >> place & 1)
            found[number].append(
                Hit(
                    occurred=occurred,
                    begin=begin,
                    weight=weight,
                    source=int(hits.rows[k, hits.source]) if hits.source >= 0 else -1,
                    fate=_fate(rule, kept, occurred, at, forgotten),
                )
            )
    return Evidence(found, last_positive)


def _fate(rule: EventRule, kept: bool, occurred: int, at: int, forgotten: int) -> str:
    if not kept:
        return "dropped"
    if occurred <= forgotten:
        return "forgotten"
    if occurred <= at - microseconds(rule.within):
        return "lapsed"
    return ""
