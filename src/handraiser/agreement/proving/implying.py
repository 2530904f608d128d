"""Does one condition hold wherever another holds?

Truth has three values, ordered false < unknown < true; `and` is then the least of its parts, `or` the
greatest, `not` turns the order round. `Order.implies` is true only where a value of the first condition is
never above that of the second, whatever the data: so it may be used under `not`, too. What cannot be seen
from the words counts as not implied.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from handraiser.agreement.expression import (
    Arithmetic,
    Call,
    Case,
    Comparison,
    Expression,
    Literal,
    words,
)
from handraiser.agreement.proving.clauses import (
    ALWAYS,
    All,
    Among,
    Bound,
    Clause,
    Leaf,
    Plain,
    Range,
    Some,
)
from handraiser.agreement.proving.reach import Known, Reach, reach_of, reaches_known
from handraiser.agreement.proving.signs import DOWN, NONE, UP, Signs, flipped

__all__ = ["Lists", "Order", "direction", "lists_in", "never_more", "numbers_moved", "read_limit", "same"]

_PATIENCE = 100  # how often brackets are multiplied out before it is called unseen
Lists = Mapping[str, Signs]  # how lists differ between the two: UP has more entries, DOWN fewer


class Order:
    """Compares clauses of one agreement with clauses of another, whose lists may differ."""

    def __init__(self, lists: Lists | None = None) -> None:
        self.lists = {name: signs for name, signs in (lists or {}).items() if signs}
        self._known: dict[tuple[int, int], bool] = {}
        self._kept: list[Clause] = []  # a number of `id` means what it meant while the clause is there
        self._patience = _PATIENCE

    def implies(self, one: Clause, other: Clause) -> bool:
        """Whether the second holds wherever the first does."""
        key = (id(one), id(other))
        if key not in self._known:
            self._kept += (one, other)
            self._known[key] = self._implies(one, other)
        return self._known[key]

    def _implies(self, one: Clause, other: Clause) -> bool:
        one, other = _spread(one), _spread(other)
        if isinstance(one, Some):
            return all(self.implies(part, other) for part in one.parts)
        if isinstance(other, All):
            return all(self.implies(one, part) for part in other.parts)
        if isinstance(one, All) and any(self.implies(part, other) for part in one.parts):
            return True
        if isinstance(other, Some) and any(self.implies(one, part) for part in other.parts):
            return True
        if isinstance(one, Leaf) and isinstance(other, Leaf):
            return self._leaf(one.test, other.test)
        return self._multiplied_out(one, other)

    def _multiplied_out(self, one: Clause, other: Clause) -> bool:
        """Whether it is so once `a and (b or c)` is read as `a and b or a and c`, or so on the right."""
        for clause, join in ((one, All), (other, Some)):
            parts = clause.parts if isinstance(clause, join) else ()
            within = next((part for part in parts if isinstance(part, Some if join is All else All)), None)
            if within is None or self._patience <= 0:
                continue
            self._patience -= 1
            rest = tuple(part for part in parts if part is not within)
            each = [join((*rest, part)) for part in within.parts]
            if all(self.implies(part, other) if join is All else self.implies(one, part) for part in each):
                return True
        return False

    def _leaf(self, one: object, other: object) -> bool:
        match one, other:
            case Plain(Literal(bool(value)), negated), _ if value == negated:
                return True
            case _, Plain(Literal(bool(value)), negated) if value != negated:
                return True
            case Plain(), Plain() if one == other:
                return self._keeps_truth(one)
            case Bound() | Plain(), Bound() | Plain():
                return self._compared(one, other)
            case Among(), Among():
                return self._same(one, other) and _fewer(one, other)
            case Among(values=values, negated=False), Bound() if self._same(one, other):
                return all(isinstance(value, float) and _reaches(value, other) for value in values)
        return one == other

    def _compared(self, one: Bound | Plain, other: Bound | Plain) -> bool:
        """Whether all numbers beyond the first limit are beyond the second."""
        mine, theirs = read_limit(one), read_limit(other)
        if mine is None or theirs is None or mine.heading != theirs.heading:
            return False
        if any(name in self.lists for each in (mine, theirs) for name in each.lists):
            return False
        nearer, farther = (theirs, mine) if mine.rising else (mine, theirs)
        if not never_more(nearer.limit, farther.limit):
            return False
        return mine.strict or not theirs.strict or _are_apart(mine.limit, theirs.limit)

    def _keeps_truth(self, plain: Plain) -> bool:
        """Whether the same words with other lists are true wherever they were with the first ones."""
        expression = plain.expression
        touched = [name for name in lists_in(expression) if name in self.lists]
        if not touched:
            return True
        if not isinstance(expression, Call) or len(touched) > 1 or expression.function != "listed":
            return False
        return self.lists[touched[0]] == (DOWN if plain.negated else UP)

    def _same(self, one: Among, other: Bound | Among) -> bool:
        return one.subject == other.subject and not any(name in self.lists for name in lists_in(one.subject))


class Limit(msgspec.Struct, frozen=True):
    """`subject > limit`, where the limit may be a number worked out; as `Bound` else."""

    subject: Expression
    limit: Expression
    rising: bool
    strict: bool

    @property
    def heading(self) -> tuple[Expression, bool]:
        """What is compared, and on which side of its limit it is asked to be."""
        return self.subject, self.rising

    @property
    def lists(self) -> list[str]:
        """The lists that it asks."""
        return [*lists_in(self.subject), *lists_in(self.limit)]


def read_limit(test: object) -> Limit | None:
    """The limit that a test sets, None where it sets none."""
    match test:
        case Bound(subject, limit, rising, strict):
            return Limit(subject, Literal(limit), rising, strict)
        case Plain(Comparison("<" | "<=" | ">" | ">=" as sign, left, right), negated):
            # What is not above is at or below.
            return Limit(left, right, (sign in (">", ">=")) != negated, (sign in (">", "<")) != negated)
    return None


def same(one: Clause, other: Clause) -> bool:
    """Whether two clauses surely mean the same."""
    order = Order()
    return order.implies(one, other) and order.implies(other, one)


def direction(old: Clause, new: Clause, lists: Lists | None = None) -> Signs:
    """Which way the truth of a condition may go from one to the other."""
    back = {name: flipped(signs) for name, signs in (lists or {}).items()}
    up = NONE if Order(lists).implies(old, new) else DOWN
    return up | (NONE if Order(back).implies(new, old) else UP)


def _spread(clause: Clause) -> Clause:
    """A range as the two bounds that it stands for."""
    if not isinstance(clause, Leaf) or not isinstance(clause.test, Range):
        return clause
    test = clause.test
    low = Bound(test.subject, test.low, rising=not test.negated, strict=test.negated)
    high = Bound(test.subject, test.high, rising=test.negated, strict=test.negated)
    parts = (Leaf(low, clause.words), Leaf(high, clause.words))
    return Some(parts, clause.words) if test.negated else All(parts, clause.words)


def _are_apart(one: Expression, other: Expression) -> bool:
    return isinstance(one, Literal) and isinstance(other, Literal) and one != other


def _reaches(value: float, bound: Bound) -> bool:
    if value == bound.limit:
        return not bound.strict
    return (value > bound.limit) == bound.rising


def _fewer(one: Among, other: Among) -> bool:
    # Not compared where one is denied and the other not: a text beside a number may be no number at all.
    if {type(value) for value in one.values} != {type(value) for value in other.values}:
        return False
    if one.negated != other.negated:
        return False
    return one.values >= other.values if one.negated else one.values <= other.values


def lists_in(expression: Expression) -> list[str]:
    """The lists that an expression asks."""
    return [
        part.arguments[1].value
        for part in words(expression)
        if isinstance(part, Call)
        and part.function == "listed"
        and isinstance(part.arguments[1], Literal)
        and isinstance(part.arguments[1].value, str)
    ]


def numbers_moved(old: Expression, new: Expression, where: Clause = ALWAYS) -> Signs:
    """Which way a number may go from one expression to the other, both bare, where a condition holds."""
    known = reaches_known(where)
    return (NONE if never_more(old, new, known) else DOWN) | (NONE if never_more(new, old, known) else UP)


def never_more(one: Expression, other: Expression, known: Known | None = None) -> bool:
    """Whether a number of the first is never above that of the second, and is there where that is there.

    Both are bare, and alike but for numbers written out; `known` is where some numbers lie.
    """

    def below(a: Expression, b: Expression) -> bool:
        return never_more(a, b, known)

    if one == other:
        return True
    match one, other:
        case Literal(float(low)), Literal(float(high)):
            return low <= high
        case Call("least" | "greatest", mine), Call(_, theirs) if one.function == other.function:
            return len(mine) == len(theirs) and all(map(below, mine, theirs))
        case Arithmetic("+", a, b), Arithmetic("+", c, d):
            return below(a, c) and below(b, d)
        case Arithmetic("-", a, b), Arithmetic("-", c, d):
            return below(a, c) and below(d, b)
        case Arithmetic("*", a, Literal(float(b))), Arithmetic("*", c, Literal(float(d))):
            return (b == d >= 0 and below(a, c)) or (a == c and _scaled(reach_of(a, known or {}), b, d))
        case Arithmetic("/", a, Literal(float(b))), Arithmetic("/", c, Literal(float(d))) if b > 0 and d > 0:
            return (b == d and below(a, c)) or (a == c and _scaled(reach_of(a, known or {}), d, b))
        case Case(None, branches, a), Case(None, others, b) if a is not None and b is not None:
            asked = [condition for condition, _ in branches] == [condition for condition, _ in others]
            given = zip(branches, others, strict=False)
            return asked and below(a, b) and all(below(x, y) for (_, x), (_, y) in given)
        case Case(_, branches, a), Literal(float()) if a is not None:
            return all(below(value, other) for value in (a, *(value for _, value in branches)))
        case Literal(float()), Case(_, branches, b) if b is not None:
            return all(below(one, value) for value in (b, *(value for _, value in branches)))
    return False


def _scaled(reach: Reach, less: float, more: float) -> bool:
    """Whether a number that lies there, times the first of these, is never above itself times the second."""
    return less == more or (reach[0] >= 0 if less < more else reach[1] <= 0)
