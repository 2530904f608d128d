"""How does an agreement look to the kernels?

Rules become rows of number tables, `qualify` becomes a list of register instructions. Nothing here
depends on data except the numbers that hold per state (fit, grades, attribute parts), which are put
into columns that the program reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from handraiser.agreement import program as tree
from handraiser.agreement.model import Agreement, DecayKind, EventRule, Limits, SilenceRule, Sql
from handraiser.scoring import registers as op
from handraiser.scoring.match import event_rules, microseconds
from handraiser.scoring.programs import qualify_trees

__all__ = ["Layout", "StateColumn", "decay_of", "layout", "limits_of", "silence_rules"]

Floats = npt.NDArray[np.float64]
_DECAYS = {
    DecayKind.NONE: op.NONE,
    DecayKind.HALF_LIFE: op.HALF_LIFE,
    DecayKind.LINEAR: op.LINEAR,
    DecayKind.STEPS: op.STEPS,
}
_COMPARISONS = {"<": op.LT, "<=": op.LE, "=": op.EQ, "<>": op.NE}


class StateColumn(NamedTuple):
    """A register that is filled per state: `of` says by what, `key` which.

    of: "fit" (always the first) · "part" (place of the expression, place of the part) · "holds",
    "points" (a fit rule) · "group" (of fit) · "grade" (the grades for which it is true, negated).
    """

    of: str
    key: tuple[object, ...]
    truth: bool


class Layout(NamedTuple):
    """The tables that `fold` reads; see `registers` for their columns."""

    rules: tuple[npt.NDArray[np.int64], Floats]
    silences: tuple[npt.NDArray[np.int64], Floats]
    totals: tuple[npt.NDArray[np.int64], Floats, Floats, Floats]
    code: npt.NDArray[np.int32]
    low: Floats
    may: npt.NDArray[np.uint8]
    places: npt.NDArray[np.int64]  # first registers of points, holds, counts, groups, state columns
    roots: npt.NDArray[np.int64]  # mql, hand_raise, never (−1: not given), qualified
    candidates: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
    columns: tuple[StateColumn, ...]
    rung: int  # the register of the number that is a `Rung`, −1 where none is


def silence_rules(agreement: Agreement) -> list[SilenceRule]:
    """Return the silence rules in the order of their registers."""
    return [rule for rule in agreement.engagement.rules if isinstance(rule, SilenceRule)]


def limits_of(limits: Limits) -> tuple[float, float]:
    """Return a clamp as two numbers, infinite where there is no bound."""
    return (
        -np.inf if limits.min is None else limits.min,
        np.inf if limits.max is None else limits.max,
    )


def layout(agreement: Agreement, trees: Sequence[tree.QualifyTree | None] | None = None) -> Layout:
    """Return the agreement as tables; `trees` are its three expressions, or what stands in their place."""
    events, silences = event_rules(agreement), silence_rules(agreement)
    groups = {group.name: k for k, group in enumerate(agreement.engagement.groups)}
    bounds = [limits_of(group.limits) for group in agreement.engagement.groups]
    program = _Program(agreement, trees or qualify_trees(agreement), events, silences, groups)
    slots = [groups[rule.group] if rule.group else -1 for rule in [*events, *silences]]
    low, may = program.registers()
    return Layout(
        rules=(_integers(events), _floats(events)),
        silences=(
            np.array([microseconds(rule.silent_for) for rule in silences], dtype=np.int64),
            np.array([[rule.points, *limits_of(rule.limits)] for rule in silences]).reshape(-1, 3),
        ),
        totals=(
            np.array(slots, dtype=np.int64),
            np.array([low_ for low_, _ in bounds], dtype=np.float64),
            np.array([high for _, high in bounds], dtype=np.float64),
            np.array([*limits_of(agreement.engagement.limits), *limits_of(agreement.score)]),
        ),
        code=np.array(program.code, dtype=np.int32).reshape(-1, 5),
        low=low,
        may=may,
        places=np.array(program.places, dtype=np.int64),
        roots=np.array(program.roots, dtype=np.int64),
        candidates=program.candidates(),
        columns=tuple(program.columns),
        rung=program.rung,
    )


def decay_of(rule: EventRule) -> tuple[int, int, float]:
    """Return the kind, length (microseconds) and percent of a rule's decay, as kernels know them."""
    kind = op.AT_LEAST if rule.at_least is not None else _DECAYS[rule.decay.kind]
    return kind, max(1, microseconds(rule.decay.over)), rule.decay.percent


def _integers(events: list[EventRule]) -> npt.NDArray[np.int64]:
    rows = [
        [
            *decay_of(rule)[:2],
            microseconds(rule.within),
            rule.at_least or 1,
            isinstance(rule.points, Sql),
        ]
        for rule in events
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 5)


def _floats(events: list[EventRule]) -> Floats:
    rows = [
        [0.0 if isinstance(rule.points, Sql) else rule.points, decay_of(rule)[2], *limits_of(rule.limits)]
        for rule in events
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


# While a program is written: of which kind a register is, and its number among those.
_Register = tuple[str, int]


class _Program:
    """Writes instructions; hands out registers: named ones first, then columns, constants, temporaries."""

    def __init__(
        self,
        agreement: Agreement,
        trees: Sequence[tree.QualifyTree | None],
        events: list[EventRule],
        silences: list[SilenceRule],
        groups: dict[str, int],
    ) -> None:
        self.slots = {rule.name: k for k, rule in enumerate([*events, *silences])}
        self.groups = groups
        self.fit_groups = {group.name for group in agreement.fit.groups}
        points = 3
        holds = points + len(self.slots)
        counts = holds + len(self.slots)
        group = counts + len(events)
        self.points, self.holds, self.counts, self.group = points, holds, counts, group
        self.columns = [StateColumn("fit", (), False)]
        self.steps: list[tuple[int, int, _Register, _Register, _Register]] = []
        self.constants: list[tuple[float, int, bool]] = []
        self.temporaries = 0
        roots = [
            None if tree_ is None else self._write(tree_.root, place) for place, tree_ in enumerate(trees)
        ]
        roots.append(self._qualified(*roots))
        self._place(roots)

    # While writing, registers are (kind, number); `_place` turns them into plain numbers.

    def _write(self, node: tree.Node, place: int) -> tuple[str, int]:
        match node:
            case tree.Number(value=value):
                return self._constant(value, op.VALUE)
            case tree.Rung(value=value):
                return self._constant(value, op.VALUE, climbs=True)
            case tree.Null():
                return self._constant(0.0, op.NULL)
            case tree.Truth(value=value):
                return self._constant(0.0, op.TRUE if value else op.FALSE)
            case tree.Fit():
                return ("named", op.FIT)
            case tree.Engagement():
                return ("named", op.ENGAGEMENT)
            case tree.Score():
                return ("named", op.SCORE)
            case tree.GroupPoints(name=name):
                if name in self.groups:
                    return ("named", self.group + self.groups[name])
                return self._column("group", (name,), truth=False)
            case tree.RuleHolds(name=name):
                if name in self.slots:
                    return ("named", self.holds + self.slots[name])
                return self._column("holds", (name,), truth=True)
            case tree.RulePoints(name=name):
                if name in self.slots:
                    return ("named", self.points + self.slots[name])
                return self._column("points", (name,), truth=False)
            case tree.RuleCount(name=name):
                return ("named", self.counts + self.slots[name])
            case tree.GradeIn(grades=grades, negated=negated):
                return self._column("grade", (tuple(grades), negated), truth=True)
            case tree.Attribute(index=index, kind=kind):
                return self._column("part", (place, index), truth=kind == "truth")
            case _:
                return self._operation(node, place)

    def _operation(self, node: tree.Node, place: int) -> tuple[str, int]:
        match node:
            case tree.And(parts=parts) | tree.Or(parts=parts):
                code = op.AND if isinstance(node, tree.And) else op.OR
                result = self._write(parts[0], place)
                for part in parts[1:]:
                    result = self._step(code, result, self._write(part, place))
                return result
            case tree.Not(operand=operand):
                return self._step(op.NOT, self._write(operand, place))
            case tree.Truthy(operand=operand):
                return self._step(op.TRUTHY, self._write(operand, place))
            case tree.IsNull(operand=operand):
                return self._step(op.IS_NULL, self._write(operand, place))
            case tree.Compare(op=sign, left=left, right=right):
                a, b = self._write(left, place), self._write(right, place)
                if sign in (">", ">="):
                    return self._step(op.LT if sign == ">" else op.LE, b, a)
                return self._step(_COMPARISONS[sign], a, b)
            case tree.Arithmetic(op="negate", left=left):
                return self._step(op.NEG, self._write(left, place))
            case tree.Arithmetic(op=sign, left=left, right=right) if right is not None:
                code = {"+": op.ADD, "-": op.SUB, "*": op.MUL}[sign]
                return self._step(code, self._write(left, place), self._write(right, place))
            case tree.If(condition=condition, then=then, otherwise=otherwise):
                return self._step(
                    op.CHOOSE,
                    self._write(condition, place),
                    self._write(then, place),
                    self._write(otherwise, place),
                )
        raise TypeError(f"no instruction for {type(node).__name__}")

    def _qualified(
        self, mql: tuple[str, int] | None, hand_raise: tuple[str, int] | None, never: tuple[str, int] | None
    ) -> tuple[str, int]:
        """Section 7: mql or hand_raise holds, and never does not."""
        no = self._constant(0.0, op.FALSE)
        either = self._step(op.OR, self._step(op.HOLDS, mql or no), self._step(op.HOLDS, hand_raise or no))
        return self._step(op.AND, either, self._step(op.NOT, self._step(op.HOLDS, never or no)))

    def _column(self, of: str, key: tuple[object, ...], *, truth: bool) -> tuple[str, int]:
        wanted = StateColumn(of, key, truth)
        if wanted not in self.columns:
            self.columns.append(wanted)
        return ("column", self.columns.index(wanted))

    def _constant(self, value: float, may: int, *, climbs: bool = False) -> tuple[str, int]:
        wanted = (value, may, climbs)
        if wanted not in self.constants:
            self.constants.append(wanted)
        return ("constant", self.constants.index(wanted))

    def _step(self, code: int, *operands: tuple[str, int]) -> tuple[str, int]:
        a, b, c = [*operands, ("named", 0), ("named", 0)][:3]
        self.steps.append((code, self.temporaries, a, b, c))
        self.temporaries += 1
        return ("temporary", self.temporaries - 1)

    def _place(self, roots: list[tuple[str, int] | None]) -> None:
        column = self.group + len(self.groups)
        constant = column + len(self.columns)
        temporary = constant + len(self.constants)
        first = {"named": 0, "column": column, "constant": constant, "temporary": temporary}
        self.size = temporary + self.temporaries
        self.first_constant = constant
        climbing = [constant + k for k, (_, _, climbs) in enumerate(self.constants) if climbs]
        self.rung = climbing[0] if climbing else -1
        self.places = (self.points, self.holds, self.counts, self.group, column)

        def at(register: tuple[str, int]) -> int:
            return first[register[0]] + register[1]

        self.code = [(code, temporary + to, at(a), at(b), at(c)) for code, to, a, b, c in self.steps]
        self.roots = [-1 if root is None else at(root) for root in roots]

    def registers(self) -> tuple[Floats, npt.NDArray[np.uint8]]:
        """Return the registers as they stand before a lead is looked at: constants filled in."""
        low = np.zeros(self.size)
        may = np.full(self.size, op.VALUE, dtype=np.uint8)
        for k, (value, kind, _) in enumerate(self.constants):
            low[self.first_constant + k] = value
            may[self.first_constant + k] = kind
        return low, may

    def candidates(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return where score or engagement is compared with a constant: bars that may prove needed."""
        found = set()
        for code, _to, a, b, _c in self.code:
            if code in (op.LT, op.LE, op.EQ):
                for variable, other in ((a, b), (b, a)):
                    constant = other - self.first_constant
                    if variable in (op.SCORE, op.ENGAGEMENT) and 0 <= constant < len(self.constants):
                        found.add((variable, other))
        ordered = sorted(found)
        return (
            np.array([register for register, _ in ordered], dtype=np.int64),
            np.array([other for _, other in ordered], dtype=np.int64),
        )
