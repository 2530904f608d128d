"""What is the value of a condition or point expression? (AGREEMENT.md 3, decision 0001 readings 10 to 13)

Nothing is optimised: every branch is evaluated, and the kind of a value is known even where it is NULL.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Sequence
from typing import Protocol

import sqlglot
from sqlglot import exp

from oracle_values import (
    AS,
    BOOLEAN,
    NOTHING,
    NUMBER,
    TEXT,
    Truth,
    Typed,
    Value,
    as_boolean,
    as_number,
    as_text,
    both,
    common_kind,
    either,
    finite,
    negated,
)


class Scope(Protocol):
    """What the names of an expression stand for."""

    def name(self, table: str, name: str) -> Typed: ...

    def call(self, function: str, rule: str) -> Typed: ...

    def listed(self, name: str) -> Sequence[str]: ...


def parse(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, dialect="duckdb")


def truth_of(node: exp.Expr, scope: Scope) -> Truth:
    """TRUE, FALSE or unknown: a condition holds only when this is True."""
    return as_boolean(evaluate(node, scope))


def number_of(node: exp.Expr, scope: Scope) -> float | None:
    return as_number(evaluate(node, scope))


def is_text_function(node: exp.Expr) -> bool:
    return isinstance(node.unnest(), exp.Lower | exp.Upper | exp.Trim)


def compared_kind(nodes: Sequence[exp.Expr], values: Sequence[Typed]) -> str:
    """As what the two sides of a comparison are compared."""
    beside_numbers = [
        node for node, value in zip(nodes, values, strict=True) if value.kind not in (NUMBER, NOTHING)
    ]
    if beside_numbers and all(is_text_function(node) for node in beside_numbers):
        return TEXT  # 90210 = trim(x): the number is compared with nothing but text functions' results
    return common_kind([value.kind for value in values])


COMPARISONS: dict[type[exp.Expr], Callable[[Value, Value], bool]] = {
    exp.EQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b,
    exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b,
}


def compare(operator: type[exp.Expr], kind: str, a: Typed, b: Typed) -> Truth:
    left, right = AS[kind](a), AS[kind](b)
    return None if left is None or right is None else COMPARISONS[operator](left, right)


# ---- arithmetic and functions


def remainder(a: float, b: float) -> float:
    return math.fmod(a, b)  # takes the sign of the dividend


ARITHMETIC: dict[type[exp.Expr], Callable[[float, float], float]] = {
    exp.Add: lambda a, b: a + b,
    exp.Sub: lambda a, b: a - b,
    exp.Mul: lambda a, b: a * b,
    exp.Div: lambda a, b: a / b,
    exp.Mod: remainder,
}


def calculated(function: Callable[..., float], *arguments: float | None) -> Typed:
    """The number, or NULL where an argument is NULL or the calculation fails."""
    if None in arguments:
        return Typed(NUMBER, None)
    try:
        return Typed(NUMBER, finite(float(function(*arguments))))
    except (ZeroDivisionError, OverflowError, ValueError):
        return Typed(NUMBER, None)


def away_from_zero(x: float) -> float:
    """The nearest whole number; of two the one farther from zero."""
    below = math.floor(abs(x))
    return math.copysign(below + (abs(x) - below >= 0.5), x)


def rounded(x: float, digits: float = 0) -> float:
    return away_from_zero(x * 10**digits) / 10**digits


def to_even(x: float) -> float:
    """The nearest whole number; of two the even one."""
    return float(round(x))


def like(text: str, pattern: str, escape: str | None) -> bool:
    """Whether the whole text is what the pattern describes: `%` any characters, `_` one character."""
    if pattern == "":
        return text == ""
    first, rest = pattern[0], pattern[1:]
    if first == escape and rest:
        return text[:1] == rest[0] and like(text[1:], rest[1:], escape)
    if first == "%":
        return any(like(text[skipped:], rest, escape) for skipped in range(len(text) + 1))
    return text != "" and first in ("_", text[0]) and like(text[1:], rest, escape)


def trimmed(text: str) -> str:
    """The text without Unicode spaces at its ends; tabs and line ends stay."""
    spaces = "".join(char for char in set(text) if unicodedata.category(char) == "Zs")
    return text.strip(spaces) if spaces else text


def on_texts(function: Callable[..., Value], kind: str, *arguments: Typed) -> Typed:
    texts = [as_text(argument) for argument in arguments]
    return Typed(kind, None if None in texts else function(*texts))


TEXT_FUNCTIONS: dict[type[exp.Expr], Callable[[str], str]] = {
    exp.Lower: str.lower,
    exp.Upper: str.upper,
    exp.Trim: trimmed,
}
TEXT_TESTS: dict[type[exp.Expr], Callable[[str, str], bool]] = {
    exp.Contains: lambda text, part: part in text,
    exp.StartsWith: str.startswith,
    exp.EndsWith: str.endswith,
}
NUMBER_FUNCTIONS: dict[type[exp.Expr], Callable[[float], float]] = {
    exp.Neg: lambda x: -x,
    exp.Abs: abs,
    exp.Floor: math.floor,
    exp.Ceil: math.ceil,
}
NUMBER_TYPES = {exp.DType.DOUBLE, exp.DType.FLOAT}
WHOLE_TYPES = {exp.DType.INT, exp.DType.BIGINT, exp.DType.SMALLINT, exp.DType.TINYINT, exp.DType.INT128}
TEXT_TYPES = {exp.DType.VARCHAR, exp.DType.TEXT}


# ---- the expression itself


def evaluate(node: exp.Expr, scope: Scope) -> Typed:
    """The value of an expression, read from the inside out."""
    kind = type(node)
    if kind is exp.Paren:
        return evaluate(node.this, scope)
    if kind in LEAVES or kind in (exp.Count, exp.Anonymous):
        return leaf(node, scope)
    if kind in (exp.And, exp.Or, exp.Not):
        return Typed(BOOLEAN, logic(node, scope))
    if kind in COMPARISONS or kind in (exp.Between, exp.In, exp.Is):
        return Typed(BOOLEAN, comparison(node, scope))
    if kind in ARITHMETIC:
        left, right = number_of(node.left, scope), number_of(node.right, scope)
        return calculated(ARITHMETIC[kind], left, right)
    if kind in NUMBER_FUNCTIONS or kind is exp.Round:
        return number_function(node, scope)
    if kind in TEXT_FUNCTIONS or kind in TEXT_TESTS or kind in (exp.Length, exp.Like, exp.ILike, exp.Escape):
        return text_function(node, scope)
    if kind in (exp.Least, exp.Greatest, exp.Coalesce, exp.Nullif, exp.Case, exp.If):
        return choice(node, scope)
    if kind is exp.Cast:
        return cast(node, scope)
    raise NotImplementedError(f"section 3 has no {kind.__name__}: {node.sql('duckdb')}")


LEAVES = (exp.Literal, exp.Boolean, exp.Null, exp.Column)


def leaf(node: exp.Expr, scope: Scope) -> Typed:
    if isinstance(node, exp.Literal):
        return Typed(TEXT, node.this) if node.is_string else Typed(NUMBER, finite(float(node.this)))
    if isinstance(node, exp.Boolean):
        return Typed(BOOLEAN, bool(node.this))
    if isinstance(node, exp.Null):
        return Typed(NOTHING, None)
    if isinstance(node, exp.Column):
        return scope.name(node.table.lower(), node.name.lower())
    if isinstance(node, exp.Count):
        return scope.call("count", node.this.name)
    if node.name.lower() == "listed":
        text = as_text(evaluate(node.expressions[0], scope))
        return Typed(BOOLEAN, None if text is None else text in scope.listed(node.expressions[1].name))
    return scope.call(node.name.lower(), node.expressions[0].name)


def logic(node: exp.Expr, scope: Scope) -> Truth:
    if isinstance(node, exp.Not):
        return negated(truth_of(node.this, scope))
    combine = both if isinstance(node, exp.And) else either
    return combine(truth_of(node.left, scope), truth_of(node.right, scope))


def comparison(node: exp.Expr, scope: Scope) -> Truth:
    subject = evaluate(node.this, scope)
    if isinstance(node, exp.Is):
        assert isinstance(node.expression, exp.Null)
        return subject.value is None
    if isinstance(node, exp.Between):
        others = [node.args["low"], node.args["high"]]
    elif isinstance(node, exp.In):
        others = node.expressions
    else:
        others = [node.expression]
    values = [evaluate(other, scope) for other in others]
    kind = compared_kind([node.this, *others], [subject, *values])
    if isinstance(node, exp.Between):
        return both(compare(exp.GTE, kind, subject, values[0]), compare(exp.LTE, kind, subject, values[1]))
    if isinstance(node, exp.In):
        found: Truth = False
        for value in values:
            found = either(found, compare(exp.EQ, kind, subject, value))
        return found
    return compare(type(node), kind, subject, values[0])


def number_function(node: exp.Expr, scope: Scope) -> Typed:
    argument = number_of(node.this, scope)
    if not isinstance(node, exp.Round):
        return calculated(NUMBER_FUNCTIONS[type(node)], argument)
    digits = node.args.get("decimals")
    return calculated(rounded, argument, *([number_of(digits, scope)] if digits else []))


def text_function(node: exp.Expr, scope: Scope) -> Typed:
    escape = None
    if isinstance(node, exp.Escape):
        escape, node = node.expression.name, node.this
    subject = evaluate(node.this, scope)
    if type(node) in TEXT_FUNCTIONS:
        return on_texts(TEXT_FUNCTIONS[type(node)], TEXT, subject)
    if isinstance(node, exp.Length):
        return on_texts(lambda text: float(len(text)), NUMBER, subject)
    other = evaluate(node.expression, scope)
    if type(node) in TEXT_TESTS:
        return on_texts(TEXT_TESTS[type(node)], BOOLEAN, subject, other)
    fold = str.lower if isinstance(node, exp.ILike) else str
    found = on_texts(lambda text, pattern: like(fold(text), fold(pattern), escape), BOOLEAN, subject, other)
    # sqlglot keeps the NOT of NOT LIKE as a mark on the LIKE itself.
    return Typed(BOOLEAN, negated(as_boolean(found))) if node.args.get("negate") else found


def choice(node: exp.Expr, scope: Scope) -> Typed:
    """Of several values one: all are read as one kind, a text beside a number as a number."""
    if isinstance(node, exp.Case):
        return case(node, scope)
    others = [node.expression] if isinstance(node, exp.Nullif) else node.expressions
    values = [evaluate(each, scope) for each in [node.this, *others]]
    kind = common_kind([value.kind for value in values])
    read = [AS[kind](value) for value in values]
    if isinstance(node, exp.Nullif):
        return Typed(kind, None if read[1] is not None and read[0] == read[1] else read[0])
    there = [value for value in read if value is not None]
    if not there:
        return Typed(kind, None)
    if isinstance(node, exp.Coalesce):
        return Typed(kind, there[0])
    return Typed(kind, min(there) if isinstance(node, exp.Least) else max(there))


def case(node: exp.Case, scope: Scope) -> Typed:
    results = [evaluate(branch.args["true"], scope) for branch in node.args["ifs"]]
    default = node.args.get("default")
    otherwise = evaluate(default, scope) if default else Typed(NOTHING, None)
    kind = common_kind([result.kind for result in [*results, otherwise]])
    for branch, result in zip(node.args["ifs"], results, strict=True):
        if node.this is None:
            chosen = truth_of(branch.this, scope)
        else:
            chosen = comparison(exp.EQ(this=node.this.copy(), expression=branch.this.copy()), scope)
        if chosen is True:
            return Typed(kind, AS[kind](result))
    return Typed(kind, AS[kind](otherwise))


def cast(node: exp.Expr, scope: Scope) -> Typed:
    value, target = evaluate(node.this, scope), node.args["to"].this
    if target in NUMBER_TYPES:
        return Typed(NUMBER, as_number(value))
    if target in WHOLE_TYPES:
        return calculated(to_even, as_number(value))
    if target in TEXT_TYPES:
        return Typed(TEXT, as_text(value))
    if target == exp.DType.BOOLEAN:
        return Typed(BOOLEAN, as_boolean(value))
    raise NotImplementedError(f"section 3 casts to no {target}")
