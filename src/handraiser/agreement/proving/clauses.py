"""What does a condition ask, however it is written?

A `Clause` is a condition in one form: `not` is moved inwards, brackets that join nothing are gone, numbers
stand to the right of their comparison. So two conditions can be laid beside each other part by part. Each
part keeps the words in which it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec
from msgspec.structs import replace

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
)
from handraiser.agreement.model import Sql
from handraiser.agreement.parser import parse

__all__ = [
    "ALWAYS",
    "NEVER",
    "All",
    "Among",
    "Bound",
    "Clause",
    "Leaf",
    "Plain",
    "Range",
    "Some",
    "bare",
    "clause_of",
    "read_clause",
]


class Bound(msgspec.Struct, frozen=True):
    """`subject > limit` where it is `rising` and `strict`; `<=` where it is neither."""

    subject: Expression
    limit: float
    rising: bool
    strict: bool


class Range(msgspec.Struct, frozen=True):
    """`subject [not] between low and high`, both numbers."""

    subject: Expression
    low: float
    high: float
    negated: bool


class Among(msgspec.Struct, frozen=True):
    """`subject [not] in (…)`, all of them texts or all of them numbers; also `=` and `<>`."""

    subject: Expression
    values: frozenset[str | float]
    negated: bool


class Plain(msgspec.Struct, frozen=True):
    """Anything else."""

    expression: Expression
    negated: bool


class Leaf(msgspec.Struct, frozen=True):
    """A condition that joins no others."""

    test: Bound | Range | Among | Plain
    words: str


class All(msgspec.Struct, frozen=True):
    """All of the parts; without any it always holds."""

    parts: tuple[Clause, ...]
    words: str = ""


class Some(msgspec.Struct, frozen=True):
    """At least one of the parts; without any it never holds."""

    parts: tuple[Clause, ...]
    words: str = ""


Clause = All | Some | Leaf
Joined = TypeVar("Joined", type[All], type[Some])

ALWAYS = All(())
NEVER = Some(())

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_DENIED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}


def read_clause(sql: Sql, *, names: Mapping[str, str], lists: Mapping[str, str]) -> Clause:
    """The clause that an expression says; bare names and lists are called as the mappings call them."""
    return _Reader(sql.text, names, lists).clause(parse(sql.text), negated=False)


def clause_of(expression: Expression) -> Clause:
    """The clause that a bare expression says, without words of its own."""
    return _Reader("", {}, {}).clause(expression, negated=False)


class _Reader:
    def __init__(self, text: str, names: Mapping[str, str], lists: Mapping[str, str]) -> None:
        self.text, self.names, self.lists = text, names, lists

    def clause(self, part: Expression, *, negated: bool) -> Clause:
        match part:
            case Not(operand):
                return self.clause(operand, negated=not negated)
            case Logic(word, operands):
                join = All if (word == "and") != negated else Some
                return self._joined(join, [self.clause(each, negated=negated) for each in operands], part)
        return Leaf(self._test(part, negated), f"not ({self._words(part)})" if negated else self._words(part))

    def _joined(self, join: type[All] | type[Some], parts: list[Clause], whole: Expression) -> Clause:
        """The parts joined, those that are joined by the same word among them."""
        flat: list[Clause] = []
        for each in parts:
            flat += each.parts if isinstance(each, join) else (each,)
        return join(tuple(flat), self._words(whole))

    def _words(self, part: Expression) -> str:
        return " ".join(self.text[slice(*part.span)].split())

    def _test(self, part: Expression, negated: bool) -> Bound | Range | Among | Plain:
        plain = bare(part, names=self.names, lists=self.lists)
        match plain:
            case Comparison(sign, Literal(), right) if not isinstance(right, Literal):
                return _compared(plain, _MIRRORED[sign], right, plain.left, negated)
            case Comparison(sign, left, right):
                return _compared(plain, sign, left, right, negated)
            case Between(operand, Literal(float(low)), Literal(float(high)), but_not):
                return Range(operand, low, high, but_not != negated)
            case In(operand, options, but_not):
                values = _values(options)
                return Plain(plain, negated) if values is None else Among(operand, values, but_not != negated)
            case IsNull(operand, but_not):
                return Plain(IsNull(operand), but_not != negated)
            case Like(operand, pattern, exact, escape, but_not):
                return Plain(Like(operand, pattern, exact, escape), but_not != negated)
        return Plain(plain, negated)


def _compared(
    whole: Expression, sign: str, subject: Expression, limit: Expression, negated: bool
) -> Bound | Among | Plain:
    values = _values((limit,))
    sign = _DENIED[sign] if negated else sign
    if values is not None and sign in ("=", "<>"):
        return Among(subject, values, sign == "<>")
    if isinstance(limit, Literal) and isinstance(limit.value, float):
        return Bound(subject, limit.value, sign in (">", ">="), sign in (">", "<"))
    return Plain(whole, negated)


def _values(options: tuple[Expression, ...]) -> frozenset[str | float] | None:
    """The values of literals of one kind, None where they are something else."""
    values = [each.value for each in options if isinstance(each, Literal)]
    kinds = {type(value) for value in values}
    if len(values) < len(options) or kinds not in ({str}, {float}):
        return None
    return frozenset(value for value in values if isinstance(value, str | float))


def bare(part: Expression, *, names: Mapping[str, str], lists: Mapping[str, str]) -> Expression:
    """The expression without its places in the text, its names as the mappings call them."""

    def inside(each: Expression) -> Expression:
        return bare(each, names=names, lists=lists)

    match part:
        case Literal(value):
            return Literal(value)
        case Name(qualifier, name):
            return Name(qualifier, name if qualifier else names.get(name, name))
        case Negation(Literal(float(value))):
            return Literal(-value)
        case Negation(operand) | Not(operand) | Cast(operand) | IsNull(operand):
            return replace(part, operand=inside(operand), span=(0, 0))
        case Logic(_, operands):
            return replace(part, operands=tuple(map(inside, operands)), span=(0, 0))
        case Comparison(_, left, right) | Arithmetic(_, left, right):
            return replace(part, left=inside(left), right=inside(right), span=(0, 0))
        case Between(operand, low, high):
            return replace(part, operand=inside(operand), low=inside(low), high=inside(high), span=(0, 0))
        case In(operand, options):
            return replace(part, operand=inside(operand), options=tuple(map(inside, options)), span=(0, 0))
        case Like(operand, pattern):
            return replace(part, operand=inside(operand), pattern=inside(pattern), span=(0, 0))
        case Call("listed", (operand, Literal(str(name)))):
            return Call("listed", (inside(operand), Literal(lists.get(name, name))))
        case Call(function, arguments):
            return Call(function, tuple(map(inside, arguments)))
        case Case(subject, branches, otherwise):
            return Case(
                None if subject is None else inside(subject),
                tuple((inside(asked), inside(given)) for asked, given in branches),
                None if otherwise is None else inside(otherwise),
            )
