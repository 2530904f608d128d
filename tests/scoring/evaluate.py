"""What is the value of an expression on one row? Slow and obvious, straight from section 3.

The SQL that `handraiser.scoring.expressions` renders is held against this. Kinds are asked of the whole
expression, values of one row; where a value fails, it is None and `failed` is set.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

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
)
from handraiser.agreement.functions import round_digits
from handraiser.facts.inputs import Kind

Value = float | str | bool | None
SPACES = " \t\n\v\f\r"
A_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
COMPARE: dict[str, Callable[[Value, Value], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
CALCULATE: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": math.fmod,
}


def common(kinds: Sequence[Kind | None]) -> Kind | None:
    return next((kind for kind in (Kind.NUMBER, Kind.TEXT, Kind.BOOLEAN) if kind in kinds), None)


class Row:
    """One row: the kinds of its columns, their values, and the lists of the agreement."""

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        values: Mapping[str, Value],
        lists: Mapping[str, Sequence[str]],
    ) -> None:
        self.kinds = kinds
        self.values = values
        self.lists = lists
        self.failed = False

    # ---- kinds

    def kind(self, part: Expression) -> Kind | None:
        match part:
            case Literal(None):
                return None
            case Literal(bool()):
                return Kind.BOOLEAN
            case Literal(float()) | Negation() | Arithmetic():
                return Kind.NUMBER
            case Literal(str()):
                return Kind.TEXT
            case Name(_, name):
                return self.kinds.get(name)
            case Case(_, branches, otherwise):
                results = [value for _, value in branches] + ([otherwise] if otherwise else [])
                return common([self.kind(result) for result in results])
            case Cast(_, to):
                return {Type.TEXT: Kind.TEXT, Type.BOOLEAN: Kind.BOOLEAN}.get(to, Kind.NUMBER)
            case Call("coalesce" | "least" | "greatest" | "nullif", arguments):
                return common([self.kind(argument) for argument in arguments])
            case Call("lower" | "upper" | "trim"):
                return Kind.TEXT
            case Call("length" | "abs" | "round" | "floor" | "ceil"):
                return Kind.NUMBER
        return Kind.BOOLEAN

    def compared_kind(self, parts: Sequence[Expression]) -> Kind | None:
        others = [part for part in parts if self.kind(part) not in (Kind.NUMBER, None)]
        if others and all(isinstance(p, Call) and p.function in ("lower", "upper", "trim") for p in others):
            return Kind.TEXT
        return common([self.kind(part) for part in parts])

    # ---- a value read as a kind

    def read(self, part: Expression, kind: Kind | None) -> Value:
        if kind is Kind.NUMBER:
            return self.number(part)
        if kind is Kind.TEXT:
            return self.text(part)
        return self.truth(part) if kind is Kind.BOOLEAN else None

    def number(self, part: Expression) -> float | None:
        value = self.value(part)
        if isinstance(value, str):
            stripped = value.strip(SPACES)
            return self.finite(float(stripped)) if A_NUMBER.fullmatch(stripped) else self.fail()
        return None if value is None else self.finite(float(value))

    def text(self, part: Expression) -> str | None:
        value = self.value(part)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if self.finite(value) is None:
            return None
        whole = value == int(value) and abs(value) < 2.0**127
        return str(int(value)) if whole else repr(value)

    def truth(self, part: Expression) -> bool | None:
        value = self.value(part)
        if isinstance(value, str):
            word = value.lower()
            if word in ("true", "t", "yes", "y", "1"):
                return True
            return False if word in ("false", "f", "no", "n", "0") else self.fail()
        if isinstance(value, float):
            return None if self.finite(value) is None else value != 0
        return value

    def finite(self, value: float) -> float | None:
        return value if math.isfinite(value) else self.fail()

    def fail(self) -> None:
        self.failed = True

    # ---- values

    def value(self, part: Expression) -> Value:
        match part:
            case Literal(value):
                return value
            case Name(_, name):
                value = self.values.get(name)
                return self.finite(value) if isinstance(value, float) else value
            case Negation(operand):
                number = self.number(operand)
                return None if number is None else -number
            case Arithmetic(sign, left, right):
                return self.calculated(sign, self.number(left), self.number(right))
            case Case():
                return self.case(part)
            case Cast(operand, to):
                return self.cast(operand, to)
            case Call():
                return self.call(part)
        return self.condition(part)

    def calculated(self, sign: str, left: float | None, right: float | None) -> float | None:
        if left is None or right is None:
            return None
        try:
            return self.finite(CALCULATE[sign](left, right))
        except (ZeroDivisionError, OverflowError, ValueError):
            return self.fail()

    def condition(self, part: Expression) -> bool | None:
        match part:
            case Not(operand):
                return negated(self.truth(operand))
            case Logic(word, operands):
                return joined(word, [self.truth(operand) for operand in operands])
            case Comparison(sign, left, right):
                return self.compared(sign, left, right, self.compared_kind([left, right]))
            case Between(operand, low, high, no):
                kind = self.compared_kind([operand, low, high])
                bounds = [self.compared(">=", operand, low, kind), self.compared("<=", operand, high, kind)]
                found = joined("and", bounds)
                return negated(found) if no else found
            case In(operand, options, no):
                kind = self.compared_kind([operand, *options])
                found = joined("or", [self.compared("=", operand, option, kind) for option in options])
                return negated(found) if no else found
            case IsNull(operand, no):
                return (self.value(operand) is None) != no
            case Like():
                return self.like(part)
        raise AssertionError(part)

    def compared(self, sign: str, left: Expression, right: Expression, kind: Kind | None) -> bool | None:
        first, second = self.read(left, kind), self.read(right, kind)
        return None if first is None or second is None else COMPARE[sign](first, second)

    def like(self, part: Like) -> bool | None:
        text, pattern = self.text(part.operand), self.text(part.pattern)
        if text is None or pattern is None:
            return None
        if not part.exact:
            text, pattern = text.lower(), pattern.lower()
        return matches(text, pattern, part.escape) != part.negated

    def case(self, part: Case) -> Value:
        kind = self.kind(part)
        for condition, value in part.branches:
            if part.subject is None:
                chosen = self.truth(condition)
            else:
                chosen = self.compared(
                    "=", part.subject, condition, self.compared_kind([part.subject, condition])
                )
            if chosen:
                return self.read(value, kind)
        return None if part.otherwise is None else self.read(part.otherwise, kind)

    def cast(self, operand: Expression, to: Type) -> Value:
        if to is Type.TEXT:
            return self.text(operand)
        if to is Type.BOOLEAN:
            return self.truth(operand)
        number = self.number(operand)
        return number if number is None or to is Type.NUMBER else float(round(number))

    def call(self, call: Call) -> Value:
        match call.function:
            case "coalesce" | "least" | "greatest" | "nullif":
                kind = self.kind(call)
                return choice(call.function, [self.read(argument, kind) for argument in call.arguments])
            case "abs" | "round" | "floor" | "ceil":
                number = self.number(call.arguments[0])
                return None if number is None else self.rounded(call, number)
        if call.function == "listed":
            text, name = self.text(call.arguments[0]), call.arguments[1]
            assert isinstance(name, Literal)
            return None if text is None else text in self.lists[str(name.value)]
        texts = [self.text(argument) for argument in call.arguments]
        return None if None in texts else of_texts(call.function, *[str(text) for text in texts])

    def rounded(self, call: Call, number: float) -> float:
        match call.function:
            case "abs":
                return abs(number)
            case "floor":
                return float(math.floor(number))
            case "ceil":
                return float(math.ceil(number))
        digits = round_digits(call) or 0
        shift = 10.0 ** abs(digits)
        moved = number * shift if digits >= 0 else number / shift
        if not math.isfinite(moved):
            return number
        away = (
            math.copysign(float(Decimal(abs(moved)).quantize(Decimal(1), ROUND_HALF_UP)), moved)
            if abs(moved) < 2.0**52
            else moved
        )
        return away / shift if digits >= 0 else away * shift


def negated(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def joined(word: str, truths: Sequence[bool | None]) -> bool | None:
    decides = word == "or"
    if decides in truths:
        return decides
    return None if None in truths else not decides


def choice(function: str, values: list[Value]) -> Value:
    if function == "nullif":
        return None if values[1] is not None and values[0] == values[1] else values[0]
    there = [value for value in values if value is not None]
    if not there:
        return None
    if function == "coalesce":
        return there[0]
    return min(there) if function == "least" else max(there)


def of_texts(function: str, text: str, part: str = "") -> Value:
    match function:
        case "lower":
            return text.lower()
        case "upper":
            return text.upper()
        case "trim":
            return text.strip(" ")
        case "length":
            return float(len(text))
        case "contains":
            return part in text
        case "starts_with":
            return text.startswith(part)
        case "ends_with":
            return text.endswith(part)
    raise AssertionError(function)


def matches(text: str, pattern: str, escape: str | None) -> bool:
    if not pattern:
        return not text
    first, rest = pattern[0], pattern[1:]
    if first == escape:
        return text[:1] == rest[:1] and matches(text[1:], rest[1:], escape)
    if first == "%":
        return any(matches(text[n:], rest, escape) for n in range(len(text) + 1))
    return text != "" and first in ("_", text[0]) and matches(text[1:], rest, escape)
