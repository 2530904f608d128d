"""Agreements that are right, and made to find what is wrong in whoever runs them.

Every agreement here must load without a mistake. Numbers are chosen so that a last bit never decides what
six digits show: weights that are huge never shrink smoothly, all others stay small.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from strategies_choice import Choose, chance
from strategies_times import LENGTHS, Grid

EVENT_NAMES = ["Page Viewed", "Content Downloaded", "Email Opened", "Unsubscribed", "Subscribed"]

LEAD_CONDITIONS = [
    "lead.country = 'US'",
    "lead.country <> 'US'",
    "lead.country is null",
    "lower(lead.country) = 'us'",
    "lead.country ilike 'u%'",
    "lead.country not like '_S'",
    "coalesce(lead.country, 'US') = 'US'",
    "length(lead.country) = 2",
    "lead.seats >= 10",
    "lead.seats between 5 and 10",
    "lead.seats / (lead.seats - 10) > 1",
    "lead.seats % 3 = 1",
    "round(lead.seats / 4) = 3",
    "round(lead.seats / 8, 1) = 1.6",
    "cast(lead.seats as integer) = 12",
    "abs(lead.seats - 12) <= 2",
    "lead.seats = '10'",
    "lead.seats in (5, 10, null)",
    "case when lead.vip then lead.seats > 5 else lead.seats > 50 end",
    "lead.seats - 7",
    "lead.vip",
    "not lead.vip",
    "lead.vip = 'true'",
    "lead.size_text > 9",
    "cast(lead.size_text as double) <= 10",
    "lead.flag_text",
    "not lead.flag_text",
    "lead.company_id = 'c1'",
    "lead.email_kind = 'free'",
    "lead.email_kind in ('business', 'disposable')",
    "listed(lead.email_domain, 'rivals')",
    "not listed(lead.email_domain, 'rivals')",
    "lead.unsubscribed",
    "lead.unsubscribed",
    "not lead.unsubscribed",
]
COMPANY_CONDITIONS = [
    "company.employees between 50 and 500",
    "company.employees > lead.seats",
    "least(lead.seats, company.employees) > 5",
    "company.industry in ('it', 'law')",
    "company.industry not in ('it', 'law')",
    "company.industry is not null",
    "company.is_customer",
    "company.is_customer",
    "not company.is_customer",
    "company.is_customer is null",
]
EVENT_CONDITIONS = [
    "title = 'A'",
    "title in ('A', 'B')",
    "title is null",
    "upper(title) <> 'A'",
    "title like '%b%' or title is null",
    "starts_with(path, '/pricing')",
    "path like '/pricing%'",
    "ends_with(path, 'x') or contains(path, 'g_x')",
    "seconds >= 30",
    "seconds % 7 = 2",
    "price > 0",
    "price / divisor > 1",
    "not (price / divisor > 1)",
    "nullif(divisor, 0) is null",
    "code > 10",
    "code in (5, 7)",
    "listed(title, 'rivals')",
    "case when title = 'A' then seconds else price end > 20",
]
POINT_EXPRESSIONS = [
    "price",
    "-price",
    "price / divisor",
    "seconds % divisor",
    "-seconds % 7",
    "least(price / 100, 25)",
    "case when title = 'A' then 3 else -2 end",
    "coalesce(price, 1)",
    "nullif(seconds, 30)",
    "greatest(price, seconds) / 8",
    "round(price) + floor(seconds / 7) * 0.5",
]
FIT_EXPRESSIONS = [
    "lead.seats / 4",
    "company.employees / 100",
    "case when lead.vip then 8 else 2 end",
    "coalesce(lead.seats, 1) * 0.5",
    "10 / (lead.seats - 10)",
]
WEIGHTS = [10, 5, 3, 1, 8, 6, 20, 0.5, 0.0078125, 0.0234375, 2.5, 1000, 0, -1, -5, -0.0078125]
HUGE = 1_000_000_000
BOUNDS = [1, 3, 5, 2.5, 4, 10, 0.5, 7.5, 0.007813, 0.015625, 6, 12, 20, 0, -1]
LIMITS: list[dict[str, float]] = [
    {"max": 8},
    {"max": 0.5},
    {"min": 2},
    {"min": -3},
    {"min": 0},
    {"min": -2, "max": 12},
    {"min": 1, "max": 4},
]
SCORE_LIMITS = [{"min": -20}, {"max": 25}, {"min": 3, "max": 40}, {"min": -2_000_000_000}]
GRADES = [{"A": 10, "B": 5, "C": 0.5}, {"A": 3}, {"C": -4, "B": 2.5, "A": 2.507813}]
GRADE_CONDITIONS = ["grade = 'A'", "grade in ('A', 'D')", "grade <> 'D'", "grade != 'A'"]
OPERATORS = [">", ">="] * 5 + ["<", "<=", "=", "<>"]
COUNTED = [">= 2", "> 0", "= 1", "<> 1", "between 2 and 3", "in (1, 3)", "> 1 + 1"]
THEME_CONDITIONS = {"customers": "company.is_customer", "mail": "lead.unsubscribed", "silence": "quiet"}
NEVER = ["lead.unsubscribed", "company.is_customer", "lead.unsubscribed or company.is_customer"]
RULE_EVENTS = [*EVENT_NAMES[:4], *EVENT_NAMES[:2], [EVENT_NAMES[0], EVENT_NAMES[1]], EVENT_NAMES[:3]]
FEW_EVENTS = ["Page Viewed", "Content Downloaded", ["Page Viewed", "Content Downloaded"]]
LISTS = {"rivals": ["rival.example", "A", "other.example"]}
REASONS = ["not_ready", "no_budget"]  # and `bad_data`, which disqualifies


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


def attribute_condition(choose: Choose) -> str:
    return compound(choose, lambda: choose(LEAD_CONDITIONS + COMPANY_CONDITIONS))


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
    if chance(choose, 3 if grid.theme == "anything" else 1):
        rule["where"] = compound(choose, lambda: choose(EVENT_CONDITIONS))
    if chance(choose, 5):
        rule["within"] = length(choose, grid) if chance(choose, 8) else "forever"
    rule |= weights(choose, grid)
    if chance(choose, {"hours": 10, "order": 8, "silence": 6}.get(grid.theme, 3)):
        rule["at_most"] = f"{choose([1, 1, 2])} per {choose(grid.buckets())}"
    if chance(choose, grid.often("sessions", 10, 3)):
        sessions = ["session_id"] * (8 if grid.theme == "sessions" else 1)
        rule["distinct"] = choose([*sessions, "title", "seconds"])
    if chance(choose, 2):
        rule["machines"] = "count"
    if chance(choose, 4):
        rule["group"] = "mail"
    return rule | limits(choose)


def weights(choose: Choose, grid: Grid) -> dict[str, Any]:
    """The points of an event rule, and what belongs to them."""
    expressions = ["expression"] * grid.often("order", 14, 3)
    shape = choose(["number"] * 7 + expressions + ["at_least"] * 2 + ["huge"])
    if shape == "at_least":
        return {"points": choose(WEIGHTS), "at_least": choose([1, 2, 3])}
    if shape == "huge":
        return {"points": choose([HUGE, HUGE, -HUGE]), "decay": decay(choose, grid, EXACT_DECAYS)}
    points = {"points": choose(POINT_EXPRESSIONS if shape == "expression" else WEIGHTS)}
    return points | ({"decay": decay(choose, grid, DECAYS)} if chance(choose, 5) else {})


def silence_rule(choose: Choose, grid: Grid) -> dict[str, Any]:
    rule = {"rule": "quiet", "silent_for": length(choose, grid), "points": choose([-10, 4, -1])}
    return rule | limits(choose)


def fit_rule(choose: Choose, name: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"rule": name}
    if chance(choose, 5):
        rule |= band(choose)
    else:
        rule["points"] = [band(choose) for _ in range(choose([1, 2, 3]))]
    if chance(choose, 5):
        rule["group"] = "firm"
    return rule | limits(choose)


def band(choose: Choose) -> dict[str, Any]:
    points = choose(WEIGHTS if chance(choose, 7) else FIT_EXPRESSIONS)
    return {"when": attribute_condition(choose), "points": points}


# ---- sections


def declare(section: dict[str, Any], groups: dict[str, dict[str, float]]) -> list[str]:
    """Declare the groups that rules use, and no other; their names."""
    used = [name for name in groups if any(rule.get("group") == name for rule in section["rules"])]
    if used:
        section["groups"] = {name: groups[name] for name in used}
    return used


def fit_section(choose: Choose) -> dict[str, Any]:
    section: dict[str, Any] = limits(choose)
    names = ["right_size", "right_place"][: choose(range(3))]
    section["rules"] = [fit_rule(choose, name) for name in names]
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
    declare(section, {"mail": choose(LIMITS)})
    return section


# ---- qualify


def comparison(choose: Choose, names: Names) -> str:
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
        return f"{value} > case when {attribute_condition(choose)} then {bound} else {bound + 5} end"
    if form == 2:
        return f"{value} in (1, 2, {bound})"
    return f"{value} {choose(OPERATORS)} {bound}"


def qualify_leaf(choose: Choose, names: Names) -> str:
    kind = choose(range(10))
    if kind < 5:
        return comparison(choose, names)
    if kind < 8:
        return str(choose(names.rules))
    if kind == 8 and names.grades:
        return str(choose(GRADE_CONDITIONS))
    return str(choose(LEAD_CONDITIONS + COMPANY_CONDITIONS))


def qualify(choose: Choose, grid: Grid, names: Names) -> dict[str, str]:
    def condition() -> str:
        return compound(choose, lambda: qualify_leaf(choose, names))

    reached = choose(["score", "engagement", *names.groups, f"points({names.event_rules[0]})"])
    upward = f"{reached} {choose(['>', '>='])} {choose(BOUNDS[:10])}"
    asked = {"mql": choose([upward, upward, comparison(choose, names), condition()])}
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
    fit, engagement = fit_section(choose), engagement_section(choose, grid)
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
