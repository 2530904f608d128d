"""How is what leads share written as a rule of an agreement?"""

from __future__ import annotations

import re
from collections.abc import Collection
from math import log2

from handraiser.agreement.vocabulary import RESERVED
from handraiser.agreement.written import written
from handraiser.learning.shared.conditions import Condition, Done

__all__ = ["item_of", "named", "points_of"]

_LEAST, _GREATEST, _STEP = 5, 30, 5
_LONGEST = 40  # letters of a name


def points_of(times: float) -> int:
    """Return how many points to begin with: five for each doubling that is sure, from 5 to 30.

    It is the weight of evidence of I. J. Good (Probability and the Weighing of Evidence, 1950), in steps.
    """
    doublings = round(log2(times)) if times > 1 else 0
    return min(_GREATEST, max(_LEAST, _STEP * doublings))


def named(condition: Condition, taken: Collection[str]) -> str:
    """Return a name for a rule that nothing else has."""
    words = re.sub(r"[^a-z0-9]+", "_", condition.says.lower()).strip("_")
    words = re.sub(r"^[^a-z]+", "", words)[:_LONGEST].strip("_") or "shared"
    name, number = words, 2
    while name in taken or name in RESERVED:
        name, number = f"{words}_{number}", number + 1
    return name


def item_of(condition: Condition, *, name: str, points: int) -> str:
    """Return a rule as an item of a list in a file; it holds of just those of whom the condition does."""
    lines = [f"rule: {name}", f"title: {written(condition.says, key='title')}"]
    if isinstance(condition, Done):
        lines.append(f"event: {written(condition.thing.event, key='event')}")
        if condition.sql:
            lines.append(f"where: {written(condition.sql, key='where')}")
        lines.append(f"at_least: {condition.at_least}")
        lines.append(f"within: {'forever' if condition.days is None else f'{condition.days} days'}")
    else:
        lines.append(f"when: {written(condition.sql, key='when')}")
    lines.append(f"points: {points}")
    return "\n".join(f"{'- ' if place == 0 else '  '}{line}" for place, line in enumerate(lines)) + "\n"
