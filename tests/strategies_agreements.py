"""Agreements that are right, and made to find what is wrong in whoever runs them.

Every agreement here must load without a mistake. Numbers are chosen so that a last bit never decides what
six digits show: weights that are huge never shrink smoothly, all others stay small. Only the theme `huge`
has a rule whose points have no six digits to show; nobody asks while a hit of it is in its window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from strategies_choice import Choose, chance
from strategies_times import LENGTHS, Grid
from strategies_words import (
    BOUNDS,
    COMPANY_CONDITIONS,
    COUNTED,
    EVENT_CONDITIONS,
    FEW_EVENTS,
    FIT_EXPRESSIONS,
    GIANT_EVENT,
    GRADE_CONDITIONS,
    GRADES,
    HUGE,
    LEAD_CONDITIONS,
    LIMITS,
    LISTS,
    MIXED_EVENT_CONDITIONS,
    MIXED_FIT_EXPRESSIONS,
    MIXED_LEAD_CONDITIONS,
    MIXED_POINT_EXPRESSIONS,
    NEVER,
    OPERATORS,
    POINT_EXPRESSIONS,
    RULE_EVENTS,
    SCORE_LIMITS,
    THEME_CONDITIONS,
    WEIGHTS,
)


@dataclass(frozen=True)
class Names:
    """What `qualify` may name."""

    rules: list[str]
    event_rules: list[str]
    groups: list[str]
    grades: bool


FORMS = ["{0}"] * 4 + ["not ({0})", "({0}) and ({1})", "({0}) or ({1})", "not (({0}) or ({1}))"]


def compound(choose: Choose, leaf: Callable[[], str]) -> str:
    """A leaf, or two of them put together."""
    form = choose(FORMS)
    return str(form.format(*[leaf() for _ in range(form.count("{"))]))


def limits(choose: Choose, often: int = 2) -> dict[str, float]:
    return dict(choose(LIMITS)) if chance(choose, often) else {}


def attribute_leaf(choose: Choose, grid: Grid) -> str:
    mixed = MIXED_LEAD_CONDITIONS * 4 if grid.theme == "mixed" else []
    return str(choose(mixed + LEAD_CONDITIONS + COMPANY_CONDITIONS))


def attribute_condition(choose: Choose, grid: Grid) -> str:
    return compound(choose, lambda: attribute_leaf(choose, grid))


def event_condition(choose: Choose, grid: Grid) -> str:
    mixed = MIXED_EVENT_CONDITIONS * 4 if grid.theme == "mixed" else []
    return compound(choose, lambda: str(choose(mixed + EVENT_CONDITIONS)))


# ---- rules


def length(choose: Choose, grid: Grid) -> str:
    return grid.duration(choose(LENGTHS))


def decay(choose: Choose, grid: Grid, kinds: Sequence[str]) -> str:
    kind = choose(kinds)
    return kind if kind == "none" else f"{kind} {length(choose, grid)}"


STEPS = [f"steps {percent}% every" for percent in (10, 25, 30, 50, 100)]
DECAYS = ["none", *["half-life"] * 5, *["linear"] * 3, *STEPS]
EXACT_DECAYS = ["none", "steps 50% every"]  # a huge weight keeps all its bits under these


def event_rule(choose: Choose, grid: Grid, name: str) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "rule": name,
        "event": choose(RULE_EVENTS if grid.theme == "anything" else FEW_EVENTS),
    }
    if chance(choose, {"anything": 3, "mixed": 7}.get(grid.theme, 1)):
        rule["where"] = event_condition(choose, grid)
    if chance(choose, 5):
        rule["within"] = length(choose, grid) if chance(choose, 8) else "forever"
    rule |= weights(choose, grid)
    if chance(choose, {"hours": 10, "order": 8, "silence": 6}.get(grid.theme, 3)):
        rule["at_most"] = f"{choose([1, 1, 2])} per {choose(grid.buckets())}"
    if chance(choose, grid.often("sessions", 10, 3)):
        sessions = ["session_id"] * (8 if grid.theme == "sessions" else 1)
        rule["distinct"] = choose([*sessions, "title", "seconds", *["mixed"] * grid.often("mixed", 4, 0)])
    if chance(choose, 2):
        rule["machines"] = "count"
    if chance(choose, 4):
        rule["group"] = "mail"
    return rule | limits(choose)


def weights(choose: Choose, grid: Grid) -> dict[str, Any]:
    """The points of an event rule, and what belongs to them."""
    often = {"order": 14, "mixed": 10}.get(grid.theme, 3)
    shape = choose(["number"] * 7 + ["expression"] * often + ["at_least"] * 2 + ["huge"])
    if shape == "at_least":
        return {"points": choose(WEIGHTS), "at_least": choose([1, 2, 3])}
    if shape == "huge":
        return {"points": choose([HUGE, HUGE, -HUGE]), "decay": decay(choose, grid, EXACT_DECAYS)}
    expressions = MIXED_POINT_EXPRESSIONS if grid.theme == "mixed" else POINT_EXPRESSIONS
    points = {"points": choose(expressions if shape == "expression" else WEIGHTS)}
    return points | ({"decay": decay(choose, grid, DECAYS)} if chance(choose, 5) else {})


def giant(choose: Choose, grid: Grid) -> dict[str, Any]:
    """Huge weights that shrink smoothly: what a sum loses by them must not be missing when they are gone."""
    decays = ["half-life", "linear"]
    rule = {"rule": "giant", "event": GIANT_EVENT, "points": choose([HUGE, -HUGE, 1000 * HUGE])}
    return rule | {"within": grid.duration(choose([1, 2])), "decay": decay(choose, grid, decays)}


def silence_rule(choose: Choose, grid: Grid) -> dict[str, Any]:
    rule = {"rule": "quiet", "silent_for": length(choose, grid), "points": choose([-10, 4, -1])}
    return rule | limits(choose)


def fit_rule(choose: Choose, grid: Grid, name: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"rule": name}
    if chance(choose, 5):
        rule |= band(choose, grid)
    else:
        rule["points"] = [band(choose, grid) for _ in range(choose([1, 2, 3]))]
    if chance(choose, 5):
        rule["group"] = "firm"
    return rule | limits(choose)


def band(choose: Choose, grid: Grid) -> dict[str, Any]:
    expressions = MIXED_FIT_EXPRESSIONS if grid.theme == "mixed" else FIT_EXPRESSIONS
    points = choose(WEIGHTS if chance(choose, 7) else expressions)
    return {"when": attribute_condition(choose, grid), "points": points}


# ---- sections


def declare(section: dict[str, Any], groups: dict[str, dict[str, float]]) -> list[str]:
    """Declare the groups that rules use, and no other; their names."""
    used = [name for name in groups if any(rule.get("group") == name for rule in section["rules"])]
    if used:
        section["groups"] = {name: groups[name] for name in used}
    return used


def fit_section(choose: Choose, grid: Grid) -> dict[str, Any]:
    section: dict[str, Any] = limits(choose)
    names = ["right_size", "right_place"][: choose(range(3))]
    section["rules"] = [fit_rule(choose, grid, name) for name in names]
    declare(section, {"firm": choose(LIMITS)})
    if chance(choose, 6):
        section["grades"] = choose(GRADES)
    return section


def engagement_section(choose: Choose, grid: Grid) -> dict[str, Any]:
    section: dict[str, Any] = limits(choose)
    if chance(choose, 7):
        section["within"] = length(choose, grid)
    if chance(choose, 7):
        section["decay"] = decay(choose, grid, DECAYS)
    names = ["looks", "reads", "opens", "leaves"][: choose([1, 2, 3, 4])]
    section["rules"] = [event_rule(choose, grid, name) for name in names]
    if chance(choose, grid.often("silence", 10, 3)):
        section["rules"].insert(choose(range(len(names) + 1)), silence_rule(choose, grid))
    if grid.theme == "huge":
        section["rules"].append(giant(choose, grid))
    declare(section, {"mail": choose(LIMITS)})
    return section


# ---- qualify


def comparison(choose: Choose, grid: Grid, names: Names) -> str:
    if chance(choose, 1):
        return f"count({choose(names.event_rules)}) {choose(COUNTED)}"
    values = ["score", "score", "engagement", "engagement", "fit", *names.groups]
    values += ["fit + engagement", "2 * score", "engagement - 2 * fit"]
    values += [f"points({rule})" for rule in names.rules]
    values += [f"points({rule}) - points({names.rules[0]})" for rule in names.rules[1:]]
    value, bound = choose(values), choose(BOUNDS)
    form = choose(range(10))
    if form == 0:
        return f"{value} between {bound} and {bound + 8}"
    if form == 1:
        return f"{value} > case when {attribute_condition(choose, grid)} then {bound} else {bound + 5} end"
    if form == 2:
        return f"{value} in (1, 2, {bound})"
    return f"{value} {choose(OPERATORS)} {bound}"


def qualify_leaf(choose: Choose, grid: Grid, names: Names) -> str:
    kind = choose(range(10))
    if kind < 5:
        return comparison(choose, grid, names)
    if kind < 8:
        return str(choose(names.rules))
    if kind == 8 and names.grades:
        return str(choose(GRADE_CONDITIONS))
    return attribute_leaf(choose, grid)


def qualify(choose: Choose, grid: Grid, names: Names) -> dict[str, str]:
    def condition() -> str:
        return compound(choose, lambda: qualify_leaf(choose, grid, names))

    reached = choose(["score", "engagement", *names.groups, f"points({names.event_rules[0]})"])
    upward = f"{reached} {choose(['>', '>='])} {choose(BOUNDS[:10])}"
    asked = {"mql": choose([upward, upward, comparison(choose, grid, names), condition()])}
    theme = THEME_CONDITIONS.get(grid.theme)
    if theme and chance(choose, 5):
        asked["mql"] = choose([theme, f"not {theme}", f"{upward} and not {theme}", f"{upward} or {theme}"])
    if chance(choose, 3):
        asked["hand_raise"] = condition()
    if chance(choose, 5 if theme else 3):
        asked["never"] = theme or (choose(NEVER) if chance(choose, 5) else condition())
    return asked


# ---- the whole


def recycle(choose: Choose, grid: Grid) -> dict[str, Any]:
    reasons: dict[str, Any] = {"not_ready": {"nurture": "education"}, "bad_data": {"disqualify": True}}
    reasons["no_budget"] = {"requalify_after": length(choose, grid)}
    section: dict[str, Any] = {"reasons": reasons}
    if chance(choose, 4):
        section["requalify_after"] = length(choose, grid)
    if chance(choose, grid.often("recycling", 9, 5)):
        section["forget_engagement"] = choose([True, True, False])
    return section


def agreement(choose: Choose, grid: Grid) -> dict[str, Any]:
    """An agreement as the plain dict that its YAML stands for."""
    fit, engagement = fit_section(choose, grid), engagement_section(choose, grid)
    rules = [rule["rule"] for rule in fit["rules"] + engagement["rules"]]
    names = Names(
        rules=rules,
        event_rules=[rule["rule"] for rule in engagement["rules"] if "event" in rule],
        groups=[*fit.get("groups", {}), *engagement.get("groups", {})],
        grades="grades" in fit,
    )
    said: dict[str, Any] = {"agreement": "crm-software", "timezone": grid.zone, "lists": LISTS}
    said |= {"fit": fit, "engagement": engagement, "qualify": qualify(choose, grid, names)}
    if chance(choose, 4):
        said["score"] = choose(SCORE_LIMITS)
    if chance(choose, 1):
        said["handoff"] = {"expire_after": "30 minutes"}
    if chance(choose, grid.often("recycling", 10, 5)):
        said["recycle"] = recycle(choose, grid)
    return said
