"""When would each lead have become an MQL under other thresholds, all of them at once?

The moments of a lead are walked through once: where it qualifies under one threshold it is asked for the
next, so that fifty thresholds cost little more than the lowest of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import Agreement
from handraiser.agreement.program import And, Arithmetic, Compare, If, Node, Number, Or, QualifyTree, Rung
from handraiser.agreement.program import Score as ScoreNode
from handraiser.scoring.fold import episodes
from handraiser.scoring.layout import layout
from handraiser.scoring.programs import qualify_trees
from handraiser.scoring.registers import NEVER
from handraiser.scoring.score import Prepared, fold_inputs
from handraiser.scoring.stream import each

__all__ = ["first_by_threshold", "threshold"]

Ints = npt.NDArray[np.int64]
_ABOVE = {
    (">", True),
    (">=", True),
    ("<", False),
    ("<=", False),
}  # a sign, and whether the score is left of it


def threshold(agreement: Agreement) -> float | None:
    """Return the number that the score has to pass for `mql`, None where there is no such single number.

    There is one where every comparison of the score in `mql` asks it to be above (or at) the same number, and
    none of them is negated: then a higher number is at least as strict.
    """
    mql = qualify_trees(agreement)[0]
    found: set[float] = set()
    if mql is None or not _collect(mql.root, found) or len(found) != 1:
        return None
    return found.pop()


def first_by_threshold(
    prepared: Prepared, values: Sequence[float], until: int, *, threads: int = 1
) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return when each lead first becomes an MQL under each threshold, and whether by raising its hand.

    Both are leads × values; NEVER stands for not at all.

    Instants are microseconds, at or before `until`. The values rise. Raises ValueError if they do not, or
    if the agreement has no single threshold.
    """
    if threshold(prepared.agreement) is None:
        raise ValueError("the agreement has no single threshold of the score")
    rungs = np.array(values, dtype=np.float64)
    if not len(rungs) or np.any(np.diff(rungs) < 0):
        raise ValueError("thresholds have to rise")
    plan = layout(prepared.agreement, [_climbing(tree) for tree in _trees(prepared.agreement)])
    leads = len(prepared.matched.leads.ids)
    found = (
        np.arange(leads + 1, dtype=np.int64) * len(rungs),
        np.full(leads * len(rungs), NEVER, dtype=np.int64),
        np.zeros(leads * len(rungs), dtype=np.uint8),
        np.zeros(leads, dtype=np.int64),
    )
    shared = fold_inputs(prepared._replace(layout=plan))
    each(
        lambda start, stop: episodes(
            start, stop, until, len(rungs), *shared, plan.candidates, (plan.rung, rungs), found
        ),
        prepared.matched.hits.offsets,
        threads,
    )
    return found[1].reshape(leads, len(rungs)), found[2].reshape(leads, len(rungs)) == 1


def _trees(agreement: Agreement) -> list[tuple[int, QualifyTree | None]]:
    return list(enumerate(qualify_trees(agreement)))


def _climbing(placed: tuple[int, QualifyTree | None]) -> QualifyTree | None:
    place, tree = placed
    return tree if tree is None or place else msgspec.structs.replace(tree, root=_with_rung(tree.root))


def _collect(node: Node, found: set[float]) -> bool:
    """Add the numbers that the score has to pass; return whether it is used in no other way."""
    match node:
        case And(parts=parts) | Or(parts=parts):
            return all(_collect(part, found) for part in parts)
        case If(condition=condition, then=then, otherwise=otherwise):
            return not _reads_score(condition) and _collect(then, found) and _collect(otherwise, found)
        case Compare(op=sign, left=ScoreNode(), right=Number(value=value)) if (sign, True) in _ABOVE:
            found.add(value)
            return True
        case Compare(op=sign, left=Number(value=value), right=ScoreNode()) if (sign, False) in _ABOVE:
            found.add(value)
            return True
    return not _reads_score(node)


def _reads_score(node: Node) -> bool:
    match node:
        case ScoreNode():
            return True
        case And(parts=parts) | Or(parts=parts):
            return any(_reads_score(part) for part in parts)
        case If(condition=condition, then=then, otherwise=otherwise):
            return any(_reads_score(part) for part in (condition, then, otherwise))
        case Compare(left=left, right=right):
            return _reads_score(left) or _reads_score(right)
        case Arithmetic(left=left, right=right):
            return _reads_score(left) or (right is not None and _reads_score(right))
    operand = getattr(node, "operand", None)
    return operand is not None and _reads_score(operand)


def _with_rung(node: Node) -> Node:
    match node:
        case And(parts=parts) | Or(parts=parts):
            return msgspec.structs.replace(node, parts=tuple(_with_rung(part) for part in parts))
        case If(then=then, otherwise=otherwise):
            return msgspec.structs.replace(node, then=_with_rung(then), otherwise=_with_rung(otherwise))
        case Compare(left=ScoreNode(), right=Number(value=value)):
            return msgspec.structs.replace(node, right=Rung(value))
        case Compare(left=Number(value=value), right=ScoreNode()):
            return msgspec.structs.replace(node, left=Rung(value))
    return node
