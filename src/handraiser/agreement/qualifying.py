"""Does an expression of `qualify` say something about points? (AGREEMENT.md, section 7)

Rules are true or false, sums and counts are numbers, `grade` is compared with texts; what reads
nothing but attributes and literals is free to say all that section 3 allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import Enum

import msgspec

from handraiser.agreement.expression import (
    Arithmetic,
    Between,
    Call,
    Case,
    Cast,
    Comparison,
    Expression,
    In,
    IsNull,
    Like,
    Literal,
    Logic,
    Name,
    Negation,
    Not,
    Type,
    children,
    words,
)
from handraiser.agreement.functions import FUNCTIONS, TEXT_FUNCTIONS, meaning_troubles, null_troubles
from handraiser.agreement.naming import attribute_troubles
from handraiser.agreement.reproaches import (
    grade_misused,
    no_grades,
    not_numeric,
    number_as_condition,
    only_attributes,
    rule_as_number,
    text_function,
    truth_compared,
    unknown_grade,
    unknown_name,
    unknown_rule,
    wrong_count,
)
from handraiser.agreement.trouble import Trouble

__all__ = ["SUMS", "LOWEST_GRADE", "QualifyNames", "Sort", "qualify_troubles", "reads_attributes", "sort_of"]

SUMS = ("fit", "engagement", "score")
LOWEST_GRADE = "D"


class QualifyNames(msgspec.Struct, frozen=True, kw_only=True):
    """What the names of `qualify` may be. `rules` holds every rule, `event_rules` those with events."""

    event_rules: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    grades: tuple[str, ...] = ()
    lists: frozenset[str] = frozenset()

    @property
    def every_grade(self) -> tuple[str, ...]:
        """The grades a lead can have, the lowest too."""
        return tuple(dict.fromkeys((*self.grades, LOWEST_GRADE)))

    @property
    def numbers(self) -> frozenset[str]:
        """The names that stand for a sum of points."""
        return self.groups | frozenset(SUMS)

    @property
    def known(self) -> frozenset[str]:
        """Every bare name that means something."""
        return self.rules | self.numbers | {"grade"}


class Sort(Enum):
    """What a part of `qualify` gives, as far as its words tell."""

    NUMBER = "number"
    TRUTH = "truth"
    TEXT = "text"
    GRADE = "grade"
    UNKNOWN = "unknown"


def reads_attributes(part: Expression) -> bool:
    """Whether a part reads nothing but attributes and literals, so that all of section 3 is open to it."""
    return all(
        each.qualifier != "" if isinstance(each, Name) else not _is_count(each) for each in words(part)
    )


def _is_count(part: Expression) -> bool:
    return isinstance(part, Call) and part.function in ("count", "points")


def sort_of(part: Expression, names: QualifyNames) -> Sort:
    """What a part gives: a rule is true or false, a sum is a number, an attribute may be anything."""
    match part:
        case Literal(bool()) | Logic() | Not() | Comparison() | Between() | In() | Like() | IsNull():
            return Sort.TRUTH
        case Literal(float()) | Arithmetic() | Negation():
            return Sort.NUMBER
        case Literal(str()):
            return Sort.TEXT
        case Name("", "grade"):
            return Sort.GRADE
        case Name("", name):
            return Sort.TRUTH if name in names.rules else Sort.NUMBER
        case Cast(_, to):
            return {Type.TEXT: Sort.TEXT, Type.BOOLEAN: Sort.TRUTH}.get(to, Sort.NUMBER)
        case Call(function):
            return _sort_of_call(function)
        case Case(_, branches, otherwise):
            results = [sort_of(each, names) for _, each in branches]
            results += [] if otherwise is None else [sort_of(otherwise, names)]
            return results[0] if len(set(results)) == 1 else Sort.UNKNOWN
    return Sort.UNKNOWN


def _sort_of_call(function: str) -> Sort:
    if function in TEXT_FUNCTIONS:
        return Sort.TEXT
    if function in ("contains", "starts_with", "ends_with", "listed"):
        return Sort.TRUTH
    if function in ("length", "abs", "round", "floor", "ceil", "count", "points"):
        return Sort.NUMBER
    return Sort.UNKNOWN


def qualify_troubles(expression: Expression, *, names: QualifyNames) -> Iterator[Trouble]:
    """What is wrong with an expression of `qualify`, as a condition."""
    return _Reader(names).truth(expression)


class _Reader:
    """Goes through an expression as what each part is needed for: a truth value or a number."""

    def __init__(self, names: QualifyNames) -> None:
        self.names = names

    # ---- where a truth value is needed

    def truth(self, part: Expression) -> Iterator[Trouble]:
        if reads_attributes(part):
            yield from self._attributes(part)
            return
        match part:
            case Logic(_, operands):
                for operand in operands:
                    yield from self.truth(operand)
            case Not(operand):
                yield from self.truth(operand)
            case Case():
                yield from self._case(part, self.truth)
            case Name("", name) if name in self.names.rules:
                return
            case Name("", name) if name in self.names.numbers:
                yield number_as_condition(part)
            case Arithmetic() | Negation() | Call("count" | "points"):
                yield number_as_condition(part)
                yield from self.number(part)
            case _:
                yield from self._either(part)

    # ---- where a number is needed

    def number(self, part: Expression) -> Iterator[Trouble]:
        if isinstance(part, Literal) and isinstance(part.value, str):
            trouble = not_numeric(part)
            if trouble is not None:
                yield trouble
            return
        if reads_attributes(part):
            yield from self._attributes(part)
            return
        match part:
            case Arithmetic("+" | "-" | "*", left, right):
                yield from self.number(left)
                yield from self.number(right)
            case Negation(operand):
                yield from self.number(operand)
            case Case():
                yield from self._case(part, self.number)
            case Name("", name) if name in self.names.numbers:
                return
            case Name("", name) if name in self.names.rules:
                yield rule_as_number(part, counts=name in self.names.event_rules)
            case Call("count" | "points"):
                yield from self._count(part)
            case Logic() | Not():
                yield from self.truth(part)
            case _:
                yield from self._either(part)

    # ---- where it makes no difference

    def _either(self, part: Expression) -> Iterator[Trouble]:
        match part:
            case Comparison():
                yield from self._comparison(part)
            case Between(operand, low, high):
                for each in (operand, low, high):
                    yield from self.number(each)
            case In(operand, options):
                yield from self._membership(operand, options)
            case IsNull(operand):
                is_truth = sort_of(operand, self.names) is Sort.TRUTH
                yield from self.truth(operand) if is_truth else self.number(operand)
            case Name():
                yield self._name(part)
            case _:
                yield from self._only_attributes(part)

    def _attributes(self, part: Expression) -> Iterator[Trouble]:
        yield from meaning_troubles(part, lists=self.names.lists)
        yield from attribute_troubles(part)

    def _comparison(self, part: Comparison) -> Iterator[Trouble]:
        left, right = part.left, part.right
        if Sort.GRADE in (sort_of(left, self.names), sort_of(right, self.names)):
            text = right if sort_of(left, self.names) is Sort.GRADE else left
            yield from self._grade(part, (text,), allowed=part.sign in ("=", "<>"))
            return
        yield from null_troubles(part)
        yield from self._pair(part, left, right)

    def _pair(self, part: Expression, left: Expression, right: Expression) -> Iterator[Trouble]:
        """Two things compared, of which at least one is no attribute."""
        unknown = [*self._unknown(left), *self._unknown(right)]
        if unknown:
            yield from map(self._name, unknown)
            return
        sorts = {sort_of(left, self.names), sort_of(right, self.names)}
        if sorts == {Sort.TRUTH}:
            yield from self.truth(left)
            yield from self.truth(right)
        elif Sort.TRUTH in sorts and sorts & {Sort.UNKNOWN, Sort.TEXT}:
            yield truth_compared(part)
        else:
            for side in (left, right):
                if isinstance(side, Call) and side.function in TEXT_FUNCTIONS:
                    yield text_function(side)
                yield from self.number(side)

    def _membership(self, operand: Expression, options: Iterable[Expression]) -> Iterator[Trouble]:
        if sort_of(operand, self.names) is Sort.GRADE:
            yield from self._grade(operand, tuple(options), allowed=True)
            return
        for option in options:
            if reads_attributes(operand) and reads_attributes(option):
                yield from self._attributes(option)
            else:
                yield from self._pair(operand, operand, option)

    def _case(self, part: Case, needed: Callable[[Expression], Iterator[Trouble]]) -> Iterator[Trouble]:
        for condition, value in part.branches:
            if part.subject is None:
                yield from self.truth(condition)
            else:
                asked = Comparison("=", part.subject, condition, span=condition.span)
                yield from self.truth(asked)
            yield from needed(value)
        if part.otherwise is not None:
            yield from needed(part.otherwise)

    # ---- names

    def _grade(self, part: Expression, texts: tuple[Expression, ...], *, allowed: bool) -> Iterator[Trouble]:
        if not self.names.grades:
            yield no_grades(part)
            return
        grades = self.names.every_grade
        for text in texts:
            if allowed and self._is_unknown(text):
                continue  # a text without quotes, which is told as such
            if not allowed or not isinstance(text, Literal) or not isinstance(text.value, str):
                yield grade_misused(part, grades)
                return
            if text.value not in grades:
                yield unknown_grade(text, grades)

    def _name(self, name: Name) -> Trouble:
        """A bare name that is neither a rule nor a sum."""
        if name.name != "grade":
            return unknown_name(name, self.names.known)
        return grade_misused(name, self.names.every_grade) if self.names.grades else no_grades(name)

    def _count(self, call: Call) -> Iterator[Trouble]:
        name = call.arguments[0] if len(call.arguments) == 1 else None
        if not isinstance(name, Name) or name.qualifier:
            yield wrong_count(call)
            return
        names = self.names
        trouble = unknown_rule(call, name, sums=names.numbers, rules=names.rules, events=names.event_rules)
        if trouble is not None:
            yield trouble

    def _only_attributes(self, part: Expression) -> Iterator[Trouble]:
        """`/`, `%`, `like`, `cast` and functions beside points; a name nobody knows is said first."""
        unknown = list(self._unknown(part))
        if unknown and (not isinstance(part, Call) or part.function in FUNCTIONS):
            yield from map(self._name, unknown)
        else:
            yield only_attributes(part)

    def _is_unknown(self, part: Expression) -> bool:
        bare = isinstance(part, Name) and not part.qualifier and part.quoted is None
        return bare and next(self._unknown(part), None) is not None

    def _unknown(self, part: Expression) -> Iterator[Name]:
        """The bare names of a part that nobody knows."""
        if _is_count(part):
            return
        if isinstance(part, Name) and not part.qualifier and part.name not in self.names.known:
            yield part
        for child in children(part):
            yield from self._unknown(child)
