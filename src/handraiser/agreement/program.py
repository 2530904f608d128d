"""What is to be computed, step by step, to know whether a lead qualifies?

`compile_qualify` turns one expression of `qualify` into a small tree of numbers and truth values. What
reads nothing but attributes stays an expression of section 3 and is asked of the data; `between`, `in`
and `case` are spelled out in simpler steps. Each condition keeps the words in which it was written.
"""

from __future__ import annotations

from functools import reduce

from handraiser.agreement import expression as said
from handraiser.agreement.functions import number_in
from handraiser.agreement.model import Sql
from handraiser.agreement.parser import parse
from handraiser.agreement.qualifying import QualifyNames, Sort, reads_attributes, sort_of
from handraiser.agreement.steps import (
    And,
    Arithmetic,
    Attribute,
    AttributeKind,
    AttributePart,
    Compare,
    Engagement,
    Fit,
    GradeIn,
    GroupPoints,
    If,
    IsNull,
    Node,
    Not,
    Null,
    Number,
    Or,
    QualifyTree,
    RuleCount,
    RuleHolds,
    RulePoints,
    Rung,
    Score,
    Truth,
    Truthy,
    as_parts,
)

__all__ = [
    "And",
    "Arithmetic",
    "Attribute",
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
    "compile_qualify",
]


def compile_qualify(sql: Sql, names: QualifyNames) -> QualifyTree:
    """The tree of an expression in which `check_qualify` has found no mistake."""
    compiler = _Compiler(sql.text, names)
    root = compiler.truth(parse(sql.text))
    return QualifyTree(root, tuple(compiler.attributes))


_SUMS: dict[str, Node] = {"fit": Fit(), "engagement": Engagement(), "score": Score()}


class _Compiler:
    """Compiles each part as what it is needed for: a truth value or a number."""

    def __init__(self, text: str, names: QualifyNames) -> None:
        self.text = text
        self.names = names
        self.attributes: list[AttributePart] = []

    def words(self, part: said.Expression) -> str:
        """The part as the user wrote it."""
        return self.text[slice(*part.span)]

    # ---- where a truth value is needed

    def truth(self, part: said.Expression) -> Node:
        match part:
            case said.Logic(word, operands):
                parts = tuple(self.truth(operand) for operand in operands)
                return (And if word == "and" else Or)(parts, self.words(part))
            case said.Literal(None):
                return Null()
            case said.Literal(bool(value)):
                return Truth(value)
            case _ if reads_attributes(part):
                return self._attribute(self.words(part), "truth")
            case said.Not(operand):
                return Not(self.truth(operand), self.words(part))
            case said.Name(_, name) if name in self.names.rules:
                return RuleHolds(name, self.words(part))
            case said.Case():
                return self._case(part, "truth")
            case said.Comparison(sign, left, right):
                return self._comparison(sign, left, right, self.words(part))
            case said.Between() | said.In() | said.IsNull():
                return self._condition(part)
        return Truthy(self.number(part), self.words(part))

    def _attribute(self, text: str, kind: AttributeKind) -> Attribute:
        part = AttributePart(text, kind)
        if part not in self.attributes:
            self.attributes.append(part)
        return Attribute(self.attributes.index(part), kind, text)

    def _comparison(self, sign: str, left: said.Expression, right: said.Expression, text: str) -> Node:
        sorts = (sort_of(left, self.names), sort_of(right, self.names))
        if Sort.GRADE in sorts:
            literal = right if sorts[0] is Sort.GRADE else left
            return GradeIn(_texts((literal,)), sign == "<>", text)
        if sorts == (Sort.TRUTH, Sort.TRUTH):
            return Compare(sign, _as_number(self.truth(left)), _as_number(self.truth(right)), text)
        return Compare(sign, self.number(left), self.number(right), text)

    def _condition(self, part: said.Between | said.In | said.IsNull) -> Node:
        text = self.words(part)
        match part:
            case said.IsNull(operand):
                is_truth = sort_of(operand, self.names) is Sort.TRUTH
                found: Node = IsNull(self.truth(operand) if is_truth else self.number(operand), text)
            case said.Between(operand, low, high):
                bounds = ((">=", low), ("<=", high))
                found = And(
                    tuple(self._bounded(operand, sign, bound) for sign, bound in bounds),
                    text,
                    one_condition=True,
                )
            case said.In(operand, options):
                if sort_of(operand, self.names) is Sort.GRADE:
                    return GradeIn(_texts(options), part.negated, text)
                found = Or(
                    tuple(self._bounded(operand, "=", option) for option in options), text, one_condition=True
                )
        return Not(found, text) if part.negated else found

    def _bounded(self, operand: said.Expression, sign: str, bound: said.Expression) -> Node:
        return self._comparison(sign, operand, bound, f"{self.words(operand)} {sign} {self.words(bound)}")

    # ---- where a number is needed

    def number(self, part: said.Expression) -> Node:
        match part:
            case said.Literal(value):
                return _constant(value)
            case said.Negation(said.Literal(float(value))):
                return Number(-value)
            case _ if reads_attributes(part):
                return self._attribute(self.words(part), "number")
            case said.Negation(operand):
                return Arithmetic("negate", self.number(operand))
            case said.Arithmetic(sign, left, right):
                return Arithmetic(sign, self.number(left), self.number(right))
            case said.Case():
                return self._case(part, "number")
            case said.Call(function, (said.Name(_, rule),)):
                return RuleCount(rule) if function == "count" else RulePoints(rule)
            case said.Name(_, name):
                return _SUMS.get(name) or GroupPoints(name)
        return _as_number(self.truth(part))

    # ---- case

    def _case(self, part: said.Case, kind: AttributeKind) -> Node:
        needed = self.truth if kind == "truth" else self.number
        chosen: Node = Null() if part.otherwise is None else needed(part.otherwise)
        branches = [(self._asked(part, condition), needed(value)) for condition, value in part.branches]
        text = self.words(part)
        return reduce(lambda rest, branch: If(branch[0], branch[1], rest, text), reversed(branches), chosen)

    def _asked(self, part: said.Case, condition: said.Expression) -> Node:
        """Whether a branch is the one: its condition, or that the subject equals it."""
        if part.subject is None:
            return self.truth(condition)
        text = f"({self.words(part.subject)}) = ({self.words(condition)})"
        if reads_attributes(part.subject) and reads_attributes(condition):
            return self._attribute(text, "truth")
        return self._comparison("=", part.subject, condition, text)


def _texts(literals: tuple[said.Expression, ...]) -> tuple[str, ...]:
    return tuple(str(each.value) for each in literals if isinstance(each, said.Literal))


def _constant(value: float | str | bool | None) -> Node:
    number = number_in(value) if isinstance(value, str) else value
    return Null() if number is None else Number(float(number))


def _as_number(truth: Node) -> Node:
    """1 where true, 0 where false, unknown where unknown."""
    if isinstance(truth, Truth):
        return Number(float(truth.value))
    return If(truth, Number(1.0), If(Not(truth), Number(0.0), Null()))
