"""As what is a value read where it stands: as a number, a text or a truth value?

What stands beside each other is read as one kind, known before any row is read. Where a reading fails,
it is NULL, and noted for those who count such rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from typing import NamedTuple

from sqlglot import exp

from handraiser.agreement.functions import number_in
from handraiser.facts.inputs import Kind
from handraiser.scoring import coercions as sql

__all__ = ["Readings", "Rendered", "any_of", "common_kind", "compared_kind", "joined"]


class Rendered(NamedTuple):
    """An expression as SQL.

    kind     what its value is; None where it is always NULL
    finite   whether the SQL is never infinite or NaN, so that no guard is needed
    by_text_function   whether a text function gave it, beside which a number is written as a text
    """

    sql: exp.Expr
    kind: Kind | None
    finite: bool = True
    by_text_function: bool = False


class Readings:
    """Reads values as kinds.

    failures  for each reading that can fail, on which rows it does; None where nobody asks
    """

    def __init__(self, failures: list[exp.Expr] | None = None) -> None:
        self.failures = failures

    def truth(self, value: Rendered) -> exp.Expr:
        """The value as TRUE, FALSE or NULL."""
        match value.kind:
            case None:
                return sql.null(Kind.BOOLEAN)
            case Kind.BOOLEAN:
                return value.sql
            case Kind.TEXT:
                return self._tried(value.sql, sql.truth_of_text(value.sql))
            case Kind.NUMBER:
                zero = sql.number_literal(0.0)
                return exp.NEQ(this=sql.wrapped(self.number(value)), expression=zero)

    def number(self, value: Rendered) -> exp.Expr:
        """The value as a finite number or NULL."""
        match value.kind:
            case None:
                return sql.null(Kind.NUMBER)
            case Kind.BOOLEAN:
                return sql.typed(value.sql, Kind.NUMBER)
            case Kind.TEXT if isinstance(value.sql, exp.Literal):
                return self._literal_number(value.sql)
            case Kind.TEXT:
                return self._tried(value.sql, sql.number_of_text(value.sql))
            case Kind.NUMBER if value.finite:
                return value.sql
            case Kind.NUMBER:
                self._fails(exp.Not(this=sql.is_finite(value.sql)))
                return sql.finite(value.sql)

    def _literal_number(self, literal: exp.Literal) -> exp.Expr:
        found = number_in(literal.name)
        if found is None:
            self._fails(exp.true())
            return sql.null(Kind.NUMBER)
        return sql.number_literal(found)

    def text(self, value: Rendered) -> exp.Expr:
        """The value as a text or NULL."""
        match value.kind:
            case None:
                return sql.null(Kind.TEXT)
            case Kind.BOOLEAN:
                return sql.typed(value.sql, Kind.TEXT)
            case Kind.TEXT:
                return value.sql
            case Kind.NUMBER if isinstance(value.sql, exp.Literal):
                return exp.Literal.string(_digits(float(value.sql.name)))
            case Kind.NUMBER:
                return sql.text_of_number(self.number(value))

    def as_kind(self, value: Rendered, kind: Kind | None) -> exp.Expr:
        """The value as a kind, as SQL that can stand beside other SQL."""
        if kind is Kind.NUMBER:
            return sql.wrapped(self.number(value))
        if kind is Kind.TEXT:
            return sql.wrapped(self.text(value))
        return sql.wrapped(self.truth(value))

    def _tried(self, value: exp.Expr, read: exp.Expr) -> exp.Expr:
        """What was read, noting that it fails where there was a value and nothing came of it."""
        if self.failures is None:
            return read
        there = exp.Not(this=exp.Is(this=sql.wrapped(value.copy()), expression=exp.Null()))
        self._fails(exp.And(this=there, expression=exp.Is(this=read.copy(), expression=exp.Null())))
        return read

    def _fails(self, where: exp.Expr) -> None:
        if self.failures is not None:
            self.failures.append(where)

    @contextmanager
    def noting(self, failures: list[exp.Expr] | None = None) -> Iterator[list[exp.Expr]]:
        """What fails inside is noted apart."""
        outside = self.failures
        inside = [] if failures is None else failures
        self.failures = None if outside is None else inside
        yield inside
        self.failures = outside


def any_of(failures: list[exp.Expr]) -> exp.Expr:
    """TRUE or FALSE: whether something failed."""
    if not failures:
        return exp.false()
    failed = joined(exp.Or, [sql.wrapped(failure) for failure in dict.fromkeys(failures)])
    return exp.Coalesce(this=failed, expressions=[exp.false()])


def joined(word: type[exp.Connector], conditions: Sequence[exp.Expr]) -> exp.Expr:
    """Conditions with `and` or `or` between them."""
    return reduce(lambda left, right: word(this=left, expression=right), conditions)


def _digits(value: float) -> str:
    return str(int(value)) if value == int(value) and value < 1.7e38 else repr(value)


def common_kind(values: Sequence[Rendered]) -> Kind | None:
    """As what values beside each other are read: a number wins over a text, a text over a boolean."""
    kinds = {value.kind for value in values}
    return next((kind for kind in (Kind.NUMBER, Kind.TEXT, Kind.BOOLEAN) if kind in kinds), None)


def compared_kind(values: Sequence[Rendered]) -> Kind | None:
    """The same for a comparison, where a number beside nothing but text functions is a text."""
    others = [value for value in values if value.kind not in (Kind.NUMBER, None)]
    if others and all(value.by_text_function for value in others):
        return Kind.TEXT
    return common_kind(values)
