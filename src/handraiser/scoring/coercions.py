"""How is a value of one kind read as another, so that no row can ever raise an error?

Each of these gives DuckDB SQL that is NULL where the reading fails. What is needed twice is written
twice while it is small, and beyond that given a name by a lambda: doubled at every level of an
expression it would soon fill any memory.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, islice

from sqlglot import exp

from handraiser.facts.inputs import Kind

__all__ = [
    "finite",
    "is_finite",
    "named_once",
    "null",
    "number_literal",
    "number_of_text",
    "text_of_number",
    "truth_of_text",
    "typed",
    "when",
    "wrapped",
]

SMALL = 24  # nodes of SQL: a column with a cast and a function around it
_TYPES = {Kind.NUMBER: "DOUBLE", Kind.TEXT: "VARCHAR", Kind.BOOLEAN: "BOOLEAN"}
_TRUE = ("true", "t", "yes", "y", "1")
_FALSE = ("false", "f", "no", "n", "0")
_OPEN = (exp.Binary, exp.Unary, exp.Between, exp.In, exp.Escape)  # what needs parentheses inside others


def typed(value: exp.Expr, kind: Kind) -> exp.Expr:
    """A value that is of this kind, as the type by which conditions know the kind."""
    return exp.Cast(this=value, to=exp.DataType.build(_TYPES[kind]))


def null(kind: Kind) -> exp.Expr:
    """NULL as a value of a kind."""
    return typed(exp.Null(), kind)


def number_literal(value: float) -> exp.Expr:
    """A number as DuckDB reads it to the last bit: with an exponent, without one it would be a decimal."""
    written = repr(value)
    if written.startswith("-"):
        return exp.Neg(this=number_literal(-value))
    return exp.Literal.number(written if "e" in written else f"{written}e0")


def wrapped(value: exp.Expr) -> exp.Expr:
    """The value in parentheses where it could otherwise be torn apart by its neighbours."""
    torn = isinstance(value, _OPEN) and not isinstance(value, exp.Paren)
    return exp.Paren(this=value) if torn else value


def when(condition: exp.Expr, then: exp.Expr, otherwise: exp.Expr | None = None) -> exp.Expr:
    """`CASE WHEN condition THEN then ELSE otherwise END`"""
    return exp.Case(ifs=[exp.If(this=condition, true=then)], default=otherwise)


def named_once(value: exp.Expr, body: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """What `body` makes of a value, which it may use several times."""
    if sum(1 for _ in islice(value.walk(), SMALL + 1)) <= SMALL:
        return body(value)
    # Inside another such lambda the name must be another one.
    taken = {each.name for each in value.find_all(exp.Identifier)}
    name = next(f"value_{n}" for n in count() if f"value_{n}" not in taken)
    inside = exp.Lambda(this=body(exp.column(name)), expressions=[exp.to_identifier(name)])
    listed = exp.func("list_transform", exp.Array(expressions=[value]), inside, dialect="duckdb")
    return exp.func("list_extract", listed, exp.Literal.number(1), dialect="duckdb")


def finite(value: exp.Expr) -> exp.Expr:
    """The number, NULL where it is infinite or no number."""
    return named_once(value, lambda v: when(is_finite(v), v.copy()))


def is_finite(value: exp.Expr) -> exp.Expr:
    """Whether a number is neither infinite nor NaN."""
    return exp.Anonymous(this="isfinite", expressions=[value.copy()])


def number_of_text(value: exp.Expr) -> exp.Expr:
    """The number that a text is; `TRY_CAST` alone would also read `1_000`, `+-5`, `inf` and `nan`."""

    def read(text: exp.Expr) -> exp.Expr:
        number = exp.TryCast(this=text.copy(), to=exp.DataType.build("DOUBLE"))
        odd = [exp.Contains(this=text.copy(), expression=exp.Literal.string(part)) for part in ("_", "+-")]
        plain = [exp.Not(this=each) for each in odd]
        condition = exp.And(this=exp.And(this=is_finite(number), expression=plain[0]), expression=plain[1])
        return when(condition, number.copy())

    return named_once(value, read)


def truth_of_text(value: exp.Expr) -> exp.Expr:
    """Whether a text says yes or no, in any case of letters; NULL where it says neither."""

    def read(text: exp.Expr) -> exp.Expr:
        return exp.Case(
            ifs=[exp.If(this=_one_of(text, words), true=exp.Boolean(this=says)) for words, says in choices]
        )

    choices = ((_TRUE, True), (_FALSE, False))
    return named_once(value, read)


def _one_of(text: exp.Expr, words: tuple[str, ...]) -> exp.Expr:
    return exp.In(this=exp.Lower(this=text.copy()), expressions=[exp.Literal.string(word) for word in words])


def text_of_number(value: exp.Expr) -> exp.Expr:
    """A finite number in digits, without a fraction where it has none: 90210, not 90210.0."""

    def write(number: exp.Expr) -> exp.Expr:
        digits = exp.TryCast(this=number.copy(), to=exp.DataType.build("HUGEINT"))
        shortest = typed(number.copy(), Kind.TEXT)
        is_whole = exp.EQ(
            this=number.copy(), expression=exp.Anonymous(this="trunc", expressions=[number.copy()])
        )
        return when(is_whole, exp.func("coalesce", typed(digits, Kind.TEXT), shortest), shortest.copy())

    return named_once(value, write)
