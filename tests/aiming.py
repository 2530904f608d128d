"""Agreements that ask for just what a change moves: between what some lead had before and what it has after.

A change seldom carries a made-up lead over a made-up threshold. So the threshold is put between: then what is
said of the change that is not so has a lead to show it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from handraiser.agreement import load
from handraiser.errors import Mistakes
from oracle import Oracle
from oracle_score import Result
from strategies import Case, yaml_text
from strategies_agreements import attribute_condition
from strategies_choice import Choose, chance
from strategies_edits import Edit, Said, edited

_TRIES = 4  # changes of which the first is taken that makes a difference
_ASKED = 5  # instants of each lead that are asked, at most
_SIGNS = [">", ">=", "<", "<="]


class Aim(NamedTuple):
    """An agreement before a change and after it, and the instants at which it may be seen."""

    old: Said
    new: Said
    instants: list[datetime]


class Moved(NamedTuple):
    """Something that `qualify` may name and that is another thing for a lead after the change."""

    name: str
    before: float
    after: float


def aimed(case: Case, choose: Choose, edits: list[Edit]) -> Aim | None:
    """One of the changes, in an agreement that asks for what it moves; None where none moves anything."""
    instants = instants_of(case, choose)
    before = list(results(case, case.agreement, instants))
    for _ in range(_TRIES):
        said = edited(choose, case.grid, case.agreement, edits)
        if not loads(said):
            continue
        pairs = zip(before, results(case, said, instants), strict=True)
        moved = [each for one, other in pairs for each in differences(one, other)]
        if moved:
            asked = conditions(choose, choose(moved))
            old, new = (json.loads(json.dumps(each)) | {"qualify": asked} for each in (case.agreement, said))
            return Aim(old, new, instants) if loads(old) and loads(new) else None
    return None


def edged(case: Case, choose: Choose) -> Aim | None:
    """A threshold that lies where a lead is, and one a little elsewhere or for others."""
    instants = instants_of(case, choose)
    before = list(results(case, case.agreement, instants))
    name, value = choose([each for result in before for each in sorted(values(result).items())])
    other = value + choose([0, 0, 0, 1, -1, 0.5])
    if chance(choose, 3):
        other = f"case when {attribute_condition(choose, case.grid)} then {other:.6f} else {value:.6f} end"
    else:
        other = f"{other:.6f}"
    texts = [f"{name} {choose(_SIGNS)} {value:.6f}", f"{name} {choose(_SIGNS)} {other}"]
    if chance(choose, 3):
        texts.append(f"{name} between {value:.6f} and {value + choose([0, 1]):.6f}")
    one, two = choose(texts), choose(texts)
    form = choose(["{0}", "{0}", "not ({0})", "{0} and not lead.vip", "lead.vip or {0}"])
    old, new = (case.agreement | {"qualify": {"mql": form.format(text)}} for text in (one, two))
    return Aim(old, new, instants) if loads(old) and loads(new) else None


def conditions(choose: Choose, moved: Moved) -> dict[str, str]:
    """What asks for it: in favour of a lead or against it, with its bound between or on either side."""
    bound = choose([(moved.before + moved.after) / 2, moved.before, moved.after])
    asked = f"{moved.name} {choose(_SIGNS)} {bound:.6f}"
    return choose([{"mql": asked}, {"mql": asked}, {"mql": "score > -1000000", "never": asked}])


def instants_of(case: Case, choose: Choose) -> list[datetime]:
    """Instants that are asked of the case, and some at which something happens to a lead."""
    oracle = Oracle(case.agreement, case.leads, case.companies, case.events, case.outcomes)
    moments = {moment for lead in case.lead_ids for moment in oracle.moments(lead)}
    started = datetime(1970, 1, 1, tzinfo=UTC)
    found = {started + timedelta(microseconds=choose(sorted(moments))) for _ in range(_ASKED) if moments}
    return sorted(found | {case.instants[-1], choose(case.instants)})


def results(case: Case, said: Said, instants: list[datetime]) -> Iterator[Result]:
    oracle = Oracle(said, case.leads, case.companies, case.events, case.outcomes)
    for at in instants:
        for lead in case.lead_ids:
            yield oracle.score(lead, at)


def values(result: Result) -> dict[str, float]:
    """All that `qualify` may compare."""
    named: dict[str, Any] = {"fit": result.fit, "engagement": result.engagement, "score": result.score}
    named |= result.groups
    named |= {f"points({name})": points for name, points in result.points.items()}
    return named | {f"count({name})": count for name, count in result.counts.items()}


def differences(before: Result, after: Result) -> Iterator[Moved]:
    one, other = values(before), values(after)
    for name in sorted(one.keys() & other.keys()):
        if one[name] != other[name]:
            yield Moved(name, one[name], other[name])


def loads(said: Said) -> bool:
    try:
        load(yaml_text(said))
    except Mistakes:
        return False
    return True
