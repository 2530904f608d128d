"""What does `qualify` make of all that is scored: does more of it help a lead, keep it out, or both?"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TypeVar

import msgspec

from handraiser.agreement.expression import (
    Arithmetic,
    Between,
    Call,
    Case,
    Comparison,
    Expression,
    In,
    Literal,
    Logic,
    Name,
    Negation,
    Not,
    words,
)
from handraiser.agreement.model import Agreement, SilenceRule
from handraiser.agreement.parser import parse
from handraiser.agreement.proving.clauses import bare
from handraiser.agreement.proving.reach import rule_reach, signs_of
from handraiser.agreement.proving.signs import ANY, DOWN, NONE, UP, Signs, flipped, times
from handraiser.agreement.qualifying import LOWEST_GRADE

__all__ = ["GradeTest", "Grades", "Leanings", "grade_holds", "grade_points", "leanings"]

Key = TypeVar("Key")
Grades = tuple[tuple[str, float], ...]
_GRADE = Name("", "grade")


class GradeTest(msgspec.Struct, frozen=True):
    """`grade [not] in (…)`"""

    grades: frozenset[str]
    negated: bool


class Leanings:
    """The signs with which `qualify` asks for rules, sums and grades; `UP` is what helps a lead."""

    def __init__(self) -> None:
        self.holding: dict[str, Signs] = {}
        self.counts: dict[str, Signs] = {}
        self.points: dict[str, Signs] = {}
        self.sums: dict[str, Signs] = {}
        self.grades: dict[GradeTest, Signs] = {}
        self.silence: Signs = NONE

    def both(self, other: Leanings) -> Leanings:
        """All that one or the other asks for."""
        whole = Leanings()
        for mine in (self, other):
            for kind in ("holding", "counts", "points", "sums", "grades"):
                for key, signs in getattr(mine, kind).items():
                    note(getattr(whole, kind), key, signs)
            whole.silence |= mine.silence
        return whole

    def of_sum(self, section: str, group: str | None = None) -> Signs:
        """How more points in a section, and in a group of it, are asked for."""
        found = self.sums.get(section, NONE) | self.sums.get("score", NONE)
        return found | (NONE if group is None else self.sums.get(group, NONE))

    def of_points(self, rule: str, section: str, group: str | None) -> Signs:
        """How more points of a rule are asked for, by themselves and in the sums."""
        return self.points.get(rule, NONE) | self.of_sum(section, group)


def note(kept: dict[Key, Signs], key: Key, signs: Signs) -> None:
    """Add signs to those of a key."""
    kept[key] = kept.get(key, NONE) | signs


def leanings(agreement: Agreement, names: Mapping[str, str]) -> Leanings:
    """How the agreement's `qualify` asks for things, their names as the mapping calls them."""
    qualify = agreement.qualify
    rules = {names.get(rule.name, rule.name) for rule in (*agreement.fit.rules, *agreement.engagement.rules)}
    reader = _Reader(rules)
    for sql, sign in ((qualify.mql, UP), (qualify.hand_raise, UP), (qualify.never, DOWN)):
        if sql is not None:
            reader.truth(bare(parse(sql.text), names=names, lists={}), sign)
    found = reader.found
    for test, signs in found.grades.items():
        note(found.sums, "fit", times(signs, grade_points(agreement.grades, test)))
    for rule in agreement.engagement.rules:
        if isinstance(rule, SilenceRule):
            name, group = names.get(rule.name, rule.name), rule.group and names.get(rule.group, rule.group)
            asked = found.of_points(name, "engagement", group)
            found.silence |= found.holding.get(name, NONE) | times(signs_of(rule_reach(rule)), asked)
    return found


class _Reader:
    """Goes through an expression with the signs under which each part of it stands."""

    def __init__(self, rules: set[str]) -> None:
        self.rules = rules
        self.found = Leanings()

    def truth(self, part: Expression, signs: Signs) -> None:
        grade = _grade_test(part)
        match part:
            case _ if grade is not None:
                note(self.found.grades, grade, signs)
            case Logic(_, operands):
                for operand in operands:
                    self.truth(operand, signs)
            case Not(operand):
                self.truth(operand, flipped(signs))
            case Name("", name) if name in self.rules:
                note(self.found.holding, name, signs)
            case Comparison("<" | "<=" | ">" | ">=" as sign, left, right):
                more = signs if sign in (">", ">=") else flipped(signs)
                self.number(left, more)
                self.number(right, flipped(more))
            case Between(operand, low, high, negated):
                inside = flipped(signs) if negated else signs
                self.number(operand, ANY)
                self.number(low, flipped(inside))
                self.number(high, inside)
            case Case():
                self._case(part, signs)
            case _:
                self._all_of(part)

    def number(self, part: Expression, signs: Signs) -> None:
        match part:
            case Name("", name) if name not in self.rules:
                note(self.found.sums, name, signs)
            case Negation(operand):
                self.number(operand, flipped(signs))
            case Arithmetic("+", left, right):
                self.number(left, signs)
                self.number(right, signs)
            case Arithmetic("-", left, right):
                self.number(left, signs)
                self.number(right, flipped(signs))
            case Arithmetic("*", Literal(float(value)), other) | Arithmetic(
                "*", other, Literal(float(value))
            ):
                self.number(other, signs if value > 0 else flipped(signs))
            case Call("count", (Name("", name),)):
                note(self.found.counts, name, signs)
            case Call("points", (Name("", name),)):
                note(self.found.points, name, signs)
            case Case():
                self._case(part, signs)
            case _:
                self._all_of(part)

    def _case(self, part: Case, signs: Signs) -> None:
        """Which branch is taken may matter either way; what it gives matters as the whole does."""
        conditions = [condition for condition, _ in part.branches]
        for asked in (*conditions, *(() if part.subject is None else (part.subject,))):
            self._all_of(asked)
        values = [value for _, value in part.branches]
        for value in (*values, *(() if part.otherwise is None else (part.otherwise,))):
            self._value(value, signs)

    def _value(self, value: Expression, signs: Signs) -> None:
        is_truth = isinstance(value, Name) and value.name in self.rules
        if is_truth or isinstance(value, Logic | Not | Comparison | Between | In):
            self.truth(value, signs)
        else:
            self.number(value, signs)

    def _all_of(self, part: Expression) -> None:
        """Nothing is known of the way in which anything inside matters."""
        inside: set[int] = set()
        for call in words(part):
            if isinstance(call, Call) and call.function in ("count", "points"):
                self.number(call, ANY)
                inside |= {id(name) for name in call.arguments}
        for name in words(part):
            if isinstance(name, Name) and not name.qualifier and id(name) not in inside:
                self._name(name)

    def _name(self, name: Name) -> None:
        if name == _GRADE:
            note(self.found.sums, "fit", ANY)
        elif name.name in self.rules:
            note(self.found.holding, name.name, ANY)
        else:
            note(self.found.sums, name.name, ANY)


def _grade_test(part: Expression) -> GradeTest | None:
    match part:
        case Comparison("=" | "<>" as sign, left, right) if _GRADE in (left, right):
            literal = right if left == _GRADE else left
            return GradeTest(_texts((literal,)), sign == "<>")
        case In(operand, options, negated) if operand == _GRADE:
            return GradeTest(_texts(options), negated)
    return None


def _texts(literals: tuple[Expression, ...]) -> frozenset[str]:
    return frozenset(str(each.value) for each in literals if isinstance(each, Literal))


# ---- grades


def grade_holds(grades: Grades, test: GradeTest, fit: float) -> bool:
    """Whether a test of the grade holds for a lead of that fit."""
    grade = next((name for name, bound in grades if fit >= bound), LOWEST_GRADE)
    return (grade in test.grades) != test.negated


def grade_points(grades: Grades, test: GradeTest) -> Signs:
    """How more points of fit move a test of the grade."""
    steps = [grade_holds(grades, test, fit) for fit in (float("-inf"), *(b for _, b in reversed(grades)))]
    rises = any(after and not before for before, after in pairwise(steps))
    falls = any(before and not after for before, after in pairwise(steps))
    return (UP if rises else NONE) | (DOWN if falls else NONE)
