"""Which parts of `mql`, `hand_raise` and `never` hold for a lead, and by how much do the others miss?"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping

from handraiser.agreement import program as tree
from handraiser.scoring.explanation import Condition, GroupSum, RulePoints
from handraiser.scoring.programs import qualify_trees
from handraiser.scoring.registers import NULL, TRUE
from handraiser.scoring.score import Prepared, Standing, grade_names

__all__ = ["conditions_of"]

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def conditions_of(
    prepared: Prepared, rules: Mapping[str, RulePoints], groups: list[GroupSum], standing: Standing, lead: int
) -> tuple[Condition, Condition | None, Condition | None]:
    """Return `mql`, `hand_raise` and `never` part by part, for one lead."""
    reader = _Reader(prepared, rules, {group.name: group.points for group in groups}, standing, lead)
    qualify = prepared.agreement.qualify
    said = [
        None if one is None or sql is None else reader.read(one.root, place, sql.text)
        for place, (one, sql) in enumerate(
            zip(
                qualify_trees(prepared.agreement),
                (qualify.mql, qualify.hand_raise, qualify.never),
                strict=True,
            )
        )
    ]
    mql, hand_raise, never = said
    if mql is None:
        raise ValueError("an agreement without qualify.mql has not been checked")
    return mql, hand_raise, never


class _Reader:
    """Reads trees with SQL's three values, for one lead at one instant."""

    def __init__(
        self,
        prepared: Prepared,
        rules: Mapping[str, RulePoints],
        groups: Mapping[str, float],
        standing: Standing,
        lead: int,
    ) -> None:
        self.prepared, self.rules, self.groups = prepared, rules, groups
        self.fit = float(standing.fit[lead])
        self.engagement = float(standing.engagement[lead])
        self.score = float(standing.score[lead])
        self.state = int(standing.state[lead])

    def read(self, node: tree.Node, place: int, text: str = "") -> Condition:
        """Return the condition with its parts."""
        text = getattr(node, "text", "") or text
        holds = self.truth(node, place)
        match node:
            case tree.And(parts, _, False) | tree.Or(parts, _, False):
                joined = "and" if isinstance(node, tree.And) else "or"
                said = [self.read(part, place) for part in parts]
                return Condition(text=text, holds=holds, joined=joined, parts=said)
            case tree.And() | tree.Or():  # `between` and `in`
                return self._nearest(node, place, text, holds)
            case tree.Not(tree.And(_, _, True) | tree.Or(_, _, True) as operand) if operand.text == text:
                return self._nearest(operand, place, text, holds)
            case tree.Not(operand):
                return Condition(text=text, holds=holds, joined="not", parts=[self.read(operand, place)])
            case tree.Compare():
                return self._compared(node, place, text, holds)
        return Condition(text=text, holds=holds)

    def _compared(self, node: tree.Compare, place: int, text: str, holds: bool | None) -> Condition:
        """Return a comparison, the constant being the bound on whichever side it was written."""
        sign, left, right = node.op, node.left, node.right
        if isinstance(left, tree.Number):
            sign, left, right = _MIRRORED.get(sign, sign), right, left
        value, bound = self.number(left, place), self.number(right, place)
        distance = None if value is None or bound is None else round(abs(value - bound), 6)
        return Condition(text=text, holds=holds, sign=sign, value=value, bound=bound, distance=distance)

    def _nearest(self, node: tree.And | tree.Or, place: int, text: str, holds: bool | None) -> Condition:
        """Return a condition of several comparisons with the one that decides it, or is nearest."""
        said = [self.read(part, place) for part in node.parts]
        decides = isinstance(node, tree.Or)
        said.sort(key=lambda one: (one.holds is not decides, one.distance is None, one.distance or 0.0))
        one = said[0]
        return Condition(
            text=text, holds=holds, sign=one.sign, value=one.value, bound=one.bound, distance=one.distance
        )

    def truth(self, node: tree.Node, place: int) -> bool | None:
        match node:
            case tree.Truth(value):
                return value
            case tree.Null():
                return None
            case tree.RuleHolds(name):
                return self.rules[name].holds
            case tree.GradeIn(grades, negated):
                grade = grade_names(self.prepared.agreement)[int(self.prepared.fit.grade[self.state])]
                return (grade in grades) != negated
            case tree.Attribute(index, "truth"):
                _, may = self._part(place, index)
                return None if may == NULL else may == TRUE
            case tree.And(parts):
                truths = [self.truth(part, place) for part in parts]
                return False if False in truths else None if None in truths else True
            case tree.Or(parts):
                truths = [self.truth(part, place) for part in parts]
                return True if True in truths else None if None in truths else False
            case tree.Not(operand):
                truth = self.truth(operand, place)
                return None if truth is None else not truth
            case tree.Truthy(operand):
                counted = self.number(operand, place)
                return None if counted is None else counted != 0
            case tree.IsNull(operand):
                return self._value(operand, place) is None
            case tree.Compare(sign, left, right):
                one, other = self.number(left, place), self.number(right, place)
                return None if one is None or other is None else _COMPARE[sign](one, other)
            case tree.If(condition, then, otherwise):
                return self.truth(then if self.truth(condition, place) else otherwise, place)
        raise TypeError(f"{type(node).__name__} is no truth value")

    def number(self, node: tree.Node, place: int) -> float | None:
        match node:
            case tree.Number(value):
                return value
            case tree.Null():
                return None
            case tree.Fit():
                return self.fit
            case tree.Engagement():
                return self.engagement
            case tree.Score():
                return self.score
            case tree.GroupPoints(name):
                return self.groups[name]
            case tree.RulePoints(name):
                return self.rules[name].points
            case tree.RuleCount(name):
                return float(self.rules[name].count or 0)
            case tree.Attribute(index, "number"):
                number, may = self._part(place, index)
                return None if may == NULL else number
            case tree.Arithmetic("negate", left):
                opposite = self.number(left, place)
                return None if opposite is None else -opposite
            case tree.Arithmetic(sign, left, right) if right is not None:
                a, b = self.number(left, place), self.number(right, place)
                if a is None or b is None:
                    return None
                found = a + b if sign == "+" else a - b if sign == "-" else a * b
                return found if math.isfinite(found) else None
            case tree.If(condition, then, otherwise):
                return self.number(then if self.truth(condition, place) else otherwise, place)
        raise TypeError(f"{type(node).__name__} is no number")

    def _value(self, node: tree.Node, place: int) -> float | bool | None:
        match node:
            case tree.Attribute(_, "truth") | tree.And() | tree.Or() | tree.Not() | tree.Compare():
                return self.truth(node, place)
            case tree.RuleHolds() | tree.GradeIn() | tree.Truth() | tree.Truthy() | tree.IsNull():
                return self.truth(node, place)
            case tree.If(condition, then, otherwise):
                return self._value(then if self.truth(condition, place) else otherwise, place)
        return self.number(node, place)

    def _part(self, place: int, index: int) -> tuple[float, int]:
        matched = self.prepared.matched
        column = matched.part_of[(place, index)]
        return float(matched.parts[self.state, column]), int(matched.parts_may[self.state, column])
