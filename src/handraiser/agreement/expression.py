"""What does an expression of section 3 say, once it has been read?

A tree of plain values that can hold nothing but what section 3 lists: whoever walks it meets no
surprise. Every part knows where it stands in the text, so that a mistake can point at it and
`explain` can show it in the user's own words.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import msgspec

__all__ = [
    "Arithmetic",
    "Between",
    "Call",
    "Case",
    "Cast",
    "Comparison",
    "Expression",
    "In",
    "IsNull",
    "Like",
    "Literal",
    "Logic",
    "Name",
    "Negation",
    "Not",
    "Part",
    "Type",
    "children",
    "words",
]

Span = tuple[int, int]


class Type(StrEnum):
    """What `cast` may turn a value into; WHOLE is a number without a fraction."""

    NUMBER = "number"
    WHOLE = "whole"
    TEXT = "text"
    BOOLEAN = "boolean"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an expression; `span` is where it begins and ends in the text, counted from 0."""

    span: Span = (0, 0)


class Literal(Part, frozen=True):
    """A number, a text, `true`, `false` or `null` (None)."""

    value: float | str | bool | None


class Name(Part, frozen=True):
    """`lead.country` or `path`, in lower case; `quoted` is what stood in double quotes, letter by letter."""

    qualifier: str
    name: str
    quoted: str | None = None


class Negation(Part, frozen=True):
    """`- operand`"""

    operand: Expression


class Not(Part, frozen=True):
    operand: Expression


class Logic(Part, frozen=True):
    """`a and b and c` or `a or b or c`: `word` joins two operands or more."""

    word: str
    operands: tuple[Expression, ...]


class Comparison(Part, frozen=True):
    """`left sign right`; `sign` is one of `= <> < <= > >=`."""

    sign: str
    left: Expression
    right: Expression


class Arithmetic(Part, frozen=True):
    """`left sign right`; `sign` is one of `+ - * / %`."""

    sign: str
    left: Expression
    right: Expression


class Between(Part, frozen=True):
    operand: Expression
    low: Expression
    high: Expression
    negated: bool = False


class In(Part, frozen=True):
    operand: Expression
    options: tuple[Expression, ...]
    negated: bool = False


class Like(Part, frozen=True):
    """`operand like pattern`, `ilike` if not `exact`, with the escape character if one is given."""

    operand: Expression
    pattern: Expression
    exact: bool = True
    escape: str | None = None
    negated: bool = False


class IsNull(Part, frozen=True):
    operand: Expression
    negated: bool = False


class Case(Part, frozen=True):
    """`case [subject] when condition then value … [else otherwise] end`"""

    subject: Expression | None
    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None


class Cast(Part, frozen=True):
    operand: Expression
    to: Type


class Call(Part, frozen=True):
    """`function(arguments)`, the function's name in lower case."""

    function: str
    arguments: tuple[Expression, ...]


Expression = (
    Literal
    | Name
    | Negation
    | Not
    | Logic
    | Comparison
    | Arithmetic
    | Between
    | In
    | Like
    | IsNull
    | Case
    | Cast
    | Call
)


def children(part: Expression) -> tuple[Expression, ...]:
    """The parts that a part is directly made of, in the order of the text."""
    match part:
        case Literal() | Name():
            return ()
        case Negation(operand) | Not(operand) | IsNull(operand) | Cast(operand):
            return (operand,)
        case Logic(_, operands):
            return operands
        case Comparison(_, left, right) | Arithmetic(_, left, right):
            return (left, right)
        case Between(operand, low, high):
            return (operand, low, high)
        case In(operand, options):
            return (operand, *options)
        case Like(operand, pattern):
            return (operand, pattern)
        case Call(_, arguments):
            return arguments
        case Case(subject, branches, otherwise):
            inside = (each for branch in branches for each in branch)
            return tuple(each for each in (subject, *inside, otherwise) if each is not None)


def words(part: Expression) -> Iterator[Expression]:
    """Every part of an expression and the expression itself, from the outside in."""
    yield part
    for child in children(part):
        yield from words(child)
