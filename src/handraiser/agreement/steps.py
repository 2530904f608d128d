"""Of which steps is the program made that says whether a lead qualifies?

A tree of numbers and truth values, both of which may be unknown. A condition keeps the words in which
it was written, as `text`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = [
    "And",
    "Arithmetic",
    "Attribute",
    "AttributeKind",
    "AttributePart",
    "Compare",
    "Engagement",
    "Fit",
    "GradeIn",
    "GroupPoints",
    "If",
    "IsNull",
    "Node",
    "Not",
    "Null",
    "Number",
    "Or",
    "QualifyTree",
    "RuleCount",
    "RuleHolds",
    "RulePoints",
    "Rung",
    "Score",
    "Truth",
    "Truthy",
    "as_parts",
]

AttributeKind = Literal["truth", "number"]


class Number(msgspec.Struct, frozen=True):
    value: float


class Rung(msgspec.Struct, frozen=True):
    """A number that takes several values, one after the other, each at least as strict as the last."""

    value: float


class Null(msgspec.Struct, frozen=True):
    """Unknown, as a number or as a truth value."""


class Truth(msgspec.Struct, frozen=True):
    value: bool


class Fit(msgspec.Struct, frozen=True):
    """The sum of `fit`."""


class Engagement(msgspec.Struct, frozen=True):
    """The sum of `engagement`."""


class Score(msgspec.Struct, frozen=True):
    """`fit` and `engagement` together."""


class GroupPoints(msgspec.Struct, frozen=True):
    """The clamped sum of a group."""

    name: str


class RuleHolds(msgspec.Struct, frozen=True):
    name: str
    text: str = ""


class RuleCount(msgspec.Struct, frozen=True):
    """How many hits of an event rule count: `count(rule)`."""

    name: str


class RulePoints(msgspec.Struct, frozen=True):
    """The points of a rule after its own clamp: `points(rule)`."""

    name: str


class GradeIn(msgspec.Struct, frozen=True):
    """Whether the grade is (not) one of these."""

    grades: tuple[str, ...]
    negated: bool = False
    text: str = ""


class Attribute(msgspec.Struct, frozen=True):
    """The value of `QualifyTree.attributes[index]`, as a number or as a truth value."""

    index: int
    kind: AttributeKind
    text: str = ""


class And(msgspec.Struct, frozen=True):
    """`one_condition` is true where the user wrote a single condition, such as `fit between 10 and 20`."""

    parts: tuple[Node, ...]
    text: str = ""
    one_condition: bool = False


class Or(msgspec.Struct, frozen=True):
    """`one_condition` is true where the user wrote a single condition, such as `fit in (10, 20)`."""

    parts: tuple[Node, ...]
    text: str = ""
    one_condition: bool = False


class Not(msgspec.Struct, frozen=True):
    operand: Node
    text: str = ""


class Truthy(msgspec.Struct, frozen=True):
    """Whether a number is not 0."""

    operand: Node
    text: str = ""


class IsNull(msgspec.Struct, frozen=True):
    operand: Node
    text: str = ""


class Compare(msgspec.Struct, frozen=True):
    """Two numbers compared; `op` is one of `= <> < <= > >=`."""

    op: str
    left: Node
    right: Node
    text: str = ""


class Arithmetic(msgspec.Struct, frozen=True):
    """`op` is one of `+ - *`, or `negate`, which has no `right`."""

    op: str
    left: Node
    right: Node | None = None


class If(msgspec.Struct, frozen=True):
    """`then` where the condition is true, `otherwise` where it is false or unknown."""

    condition: Node
    then: Node
    otherwise: Node
    text: str = ""


Node = (
    Number
    | Rung
    | Null
    | Truth
    | Fit
    | Engagement
    | Score
    | GroupPoints
    | RuleHolds
    | RuleCount
    | RulePoints
    | GradeIn
    | Attribute
    | And
    | Or
    | Not
    | Truthy
    | IsNull
    | Compare
    | Arithmetic
    | If
)


class AttributePart(msgspec.Struct, frozen=True):
    """An expression of section 3 over attributes alone, and whether its truth or its number is wanted."""

    text: str
    kind: AttributeKind


class QualifyTree(msgspec.Struct, frozen=True):
    """One expression of `qualify`: its root is a truth value."""

    root: Node
    attributes: tuple[AttributePart, ...] = ()


def as_parts(node: Node) -> tuple[Node, ...]:
    """The conditions that a condition joins by `and` or by `or`; itself alone where it joins none."""
    match node:
        case And(parts, _, False) | Or(parts, _, False):
            return parts
    return (node,)
