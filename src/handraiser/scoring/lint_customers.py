"""Does something keep customers from ever being an MQL?

Who buys did something before that, and mostly more than who does not. Where MQLs are many and customers none
of them, a condition holds for nobody who bought: a status of today, a form that customers do not fill in.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, lgamma, log
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from handraiser.agreement.expression import Expression, Logic
from handraiser.agreement.model import Agreement, Qualify, Sql
from handraiser.agreement.parser import parse
from handraiser.errors import Place, many
from handraiser.scoring.lint_beside import ENOUGH, Beside, first_moments, instead
from handraiser.scoring.lint_ends import ends
from handraiser.scoring.lint_notes import LintCode, Warnings, spot
from handraiser.scoring.match import event_rules
from handraiser.scoring.registers import FOREVER

__all__ = ["customer_warnings"]

_NEARLY_NONE = 0.1  # of the customers
_CHANCE = 0.05  # if customers were like all others; as a rule they do more, so that it is far less
Flags = npt.NDArray[np.bool_]


class _Part(NamedTuple):
    """A condition that can be left out: where it stands, how it is called, and `qualify` without it."""

    at: Place
    called: str
    without: Qualify


def customer_warnings(beside: Beside, warnings: Warnings) -> None:
    """Warn where leads become MQLs, and of many customers hardly one did before it bought."""
    bought, active = ends(beside).bought, _active(beside)
    customers = (bought < FOREVER) & (active < bought)
    others = (bought == FOREVER) & (active < FOREVER)
    count, rest = int(customers.sum()), int(others.sum())
    if count < ENOUGH or rest < ENOUGH:
        return
    reached = _reached(beside, beside.agreement.qualify)
    met, mqls = int((customers & (reached <= bought)).sum()), int((others & (reached < FOREVER)).sum())
    if met > _NEARLY_NONE * count or _at_most(met, count, mqls / rest) > _CHANCE:
        return
    at, best = _most(beside, customers, met)
    one = beside.lead(np.flatnonzero(customers & ~(reached <= bought))[0])
    says = (
        f"{met:,} of {many(count, 'customer')} who did something before they bought became an MQL by then, "
        f"but {mqls:,} of {many(rest, 'other lead')}: something keeps customers out, {one} for one{best}."
    )
    fix = "Look what it says of customers on the day before they bought; leave out what is known only since."
    warnings.add(LintCode.CUSTOMERS_OUT, at, says, fix)


def _active(beside: Beside) -> npt.NDArray[np.int64]:
    """Return when each lead first did something that a rule asks for; without event rules, always."""
    hits = beside.matched.hits
    if not event_rules(beside.agreement):
        return np.zeros(beside.leads, dtype=np.int64)
    first = np.full(beside.leads, FOREVER, dtype=np.int64)
    some = np.flatnonzero(np.diff(hits.offsets))
    if len(some):
        first[some] = np.minimum.reduceat(hits.rows[:, hits.begin], hits.offsets[some])
    return first


def _reached(beside: Beside, qualify: Qualify) -> npt.NDArray[np.int64]:
    """Return when each lead would first be an MQL, FOREVER for never, whatever sales said."""
    own = qualify is beside.agreement.qualify
    found = beside.regardless if own else first_moments(instead(beside, qualify), beside.threads)
    return np.where(found.found > 0, found.at, FOREVER)


def _at_most(met: int, count: int, share: float) -> float:
    """Return how likely so few, or fewer, of so many are where each is with a chance of `share`."""
    if share in (0.0, 1.0):
        return float(share == 0.0 or met == count)
    ways = (lgamma(count + 1) - lgamma(k + 1) - lgamma(count - k + 1) for k in range(met + 1))
    return sum(exp(way + k * log(share) + (count - k) * log(1 - share)) for k, way in enumerate(ways))


def _most(beside: Beside, customers: Flags, met: int) -> tuple[Place, str]:
    """Return the place of the condition that keeps most of them out, and what it does, as words."""
    bought = ends(beside).bought
    parts = [
        (int((customers & (_reached(beside, part.without) <= bought)).sum()), part)
        for part in _parts(beside.agreement)
    ]
    most, part = max(parts, key=lambda each: each[0], default=(met, None))
    if part is None or most <= met:
        return beside.agreement.qualify.mql.at, ""
    return part.at, f"; without {part.called} they would be {most:,}"


def _parts(agreement: Agreement) -> Iterator[_Part]:
    """Yield the conditions that `and` joins in `mql`, and those that `or` joins in `never`."""
    qualify = agreement.qualify
    for sql, without in _left_out(qualify.mql, "and"):
        if without is not None:
            changed = msgspec.structs.replace(qualify, mql=without)
            yield _Part(sql.at, f"`{sql.text}` in `mql`", changed)
    if qualify.never is not None:
        for sql, without in _left_out(qualify.never, "or"):
            changed = msgspec.structs.replace(qualify, never=without)
            yield _Part(sql.at, f"`{sql.text}` in `never`", changed)


def _left_out(sql: Sql, word: str) -> Iterator[tuple[Sql, Sql | None]]:
    """Yield each operand of an expression, and the expression without it; None where nothing is left."""
    operands = _operands(parse(sql.text), word)
    texts = [sql.text[slice(*operand.span)] for operand in operands]
    for place, operand in enumerate(operands):
        others = [f"({text})" for other, text in enumerate(texts) if other != place]
        rest = Sql(f" {word} ".join(others), sql.at) if others else None
        yield Sql(texts[place], spot(sql, operand.span)), rest


def _operands(expression: Expression, word: str) -> list[Expression]:
    if isinstance(expression, Logic) and expression.word == word:
        return [one for operand in expression.operands for one in _operands(operand, word)]
    return [expression]
