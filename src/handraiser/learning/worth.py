"""Which attributes are worth collecting: of how many leads would they decide, and what could that change?

An attribute that is not known keeps a fit rule from holding, and so a lead below the line. For each attribute
it is supposed that it were known of everybody, and as good as it may be: the best of the bands that could
then hold gives its points, and the agreement is asked again. So those are told who *could* qualify; fewer
will. Each attribute is looked at alone: of two that one condition needs, neither decides it by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from handraiser.agreement.conditions import names
from handraiser.agreement.model import Agreement, FitRule, Sql
from handraiser.learning.decided import Answers
from handraiser.learning.leaves import Could, could, leaves
from handraiser.scoring.match import Fit
from handraiser.scoring.programs import qualify_trees
from handraiser.scoring.registers import FALSE, NULL, TRUE
from handraiser.scoring.score import find_episodes, prepare, stand

__all__ = ["Worth", "worth_collecting"]

Flags = npt.NDArray[np.bool_]
Name = tuple[str, str]
_ENOUGH = 20  # leads of an origin of whom a share is told


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """An attribute, and what it would be worth to know it of everybody.

    unknown   of how many leads it is not known, and `leads`, of how many altogether
    reach     how many leads that were never an MQL could at most qualify with it, of those looked at; and
              `reach_of_all`, of all leads by that
    points    the most that rules that read it can give together
    rules     their names
    origin    where it is not known most often, with the share of leads there; empty where nowhere more
    """

    name: str
    unknown: int
    leads: int
    reach: int
    reach_of_all: int
    points: float
    rules: list[str]
    origin: str
    origin_share: float


def worth_collecting(answers: Answers, origins: Sequence[tuple[str, Flags]], *, scale: float) -> list[Worth]:
    """Return the attributes that are not known of everybody, those first that could change most.

    scale  how many leads each of those looked at stands for
    """
    agreement = answers.prepared.agreement
    open_ones = _below(answers)
    found = []
    for name, known in answers.attributes.items():
        unknown = ~known
        if not unknown.any():
            continue
        rules = [rule for rule in _fit_rules(agreement) if name in _names(rule)]
        reach = int((open_ones & _could_qualify(answers, name)).sum())
        origin, share = _where(unknown, origins)
        found.append(
            Worth(
                name=".".join(name), unknown=int(unknown.sum()), leads=len(unknown), reach=reach,
                reach_of_all=round(reach * scale), points=sum(max(0.0, _most(rule, name)) for rule in rules),
                rules=[rule.name for rule in rules], origin=origin, origin_share=share,
            )
        )  # fmt: skip
    return sorted(found, key=lambda each: (-each.reach, -each.points * each.unknown, each.name))


def _below(answers: Answers) -> Flags:
    """Return who does not qualify now, and has never been an MQL."""
    begun = find_episodes(answers.prepared, answers.at, first_only=True, threads=1)
    below: Flags = (begun.found == 0) & (answers.standing.answers[:, 3] != TRUE)
    return below


def _could_qualify(answers: Answers, name: Name) -> Flags:
    """Return who could qualify if one attribute were known, and as good as it may be."""
    prepared, which = answers.prepared, answers.standing.state
    matched, agreement = prepared.matched, prepared.agreement
    band, points, may = matched.fit.band.copy(), matched.fit.points.copy(), matched.parts_may.copy()
    for place, rule in enumerate(_fit_rules(agreement)):
        if name in _names(rule):
            best, better = _best(answers, rule, place, name)
            band[which[better], place], points[which[better], place] = best[better], 0.0
    for (of, index), column in matched.part_of.items():
        tree = qualify_trees(agreement)[int(str(of))]
        part = tree.attributes[int(str(index))] if tree is not None else None
        if part is not None and part.kind == "truth":
            found = _supposed(answers, part.text, name)
            open_now = answers.truth(part.text) == NULL
            sets = NULL | np.where(found.true, TRUE, 0) | np.where(found.false, FALSE, 0)
            may[which[open_now], column] = sets[open_now]
    changed = matched._replace(fit=Fit(band, points), parts_may=may)
    standing = stand(prepare(agreement, changed), answers.at, points=False, threads=1)
    qualifies: Flags = standing.answers[:, 3] & TRUE != 0
    return qualifies


def _best(answers: Answers, rule: FitRule, place: int, name: Name) -> tuple[npt.NDArray[np.uint8], Flags]:
    """Return which band of a rule (from 1) could be best of each lead, and where that is more than it has."""
    which, fit = answers.standing.state, answers.prepared.fit
    now = answers.prepared.matched.fit.band[which, place]
    given = np.where(now > 0, fit.raw[which, place], 0.0)
    best, gives = now.copy(), given.copy()
    for number, one in enumerate(rule.bands, start=1):
        if isinstance(one.points, Sql):
            continue
        found = _supposed(answers, one.when.text, name)
        # Of bands the first counts that holds: behind the one that does, none is asked.
        free = (answers.truth(one.when.text) == NULL) & found.true & ((now == 0) | (number < now))
        better = free & (one.points > gives)
        best[better], gives[better] = number, one.points
    return best, best != now


def _supposed(answers: Answers, text: str, name: Name) -> Could:
    """Return what a condition could be of each lead, were one attribute known of those of whom it is not."""
    unknown = ~answers.attributes[name]

    def known(part: str) -> Could:
        may = answers.truth(part)
        reads = next(leaf.names for leaf in leaves(part) if leaf.text == part)
        free = np.zeros(len(may), dtype=bool)
        if name in reads:
            free = unknown & (may == NULL)
            for other in reads - {name}:
                free &= answers.attributes[other]
        return Could(free | (may == TRUE), free | (may == FALSE))

    return could(text, known)


def _where(unknown: Flags, origins: Sequence[tuple[str, Flags]]) -> tuple[str, float]:
    """Return of whose leads it is not known most often, if of these more often than of all."""
    shares = [(float(unknown[own].mean()), name) for name, own in origins if int(own.sum()) >= _ENOUGH]
    share, name = max(shares, default=(0.0, ""))
    return (name, share) if share > float(unknown.mean()) else ("", 0.0)


def _fit_rules(agreement: Agreement) -> list[FitRule]:
    return [rule for rule in agreement.fit.rules if isinstance(rule, FitRule)]


def _names(rule: FitRule) -> frozenset[Name]:
    return frozenset(name for band in rule.bands for name in names(band.when.text))


def _most(rule: FitRule, name: Name) -> float:
    """Return the most that a rule gives by bands that read an attribute."""
    reading = [band.points for band in rule.bands if name in names(band.when.text)]
    return max((points for points in reading if not isinstance(points, Sql)), default=0.0)
