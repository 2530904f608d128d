"""Which way does each condition on attributes push a lead, in each of its states?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import FitRule, Sql
from handraiser.errors import Place
from handraiser.scoring.lint_beside import Beside
from handraiser.scoring.lint_bounds import fit_rules
from handraiser.scoring.lint_notes import spot
from handraiser.scoring.lint_read import attributes_in
from handraiser.scoring.programs import qualify_trees
from handraiser.scoring.registers import TRUE

__all__ = ["Push", "pushes"]

_WORDS = ("mql", "hand_raise", "never")


class Push(NamedTuple):
    """A condition, or a fit rule with all of its own.

    part      "fit", or which expression of `qualify`
    called    how a message calls it
    by_state  what it does for the lead: points, or 1 where it lets the lead through and 0 where it does not
    """

    part: str
    called: str
    at: Place
    reads: frozenset[tuple[str, str]]
    by_state: npt.NDArray[np.float64]


def pushes(beside: Beside) -> list[Push]:
    """Return the fit rules, then the conditions on attributes of `qualify`."""
    found = [
        Push("fit", f"rule `{rule.name}`", rule.at, _reads(rule), beside.prepared.fit.points[:, place])
        for place, rule in enumerate(fit_rules(beside.agreement))
    ]
    qualify = beside.agreement.qualify
    expressions = (qualify.mql, qualify.hand_raise, qualify.never)
    for place, (sql, tree) in enumerate(zip(expressions, qualify_trees(beside.agreement), strict=True)):
        for index, part in enumerate(() if tree is None else tree.attributes):
            if sql is None or part.kind != "truth":
                continue
            holds = beside.matched.parts_may[:, beside.matched.part_of[place, index]] == TRUE
            through = ~holds if _WORDS[place] == "never" else holds
            start = max(0, sql.text.find(part.text))
            called = f"`{part.text}` in `{_WORDS[place]}`"
            at = spot(sql, (start, start))
            reads = attributes_in(part.text)
            found.append(Push(_WORDS[place], called, at, reads, through.astype(np.float64)))
    return found


def _reads(rule: FitRule) -> frozenset[tuple[str, str]]:
    texts = [sql.text for band in rule.bands for sql in (band.when, band.points) if isinstance(sql, Sql)]
    return frozenset(name for text in texts for name in attributes_in(text))
