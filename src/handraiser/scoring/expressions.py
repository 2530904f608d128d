"""What is an expression of section 3 as SQL, so that every row gets the value that AGREEMENT.md gives it?

Which kind a part is (number, text, boolean) is known before any row is read, from the columns; what
stands beside each other is then read as one kind. A part that fails on a row is NULL there: every
guard stands where infinity or NaN could otherwise vanish, since sums, products and negations carry
them along. What a user wrote reaches the SQL as names that are looked up and as literals, never as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

import sqlglot
from sqlglot import exp

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
from handraiser.agreement.functions import TEXT_FUNCTIONS, round_digits
from handraiser.agreement.parser import parse
from handraiser.facts.inputs import Column, Kind
from handraiser.scoring import coercions as sql
from handraiser.scoring.kinds import Readings, Rendered, any_of, common_kind, compared_kind, joined

__all__ = ["Columns", "Lists", "Rendered", "number", "points", "problems", "render", "text", "truth"]

MOST_POINTS = 1e100  # no sum of so many overflows (decision 0001, 29)
Columns = Callable[[str, str], Column | None]
Lists = Mapping[str, tuple[str, ...]]


def render(expression: str | Expression, columns: Columns, lists: Lists) -> Rendered:
    """The expression as SQL over the columns; a name without a column is NULL.

    `columns` is asked with the qualifier and the name in lower case: ("lead", "country"), ("", "path").
    """
    return _Renderer(columns, lists).render(_read(expression))


def truth(expression: str | Expression, columns: Columns, lists: Lists) -> exp.Expr:
    """The expression as a condition: SQL that is TRUE, FALSE or NULL."""
    renderer = _Renderer(columns, lists)
    return renderer.truth(renderer.render(_read(expression)))


def number(expression: str | Expression, columns: Columns, lists: Lists) -> exp.Expr:
    """The expression as a number: SQL that is a finite DOUBLE or NULL."""
    renderer = _Renderer(columns, lists)
    return renderer.number(renderer.render(_read(expression)))


def points(expression: str | Expression, columns: Columns, lists: Lists) -> exp.Expr:
    """The expression as points: a number as above, NULL beyond what any number of an agreement may be."""
    value = number(expression, columns, lists)
    small = exp.LTE(this=exp.func("abs", value.copy()), expression=exp.Literal.number(repr(MOST_POINTS)))
    return exp.Case(ifs=[exp.If(this=small, true=value)])


def text(expression: str | Expression, columns: Columns, lists: Lists) -> exp.Expr:
    """The expression as a text: SQL that is a VARCHAR or NULL."""
    renderer = _Renderer(columns, lists)
    return renderer.text(renderer.render(_read(expression)))


def problems(
    expression: str | Expression, columns: Columns, lists: Lists, *, needed: Kind = Kind.BOOLEAN
) -> exp.Expr:
    """Whether a part of the expression fails on a row: SQL that is TRUE or FALSE.

    A text that is not the number it is read as, a division by zero, a value too large. A branch of
    `case` that is not taken does not count: it is there to keep such rows out.
    """
    failures: list[exp.Expr] = []
    renderer = _Renderer(columns, lists, failures)
    renderer.as_kind(renderer.render(_read(expression)), needed)
    return any_of(failures)


def _read(expression: str | Expression) -> Expression:
    return parse(expression) if isinstance(expression, str) else expression


_COMPARISONS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}
_ARITHMETIC: dict[str, type[exp.Binary]] = {
    "+": exp.Add,
    "-": exp.Sub,
    "*": exp.Mul,
    "/": exp.Div,
    "%": exp.Mod,
}
_OF_ONE_TEXT = {"lower": exp.Lower, "upper": exp.Upper, "trim": exp.Trim}
_OF_ONE_NUMBER = {"abs": exp.Abs, "floor": exp.Floor, "ceil": exp.Ceil}
_TEXT_TESTS = {"contains": exp.Contains, "starts_with": exp.StartsWith, "ends_with": exp.EndsWith}


Made = TypeVar("Made")


class _Step(NamedTuple, Generic[Made]):
    """What was made of a part of `case`, and where it fails."""

    made: Made
    failures: list[exp.Expr]


class _Renderer(Readings):
    """Renders the parts of one expression, and notes on which rows they fail."""

    def __init__(self, columns: Columns, lists: Lists, failures: list[exp.Expr] | None = None) -> None:
        super().__init__(failures)
        self.columns = columns
        self.lists = lists

    # ---- the parts

    def render(self, part: Expression) -> Rendered:
        """The part as SQL, with what is known of its value."""
        match part:
            case Literal(value):
                return _literal(value)
            case Name(qualifier, name):
                return self._name(qualifier, name)
            case Negation(operand):
                carried = self._carrying(operand)
                return Rendered(exp.Neg(this=sql.wrapped(carried.sql)), Kind.NUMBER, carried.finite)
            case Arithmetic():
                return self._arithmetic(part)
            case Case():
                return self._case(part)
            case Cast(operand, to):
                return self._cast(self.render(operand), to)
            case Call():
                return self._call(part)
            case _:
                return Rendered(self._condition(part), Kind.BOOLEAN)

    def _name(self, qualifier: str, name: str) -> Rendered:
        column = self.columns(qualifier, name)
        if column is None:
            return Rendered(exp.Null(), None)
        # A column of numbers is read as finite ones: `tables` leaves infinity and NaN out.
        value = sqlglot.parse_one(column.sql, dialect="duckdb")
        return Rendered(sql.typed(value, column.kind), column.kind)

    def _carrying(self, part: Expression) -> Rendered:
        """The part as a number that may be infinite or NaN, where what is made of it would be so too."""
        value = self.render(part)
        return value if value.kind is Kind.NUMBER else Rendered(self.number(value), Kind.NUMBER)

    def _arithmetic(self, part: Arithmetic) -> Rendered:
        left = self._carrying(part.left)
        # A finite number divided by infinity would be a finite 0.
        vanishes = part.sign in ("/", "%")
        right = self.number(self.render(part.right)) if vanishes else self._carrying(part.right).sql
        operation = _ARITHMETIC[part.sign](this=sql.wrapped(left.sql), expression=sql.wrapped(right))
        return Rendered(operation, Kind.NUMBER, finite=False)

    def _condition(self, part: Expression) -> exp.Expr:
        match part:
            case Not(operand):
                return exp.Not(this=sql.wrapped(self.truth(self.render(operand))))
            case Logic(word, operands):
                truths = [sql.wrapped(self.truth(self.render(each))) for each in operands]
                return joined(exp.And if word == "and" else exp.Or, truths)
            case Comparison(sign, left, right):
                return self._compared(sign, self.render(left), self.render(right))
            case Between(operand, low, high, negated):
                return _negated(_between(*self._beside([operand, low, high])), negated)
            case In(operand, options, negated):
                return _negated(_in(*self._beside([operand, *options])), negated)
            case Like():
                return self._like(part)
            case IsNull(operand, negated):
                value = self.render(operand)
                asked = self.as_kind(value, value.kind)
                return _negated(exp.Is(this=asked, expression=exp.Null()), negated)
        raise TypeError(f"{type(part).__name__} is no condition")

    def _compared(self, sign: str, left: Rendered, right: Rendered) -> exp.Expr:
        kind = compared_kind([left, right])
        return _COMPARISONS[sign](this=self.as_kind(left, kind), expression=self.as_kind(right, kind))

    def _beside(self, parts: Sequence[Expression]) -> list[exp.Expr]:
        """Parts that are compared with each other, all read as one kind."""
        values = [self.render(part) for part in parts]
        kind = compared_kind(values)
        return [self.as_kind(value, kind) for value in values]

    def _like(self, part: Like) -> exp.Expr:
        operand, pattern = (
            self.as_kind(self.render(each), Kind.TEXT) for each in (part.operand, part.pattern)
        )
        like: exp.Expr = (exp.Like if part.exact else exp.ILike)(this=operand, expression=pattern)
        if part.escape is not None:
            like = exp.Escape(this=like, expression=exp.Literal.string(part.escape))
        return _negated(like, part.negated)

    def _case(self, part: Case) -> Rendered:
        """The branches are read as one kind; a branch fails only on rows that come to it."""
        subject = None if part.subject is None else self.render(part.subject)
        conditions: list[_Step[exp.Expr]] = []
        values: list[_Step[Rendered]] = []
        for condition, value in part.branches:
            with self.noting() as failures:
                asked = self.render(condition)
                chosen = self.truth(asked) if subject is None else self._equal(subject, asked)
            conditions.append(_Step(chosen, failures))
            values.append(self._step(value))
        values.append(self._step(part.otherwise or Literal(None)))
        return self._chosen(conditions, values)

    def _equal(self, subject: Rendered, asked: Rendered) -> exp.Expr:
        return self._compared("=", subject._replace(sql=subject.sql.copy()), asked)

    def _step(self, part: Expression) -> _Step[Rendered]:
        with self.noting() as failures:
            return _Step(self.render(part), failures)

    def _chosen(self, conditions: list[_Step[exp.Expr]], values: list[_Step[Rendered]]) -> Rendered:
        kind = common_kind([value.made for value in values])
        results = []
        for value in values:
            with self.noting(value.failures):
                results.append(exp.Null() if kind is None else self.as_kind(value.made, kind))
        self._fails_where_chosen(conditions, values)
        if kind is None:
            return Rendered(exp.Null(), None)
        *branches, otherwise = results
        ifs = [
            exp.If(this=condition.made, true=then)
            for condition, then in zip(conditions, branches, strict=True)
        ]
        return Rendered(exp.Case(ifs=ifs, default=otherwise), kind)

    def _fails_where_chosen(self, conditions: list[_Step[exp.Expr]], values: list[_Step[Rendered]]) -> None:
        """Ask as `case` does: one condition after the other, and only the value that is chosen."""
        can_fail = any(each.failures for each in conditions) or any(each.failures for each in values)
        if self.failures is None or not can_fail:
            return
        ifs = []
        for condition, value in zip(conditions, values, strict=False):
            if condition.failures:
                ifs.append(exp.If(this=any_of(condition.failures), true=exp.true()))
            ifs.append(exp.If(this=condition.made.copy(), true=any_of(value.failures)))
        self.failures.append(exp.Case(ifs=ifs, default=any_of(values[-1].failures)))

    def _cast(self, value: Rendered, to: Type) -> Rendered:
        match to:
            case Type.TEXT:
                return Rendered(self.text(value), Kind.TEXT)
            case Type.BOOLEAN:
                return Rendered(self.truth(value), Kind.BOOLEAN)
            case Type.NUMBER:
                return Rendered(self.number(value), Kind.NUMBER)
            case Type.WHOLE:
                digits = exp.Literal.number(0)
                halves = exp.Anonymous(this="round_even", expressions=[self.number(value), digits])
                return Rendered(halves, Kind.NUMBER)

    def _call(self, call: Call) -> Rendered:
        name = call.function
        if name in ("coalesce", "least", "greatest", "nullif"):
            return self._choice(call)
        if name in _OF_ONE_NUMBER or name == "round":
            value = self.number(self.render(call.arguments[0]))
            if name == "round":
                digits = exp.Literal.number(round_digits(call) or 0)
                return Rendered(exp.Round(this=value, decimals=digits), Kind.NUMBER)
            return Rendered(_OF_ONE_NUMBER[name](this=value), Kind.NUMBER)
        if name == "listed":
            return self._listed(call)
        texts = [self.text(self.render(argument)) for argument in call.arguments]
        if name in TEXT_FUNCTIONS:
            return Rendered(_OF_ONE_TEXT[name](this=texts[0]), Kind.TEXT, by_text_function=True)
        if name == "length":
            return Rendered(sql.typed(exp.Length(this=texts[0]), Kind.NUMBER), Kind.NUMBER)
        return Rendered(_TEXT_TESTS[name](this=texts[0], expression=texts[1]), Kind.BOOLEAN)

    def _choice(self, call: Call) -> Rendered:
        """One of several values, all read as one kind."""
        values = [self.render(argument) for argument in call.arguments]
        kind = common_kind(values)
        if kind is None:
            return Rendered(exp.Null(), None)
        first, *others = [self.as_kind(value, kind) for value in values]
        if call.function == "nullif":
            return Rendered(_nullif(first, others[0]), kind)
        if call.function == "coalesce":
            return Rendered(exp.Coalesce(this=first, expressions=others), kind)
        chosen = exp.Least if call.function == "least" else exp.Greatest
        return Rendered(chosen(this=first, expressions=others, ignore_nulls=True), kind)

    def _listed(self, call: Call) -> Rendered:
        value = self.text(self.render(call.arguments[0]))
        name = call.arguments[1]
        words = self.lists[str(name.value)] if isinstance(name, Literal) else ()
        if not words:  # DuckDB 1.5 has no empty list behind IN
            there = exp.Not(this=exp.Is(this=sql.wrapped(value), expression=exp.Null()))
            return Rendered(sql.when(there, exp.false()), Kind.BOOLEAN)
        options = [exp.Literal.string(word) for word in words]
        return Rendered(_in(sql.wrapped(value), *options), Kind.BOOLEAN)


def _literal(value: float | str | bool | None) -> Rendered:
    if value is None:
        return Rendered(exp.Null(), None)
    if isinstance(value, bool):
        return Rendered(exp.Boolean(this=value), Kind.BOOLEAN)
    if isinstance(value, str):
        return Rendered(exp.Literal.string(value), Kind.TEXT)
    return Rendered(sql.number_literal(value), Kind.NUMBER)


def _negated(condition: exp.Expr, negated: bool) -> exp.Expr:
    return exp.Not(this=sql.wrapped(condition)) if negated else condition


def _in(value: exp.Expr, *options: exp.Expr) -> exp.Expr:
    """DuckDB 2 compares the value with each option, and reckons it as often if it is not named."""
    return sql.named_once(value, lambda v: exp.In(this=v, expressions=list(options)))


def _between(value: exp.Expr, low: exp.Expr, high: exp.Expr) -> exp.Expr:
    """DuckDB compares the value twice, and reckons it twice if it is not named."""
    return sql.named_once(value, lambda v: exp.Between(this=v, low=low, high=high))


def _nullif(value: exp.Expr, other: exp.Expr) -> exp.Expr:
    """DuckDB's own NULLIF writes its first argument twice."""
    return sql.named_once(
        value, lambda v: sql.when(exp.EQ(this=v.copy(), expression=other), exp.Null(), v.copy())
    )
