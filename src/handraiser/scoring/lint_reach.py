"""Can the thresholds of `qualify` be reached, and not by who has done nothing?

What is certain whatever the data are like is said without them: by the most that all rules together can
give. With data, a threshold that nobody ever reached is told beside the highest that anybody came to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import numpy as np

from handraiser.agreement.expression import Comparison, Expression, Logic
from handraiser.agreement.model import Agreement, Qualify, Sql
from handraiser.agreement.parser import parse
from handraiser.agreement.wording import joined
from handraiser.errors import many
from handraiser.scoring.lint_beside import ENOUGH, Beside, anyone, first_moments, highest, instead
from handraiser.scoring.lint_bounds import Bounds, bounds, every_fit, every_hits
from handraiser.scoring.lint_notes import LintCode, Warnings, instant, shown, spot
from handraiser.scoring.lint_read import SUMS, sums_in
from handraiser.scoring.registers import TRUE

__all__ = ["Leaf", "leaves", "reach_warnings"]

_LOWER = "Lower the threshold, or let rules give more."


class Leaf(NamedTuple):
    """A condition that `and` and `or` join to others; `needed` where only `and`s do."""

    sql: Sql
    needed: bool


def leaves(sql: Sql) -> list[Leaf]:
    """Return the conditions that an expression is made of, each where it stands."""
    return [
        Leaf(Sql(sql.text[slice(*part.span)], spot(sql, part.span)), needed)
        for part, needed in _leaves(parse(sql.text), needed=True)
    ]


def _leaves(part: Expression, *, needed: bool) -> Iterator[tuple[Expression, bool]]:
    if not isinstance(part, Logic):
        yield part, needed
        return
    for operand in part.operands:
        yield from _leaves(operand, needed=needed and part.word == "and")


def reach_warnings(agreement: Agreement, beside: Beside | None, warnings: Warnings) -> None:
    """Warn of thresholds that cannot be reached, or that nobody in the data ever reached."""
    certain = {sql for sql in _goals(agreement) if _impossible(agreement, sql, warnings)}
    if beside is not None and beside.leads >= ENOUGH:
        reach = _Reach(beside, warnings)
        reached = [reach.look(sql) for sql in _goals(agreement) if sql not in certain]
        if any(reached):
            reach.never()


def _goals(agreement: Agreement) -> list[Sql]:
    return [sql for sql in (agreement.qualify.mql, agreement.qualify.hand_raise) if sql is not None]


# ---- whatever the data are like


def _impossible(agreement: Agreement, sql: Sql, warnings: Warnings) -> bool:
    """Warn of each condition of an expression that no lead can ever meet; return whether there was one."""
    parts = [leaf.sql for leaf in leaves(sql) if not _bounds(agreement, leaf.sql).answer & TRUE]
    whole = [] if parts or _bounds(agreement, sql).answer & TRUE else [sql]
    for one in [*parts, *whole]:
        named = _bounds(agreement, one).named
        known = [f"{name} is {_between(*named[name])}" for name in sums_in(agreement, one.text)]
        if known or whole:  # a rule that cannot hold is told of where the rule stands
            because = f": {joined(known, 'and')}" if known else ""
            says = f"`{one.text}` can never hold, whatever a lead is and does{because}."
            warnings.add(LintCode.UNREACHED, one.at, says, _LOWER)
    return bool(parts or whole)


def _bounds(agreement: Agreement, sql: Sql) -> Bounds:
    asking = msgspec.structs.replace(agreement, qualify=Qualify(mql=sql))
    return bounds(asking, every_fit(asking), every_hits(asking))


def _between(low: float, high: float) -> str:
    if np.isinf(low) or np.isinf(high):
        both = "any number" if np.isinf(low) else f"at least {shown(low)}"
        return both if np.isinf(high) else f"at most {shown(high)}"
    return f"from {shown(low)} to {shown(high)}"


# ---- beside the data


class _Reach:
    """The thresholds beside what leads came to."""

    def __init__(self, beside: Beside, warnings: Warnings) -> None:
        self.beside, self.warnings = beside, warnings

    def look(self, sql: Sql) -> bool:
        """Warn of what nobody reached; return whether somebody met the whole expression."""
        met = self._met(sql)
        asked = [leaf.sql for leaf in leaves(sql) if not (met and leaf.needed)]
        nobody = [one for one in asked if one != sql and not self._met(one)]
        for one in nobody:
            # What else nobody meets, an attribute or a rule, is told of where the attribute or rule is.
            if sums_in(self.beside.agreement, one.text):
                self._unreached(one, f"`{one.text}` holds")
        if not met and not nobody:
            together = "holds" if len(asked) == 1 else "holds, though each part of it does for some,"
            self._unreached(sql, f"`{sql.text}` {together}")
        return met

    def never(self) -> None:
        """Warn of a `never` that bars everybody who reaches the thresholds."""
        qualify = self.beside.agreement.qualify
        if qualify.never is None or self.beside.regardless.found.any():
            return
        unbarred = instead(self.beside, msgspec.structs.replace(qualify, never=None))
        leads = np.flatnonzero(first_moments(unbarred, self.beside.threads).found)
        says = (
            f"`never` bars every lead that would qualify without it: {many(len(leads), 'lead')}, "
            f"{self.beside.lead(leads[0])} for one."
        )
        self.warnings.add(LintCode.UNREACHED, qualify.never.at, says, "Bar fewer leads.")

    def _met(self, sql: Sql) -> bool:
        return anyone(instead(self.beside, Qualify(mql=sql)), self.beside.threads) is not None

    def _unreached(self, sql: Sql, holds: str) -> None:
        best = "."
        most = None if (what := _bounded(self.beside.agreement, sql)) is None else highest(self.beside, what)
        if most is not None:
            value, (lead, at) = most
            best = (
                f": the highest {what if what in SUMS else f'`{what}`'} that any had is {shown(value)}, "
                f"{self.beside.lead(lead)} at {instant(at)}."
            )
        says = f"{holds} for none of {many(self.beside.leads, 'lead')} at any moment{best}"
        self.warnings.add(LintCode.UNREACHED, sql.at, says, _LOWER)


def _bounded(agreement: Agreement, sql: Sql) -> str | None:
    """Return the sum or count of which an expression asks for much, None where it asks for none."""
    for leaf in leaves(sql):
        match parse(leaf.sql.text):
            case Comparison(">" | ">=" | "=", side, _) | Comparison("<" | "<=", _, side):
                found = sums_in(agreement, leaf.sql.text[slice(*side.span)])
                if found:
                    return found[0]
    return None
